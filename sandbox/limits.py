"""Telegram's limits for senders: 30 messages a second in all, 1 a second and chat, 20 a minute and group."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.call import Refusal

# Messages that were sent in their time may arrive closer to each other than they were sent: seconds forgiven.
_JITTER = 0.1


@dataclass(slots=True)
class _Bucket:
    rate: float
    burst: float
    tokens: float
    at: float

    def wait(self, now: float, count: int) -> float:
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        short = (count - self.tokens) / self.rate
        return short if short > _JITTER else 0.0


class Limits:
    """Refuses what is sent too fast; edits count as messages, as Telegram counts them."""

    def __init__(self, time: Callable[[], float], *, enabled: bool = True) -> None:
        self.enabled = enabled
        self._time = time
        self._all = _Bucket(30, 30, 30, time())
        self._chats: dict[int, _Bucket] = {}

    def spend(self, chat_id: int, count: int = 1) -> None:
        """Count messages to a chat; raise 429 with `retry_after` in whole seconds and count nothing if too many."""
        if not self.enabled:
            return
        now = self._time()
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = _Bucket(20 / 60, 20, 20, now) if chat_id < 0 else _Bucket(1, 10, 10, now)
            self._chats[chat_id] = chat
        wait = max(self._all.wait(now, count), chat.wait(now, count))
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        self._all.tokens -= count
        chat.tokens -= count
