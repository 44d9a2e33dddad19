"""What the use cases need to hold back letters that a stranger could cause: counters, known mailboxes, held orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from school.order import Order


@dataclass(frozen=True, slots=True)
class Bucket:
    """A counter of one window: `window` is when it began (UTC). `key` names nobody: it is made of hashes."""

    key: str
    window: datetime


class LimitsUnit(Protocol):
    """The part of a unit of work about limits."""

    async def counts(self, buckets: Sequence[Bucket]) -> Mapping[str, int]:
        """Return how many stand in these buckets by key, 0 for those of another window."""

    async def knows_mailbox(self, sha256: str) -> bool:
        """Tell whether the mailbox of this hash has confirmed an order before."""

    def count(self, bucket: Bucket, amount: int, most: int | None = None) -> None:
        """Stage `amount` more in a bucket: a `Conflict` where the bucket would hold over `most` by another's work."""

    def count_each(self, buckets: Sequence[Bucket]) -> None:
        """Stage one more in each bucket."""

    def know_mailbox(self, sha256: str, now: datetime) -> None:
        """Stage that the mailbox of this hash has confirmed an order."""

    def save_held(self, order: Order) -> None:
        """Stage how the order is held; compares and raises its version, and has its reminders planned anew."""
