"""The outbox as an administrator sees it (see `school.ports_mail.MailQueue`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, null, or_, select, update

from school.ports_mail import QueuedMessage
from storage.tables import outbox

if TYPE_CHECKING:
    from storage.database import Database

_O = outbox.c
_PENDING: ColumnElement[bool] = _O.state == literal_column("'pending'")
_COLUMNS = (
    *(_O.id, _O.kind, _O.channel, _O.recipient, _O.state, _O.attempts, _O.created_at, _O.due_at),
    func.coalesce(_O.error, ""),
)
_WAITING = (
    select(_O.channel, _O.kind, func.count())
    .where(_PENDING)
    .group_by(_O.channel, _O.kind)
    .order_by(_O.channel, _O.kind)
)
_FAILING = select(*_COLUMNS).where(_PENDING, _O.attempts > 0).order_by(_O.seq).limit(bindparam("limit"))
_GIVEN_UP = select(*_COLUMNS).where(_O.state == "dead").order_by(_O.seq.desc()).limit(bindparam("limit"))
_AT: ColumnElement[datetime] = bindparam("at", type_=_O.due_at.type)
ONE_GIVEN_UP = select(_O.id, _O.kind, _O.channel, _O.recipient, _O.data, _O.dedupe, _O.bulk).where(
    _O.id == bindparam("row"), _O.state == "dead"
)
SEND_AGAIN = (
    update(outbox)
    .where(_O.id == bindparam("row"), _O.state == "dead")
    .values(
        state="pending",
        data=bindparam("renewed", type_=_O.data.type),
        attempts=0,
        due_at=_AT,
        finished_at=null(),
        leased_until=null(),
        error=null(),
    )
)
# What is being sent cannot be taken away: whether it has gone out is not known.
_DROP = (
    update(outbox)
    .where(
        _O.id == bindparam("row"),
        or_(_O.state == "dead", _PENDING & or_(_O.leased_until.is_(None), _O.leased_until <= _AT)),
    )
    .values(state="cancelled", data={}, finished_at=_AT, error="dropped by an administrator")
)


class OutboxQueue:
    """What waits, what fails, what was given up; each change is one small transaction."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def waiting(self) -> Sequence[tuple[str, str, int]]:
        """Return (channel, kind, how many) of the messages that wait to be sent, by channel and kind."""
        return await self._database.run(lambda c: [(row[0], row[1], row[2]) for row in c.execute(_WAITING)])

    async def failing(self, limit: int) -> Sequence[QueuedMessage]:
        """Return messages that were tried and are to be tried again, the oldest first."""
        return await self._messages(_FAILING, limit)

    async def given_up(self, limit: int) -> Sequence[QueuedMessage]:
        """Return messages that will not be sent, the latest first."""
        return await self._messages(_GIVEN_UP, limit)

    async def drop(self, message_id: str, now: datetime) -> bool:
        """Take a message away for ever and forget its data; False where it is gone or is being sent."""
        given = {"row": message_id, "at": now}
        return await self._database.write(lambda c: bool(c.execute(_DROP, given).rowcount))

    async def _messages(self, query: Select[Any], limit: int) -> list[QueuedMessage]:
        return await self._database.run(lambda c: [QueuedMessage(*row) for row in c.execute(query, {"limit": limit})])
