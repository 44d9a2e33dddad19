"""The ticker: repeated jobs paced by the loop's monotonic time, which may also be run at once when a clock is moved.

No scheduler by the wall clock: when that is set back, such a one waits until it shows the old time again.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

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
        self._ticks = ticks
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to tick."""
        self._tasks = [asyncio.create_task(_repeat(tick)) for tick in self._ticks]

    async def tick_now(self) -> None:
        """Run every job once, one after another."""
        for tick in self._ticks:
            await tick.job()

    def stop(self) -> None:
        """Stop ticking."""
        for task in self._tasks:
            task.cancel()


async def _repeat(tick: Tick) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time() + tick.seconds
    while True:
        await asyncio.sleep(due - loop.time())
        due = loop.time() + tick.seconds
        try:
            await tick.job()
        except Exception as error:  # noqa: BLE001 - whatever it is, the job is due again at its pace
            # Not the error's text: it may quote what people typed.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            log.error("the tick %s failed: %s", tick.name, place)
