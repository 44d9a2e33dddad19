"""The ticker: repeated jobs on APScheduler, each at its own pace, which may also be run at once when a clock is moved.

APScheduler goes by the machine's clock, and a clock that is set back would stop every job for as long: whatever the
clock steps, the times of the next runs step along.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Job = Callable[[], Awaitable[None]]

# The first ticks run soon after a start, so that a bot restarted often still does everything, but one after another.
FIRST_SECONDS = 10.0
APART_SECONDS = 2.0
LOOK_SECONDS = 1.0
STEP = timedelta(seconds=2)
"""What the clock may gain or lose between two looks before it counts as a step."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A job and its pace in seconds."""

    name: str
    seconds: float
    job: Job


# Hears that a tick has run, and its error; it must not raise.
Told = Callable[[str, Exception | None], None]


class Ticker:
    """Runs each job at its pace, never twice at a time; one that fails is told of and runs again at its pace."""

    def __init__(self, ticks: list[Tick], told: Told) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        # What it says of a job quotes the job's arguments and errors; `told` says it without anybody's data.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._ticks = ticks
        self._told = told
        self._turns = {tick.name: asyncio.Lock() for tick in ticks}
        self._running: set[asyncio.Task[None]] = set()
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._watch: asyncio.Task[None] | None = None

    def start(self, first: float | None = None, apart: float = APART_SECONDS) -> None:
        """Begin to tick: the first job after `first` seconds, each other `apart` seconds after the one before."""
        first, now = FIRST_SECONDS if first is None else first, datetime.now(UTC)
        for at, tick in enumerate(self._ticks):
            self._scheduler.add_job(
                self._run,
                "interval",
                args=[tick],
                id=tick.name,
                seconds=tick.seconds,
                next_run_time=now + timedelta(seconds=min(tick.seconds, first + apart * at)),
                # What was missed is made up for by one run, however late.
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        self._scheduler.start()
        self._watch = asyncio.create_task(self._follow_clock(), name="ticker: clock")

    async def tick_now(self) -> None:
        """Run every job once, one after another. Raises what a job raises."""
        for tick in self._ticks:
            async with self._turns[tick.name]:
                await tick.job()

    async def stop(self) -> None:
        """Stop ticking; a job under way is cancelled, and what it has not committed is done by a later tick."""
        if self._watch is None:
            return
        self._watch.cancel()
        self._scheduler.shutdown(wait=False)
        for task in self._running:
            task.cancel()
        await asyncio.gather(self._watch, *self._running, return_exceptions=True)

    async def _run(self, tick: Tick) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            async with self._turns[tick.name]:
                await tick.job()
        except Exception as error:  # noqa: BLE001 - a tick that fails must not be the last one
            self._told(tick.name, error)
        else:
            self._told(tick.name, None)
        finally:
            self._running.discard(task)

    async def _follow_clock(self) -> None:
        """Shift the next runs by what the machine's clock steps against the loop's, which never does."""
        loop = asyncio.get_running_loop()
        seen, since = datetime.now(UTC), loop.time()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now, passed = datetime.now(UTC), loop.time() - since
            step = now - seen - timedelta(seconds=passed)
            seen, since = now, loop.time()
            if abs(step) > STEP:
                self._shift(step)

    def _shift(self, step: timedelta) -> None:
        for job in self._scheduler.get_jobs():
            if job.next_run_time is not None:
                with contextlib.suppress(OverflowError):
                    job.modify(next_run_time=job.next_run_time + step)
