"""Telegram's limits of sending: 30 messages a second in all, 1 a second a chat with a burst of 10, 20 a minute a group.

The numbers are those of DESIGN ("Limits of Telegram"), edits included.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

ALL_PER_SECOND = 30
CHAT_BURST = 10
GROUP_PER_MINUTE = 20


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` tokens a second, at most `burst` at once."""

    rate: float
    burst: float
    tokens: float
    seen: float

    def lacks(self, count: int, now: float) -> float:
        """Return the seconds until `count` tokens are there; an album over the burst needs a full bucket."""
        self.tokens = min(self.burst, self.tokens + (now - self.seen) * self.rate)
        self.seen = now
        missing = min(count, self.burst) - self.tokens
        # Refilling in fractions leaves crumbs of floats behind; a billionth of a token is not a message.
        return missing / self.rate if missing > 1e-9 else 0.0


@dataclass(slots=True)
class Limiter:
    """Counts what a bot sends; off, it lets everything through. `clock` gives seconds."""

    enabled: bool = True
    clock: Callable[[], float] = time.monotonic
    _all: Bucket | None = None
    _chats: dict[int, Bucket] = field(default_factory=dict)
    _groups: dict[int, Bucket] = field(default_factory=dict)

    def take(self, chat: int, *, group: bool, count: int = 1) -> int:
        """Take `count` messages to a chat; return 0, or the whole seconds to wait, having taken none."""
        if not self.enabled:
            return 0
        now = self.clock()
        buckets = self._buckets(chat, group, now)
        wait = max(bucket.lacks(count, now) for bucket in buckets)
        if wait > 0:
            return math.ceil(wait)
        for bucket in buckets:
            bucket.tokens -= min(count, bucket.burst)
        return 0

    def _buckets(self, chat: int, group: bool, now: float) -> list[Bucket]:
        if self._all is None:
            self._all = Bucket(ALL_PER_SECOND, ALL_PER_SECOND, ALL_PER_SECOND, now)
        one = self._chats.get(chat)
        if one is None:
            one = self._chats[chat] = Bucket(1, CHAT_BURST, CHAT_BURST, now)
        if not group:
            return [self._all, one]
        many = self._groups.get(chat)
        if many is None:
            many = self._groups[chat] = Bucket(GROUP_PER_MINUTE / 60, GROUP_PER_MINUTE, GROUP_PER_MINUTE, now)
        return [self._all, one, many]
