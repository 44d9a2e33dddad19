"""What the use cases need of storage for updates that could not be handled and were left to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AsideUpdate:
    """An update left to a person; `error` is the type and the place of what failed, `received_at` in UTC."""

    id: int
    bot_id: int
    update_id: int
    chat_key: int
    payload: str
    error: str
    received_at: datetime


class AsideUpdates(Protocol):
    """The updates set aside: every change is one small transaction of its own."""

    async def aside(self, limit: int, offset: int) -> Sequence[AsideUpdate]:
        """Return a page of the updates left to a person, the oldest first."""

    async def aside_count(self) -> int:
        """Return how many updates are left to a person."""

    async def take_up(self, row_id: int) -> bool:
        """Have an update that was set aside handled again, its tries counted anew; False where it is none."""

    async def drop(self, row_id: int) -> bool:
        """Take an update that was set aside away and forget what it held; False where it is none."""
