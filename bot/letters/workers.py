"""Letters handled one after another of one sender, side by side across senders; a poisoned one is set aside."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from bot.faults import where
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

Handle = Callable[[StoredLetter], Awaitable[None]]
Alert = Callable[[StoredLetter], Awaitable[None]]


class LetterWorkers:
    """Takes stored letters and has each handled once; `alert` tells administrators of one set aside."""

    def __init__(self, inbox: MailInbox, handle: Handle, alert: Alert) -> None:
        self._inbox = inbox
        self._handle = handle
        self._alert = alert
        self._places = asyncio.Semaphore(SENDERS_AT_ONCE)
        self._queues: dict[str, deque[StoredLetter]] = {}
        self._held: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def take(self, letters: Sequence[StoredLetter]) -> None:
        """Take letters in their order; one that is held already is not taken twice."""
        for letter in letters:
            if letter.id in self._held:
                continue
            self._held.add(letter.id)
            queue = self._queues.get(letter.sender)
            if queue is not None:
                queue.append(letter)
                continue
            self._queues[letter.sender] = deque([letter])
            task = asyncio.create_task(self._sender(letter.sender))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until nothing is in hand."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _sender(self, sender: str) -> None:
        queue = self._queues[sender]
        while queue and not self._stopping:
            async with self._places:
                try:
                    await self._one(queue[0])
                except Exception as error:  # noqa: BLE001 - the database is away: the sender's letters wait in order
                    log.error("a letter waits for the database: %s", where(error))
                    await asyncio.sleep(AWAY)
                    continue
            self._held.discard(queue.popleft().id)
        del self._queues[sender]

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
