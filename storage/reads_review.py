"""The reads of the review of questionnaires and of admission: plain functions over a connection.

What a partial index covers is written out, not bound: SQLite uses such an index only where it sees the value.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, or_, select, tuple_

from school.closing import load as load_act
from school.closing import load_pages
from school.ports import Card, CardKind, Lease, QueueState
from school.questionnaire import Questionnaire
from storage import tables as t
from storage import tables_catalogue as k
from storage import tables_money as m
from storage.mapping import questionnaire as questionnaire_of
from storage.reads_school import PAGE_IDS

_MOST_CARDS = 2000
_LINES = t.order_lines.c
_NOW: ColumnElement[datetime] = bindparam("now", type_=t.leases.c.until.type)
_USER: ColumnElement[int] = bindparam("user_id")
_BUT: ColumnElement[str] = bindparam("but", "")

# Nobody checks their own questionnaire.
_NOT_OWN = or_(_LINES.student_id.is_(None), _LINES.student_id != _USER)
_LIVING = _LINES.cancelled_at.is_(None)
_SUBMITTED: ColumnElement[bool] = (_LINES.questionnaire == literal_column("'submitted'")) & _LIVING
_ADMITTED = _LINES.admitted_at.is_not(None)
_READY = (
    (_LINES.questionnaire == literal_column("'approved'"))
    & (_LINES.payment == literal_column("'paid'"))
    & _LINES.admitted_at.is_(None)
    & _LIVING
)

_QUESTIONNAIRE = select(t.questionnaires).where(t.questionnaires.c.line_id == bindparam("line_id"))


def questionnaire(connection: Connection, line_id: str) -> Questionnaire | None:
    """Read the questionnaire of a line."""
    row = connection.execute(_QUESTIONNAIRE, {"line_id": line_id}).first()
    return None if row is None else questionnaire_of(row)


_OWN_NAME = select(_LINES.folded).where(_LINES.id == bindparam("line_id")).scalar_subquery()
_SAME_FILES = (
    select(_LINES.id)
    .where(
        _LINES.id.in_(
            select(t.documents.c.line_id).where(
                t.documents.c.sha256.in_(bindparam("hashes", expanding=True)),
                t.documents.c.line_id != bindparam("line_id"),
            )
        ),
        _LINES.folded != _OWN_NAME,
    )
    .order_by(_LINES.id)
)


def same_files(connection: Connection, sha256s: Sequence[str], line_id: str) -> list[str]:
    """Read ids of other persons' lines that hold a file of one of these hashes."""
    if not sha256s:
        return []
    given = {"hashes": list(sha256s), "line_id": line_id}
    return list(connection.execute(_SAME_FILES, given).scalars())


_PLACE = (_LINES.admit_by, _LINES.submitted_at, _LINES.id)
_HERE = tuple_(
    bindparam("admit_by", type_=_LINES.admit_by.type),
    bindparam("submitted_at", type_=_LINES.submitted_at.type),
    bindparam("at_id"),
)


def _next_query() -> Select[Any]:
    held = select(t.leases.c.line_id).where(
        t.leases.c.line_id == _LINES.id, t.leases.c.until > _NOW, t.leases.c.user_id != _USER
    )
    return (
        select(_LINES.id)
        .where(_SUBMITTED, _NOT_OWN, _LINES.id != _BUT, ~held.exists())
        .order_by(*_PLACE)
        .limit(literal_column("1"))
    )


NEXT = _next_query()
NEXT_BEHIND = NEXT.where(tuple_(*_PLACE) > _HERE)
_PLACE_OF = select(*_PLACE).where(_LINES.id == bindparam("line_id"))
_LAST_DEALT = (
    select(t.leases.c.line_id)
    .where(t.leases.c.user_id == _USER, t.leases.c.until > _NOW)
    .order_by(t.leases.c.until.desc(), t.leases.c.line_id)
    .limit(1)
)


def last_dealt(connection: Connection, user_id: int, now: datetime) -> str | None:
    """Read the line that this curator took last and that its lease, as of `now`, still holds."""
    found: str | None = connection.execute(_LAST_DEALT, {"user_id": user_id, "now": now}).scalar()
    return found


def next_to_review(connection: Connection, user_id: int, now: datetime, behind: str, but: str) -> str | None:
    """Read the first line behind that one, else of the whole queue, that nobody else holds; never `but`."""
    given = {"user_id": user_id, "now": now, "but": but}
    place = connection.execute(_PLACE_OF, {"line_id": behind}).first() if behind else None
    found: str | None = None
    if place is not None:
        here = {"admit_by": place.admit_by, "submitted_at": place.submitted_at, "at_id": place.id}
        found = connection.execute(NEXT_BEHIND, {**given, **here}).scalar()
    return found if found is not None else connection.execute(NEXT, given).scalar()


_TODAY: ColumnElement[date] = bindparam("today", type_=_LINES.admit_by.type)
_QUEUE = select(
    func.count(),
    func.count().filter(_LINES.admit_by <= _TODAY),
    func.count().filter(_LINES.admit_by < _TODAY),
    func.max(_LINES.submitted_at),
).where(_SUBMITTED)
_LOOKED_AT = (
    select(t.leases.c.name, func.count())
    .join(t.order_lines, _LINES.id == t.leases.c.line_id)
    .where(t.leases.c.until > _NOW, _LINES.questionnaire == "submitted")
    .group_by(t.leases.c.user_id, t.leases.c.name)
    .order_by(t.leases.c.name)
)


def queue_state(connection: Connection, now: datetime, today: date) -> QueueState:
    """Read what waits for curators, and who looks at how many."""
    waiting, due, overdue, newest = connection.execute(_QUEUE, {"today": today}).one()
    looked_at = tuple((name, count) for name, count in connection.execute(_LOOKED_AT, {"now": now}))
    return QueueState(waiting, due, overdue, looked_at, newest)


_LEASE = select(t.leases).where(t.leases.c.line_id == bindparam("line_id"), t.leases.c.until > _NOW)


def lease(connection: Connection, line_id: str, now: datetime) -> Lease | None:
    """Read who looks at the line's questionnaire now."""
    row = connection.execute(_LEASE, {"line_id": line_id, "now": now}).first()
    return None if row is None else Lease(*row)


_LIMIT: ColumnElement[int] = bindparam("limit")


def _page_and_count(condition: ColumnElement[bool]) -> tuple[Select[Any], Select[Any]]:
    page = select(_LINES.id).where(condition).order_by(_LINES.admit_by, _LINES.id).limit(_LIMIT)
    return page, select(func.count()).select_from(t.order_lines).where(condition)


TO_ADMIT = {
    False: _page_and_count(_READY),
    True: _page_and_count(_READY & _LINES.registered_at.is_not(None)),
}
DUE = _page_and_count(_LINES.admitted_at.is_(None) & _LIVING & (_LINES.admit_by <= _TODAY))


def lines_to_admit(connection: Connection, limit: int, *, registration: bool) -> tuple[list[str], int]:
    """Read ids of lines that are ready to be admitted, and how many there are in all."""
    page, count = TO_ADMIT[registration]
    return list(connection.execute(page, {"limit": limit}).scalars()), connection.execute(count).scalar_one()


def lines_due(connection: Connection, today: date, limit: int) -> tuple[list[str], int]:
    """Read ids of lines that should be admitted by today and are not, and how many there are in all."""
    page, count = DUE
    found = connection.execute(page, {"today": today, "limit": limit}).scalars()
    return list(found), connection.execute(count, {"today": today}).scalar_one()


TO_LIST = (
    select(_LINES.id).where(_ADMITTED, _LINES.listed_at.is_(None)).order_by(_LINES.admitted_at, _LINES.id).limit(_LIMIT)
)


def lines_to_list(connection: Connection, limit: int) -> list[str]:
    """Read ids of admitted lines that the school has not been told of, in the order of admission."""
    return list(connection.execute(TO_LIST, {"limit": limit}).scalars())


OF_RUN = select(_LINES.id).where(_ADMITTED, _LINES.run == bindparam("run")).order_by(_LINES.folded, _LINES.id)
_RUNS = (
    select(_LINES.run, func.count())
    .outerjoin(k.runs, k.runs.c.key == _LINES.run)
    .where(_ADMITTED)
    .group_by(_LINES.run, k.runs.c.starts)
    .order_by(k.runs.c.starts.desc().nulls_last(), _LINES.run)
)


def lines_of_run(connection: Connection, run: str) -> list[str]:
    """Read ids of the admitted lines of a run, by name."""
    return list(connection.execute(OF_RUN, {"run": run}).scalars())


def runs_with_students(connection: Connection) -> list[tuple[str, int]]:
    """Read runs with admitted students and how many, the latest first."""
    return [(run, count) for run, count in connection.execute(_RUNS)]


_Q = t.questionnaires.c
REMIND = (
    select(_Q.line_id)
    .where(_Q.remind_at.is_not(None), _Q.remind_at <= _NOW, or_(_Q.state == "filling", _Q.state == "returned"))
    .order_by(_Q.remind_at)
    .limit(_LIMIT)
)


def diplomas_to_remind(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Read ids of lines whose reminder of the diploma has come, the oldest first."""
    return list(connection.execute(REMIND, {"now": now, "limit": limit}).scalars())


_CARDS = (
    select(t.cards)
    .where(t.cards.c.subject == bindparam("subject"), t.cards.c.kind == bindparam("of_kind"))
    .order_by(t.cards.c.created_at, t.cards.c.notice_id)
)


def cards(connection: Connection, subject: str, kind: CardKind) -> list[Card]:
    """Read the messages that stand for this, the oldest first."""
    return [Card(*row) for row in connection.execute(_CARDS, {"subject": subject, "of_kind": kind})]


_LATEST = (
    select(t.cards.c.notice_id, t.cards.c.subject, t.cards.c.created_at)
    .where(t.cards.c.chat_id == bindparam("chat_id"), t.cards.c.kind == "thread")
    .order_by(t.cards.c.created_at.desc())
    .limit(_MOST_CARDS)
    .subquery()
)
_THREADS = (
    select(_LATEST.c.subject, t.outbox.c.result)
    .join(t.outbox, t.outbox.c.id == _LATEST.c.notice_id)
    .where(t.outbox.c.result.is_not(None))
    .order_by(_LATEST.c.created_at.desc())
)


def thread_of(connection: Connection, chat_id: int, message_id: int) -> str | None:
    """Read the line whose conversation a message of the bot belongs to."""
    rows = connection.execute(_THREADS, {"chat_id": chat_id})
    return next((subject for subject, result in rows if result.get("message_id") == message_id), None)


_DOCUMENTS = select(t.documents.c.id)
_ACTS = select(m.acts.c.scan_pages, m.acts.c.paper_pages)
# While a change of an act may be taken back, what it had before is kept.
_FORMER_ACTS = select(t.tokens.c.data).where(
    t.tokens.c.kind == literal_column("'act_undo'"),
    t.tokens.c.used_at.is_(None),
    t.tokens.c.expires_at > bindparam("now"),
)
# Files of clients that a manager may yet accept as a scan.
_OFFERED = select(t.tokens.c.data).where(
    t.tokens.c.kind == literal_column("'client_file'"),
    t.tokens.c.used_at.is_(None),
    t.tokens.c.expires_at > bindparam("now"),
)


def document_ids(connection: Connection, now: datetime) -> list[str]:
    """Read ids of all that the documents' vault keeps for something: documents of people and of the school, acts."""
    of_acts = [page["id"] for row in connection.execute(_ACTS) for pages in row for page in pages]
    former = (load_act(data["act"]) for data in connection.execute(_FORMER_ACTS, {"now": now}).scalars())
    of_former = (page.id for act in former for page in (*act.scan_pages, *act.paper_pages))
    offered = connection.execute(_OFFERED, {"now": now}).scalars()
    of_clients = (page.id for data in offered for page in load_pages(data["pages"]))
    of_school = connection.execute(PAGE_IDS).scalars()
    return [*connection.execute(_DOCUMENTS).scalars(), *of_acts, *of_former, *of_clients, *of_school]
