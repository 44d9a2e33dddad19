"""Telegram's limits of sending: 30 messages in any second, 1 a second a chat with a burst of 10, 20 a minute a group.

The numbers are those of DESIGN ("Limits of Telegram"), edits included.
"""

import math
import time
from collections import deque
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
class Window:
    """At most `most` in any second: a bucket would let twice as many through in its first one."""

    most: int
    taken: deque[float] = field(default_factory=deque)

    def lacks(self, count: int, now: float) -> float:
        """Return the seconds until `count` fit; an album of more than `most` needs an empty second."""
        while self.taken and self.taken[0] <= now - 1:
            self.taken.popleft()
        over = len(self.taken) + min(count, self.most) - self.most
        return self.taken[over - 1] + 1 - now if over > 0 else 0.0


@dataclass(slots=True)
class Limiter:
    """Counts what a bot sends; off, it lets everything through. `clock` gives seconds."""

    enabled: bool = True
    clock: Callable[[], float] = time.monotonic
    _all: Window = field(default_factory=lambda: Window(ALL_PER_SECOND))
    _chats: dict[int, Bucket] = field(default_factory=dict)
    _groups: dict[int, Bucket] = field(default_factory=dict)

    def take(self, chat: int, *, group: bool, count: int = 1) -> int:
        """Take `count` messages to a chat; return 0, or the whole seconds to wait, having taken none."""
        if not self.enabled:
            return 0
        now = self.clock()
        buckets = self._buckets(chat, group, now)
        wait = max(self._all.lacks(count, now), *(bucket.lacks(count, now) for bucket in buckets))
        if wait > 0:
            return math.ceil(wait)
        self._all.taken.extend([now] * count)
        for bucket in buckets:
            bucket.tokens -= min(count, bucket.burst)
        return 0

    def _buckets(self, chat: int, group: bool, now: float) -> list[Bucket]:
        one = self._chats.get(chat)
        if one is None:
            one = self._chats[chat] = Bucket(1, CHAT_BURST, CHAT_BURST, now)
        if not group:
            return [one]
        many = self._groups.get(chat)
        if many is None:
            many = self._groups[chat] = Bucket(GROUP_PER_MINUTE / 60, GROUP_PER_MINUTE, GROUP_PER_MINUTE, now)
        return [one, many]
