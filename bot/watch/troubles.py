"""A trouble and the watch over all of them."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.faults import where

log = logging.getLogger(__name__)

KEPT_SECONDS = 2.0  # a look serves those who ask within this time: asking costs a write
LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in the way: a code for machines, one Russian sentence for people (what is wrong, what to do)."""

    code: str
    words: str


Look = Callable[[], Awaitable[Trouble | None]]


class Watch:
    """Looks at every part; until the start is over the one trouble is what it waits for."""

    def __init__(self) -> None:
        self._waiting: Trouble | None = Trouble("start", "бот запускается")
        self._looks: list[tuple[str, Look]] = []
        self._found: list[Trouble] = []
        self._looked_at = float("-inf")
        self._turn = asyncio.Lock()

    def waits(self, code: str, words: str) -> None:
        """Note what the start waits for."""
        self._waiting = Trouble(code, words)

    def started(self) -> None:
        """Note that the start is over."""
        self._waiting = None

    def add(self, code: str, look: Look) -> None:
        """Look there too; `code` names the part where the look itself fails."""
        self._looks.append((code, look))

    async def look(self) -> list[Trouble]:
        """Return what stands in the way now, nothing when all is well."""
        if self._waiting is not None:
            return [self._waiting]
        async with self._turn:
            if time.monotonic() - self._looked_at >= KEPT_SECONDS:
                self._found = await _all(self._looks)
                self._looked_at = time.monotonic()
        return self._found

    async def faults(self) -> list[str]:
        """Return the troubles as lines: the code, a colon, the words."""
        return [f"{trouble.code}: {trouble.words}" for trouble in await self.look()]


async def _all(looks: Sequence[tuple[str, Look]]) -> list[Trouble]:
    found = await asyncio.gather(*(_one(code, look) for code, look in looks))
    return [trouble for trouble in found if trouble is not None]


async def _one(code: str, look: Look) -> Trouble | None:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await look()
    except Exception as error:  # noqa: BLE001 - a look that fails is a trouble, not an end of the watch
        log.warning("the look at %s failed: %s", code, where(error))
        return Trouble(code, f"проверка не удалась ({type(error).__name__}); посмотрите журнал")
