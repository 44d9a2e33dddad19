"""What every part of the unit of work stands on: the staged statements, and the mark that an order has changed."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import case, or_
from sqlalchemy.dialects import sqlite

from school.notices import Notice
from school.ports import Clock
from storage import tables_money as m
from storage.inserts import insert_into
from storage.staging import Staged

if TYPE_CHECKING:
    from storage.database import Database


@cache
def _look_statement(dialect: str, *, force: bool) -> sqlite.Insert:
    statement = insert_into(dialect, m.order_watch)
    mine, new = m.order_watch.c, statement.excluded
    earlier = or_(mine.look_at.is_(None), mine.look_at > new.look_at)
    look_at = new.look_at if force else case((earlier, new.look_at), else_=mine.look_at)
    return statement.on_conflict_do_update(
        index_elements=["order_id"], set_={"look_at": look_at, "seen": mine.seen + 1}
    )


class UowBase:
    """The staged statements of one input."""

    def __init__(self, database: "Database", clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # By what they save: of two saves of one thing the later counts, and is compared with the stored one once.
        self._staged: dict[object, Staged] = {}
        self._notices: list[Notice] = []
        # Who acts, where it is no chat account.
        self._speaker = ""
        # How far this unit has seen the orders of which it read the facts.
        self._seen: dict[str, int] = {}

    def _stage(self, staged: Staged, *key: object) -> None:
        # Anew at the end, so that a save after a deletion of many runs after it.
        self._staged.pop(key, None)
        self._staged[key or object()] = staged

    def _look(self, order_id: str, at: datetime | None = None, *, force: bool = False) -> None:
        """Stage that an order is looked at then, at once without a moment; of several in one unit the earliest."""
        at, key = at or self._clock.now(), ("look", order_id)
        before = self._staged.get(key)
        if before is not None and not force:
            assert isinstance(before.given, dict)
            before.given["look_at"] = min(before.given["look_at"], at)
            return
        statement = _look_statement(self._database.dialect, force=force)
        self._stage(Staged(statement, {"order_id": order_id, "look_at": at, "paused_until": None, "seen": 0}), *key)
