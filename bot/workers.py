"""Workers: stored updates handled in their order within a chat, side by side across chats."""

import asyncio
import logging
import random
from collections.abc import Hashable, Sequence
from typing import Protocol

from bot.faults import where
from bot.lanes import Lanes
from school.errors import Conflict
from storage.inbox import InboxRow, InboxStore

log = logging.getLogger(__name__)

CHATS_AT_ONCE = 64
MOST_RERUNS = 200
MOST_TRIES = 3
JITTER = 0.02  # seconds
PAUSE = 0.2  # seconds, doubled at each try
FIRST_PAUSE = 1.0  # seconds, while the database is away
LONGEST_PAUSE = 30.0
SWEEP_SECONDS = 3.0


class Handler(Protocol):
    """What handles updates (see `bot.dispatch.Conversation`)."""

    async def handle(self, row: InboxRow) -> None:
        """Handle one; its effects and the handled mark commit together."""

    async def alert(self, row: InboxRow) -> None:
        """Tell the administrators that it was set aside."""


class Workers:
    """Takes inbox rows and has each handled once; a poisoned one is set aside after its tries, with an alert.

    A sweep finds pending rows that nobody handed on: the answer to a commit may be lost, and an administrator may
    have a row tried again.
    """

    def __init__(self, conversation: Handler, inbox: InboxStore) -> None:
        self._conversation = conversation
        self._inbox = inbox
        self._places = asyncio.Semaphore(CHATS_AT_ONCE)
        self._losers = asyncio.Lock()
        self._lanes: Lanes[InboxRow] = Lanes(lambda row: row.chat_key)
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Take up what was left, in its order, and begin to sweep. Raises what the store raises."""
        await self.sweep()
        self._sweeper = asyncio.create_task(self._sweep_on())

    def take(self, rows: Sequence[InboxRow]) -> None:
        """Take rows; one that is held already is not taken twice, an earlier one goes before those that wait."""
        for row in rows:
            lane = self._lanes.add(row)
            if lane is None:
                continue
            task = asyncio.create_task(self._chat(lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def sweep(self) -> None:
        """Take the pending rows that nobody holds. Raises what the store raises."""
        while rows := await self._lanes.strays(self._inbox.strays):
            self.take(rows)

    async def alert(self, row: InboxRow) -> None:
        """Tell the administrators that an update was set aside; where that fails the log says so."""
        try:
            await self._conversation.alert(row)
        except Exception as error:  # noqa: BLE001 - the row is set aside already; its chat must go on
            log.error("no administrator was told: %s", where(error))

    async def _sweep_on(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - the database may be back at the next sweep
                log.error("pending updates could not be read, again soon: %s", where(error))

    async def _chat(self, lane: Hashable) -> None:
        pause = FIRST_PAUSE
        while not self._stopping and (row := self._lanes.next(lane)) is not None:
            async with self._places:
                try:
                    if not self._stopping:
                        await self._one(row)
                except Exception as error:  # noqa: BLE001 - the database is away: the chat waits, in its order
                    log.error("an update waits for the database: %s", where(error))
                    self._lanes.put_back(row)
                else:
                    self._lanes.finish(row)
                    pause = FIRST_PAUSE
                    continue
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _one(self, row: InboxRow) -> None:
        tries = reruns = 0
        while True:
            try:
                await self._handle(row, again=reruns > 0)
            except Conflict:
                reruns += 1
                if not await self._inbox.waits(row.id):
                    return
                if reruns <= MOST_RERUNS:
                    await asyncio.sleep(random.uniform(0, JITTER))
                    continue
                error = "lost its version again and again"
            except Exception as defect:  # noqa: BLE001 - a poisoned update must not stop its chat
                log.error("handling an update failed: %s", where(defect))
                error = where(defect)
            else:
                return
            tries = await self._inbox.failed(row.id, error)
            if tries == 0:
                return
            if tries >= MOST_TRIES:
                await self._inbox.set_aside(row.id, error)
                log.error("update %s was set aside after %s tries: %s", row.update_id, tries, error)
                await self.alert(row)
                return
            await asyncio.sleep(PAUSE * 2**tries)

    async def _handle(self, row: InboxRow, *, again: bool) -> None:
        if not again:
            await self._conversation.handle(row)
            return
        # Those that lost go one by one: otherwise twenty orders of one centre lose to each other again and again.
        async with self._losers:
            await self._conversation.handle(row)

    async def stop(self, seconds: float) -> None:
        """Finish the updates in hand within the time; the others stay in the inbox."""
        self._stopping = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
