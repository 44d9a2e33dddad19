"""Workers: stored updates handled in their order within a chat, side by side across chats."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Sequence

from bot.dispatch import Conversation
from bot.faults import where
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


class Workers:
    """Takes inbox rows and has each handled once; a poisoned one is set aside after its tries, with an alert."""

    def __init__(self, conversation: Conversation, inbox: InboxStore) -> None:
        self._conversation = conversation
        self._inbox = inbox
        self._places = asyncio.Semaphore(CHATS_AT_ONCE)
        self._losers = asyncio.Lock()
        self._queues: dict[int, deque[InboxRow]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def take(self, rows: Sequence[InboxRow]) -> None:
        """Take rows in their order."""
        for row in rows:
            queue = self._queues.get(row.chat_key)
            if queue is not None:
                queue.append(row)
                continue
            self._queues[row.chat_key] = deque([row])
            task = asyncio.create_task(self._chat(row.chat_key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _chat(self, chat_key: int) -> None:
        queue = self._queues[chat_key]
        pause = FIRST_PAUSE
        while queue and not self._stopping:
            async with self._places:
                try:
                    await self._one(queue[0])
                except Exception as error:  # noqa: BLE001 - the database is away: the chat waits, in its order
                    log.error("an update waits for the database: %s", where(error))
                else:
                    queue.popleft()
                    pause = FIRST_PAUSE
                    continue
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
        del self._queues[chat_key]

    async def _one(self, row: InboxRow) -> None:
        tries = reruns = 0
        while True:
            try:
                await self._handle(row, again=reruns > 0)
            except Conflict:
                reruns += 1
                if reruns <= MOST_RERUNS:
                    await asyncio.sleep(random.uniform(0, JITTER))
                    continue
                error = "lost its version again and again"
            except Exception as defect:  # noqa: BLE001 - a poisoned update must not stop its chat
                log.error("handling an update failed: %s", where(defect))
                error = type(defect).__name__
            else:
                return
            tries = await self._inbox.failed(row.id, error)
            if tries == 0:
                return
            if tries >= MOST_TRIES:
                await self._inbox.set_aside(row.id, error)
                log.error("update %s was set aside after %s tries: %s", row.update_id, tries, error)
                await self._alert(row)
                return
            await asyncio.sleep(PAUSE * 2**tries)

    async def _alert(self, row: InboxRow) -> None:
        try:
            await self._conversation.alert(row)
        except Exception as error:  # noqa: BLE001 - the row is set aside already; its chat must go on
            log.error("no administrator was told: %s", where(error))

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
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
