"""The unit of work's part about reminders (see `school.ports_reminders`)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import sqlite

from school.facts import OrderFacts, Reminder, Snooze
from storage import reads_reminders
from storage import tables_money as m
from storage.inserts import insert_into, insert_new
from storage.mapping import values
from storage.staging import Staged
from storage.uow_base import UowBase

_WATCH = m.order_watch.c
_SET_LOOK = update(m.order_watch).where(_WATCH.order_id == bindparam("key")).values(look_at=bindparam("at"))
_SET_LOOK_SEEN = _SET_LOOK.where(_WATCH.seen == bindparam("compared"))


@cache
def _pause_statement(dialect: str) -> sqlite.Insert:
    statement = insert_into(dialect, m.order_watch)
    return statement.on_conflict_do_update(
        index_elements=["order_id"], set_={"paused_until": statement.excluded.paused_until}
    )


@cache
def _snooze_statement(dialect: str) -> sqlite.Insert:
    statement = insert_into(dialect, m.snoozes)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["subject", "kind"], set_={"until": new.until, "order_id": new.order_id}
    )


class UowReminders(UowBase):
    """Which orders to look at, what is known of them, and what was done."""

    async def orders_to_look(self, now: datetime, limit: int) -> Sequence[str]:
        """Return ids of the orders whose moment has come, the longest first; by index, as quick at a million orders."""
        return await self._database.run(lambda c: reads_reminders.orders_to_look(c, now, limit))

    async def facts(self, order_ids: Sequence[str]) -> Sequence[OrderFacts]:
        """Return all that is known of these orders, in the order asked for, in few trips; unknown ids are left out.

        The unit remembers how far it has seen: see `set_looks`.
        """
        found, seen = await self._database.run(lambda c: reads_reminders.facts(c, order_ids))
        self._seen |= seen
        return found

    async def planned(self, order_ids: Sequence[str]) -> set[tuple[str, str, date]]:
        """Return (subject, kind, due date) of all reminders made for these orders."""
        return await self._database.run(lambda c: reads_reminders.planned(c, order_ids))

    async def digests_of(self, order_ids: Sequence[str]) -> dict[str, list[Reminder]]:
        """Return the reminders made for managers, by the order's id; at most 500 orders at once."""
        return await self._database.run(lambda c: reads_reminders.digests_of(c, order_ids))

    def add_reminders(self, reminders: Sequence[Reminder]) -> None:
        """Stage reminders; one of the same subject, kind and due date is dropped in silence."""
        if reminders:
            statement = insert_new(self._database.dialect, m.reminders, "subject", "kind", "due_on")
            self._stage(Staged(statement, [values(reminder) for reminder in reminders]))

    def set_looks(self, looks: Sequence[tuple[str, datetime | None]]) -> None:
        """Stage when each order is looked at next (UTC), None: when something happens.

        An order of which something was saved since this unit read its `facts` is left as it is, and is found again by
        `orders_to_look`.
        """
        # Rows locked in one order by everybody: two sweeps side by side do not wait for each other in a ring.
        ordered = sorted(looks, key=lambda look: look[0])
        seen = [{"key": key, "at": at, "compared": self._seen[key]} for key, at in ordered if key in self._seen]
        blind = [{"key": key, "at": at} for key, at in ordered if key not in self._seen]
        for statement, given in ((_SET_LOOK_SEEN, seen), (_SET_LOOK, blind)):
            if given:
                self._stage(Staged(statement, given))

    def look_at(self, order_id: str, at: datetime, *, force: bool = False) -> None:
        """Stage that the order is looked at then, or earlier if that was planned; with `force` exactly then."""
        self._look(order_id, at, force=force)

    def pause_order(self, order_id: str, until: date | None) -> None:
        """Stage that the order's reminders are silent before this date of the school's zone, None: no longer."""
        row = {"order_id": order_id, "look_at": self._clock.now(), "paused_until": until, "seen": 0}
        self._stage(Staged(_pause_statement(self._database.dialect), row), "pause", order_id)
        self._look(order_id)

    def snooze(self, order_id: str, snooze: Snooze) -> None:
        """Stage that one kind is silent about a subject of the order; a later word on the same replaces it."""
        row = {**values(snooze), "order_id": order_id}
        statement = _snooze_statement(self._database.dialect)
        self._stage(Staged(statement, row), "snooze", snooze.subject, snooze.kind)
        self._look(order_id)
