"""A few processes kept for jobs: one is replaced after so many jobs, and at any doubt; none ever holds a caller up."""

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import paper
from paper.job_frames import HEAD, BadFrame, Outcome, framed, length_of, read_answer
from school.jobs import Given, Job, JobFailed, Made, StopReason

AT_ONCE = 2
"""Two processes of 256 MB each are what a small server can give."""

JOBS_EACH = 200
"""A process is replaced after so many: what the libraries leave behind never adds up."""

SECONDS = 30.0
"""By the clock, for a job whose time of the processor is bounded below that already."""

_ROOT = Path(paper.__file__).resolve().parents[1]
_COMMAND = (sys.executable, "-E", "-s", "-B", "-X", "utf8", "-m", "paper.job_worker")
_CPU_TIME_OVER = -24  # killed by SIGXCPU
_BIG = 1024 * 1024  # bytes of an answer that is read off the loop
_CHUNK = 1024 * 1024


class _Stopped(Exception):
    """The process has not answered; its place is taken by another."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(reason)
        self.reason = reason


class JobPool:
    """Implements `school.jobs.Jobs`. Processes start when they are first wanted; `async with` ends them.

    `on_stop` hears the name of a function that was stopped, before who waits for it does.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        seconds: float = SECONDS,
        jobs_each: int = JOBS_EACH,
        on_stop: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._on_stop = on_stop
        self._seconds = seconds
        self._jobs_each = jobs_each
        self._turn = asyncio.Semaphore(at_once)
        self._idle: deque[_Process] = deque()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the processes that are kept."""
        while self._idle:
            await self._idle.pop().end()

    async def run(self, job: Job[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
        """Run one job, in its turn; raises as `school.jobs.Jobs` says."""
        work = job.work
        request = framed((work.__module__, work.__qualname__, job.seconds, job.megabytes, args, kwargs))
        async with self._turn:
            try:
                outcome, value = await self._answer(request)
            except _Stopped as stopped:
                if self._on_stop is not None:
                    await self._on_stop(work.__name__)
                raise job.stopped(stopped.reason) from None
        if outcome == "failed":
            raise JobFailed(f"{work.__module__}.{work.__qualname__}: {value}")
        if isinstance(value, Exception) and outcome == "raised":
            raise value
        return value  # type: ignore[return-value]  # the process has run `job.work`

    async def _answer(self, request: bytes) -> tuple[Outcome, object]:
        """Ask a kept process, or a new one; whoever died of the jobs before this one is no judge of it."""
        process = await self._taken()
        try:
            return await self._ask(process, request)
        except _Stopped as stopped:
            if process.asked <= 1 or stopped.reason == "too_slow":
                raise
        return await self._ask(await _Process.start(), request)

    async def _taken(self) -> "_Process":
        while self._idle:
            process = self._idle.pop()
            if process.alive:
                return process
            await process.end()
        return await _Process.start()

    async def _ask(self, process: "_Process", request: bytes) -> tuple[Outcome, object]:
        sound = False
        try:
            outcome, value = await process.ask(request, self._seconds)
            sound = outcome in ("done", "raised") and process.asked < self._jobs_each
        finally:
            # Also when the asking task is cancelled: nothing of a hostile file may outlive its question.
            if sound:
                self._idle.append(process)
            else:
                await process.end()
        if outcome == "too_heavy":
            raise _Stopped("too_heavy")
        return outcome, value


class _Process:
    """One `paper.job_worker`. `asked` counts its jobs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.asked = 0

    @classmethod
    async def start(cls) -> Self:
        """Start one."""
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            cwd=_ROOT,
            env=_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_CHUNK,
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.returncode is None

    async def ask(self, request: bytes, seconds: float) -> tuple[Outcome, object]:
        """Hand a request over and wait for the answer. Raises `_Stopped`."""
        self.asked += 1
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        try:
            async with asyncio.timeout(seconds):
                with contextlib.suppress(ConnectionError):  # it has died: the end of its answers tells
                    requests.write(request)
                    await requests.drain()
                body = await answers.readexactly(length_of(await answers.readexactly(HEAD)))
                return await asyncio.to_thread(read_answer, body) if len(body) > _BIG else read_answer(body)
        except TimeoutError as error:
            raise _Stopped("too_slow") from error
        except (asyncio.IncompleteReadError, BadFrame) as error:
            code = await self.end()
            raise _Stopped("too_slow" if code == _CPU_TIME_OVER else "too_heavy") from error

    async def end(self) -> int:
        """Kill it unless it has ended by itself, and return its code."""
        if self._process.stdout is not None and self._process.stdout.at_eof():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):  # it is dying, and its own code tells of what
                    return await self._process.wait()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        return await self._process.wait()


def _environment() -> dict[str, str]:
    """Return no more than the interpreter needs: no secret of the bot's reaches the process.

    One arena, since every further one takes address space that is bounded.
    """
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {"MALLOC_ARENA_MAX": "1"}
