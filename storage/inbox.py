"""The inbox: updates as they came, kept until they are handled; one of the same id is stored once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, literal_column, null, select, update

from school.ports_inbox import AsideUpdate
from storage.inserts import insert_new
from storage.tables import inbox

if TYPE_CHECKING:
    from storage.database import Database

_PENDING: ColumnElement[str] = literal_column("'pending'")
_COLUMNS = tuple(inbox.c[name] for name in ("id", "bot_id", "update_id", "chat_key", "payload", "attempts"))
_WAITING = select(*_COLUMNS).where(inbox.c.state == _PENDING).order_by(inbox.c.id).limit(bindparam("limit"))
# Every few seconds, by the partial index alone.
_WAITING_IDS = select(inbox.c.id).where(inbox.c.state == _PENDING).order_by(inbox.c.id).limit(bindparam("limit"))
_BY_IDS = (
    select(*_COLUMNS)
    .where(inbox.c.id.in_(bindparam("ids", expanding=True)), inbox.c.state == _PENDING)
    .order_by(inbox.c.id)
)
_KNOWN = (
    select(*_COLUMNS)
    .where(
        inbox.c.bot_id == bindparam("of_bot"),
        inbox.c.update_id.in_(bindparam("numbers", expanding=True)),
        inbox.c.state == _PENDING,
    )
    .order_by(inbox.c.id)
)
_WAITS = select(inbox.c.id).where(inbox.c.id == bindparam("row"), inbox.c.state == _PENDING)
_ASIDE_PAGE: Select[Any] = (
    select(*_COLUMNS[:-1], inbox.c.error, inbox.c.received_at)
    .where(inbox.c.state == "aside")
    .order_by(inbox.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("skipped"))
)
_ASIDE_COUNT = select(func.count()).where(inbox.c.state == "aside")
_TAKEN_UP = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.state == "aside")
    .values(state="pending", attempts=0, error=null())
)
_DROPPED = (
    update(inbox).where(inbox.c.id == bindparam("row"), inbox.c.state == "aside").values(state="handled", payload="{}")
)
_MOST_SWEPT = 100_000
_AT_ONCE = 500  # both databases bound how many values a statement may hold
LONGEST_ASIDE = 50_000  # characters kept of an update that could not be stored as it was
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
        """Store the updates, durable on return; return those of them that wait to be handled, in order.

        One that was there already is among them while it is pending: the answer to its commit may have been lost.
        """
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

    async def store_aside(self, bot_id: int, new: NewUpdate, error: str) -> InboxRow | None:
        """Keep an update that could not be stored as it was, for people to look at; None where it is known."""
        payload = new.payload[:LONGEST_ASIDE]
        row = {
            "bot_id": bot_id,
            "update_id": new.update_id,
            "chat_key": new.chat_key,
            "payload": payload,
            "state": "aside",
            "error": error,
            "received_at": datetime.now(UTC),
        }
        statement = insert_new(self._database.dialect, inbox, "bot_id", "update_id").returning(inbox.c.id)
        row_id = await self._database.write(lambda c: c.execute(statement, row).scalar())
        return None if row_id is None else InboxRow(row_id, bot_id, new.update_id, new.chat_key, payload, 0)

    async def strays(self, held: Collection[int]) -> list[InboxRow]:
        """Return pending updates that are not among these ids, in order of arrival, some hundreds at once."""
        return await self._database.run(partial(_strays, held))

    async def waits(self, row_id: int) -> bool:
        """Tell whether the update is still to be handled."""
        given = {"row": row_id}
        return await self._database.run(lambda c: c.execute(_WAITS, given).first() is not None)

    async def aside(self, limit: int, offset: int) -> list[AsideUpdate]:
        """Return a page of the updates left to a person, the oldest first."""
        given = {"limit": limit, "skipped": offset}
        return await self._database.run(lambda c: [AsideUpdate(*row) for row in c.execute(_ASIDE_PAGE, given)])

    async def aside_count(self) -> int:
        """Return how many updates are left to a person."""
        return await self._database.run(lambda c: c.execute(_ASIDE_COUNT).scalar_one())

    async def take_up(self, row_id: int) -> bool:
        """Have an update that was set aside handled again, its tries counted anew; False where it is none."""
        return await self._database.write(lambda c: bool(c.execute(_TAKEN_UP, {"row": row_id}).rowcount))

    async def drop(self, row_id: int) -> bool:
        """Take an update that was set aside away and forget what it held; False where it is none."""
        return await self._database.write(lambda c: bool(c.execute(_DROPPED, {"row": row_id}).rowcount))

    async def forget(self, before: datetime) -> None:
        """Delete handled updates received before this moment; one set aside waits for a person."""
        statement = delete(inbox).where(inbox.c.received_at < before, inbox.c.state == "handled")
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
    known = [update_id for update_id in first if update_id not in numbers]
    if known:
        stored += [InboxRow(*row) for row in connection.execute(_KNOWN, {"of_bot": bot_id, "numbers": known})]
    return sorted(stored, key=lambda row: row.id)


def _strays(held: Collection[int], connection: Connection) -> list[InboxRow]:
    waiting = connection.execute(_WAITING_IDS, {"limit": _MOST_SWEPT}).scalars()
    ids = [row_id for row_id in waiting if row_id not in held][:_AT_ONCE]
    return [InboxRow(*row) for row in connection.execute(_BY_IDS, {"ids": ids})] if ids else []
