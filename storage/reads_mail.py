"""The reads about letters: plain functions over a connection."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from school.centre import Centre
from school.mailroom import LetterState, StoredLetter, Topic
from school.order import Order
from school.ports_mail import AddressFault
from storage import tables as t
from storage import tables_mail as m
from storage.mapping import orders_of
from storage.reads import orders_where

LETTER_COLUMNS = tuple(m.letters.c[field.name] for field in fields(StoredLetter))
_LETTERS = select(*LETTER_COLUMNS).order_by(m.letters.c.id)
_L = m.letters.c
_VALUE: ColumnElement[str] = bindparam("value")
_LIMIT: ColumnElement[int] = bindparam("limit")

_TOPIC = select(m.topics).where(m.topics.c.token_sha256 == _VALUE)
_OF_LETTERS = select(m.letters_out.c.notice_id, m.letters_out.c.token_sha256).where(
    m.letters_out.c.notice_id.in_(bindparam("ids", expanding=True))
)
# Of a long thread the ids beyond these tell nothing new.
_MOST_REFERENCES = 200


def topic(connection: Connection, token_sha256: str) -> Topic | None:
    """Read what a reply token is about."""
    row = connection.execute(_TOPIC, {"value": token_sha256}).first()
    return None if row is None else Topic(*row)


def topic_of_letters(connection: Connection, message_ids: Sequence[str]) -> Topic | None:
    """Read what the first known of these letters of ours was about."""
    ids = [message_id.strip().lstrip("<").partition("@")[0] for message_id in message_ids][:_MOST_REFERENCES]
    tokens = {row.notice_id: row.token_sha256 for row in connection.execute(_OF_LETTERS, {"ids": ids})}
    found = (topic(connection, tokens[notice_id]) for notice_id in ids if notice_id in tokens)
    return next((one for one in found if one is not None), None)


_LETTER = _LETTERS.where(_L.id == bindparam("row"))
_ABOUT = _LETTERS.where(_L.subject == _VALUE, _L.state == bindparam("of_state"))
_WAITING = _LETTERS.where(
    # As the index of letters that are kept has it: few are, and those that wait are all among them.
    _L.raw_id != literal_column("''"),
    _L.received_at < bindparam("before"),
    _L.state == literal_column("'waiting'"),
    _L.reason == _VALUE,
).limit(_LIMIT)
_IS_ASIDE: ColumnElement[bool] = _L.state == literal_column("'aside'")
_ASIDE = _LETTERS.where(_IS_ASIDE).limit(_LIMIT).offset(bindparam("offset"))
_ASIDE_COUNT = select(func.count()).where(_IS_ASIDE)


def letter(connection: Connection, letter_id: int) -> StoredLetter | None:
    """Read one letter."""
    row = connection.execute(_LETTER, {"row": letter_id}).first()
    return None if row is None else StoredLetter(*row)


def letters_of(connection: Connection, subject: str, state: LetterState) -> list[StoredLetter]:
    """Read letters of this state about this subject, in order of arrival."""
    return [StoredLetter(*row) for row in connection.execute(_ABOUT, {"value": subject, "of_state": state})]


def letters_waiting(connection: Connection, reason: str, before: datetime, limit: int) -> list[StoredLetter]:
    """Read letters received before this moment that wait for this reason, in order of arrival."""
    given = {"value": reason, "before": before, "limit": limit}
    return [StoredLetter(*row) for row in connection.execute(_WAITING, given)]


def letters_aside(connection: Connection, limit: int, offset: int) -> tuple[list[StoredLetter], int]:
    """Read a page of the letters left to a person, the oldest first, and their count."""
    page = connection.execute(_ASIDE, {"limit": limit, "offset": offset})
    return [StoredLetter(*row) for row in page], connection.execute(_ASIDE_COUNT).scalar_one()


_ANSWERS = select(m.letter_answers.c.count).where(
    m.letter_answers.c.peer == _VALUE, m.letter_answers.c.day == bindparam("day")
)
_FAULT = select(m.address_faults).where(m.address_faults.c.email == _VALUE)


def answers_to(connection: Connection, peer: str, day: date) -> int:
    """Read how many automatic answers this address has been given on this day."""
    return connection.execute(_ANSWERS, {"value": peer.lower(), "day": day}).scalar() or 0


def address_fault(connection: Connection, email: str) -> AddressFault | None:
    """Read why letters do not reach an address."""
    row = connection.execute(_FAULT, {"value": email.lower()}).first()
    return None if row is None else AddressFault(*row)


OF_EMAIL = (
    select(t.order_lines.c.id)
    .join(t.orders, t.orders.c.id == t.order_lines.c.order_id)
    .where(t.order_lines.c.email_key == _VALUE)
    .order_by(t.orders.c.placed_at.desc(), t.orders.c.number.desc(), t.order_lines.c.position)
    .limit(_LIMIT)
)
_CENTRES = select(t.centres).where(func.lower(t.centres.c.email) == _VALUE).order_by(t.centres.c.number)


def lines_of_email(connection: Connection, email: str, limit: int) -> list[str]:
    """Read ids of the order lines with this address, the newest order's first."""
    return list(connection.execute(OF_EMAIL, {"value": email.lower(), "limit": limit}).scalars())


def centre_by_email(connection: Connection, email: str) -> list[Centre]:
    """Read the centres whose mailbox this is."""
    return [Centre(*row) for row in connection.execute(_CENTRES, {"value": email.lower()})]


_NEWEST = (
    select(t.orders.c.id)
    .where(t.orders.c.inn == _VALUE)
    .order_by(t.orders.c.placed_at.desc(), t.orders.c.number.desc())
    .limit(_LIMIT)
)
_OF_INN = orders_where(t.orders.c.id.in_(_NEWEST))
_OF_INN_AND_CENTRE = orders_where(t.orders.c.id.in_(_NEWEST.where(t.orders.c.centre == bindparam("centre"))))


def orders_by_inn(connection: Connection, inn: str, centre: str | None, limit: int) -> list[Order]:
    """Read the payer's orders, the newest first."""
    query = _OF_INN if centre is None else _OF_INN_AND_CENTRE
    return orders_of(connection.execute(query, {"value": inn, "centre": centre, "limit": limit}))
