"""What the use cases need of storage for `/status`: orders by what people ask with, by index at any size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from school.order import Order
from school.status import Alternatives, Query


@dataclass(frozen=True, slots=True)
class Hits:
    """Orders found, newest first (of a run in no order); `more`: there are others that were not read."""

    orders: tuple[Order, ...]
    more: bool = False
    alternatives: Alternatives = ()


class StatusUnit(Protocol):
    """One input's searches, and who leads an order."""

    async def find_status(self, query: Query, centres: Sequence[str] | None, limit: int) -> Hits:
        """Return at most `limit` orders of these centres (None: of all) that may fit, in one trip.

        An order found by words may hold students who do not fit: see `school.status.fitting`. Rows of other centres
        are not read, so that a foreign order takes no longer than an absent one.
        """

    async def orders_led_by(self, centre: str, user_id: int) -> Sequence[Order]:
        """Return the orders of the centre that name this account as their owner or substitute."""

    def save_order_extra(self, order: Order) -> None:
        """Stage an update of the order's `extra` alone; compares and raises the order's version."""
