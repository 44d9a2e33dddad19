"""The letters that came in, as those who fetch and handle them see it (see `school.ports_mail.MailInbox`)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, literal_column, select, update

from school.mailroom import StoredLetter
from school.ports_mail import RawFacts
from storage.inserts import insert_into, insert_new
from storage.mapping import values
from storage.reads_mail import LETTER_COLUMNS
from storage.tables_mail import letter_answers, letter_places, letters

if TYPE_CHECKING:
    from storage.database import Database

# Both databases bound how many values a statement may hold.
_MOST_VALUES = 500
_PENDING: ColumnElement[bool] = letters.c.state == literal_column("'pending'")
_KEPT: ColumnElement[bool] = letters.c.raw_id != literal_column("''")
PENDING = select(*LETTER_COLUMNS).where(_PENDING).order_by(letters.c.id).limit(bindparam("limit"))
_SEEN = select(letter_places.c.uid).where(
    letter_places.c.uidvalidity == bindparam("validity"), letter_places.c.uid.in_(bindparam("uids", expanding=True))
)
_THIS = (letters.c.id == bindparam("row")) & _PENDING
_FAILED = (
    update(letters)
    .where(_THIS)
    .values(attempts=letters.c.attempts + 1, reason=bindparam("why"))
    .returning(letters.c.attempts)
)
_ASIDE = update(letters).where(_THIS).values(state="aside", reason=bindparam("why"))
_OLD = select(letters.c.id, letters.c.raw_id).where(
    _KEPT, letters.c.received_at < bindparam("before"), letters.c.state == "handled"
)
_EMPTY = update(letters).where(letters.c.id == bindparam("row")).values(raw_id="")
_FORGET_ANSWERS = delete(letter_answers).where(letter_answers.c.day < bindparam("before"))
_RAW_IDS = select(letters.c.raw_id).where(_KEPT)


class MailInbox:
    """The letters as they came; each call is one small transaction."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def take(self, facts: RawFacts) -> StoredLetter | None:
        """Store a letter, durable on return.

        None where it is known: by its UIDVALIDITY and UID, or by its Message-ID and fingerprint. The content under
        `raw_id` is then nobody's.
        """
        return await self._database.write(partial(_take, self._database.dialect, facts))

    async def seen_before(self, uidvalidity: int, uids: Sequence[int]) -> set[int]:
        """Return which of these were taken already, as letters of their own or as second copies."""
        return await self._database.run(partial(_seen, uidvalidity, uids))

    async def pending(self, limit: int) -> Sequence[StoredLetter]:
        """Return letters not handled yet, in order of arrival."""
        given = {"limit": limit}
        return await self._database.run(lambda c: [StoredLetter(*row) for row in c.execute(PENDING, given)])

    async def failed(self, letter_id: int, error: str) -> int:
        """Count a failed try of a pending letter and return how many there were; 0 when it is not pending."""
        given = {"row": letter_id, "why": error}
        return await self._database.write(lambda c: c.execute(_FAILED, given).scalar() or 0)

    async def set_aside(self, letter_id: int, reason: str) -> None:
        """Leave a pending letter to a person, for this reason."""
        given = {"row": letter_id, "why": reason}
        await self._database.write(lambda c: c.execute(_ASIDE, given).close())

    async def forget(self, before: datetime) -> Sequence[str]:
        """Return the raw ids of handled letters received before this moment, and let them go.

        The letters' rows stay, so that nothing is handled twice; automatic answers of earlier days are not counted any
        more.
        """
        return await self._database.write(partial(_forget, before))

    async def raw_ids(self) -> Sequence[str]:
        """Return the raw ids of all letters that still have their content."""
        return await self._database.run(lambda c: list(c.execute(_RAW_IDS).scalars()))


def _take(dialect: str, facts: RawFacts, connection: Connection) -> StoredLetter | None:
    place = {"uidvalidity": facts.uidvalidity, "uid": facts.uid}
    here = insert_new(dialect, letter_places, "uidvalidity", "uid").returning(letter_places.c.uid)
    if connection.execute(here, place).first() is None:
        return None
    new = insert_into(dialect, letters).on_conflict_do_nothing(index_elements=["message_id", "fingerprint"])
    row = connection.execute(new.returning(*LETTER_COLUMNS), values(facts)).first()
    return None if row is None else StoredLetter(*row)


def _seen(uidvalidity: int, uids: Sequence[int], connection: Connection) -> set[int]:
    seen: set[int] = set()
    for at in range(0, len(uids), _MOST_VALUES):
        given: dict[str, Any] = {"validity": uidvalidity, "uids": list(uids[at : at + _MOST_VALUES])}
        seen.update(connection.execute(_SEEN, given).scalars())
    return seen


def _forget(before: datetime, connection: Connection) -> list[str]:
    old = connection.execute(_OLD, {"before": before}).all()
    if old:
        connection.execute(_EMPTY, [{"row": row.id} for row in old])
    connection.execute(_FORGET_ANSWERS, {"before": before.date()})
    return [row.raw_id for row in old]
