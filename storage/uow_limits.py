"""The unit of work's part about limits (see `school.ports_limits`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, case, or_, select, update
from sqlalchemy.dialects import sqlite

from school.order import Order
from school.ports_limits import Bucket
from storage import tables as t
from storage import tables_limits as m
from storage.inserts import insert_into, insert_new
from storage.mapping import held_values
from storage.reads_reminders import batches
from storage.staging import Staged
from storage.uow_base import UowBase

_B = m.buckets.c
_KEYS: Any = bindparam("keys", expanding=True)
_COUNTS = select(_B.key, _B.window, _B.count).where(_B.key.in_(_KEYS))
_KNOWN = select(m.known_mailboxes.c.sha256).where(m.known_mailboxes.c.sha256 == bindparam("key"))
_HELD = update(t.orders).where(t.orders.c.id == bindparam("key_id"), t.orders.c.version == bindparam("compared"))


@cache
def _count_statement(dialect: str, *, capped: bool) -> sqlite.Insert:
    """Return the count of a bucket: one of an earlier window begins anew in its row."""
    statement = insert_into(dialect, m.buckets).values(
        key=bindparam("key"), window=bindparam("window"), count=bindparam("count")
    )
    new = statement.excluded
    total = case((_B.window == new.window, _B.count + new.count), else_=new.count)
    fits = or_(_B.window != new.window, _B.count + new.count <= bindparam("most")) if capped else None
    return statement.on_conflict_do_update(
        index_elements=["key"], set_={"window": new.window, "count": total}, where=fits
    )


def _counts(connection: Connection, buckets: Sequence[Bucket]) -> dict[str, int]:
    windows = {one.key: one.window for one in buckets}
    found = dict.fromkeys(windows, 0)
    for keys in batches(list(windows)):
        for key, window, count in connection.execute(_COUNTS, {"keys": keys}):
            found[key] = count if window == windows[key] else 0
    return found


class UowLimits(UowBase):
    """Counters of letters, mailboxes that are known, and orders that are held."""

    async def counts(self, buckets: Sequence[Bucket]) -> Mapping[str, int]:
        """Return how many stand in these buckets by key, 0 for those of another window."""
        return await self._database.run(lambda c: _counts(c, buckets))

    async def knows_mailbox(self, sha256: str) -> bool:
        """Tell whether the mailbox of this hash has confirmed an order before."""
        return await self._database.run(lambda c: c.execute(_KNOWN, {"key": sha256}).first() is not None)

    def count(self, bucket: Bucket, amount: int, most: int | None = None) -> None:
        """Stage `amount` more in a bucket: a `Conflict` where the bucket would hold over `most` by another's work."""
        given: dict[str, Any] = {"key": bucket.key, "window": bucket.window, "count": amount}
        if most is None:
            self._stage(Staged(_count_statement(self._database.dialect, capped=False), given))
        else:
            statement = _count_statement(self._database.dialect, capped=True)
            self._stage(Staged(statement, given | {"most": most}, 1))

    def count_each(self, buckets: Sequence[Bucket]) -> None:
        """Stage one more in each bucket."""
        rows: list[dict[str, Any]] = [{"key": one.key, "window": one.window, "count": 1} for one in buckets]
        if rows:
            self._stage(Staged(_count_statement(self._database.dialect, capped=False), rows))

    def know_mailbox(self, sha256: str, now: datetime) -> None:
        """Stage that the mailbox of this hash has confirmed an order."""
        statement = insert_new(self._database.dialect, m.known_mailboxes, "sha256")
        self._stage(Staged(statement, {"sha256": sha256, "confirmed_at": now}))

    def save_held(self, order: Order) -> None:
        """Stage how the order is held; compares and raises its version, and has its reminders planned anew."""
        changed = held_values(order) | {"version": order.version + 1, "key_id": order.id, "compared": order.version}
        self._stage(Staged(_HELD, changed, 1), "held", order.id)
        self._look(order.id)
