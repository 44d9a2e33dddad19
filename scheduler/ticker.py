"""The ticker: repeated jobs on APScheduler, which may also be run at once when a clock is moved."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Job = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Tick:
    """A job and its pace in seconds."""

    name: str
    seconds: float
    job: Job


class Ticker:
    """Runs each job at its pace; a late one is run once, never dropped, never twice at a time."""

    def __init__(self, ticks: list[Tick]) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._ticks = ticks
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        for tick in ticks:
            self._scheduler.add_job(
                _coroutine(tick.job),
                "interval",
                seconds=tick.seconds,
                id=tick.name,
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    async def tick_now(self) -> None:
        """Run every job once, one after another."""
        for tick in self._ticks:
            await tick.job()

    def stop(self) -> None:
        """Stop ticking."""
        self._scheduler.shutdown(wait=False)


def _coroutine(job: Job) -> Job:
    """Make a coroutine function of any job: of an object that is called APScheduler would only make the coroutine."""

    async def run() -> None:
        await job()

    return run
