"""The heartbeat: on PostgreSQL a process says that it lives, so that another takes up what a dead one was sending."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Protocol

from bot.faults import where
from storage.database import Database
from storage.holders import LIFE_SECONDS, Holders

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0


class Alive(Protocol):
    """Where this process says that it lives (see `storage.holders.Holders`)."""

    async def beat(self, *, reap: bool) -> int:
        """Say so; with `reap` free what the dead held, and return how many messages that were."""

    async def leave(self) -> None:
        """Take this process out."""


class Heartbeat:
    """Beats until it is stopped.

    After a silence of its own, as when the database was away, a process waits for as long as others may live before
    it takes anybody for dead: they were cut off with it, and know of messages sent that are not recorded yet.
    """

    def __init__(self, holders: Alive, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._holders = holders
        self._time = monotonic
        self._alive_until = float("-inf")
        self._steady_since = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def is_alive(self) -> bool:
        """Tell whether others still take this process for alive."""
        return self._time() < self._alive_until

    async def start(self) -> None:
        """Beat once and go on beating. Raises what the database raises at the first beat."""
        await self.beat()
        self._task = asyncio.create_task(self._run())

    async def beat(self) -> None:
        """Say that this process lives. Raises what the database raises."""
        began = self._time()  # before the database's own moment: this process gives up first
        if not self.is_alive():
            self._steady_since = began
        freed = await self._holders.beat(reap=began - self._steady_since >= LIFE_SECONDS)
        self._alive_until = began + LIFE_SECONDS
        if freed:
            log.warning("another process has died; messages that it was sending are taken over: %s", freed)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await self.beat()
            except Exception as error:  # noqa: BLE001 - the database may be back at the next beat
                log.error("a heartbeat was not written, again soon: %s", where(error))

    async def stop(self) -> None:
        """Stop beating and free what this process still holds, where the database is there."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self._holders.leave()
        except Exception as error:  # noqa: BLE001 - what it held is free once its life is over
            log.error("the end was not written: %s", where(error))


async def begin(database: Database, closing: AsyncExitStack) -> Callable[[], bool]:
    """Begin to beat where others may send beside this process; return what tells whether it may send.

    `closing` stops it. Raises what the database raises.
    """
    if database.owner is None:
        return lambda: True
    heartbeat = Heartbeat(Holders(database))
    await heartbeat.start()
    closing.push_async_callback(heartbeat.stop)
    return heartbeat.is_alive
