"""Processes under measurement: started alone, read through Linux's /proc, stopped by SIGTERM."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_SECONDS = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


class DiedError(Exception):
    """A process ended by itself or did not come up; the message holds the end of what it said."""


class Running:
    """A Python process with its output in a file."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    def memory(self) -> float:
        """Return the most memory it has held so far (VmHWM), MiB."""
        for line in self._proc("status").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def cpu(self) -> float:
        """Return the processor time it has taken so far, seconds."""
        # The name in brackets may hold spaces, what follows it does not.
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def check(self) -> None:
        """Raise `DiedError` when it runs no more."""
        if self._process.returncode is not None:
            raise DiedError(f"{self._log.stem} ended with {self._process.returncode}:\n{self.tail()}")

    def tail(self) -> str:
        """Return the end of what it said."""
        return self._log.read_text("utf-8", "replace")[-3000:]

    def _proc(self, name: str) -> str:
        self.check()
        return Path(f"/proc/{self._process.pid}/{name}").read_text("utf-8")

    async def stop(self) -> None:
        """Ask it to stop, and kill it if it has not within 20 s."""
        if self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(20):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def environment() -> dict[str, str]:
    """Return the environment without the variables that would change the bot's configuration."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BOT__")}


@contextlib.asynccontextmanager
async def running(name: str, folder: Path, *arguments: str) -> AsyncIterator[Running]:
    """Run `python …arguments` in the root; its output goes to `<name>.log` of the folder."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, env=environment(), stdout=output, stderr=output
        )
    started = Running(process, log)
    try:
        yield started
    finally:
        await started.stop()


async def finish(*arguments: str) -> None:
    """Run `python …arguments` to its end. Raises `DiedError` when it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=ROOT,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise DiedError(f"{' '.join(arguments)} ended with {process.returncode}:\n{said.decode('utf-8', 'replace')}")


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def listening(process: Running, port: int) -> None:
    """Wait until the process listens. Raises `DiedError` when it does not within `START_SECONDS`."""
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    while True:
        process.check()
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if asyncio.get_running_loop().time() > deadline:
                raise DiedError(f"nothing listens on port {port}:\n{process.tail()}") from None
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
