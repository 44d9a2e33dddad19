"""The inbox: updates as they came, kept until they are handled; one of the same id is stored once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, literal_column, select, update

from storage.inserts import insert_new
from storage.tables import inbox

if TYPE_CHECKING:
    from storage.database import Database

_PENDING: ColumnElement[str] = literal_column("'pending'")
_COLUMNS = tuple(inbox.c[name] for name in ("id", "bot_id", "update_id", "chat_key", "payload", "attempts"))
_WAITING = select(*_COLUMNS).where(inbox.c.state == _PENDING).order_by(inbox.c.id).limit(bindparam("limit"))
_THIS = (inbox.c.id == bindparam("row")) & (inbox.c.state == _PENDING)
_FAILED = (
    update(inbox)
    .where(_THIS)
    .values(attempts=inbox.c.attempts + 1, error=bindparam("reason"))
    .returning(inbox.c.attempts)
)
_ASIDE = update(inbox).where(_THIS).values(state="aside", error=bindparam("reason"))
# Links' secrets and typed answers are not kept once they have taken effect.
HANDLED = update(inbox).where(_THIS).values(state="handled", payload="{}")


@dataclass(frozen=True, slots=True)
class NewUpdate:
    """An update to store: `payload` its JSON as it came, `chat_key` what it must keep its order in."""

    update_id: int
    chat_key: int
    payload: str


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored update; `id` is the order of arrival, `attempts` how often it has failed."""

    id: int
    bot_id: int
    update_id: int
    chat_key: int
    payload: str
    attempts: int


class InboxStore:
    """The inbox as intake and workers see it."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def store(self, bot_id: int, updates: Sequence[NewUpdate]) -> list[InboxRow]:
        """Store the updates, durable on return; return those that were not there yet, in order."""
        if not updates:
            return []
        return await self._database.write(partial(_store, self._database.dialect, bot_id, updates))

    async def pending(self, limit: int) -> list[InboxRow]:
        """Return updates not handled yet, in order of arrival."""
        given = {"limit": limit}
        return await self._database.run(lambda c: [InboxRow(*row) for row in c.execute(_WAITING, given)])

    async def failed(self, row_id: int, error: str) -> int:
        """Count a failed try of a pending update and return how many there were; 0 when it is not pending."""
        given = {"row": row_id, "reason": error}
        return await self._database.write(lambda c: c.execute(_FAILED, given).scalar() or 0)

    async def set_aside(self, row_id: int, error: str) -> None:
        """Give a pending update up; it is kept for people to look at."""
        given = {"row": row_id, "reason": error}
        await self._database.write(lambda c: c.execute(_ASIDE, given).close())

    async def forget(self, before: datetime) -> None:
        """Delete updates received before this moment that wait for nobody."""
        statement = delete(inbox).where(inbox.c.received_at < before, inbox.c.state != _PENDING)
        await self._database.write(lambda c: c.execute(statement).close())


def _store(dialect: str, bot_id: int, updates: Sequence[NewUpdate], connection: Connection) -> list[InboxRow]:
    received = datetime.now(UTC)
    rows: list[dict[str, Any]] = [
        {
            "bot_id": bot_id,
            "update_id": new.update_id,
            "chat_key": new.chat_key,
            "payload": new.payload,
            "received_at": received,
        }
        for new in updates
    ]
    statement = insert_new(dialect, inbox, "bot_id", "update_id").returning(inbox.c.id, inbox.c.update_id)
    numbers = {update_id: row_id for row_id, update_id in connection.execute(statement, rows)}
    first = {new.update_id: new for new in reversed(updates)}
    stored = [
        InboxRow(row_id, bot_id, update_id, first[update_id].chat_key, first[update_id].payload, 0)
        for update_id, row_id in numbers.items()
    ]
    return sorted(stored, key=lambda row: row.id)
