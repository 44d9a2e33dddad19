"""What a check finds: lines for the operator."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from bot.config import Settings


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: "ok", "warn" (works, but needs a look) or "bad" (configured and does not work)."""

    state: Literal["ok", "warn", "bad"]
    piece: str
    words: str

    def __str__(self) -> str:
        mark = {"ok": "✅", "warn": "⚠️", "bad": "❌"}[self.state]
        return f"{mark} {self.piece}: {self.words}"


# A check looks at one piece, changes nothing, and returns a line at least. What it raises is told as a fault of it.
Check = Callable[[Settings], Awaitable[list[Line]]]
