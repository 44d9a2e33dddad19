"""The ticker: repeated jobs, each at its own pace, which may also be run at once when a clock is moved.

Time is the loop's own, which never steps: a machine's clock that is set back must not stop the ticks for as long.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Job = Callable[[], Awaitable[None]]

# The first ticks run soon after a start, so that a bot restarted often still does everything, but one after another.
FIRST_SECONDS = 10.0
APART_SECONDS = 2.0


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
        self._ticks = ticks
        self._told = told
        self._turns = {tick.name: asyncio.Lock() for tick in ticks}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, first: float | None = None, apart: float = APART_SECONDS) -> None:
        """Begin to tick: the first job after `first` seconds, each other `apart` seconds after the one before."""
        first = FIRST_SECONDS if first is None else first
        for at, tick in enumerate(self._ticks):
            after = min(tick.seconds, first + apart * at)
            self._tasks.append(asyncio.create_task(self._repeat(tick, after), name=f"tick {tick.name}"))

    async def tick_now(self) -> None:
        """Run every job once, one after another. Raises what a job raises."""
        for tick in self._ticks:
            async with self._turns[tick.name]:
                await tick.job()

    async def stop(self) -> None:
        """Stop ticking; a job under way is cancelled, and what it has not committed is done by a later tick."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, tick: Tick, after: float) -> None:
        now = asyncio.get_running_loop().time
        due = now() + after
        while True:
            await asyncio.sleep(max(0.0, due - now()))
            await self._run(tick)
            # What was missed meanwhile is made up for by one run.
            due = max(due + tick.seconds, now())

    async def _run(self, tick: Tick) -> None:
        async with self._turns[tick.name]:
            try:
                await tick.job()
            except Exception as error:  # noqa: BLE001 - a tick that fails must not be the last one
                self._told(tick.name, error)
            else:
                self._told(tick.name, None)
