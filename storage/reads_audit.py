"""The reads of the audit, of group chats and of what waits for administrators: plain functions over a connection."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, literal_column, select

from school.centre import StaffMember
from school.ports_audit import AuditLine, Group, Label, Trouble
from storage import tables as t
from storage import tables_mail as ml
from storage import tables_money as m
from storage.mapping import staff_member
from storage.tables_groups import groups

_A = t.audit.c
_LINES = select(_A.id, _A.at, _A.actor, _A.action, _A.subject, _A.before, _A.after)
What = Literal["order", "line", "invoice", "act", "payment", "staff"]
_IDS: ColumnElement[Any] = bindparam("ids", expanding=True)
_AT_ONCE = 5000  # ids in one statement, within both databases' limits


def _paged(query: Select[Any]) -> Select[Any]:
    return query.limit(bindparam("limit")).offset(bindparam("offset"))


_OF_SUBJECTS = _paged(_LINES.where(_A.subject.in_(_IDS)).order_by(_A.id.desc()))
_ACTORS: ColumnElement[Any] = bindparam("of_actors", expanding=True)
_OF_ACTOR = _paged(_LINES.where(_A.actor.in_(_ACTORS)).order_by(_A.id.desc()))
_BETWEEN = _paged(
    _LINES.where(_A.at >= bindparam("since", type_=_A.at.type), _A.at < bindparam("until", type_=_A.at.type)).order_by(
        _A.at.desc(), _A.id.desc()
    )
)


def of_subjects(connection: Connection, subjects: Sequence[str], limit: int, offset: int) -> list[AuditLine]:
    """Read a page of what was done to any of these, the newest first."""
    given = {"ids": list(subjects)[:_AT_ONCE], "limit": limit, "offset": offset}
    return [AuditLine(*row) for row in connection.execute(_OF_SUBJECTS, given)]


def of_actors(connection: Connection, actors: Sequence[str], limit: int, offset: int) -> list[AuditLine]:
    """Read a page of what these actors did, the newest first."""
    given = {"of_actors": list(actors), "limit": limit, "offset": offset}
    return [AuditLine(*row) for row in connection.execute(_OF_ACTOR, given)]


def between(connection: Connection, since: datetime, until: datetime, limit: int, offset: int) -> list[AuditLine]:
    """Read a page of what was done in a time, the newest first."""
    given = {"since": since, "until": until, "limit": limit, "offset": offset}
    return [AuditLine(*row) for row in connection.execute(_BETWEEN, given)]


_WITH_ORDER: tuple[tuple[What, Table], ...] = (("invoice", m.invoices), ("act", m.acts))
_LABELS: tuple[tuple[What, Select[Any]], ...] = (
    ("order", select(t.orders.c.id, t.orders.c.number).where(t.orders.c.id.in_(_IDS))),
    ("payment", select(m.payments.c.id, m.payments.c.centre).where(m.payments.c.id.in_(_IDS))),
    ("staff", select(t.staff.c.id, t.staff.c.name).where(t.staff.c.id.in_(_IDS))),
    *(
        (
            what,
            select(table.c.id, table.c.number, t.orders.c.number)
            .join(t.orders, t.orders.c.id == table.c.order_id)
            .where(table.c.id.in_(_IDS)),
        )
        for what, table in _WITH_ORDER
    ),
)
_LINE_LABELS = (
    select(t.order_lines.c.id, t.orders.c.number, t.order_lines.c.position)
    .join(t.orders, t.orders.c.id == t.order_lines.c.order_id)
    .where(t.order_lines.c.id.in_(_IDS))
)


def labels(connection: Connection, ids: Sequence[str]) -> dict[str, Label]:
    """Read what people call these."""
    found: dict[str, Label] = {}
    for at in range(0, len(ids), _AT_ONCE):
        given = {"ids": list(ids[at : at + _AT_ONCE])}
        for what, query in _LABELS:
            found |= {key: Label(what, *names) for key, *names in connection.execute(query, given)}
        for key, number, position in connection.execute(_LINE_LABELS, given):
            found[key] = Label("line", f"{number}/{position + 1}", number)
    return found


def _is(table: Table, state: str) -> ColumnElement[bool]:
    """Compare with the literal, so that the partial indexes serve."""
    return table.c.state == literal_column(f"'{state}'")


_STAFF = select(t.staff).order_by(t.staff.c.since.desc(), t.staff.c.id)
_COUNTS: tuple[Select[Any], ...] = tuple(
    select(func.count()).select_from(table).where(_is(table, state))
    for table, state in ((t.outbox, "dead"), (t.inbox, "aside"), (ml.letters, "aside"))
)


def staff_ever(connection: Connection) -> list[StaffMember]:
    """Read every role there is and was, the newest first."""
    return [staff_member(row) for row in connection.execute(_STAFF)]


def trouble(connection: Connection) -> Trouble:
    """Count what waits for an administrator."""
    return Trouble(*(connection.execute(query).scalar_one() for query in _COUNTS))


_GROUP = select(groups).where(groups.c.chat_id == bindparam("chat"))
_OF_CENTRE = (
    select(groups)
    .where(groups.c.centre == bindparam("of_centre"), groups.c.left_at.is_(None))
    .order_by(groups.c.bound_at, groups.c.chat_id)
)


def group(connection: Connection, chat_id: int) -> Group | None:
    """Read a group."""
    row = connection.execute(_GROUP, {"chat": chat_id}).first()
    return None if row is None else Group(*row)


def groups_of_centre(connection: Connection, centre: str) -> list[Group]:
    """Read the groups bound to a centre now."""
    return [Group(*row) for row in connection.execute(_OF_CENTRE, {"of_centre": centre})]
