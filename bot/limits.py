"""Telegram's limits for senders, kept before Telegram has to refuse: arithmetic over a monotonic time in seconds."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

CHATS_KEPT = 20_000
IN_A_SECOND = 28  # Telegram takes 30 in all


@dataclass(slots=True)
class Bucket:
    """A token bucket that may be overdrawn: the debt is the time to wait."""

    rate: float
    burst: float
    tokens: float
    at: float

    def take(self, now: float) -> float:
        """Take one token and return how many seconds to wait until it is earned."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate) - 1
        self.at = now
        return max(0.0, -self.tokens / self.rate)


class Limits:
    """28 messages in any second in all, 1 a second and chat with a burst of 10 (edits too), 20 a minute and group.

    A place among the 28 is free again a second after its call was answered. So no second at Telegram holds more,
    however the network delays and squeezes the calls; a token bucket lets its burst and its rate through in one second.
    """

    def __init__(self, time: Callable[[], float], *, enabled: bool = True) -> None:
        self._time = time
        self._enabled = enabled
        self._places = asyncio.Semaphore(IN_A_SECOND)
        self._turn = asyncio.Lock()
        self._chats: OrderedDict[int, Bucket] = OrderedDict()
        self._paused: dict[int, float] = {}

    def reserve(self, chat_id: int) -> float:
        """Reserve the chat's next free place for a message; return the seconds to wait for it."""
        if not self._enabled:
            return 0.0
        now = self._time()
        return max(0.0, self._chat(chat_id, now).take(now), self._paused.get(chat_id, 0.0) - now)

    @asynccontextmanager
    async def places(self, count: int) -> AsyncIterator[None]:
        """Wait for places among all chats' messages and hold them for the length of the call in the block."""
        if not self._enabled:
            yield
            return
        async with self._turn:  # two albums that each hold half of the places would wait for each other
            for _ in range(count):
                await self._places.acquire()
        try:
            yield
        finally:
            loop = asyncio.get_running_loop()
            for _ in range(count):
                loop.call_later(1, self._places.release)

    def pause(self, chat_id: int, seconds: float) -> None:
        """Send nothing to the chat for a time: Telegram has asked for it."""
        self._paused = {chat: until for chat, until in self._paused.items() if until > self._time()}
        self._paused[chat_id] = self._time() + seconds

    def _chat(self, chat_id: int, now: float) -> Bucket:
        bucket = self._chats.get(chat_id)
        if bucket is None:
            group = chat_id < 0
            burst = 20.0 if group else 10.0
            bucket = Bucket(rate=20 / 60 if group else 1.0, burst=burst, tokens=burst, at=now)
            self._chats[chat_id] = bucket
            if len(self._chats) > CHATS_KEPT:
                self._chats.popitem(last=False)
        else:
            self._chats.move_to_end(chat_id)
        return bucket
