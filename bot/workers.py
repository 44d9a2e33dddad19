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
MOST_RERUNS = 10
MOST_TRIES = 3
JITTER = 0.02  # seconds
PAUSE = 0.2  # seconds, doubled at each try


class Workers:
    """Takes inbox rows and has each handled once; a poisoned one is set aside after its tries, with an alert."""

    def __init__(self, conversation: Conversation, inbox: InboxStore) -> None:
        self._conversation = conversation
        self._inbox = inbox
        self._places = asyncio.Semaphore(CHATS_AT_ONCE)
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
        while queue and not self._stopping:
            async with self._places:
                try:
                    await self._one(queue[0])
                except Exception as error:  # noqa: BLE001 - the database is away: the row stays pending, the chat goes on
                    log.error("an update was left for the next start: %s", where(error))
            queue.popleft()
        del self._queues[chat_key]

    async def _one(self, row: InboxRow) -> None:
        tries = reruns = 0
        while True:
            try:
                await self._conversation.handle(row)
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
                await self._conversation.alert(row)
                return
            await asyncio.sleep(PAUSE * 2**tries)

    async def stop(self, seconds: float) -> None:
        """Finish the updates in hand within the time; the others stay in the inbox."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
