"""The bot as a process of its own, watched by its port of health."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "4200042:token-of-the-tests-0123456789abcdef"


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    found = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return found


class Run:
    """The bot as a process, its health and its page."""

    def __init__(self, process: asyncio.subprocess.Process, page: int, health: int, log: Path) -> None:
        self.process = process
        self.page = f"http://127.0.0.1:{page}"
        self._health = f"http://127.0.0.1:{health}"
        self._log = log

    async def ready(self, wanted: Callable[[int, str], bool]) -> str:
        """Ask /readyz until status and text are as wanted; return the text."""
        last = "no answer"
        try:
            async with asyncio.timeout(60), aiohttp.ClientSession() as client:
                while True:
                    assert self.process.returncode is None, self.log()
                    try:
                        async with client.get(f"{self._health}/readyz") as answer:
                            last = await answer.text()
                            if wanted(answer.status, last):
                                return last
                    except aiohttp.ClientConnectionError:
                        pass
                    await asyncio.sleep(0.1)
        except TimeoutError:
            pytest.fail(f"{last}\n{self.log()}")

    def log(self) -> str:
        """Return what the process said."""
        return self._log.read_text("utf-8")


@asynccontextmanager
async def running(folder: Path, api: int, url: str = "", mode: str = "polling") -> AsyncIterator[Run]:
    """Run the bot until the end of the test; it has to stop cleanly. `mode` is how it gets updates."""
    page, health = free_ports(2)
    url = url or f"sqlite+aiosqlite:///{folder}/bot.db"
    (folder / "config.toml").write_text(
        f'[telegram]\ntoken = "{TOKEN}"\napi_server = "http://127.0.0.1:{api}"\nlimits = false\nmode = "{mode}"\n'
        f'[database]\nurl = "{url}"\n[documents]\npath = "{folder}/documents"\n'
        f'[web]\nport = {page}\npublic_url = "http://127.0.0.1:{page}"\nhealth_port = {health}\n'
        '[school]\ndefault_centre = "0123"\n',
        "utf-8",
    )
    log = folder / "log"
    command = (sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml"))
    with log.open("wb") as told:
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=told, stderr=told, env={**os.environ})
    try:
        yield Run(process, page, health, log)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(40):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
