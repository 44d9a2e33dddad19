"""What a unit of work has staged, and running it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.sql.dml import UpdateBase

from school.errors import Conflict
from school.notices import Notice
from storage import tables as t
from storage.inserts import insert_new
from storage.mapping import Values, values
from storage.outbox import OutboxRow

# How long a message just written belongs to the process that wrote it, in seconds.
FIRST_LEASE = 60
_LOST_RACE = frozenset({"40001", "40P01"})  # PostgreSQL: serialization_failure, deadlock_detected


@dataclass(frozen=True, slots=True)
class Staged:
    """A statement to run at the commit; `expected` rows it must touch, None: any."""

    statement: UpdateBase
    given: Values | list[Values]
    expected: int | None = None


def notice_values(notice: Notice, now: datetime, *, leased: bool, owner: str | None = None) -> Values:
    """Return the outbox columns of a notice; one with `after` is left to whoever finds it when it is due."""
    row = values(notice)
    after: datetime | None = row.pop("after")
    leased = leased and after is None
    lease = now + timedelta(seconds=FIRST_LEASE) if leased else None
    row["owner"] = owner if leased else None
    return {**row, "fence": int(leased), "due_at": after or now, "leased_until": lease, "created_at": now}


def run(dialect: str, staged: Sequence[Staged], notices: list[Values], connection: Connection) -> list[OutboxRow]:
    """Run all of it and return the messages that were inserted leased. Raises `Conflict` for a lost race."""
    try:
        for one in staged:
            result: CursorResult[Any] = connection.execute(one.statement, one.given)
            if one.expected is not None and result.rowcount != one.expected:
                raise Conflict
        return _insert_notices(dialect, notices, connection) if notices else []
    except IntegrityError as error:
        raise Conflict from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _LOST_RACE:
            raise Conflict from error
        raise


def _insert_notices(dialect: str, notices: list[Values], connection: Connection) -> list[OutboxRow]:
    statement = insert_new(dialect, t.outbox, "dedupe").returning(t.outbox.c.id, t.outbox.c.seq)
    numbers = {row.id: row.seq for row in connection.execute(statement, notices)}
    inserted = [
        OutboxRow(
            id=new["id"],
            seq=numbers[new["id"]],
            kind=new["kind"],
            channel=new["channel"],
            recipient=new["recipient"],
            data=new["data"],
            bulk=new["bulk"],
            attempts=0,
            fence=new["fence"],
        )
        for new in notices
        if new["id"] in numbers and new["leased_until"] is not None
    ]
    return sorted(inserted, key=lambda row: row.seq)
