"""What the use cases need of storage for reminders: which orders to look at, all that is known of them, what is done.

Every order has at most one moment at which it is to be looked at next. Everything saved about an order (itself, its
lines, questionnaires, invoices, acts) makes that moment now, so that a fact that has arrived is seen.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from school.facts import OrderFacts, Reminder, Snooze


class RemindersUnit(Protocol):
    """One input's reads and staged writes about reminders."""

    async def orders_to_look(self, now: datetime, limit: int) -> Sequence[str]:
        """Return ids of the orders whose moment has come, the longest first; by index, as quick at a million orders."""

    async def facts(self, order_ids: Sequence[str]) -> Sequence[OrderFacts]:
        """Return all that is known of these orders, in the order asked for, in few trips; unknown ids are left out.

        The unit remembers how far it has seen: see `set_looks`.
        """

    async def planned(self, order_ids: Sequence[str]) -> set[tuple[str, str, date]]:
        """Return (subject, kind, due date) of all reminders made for these orders."""

    async def digests_of(self, order_ids: Sequence[str]) -> dict[str, list[Reminder]]:
        """Return the reminders made for managers, by the order's id; at most 500 orders at once."""

    def add_reminders(self, reminders: Sequence[Reminder]) -> None:
        """Stage reminders; one of the same subject, kind and due date is dropped in silence."""

    def set_looks(self, looks: Sequence[tuple[str, datetime | None]]) -> None:
        """Stage when each order is looked at next (UTC), None: when something happens.

        An order of which something was saved since this unit read its `facts` is left as it is, and is found again by
        `orders_to_look`. So give ids that `facts` left out, too: they would be found for ever.
        """

    def look_at(self, order_id: str, at: datetime, *, force: bool = False) -> None:
        """Stage that the order is looked at then, or earlier if that was planned; with `force` exactly then."""

    def pause_order(self, order_id: str, until: date | None) -> None:
        """Stage that the order's reminders are silent before this date of the school's zone, None: no longer."""

    def snooze(self, order_id: str, snooze: Snooze) -> None:
        """Stage that one kind is silent about a subject of the order; a later word on the same replaces it."""
