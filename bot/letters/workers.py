"""Letters handled one after another of one sender, side by side across senders; a poisoned one is set aside."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence

from bot.faults import where
from bot.lanes import Lanes
from school.errors import Conflict
from school.mailroom import StoredLetter
from school.ports_mail import MailInbox

log = logging.getLogger(__name__)

SENDERS_AT_ONCE = 4
MOST_RERUNS = 100
MOST_TRIES = 3
JITTER = 0.02  # seconds
PAUSE = 0.5  # seconds, doubled at each try
AWAY = 5.0  # seconds, while the database is away
MOST_SWEPT = 10_000

Handle = Callable[[StoredLetter], Awaitable[None]]
Alert = Callable[[StoredLetter], Awaitable[None]]


class LetterWorkers:
    """Takes stored letters and has each handled once; `alert` tells administrators of one set aside."""

    def __init__(self, inbox: MailInbox, handle: Handle, alert: Alert) -> None:
        self._inbox = inbox
        self._handle = handle
        self._alert = alert
        self._places = asyncio.Semaphore(SENDERS_AT_ONCE)
        self._lanes: Lanes[StoredLetter] = Lanes(lambda letter: letter.sender)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def take(self, letters: Sequence[StoredLetter]) -> None:
        """Take letters; one that is held already is not taken twice, an earlier one goes before those that wait."""
        for letter in letters:
            lane = self._lanes.add(letter)
            if lane is None:
                continue
            task = asyncio.create_task(self._sender(lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def sweep(self) -> None:
        """Take the pending letters that nobody holds. Raises what the store raises."""

        async def read(held: Collection[int]) -> Sequence[StoredLetter]:
            return [letter for letter in await self._inbox.pending(MOST_SWEPT) if letter.id not in held]

        self.take(await self._lanes.strays(read))

    async def idle(self) -> None:
        """Wait until nothing is in hand."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _sender(self, lane: Hashable) -> None:
        while not self._stopping and (letter := self._lanes.next(lane)) is not None:
            async with self._places:
                try:
                    await self._one(letter)
                except Exception as error:  # noqa: BLE001 - the database is away: the sender's letters wait in order
                    log.error("a letter waits for the database: %s", where(error))
                    self._lanes.put_back(letter)
                    await asyncio.sleep(AWAY)
                else:
                    self._lanes.finish(letter)

    async def _one(self, letter: StoredLetter) -> None:
        reruns = 0
        while True:
            try:
                await self._handle(letter)
            except Conflict:
                reruns += 1
                if reruns <= MOST_RERUNS:
                    await asyncio.sleep(random.uniform(0, JITTER))
                    continue
                error = "lost its version again and again"
            except Exception as defect:  # noqa: BLE001 - a poisoned letter must not stop the others
                log.error("handling a letter failed: %s", where(defect))
                error = type(defect).__name__
            else:
                return
            tries = await self._inbox.failed(letter.id, error)
            if tries == 0:
                return
            if tries >= MOST_TRIES:
                await self._inbox.set_aside(letter.id, "failed")
                await self._alert(letter)
                return
            await asyncio.sleep(PAUSE * 2**tries)

    async def stop(self, seconds: float) -> None:
        """Finish the letters in hand within the time; the others stay in the store."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
