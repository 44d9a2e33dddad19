"""The reads of the unit of work and of the ticks: plain functions over a connection, statements built once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, select

from school.centre import Centre, Role, StaffMember
from school.draft import Draft, Visitor
from school.order import Order, Payer
from school.people import fold
from school.ports import Session, Token
from storage import tables as t
from storage import tables_catalogue as k
from storage.catalogue import CatalogueCache
from storage.mapping import orders_of, payer, staff_member

# Written out, not bound: SQLite uses a partial index only where it sees the value.
ACTIVE: ColumnElement[str] = literal_column("'active'")


def _session_query() -> Select[Any]:
    user: ColumnElement[int] = bindparam("user_id")
    latest = (
        select(t.drafts.c.id)
        .where(t.drafts.c.user_id == user, t.drafts.c.state == ACTIVE)
        .order_by(t.drafts.c.touched_at.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    joined = (
        k.catalogue_state.outerjoin(t.visitors, t.visitors.c.user_id == user)
        .outerjoin(t.drafts, t.drafts.c.id == latest)
        .outerjoin(t.centres, t.centres.c.number == func.coalesce(t.drafts.c.centre, t.visitors.c.centre))
        .outerjoin(t.staff, (t.staff.c.user_id == user) & t.staff.c.withdrawn_at.is_(None))
    )
    columns = (k.catalogue_state.c.version, *t.visitors.c, *t.drafts.c, *t.centres.c, *t.staff.c)
    named = [column.label(f"c{at}") for at, column in enumerate(columns)]
    return select(*named).select_from(joined).order_by(t.staff.c.since, t.staff.c.id)


_SESSION = _session_query()
_DRAFT_AT = 1 + len(t.visitors.c)
_CENTRE_AT = _DRAFT_AT + len(t.drafts.c)
_STAFF_AT = _CENTRE_AT + len(t.centres.c)


def session(connection: Connection, cache: CatalogueCache, user_id: int) -> Session:
    """Read the account's session in one statement: a row for each role, the rest the same in every row."""
    rows = connection.execute(_SESSION, {"user_id": user_id}).all()
    first = rows[0]
    return Session(
        visitor=Visitor(*first[1:_DRAFT_AT]) if first[1] is not None else None,
        roles=tuple(staff_member(row[_STAFF_AT:]) for row in rows if row[_STAFF_AT] is not None),
        draft=Draft(*first[_DRAFT_AT:_CENTRE_AT]) if first[_DRAFT_AT] is not None else None,
        centre=Centre(*first[_CENTRE_AT:_STAFF_AT]) if first[_CENTRE_AT] is not None else None,
        catalogue=cache.of_version(connection, first[0]),
    )


_CENTRE = select(t.centres).where(t.centres.c.number == bindparam("number"))


def centre(connection: Connection, number: str) -> Centre | None:
    """Read one centre."""
    row = connection.execute(_CENTRE, {"number": number}).first()
    return None if row is None else Centre(*row)


def centres(connection: Connection) -> list[Centre]:
    """Read all centres by number."""
    return [Centre(*row) for row in connection.execute(select(t.centres).order_by(t.centres.c.number))]


_STAFF = select(t.staff).where(t.staff.c.withdrawn_at.is_(None)).order_by(t.staff.c.since, t.staff.c.id)
_STAFF_OF_ROLE = _STAFF.where(t.staff.c.role == bindparam("role"))
_STAFF_OF_CENTRE = _STAFF_OF_ROLE.where(t.staff.c.centre == bindparam("centre"))


def centre_staff(connection: Connection, number: str) -> list[StaffMember]:
    """Read the managers of a centre."""
    rows = connection.execute(_STAFF_OF_CENTRE, {"centre": number, "role": Role.MANAGER.value})
    return [staff_member(row) for row in rows]


def staff_of_role(connection: Connection, role: Role) -> list[StaffMember]:
    """Read all who hold a role."""
    return [staff_member(row) for row in connection.execute(_STAFF_OF_ROLE, {"role": role.value})]


_STAFF_OF_MAILBOX = _STAFF.where(t.staff.c.email == bindparam("email"))


def staff_of_mailbox(connection: Connection, email: str) -> list[StaffMember]:
    """Read the roles whose registered mailbox this is."""
    rows = connection.execute(_STAFF_OF_MAILBOX, {"email": email.lower()})
    return [staff_member(row) for row in rows] if email else []


_STAFF_MEMBER = select(t.staff).where(t.staff.c.id == bindparam("member_id"))
_VISITOR = select(t.visitors).where(t.visitors.c.user_id == bindparam("user"))


def one_staff_member(connection: Connection, member_id: str) -> StaffMember | None:
    """Read a role by its id, a withdrawn one too."""
    row = connection.execute(_STAFF_MEMBER, {"member_id": member_id}).first()
    return None if row is None else staff_member(row)


def visitor(connection: Connection, user_id: int) -> Visitor | None:
    """Read one account."""
    row = connection.execute(_VISITOR, {"user": user_id}).first()
    return None if row is None else Visitor(*row)


_NEWEST = (t.orders.c.placed_at.desc(), t.orders.c.number.desc())


def orders_where(condition: ColumnElement[bool]) -> Select[Any]:
    """Make the query of whole orders, newest first, of which `condition` is true; `storage.mapping` reads its rows."""
    joined = t.orders.outerjoin(t.order_lines, t.order_lines.c.order_id == t.orders.c.id)
    columns = [c.label(f"c{at}") for at, c in enumerate((*t.orders.c, *t.order_lines.c))]
    return select(*columns).select_from(joined).where(condition).order_by(*_NEWEST, t.order_lines.c.position)


_ONE_ORDER = {
    "number": orders_where(t.orders.c.number == bindparam("value")),
    "id": orders_where(t.orders.c.id == bindparam("value")),
    "draft": orders_where(t.orders.c.draft_id == bindparam("value")),
    "line": orders_where(
        t.orders.c.id
        == select(t.order_lines.c.order_id).where(t.order_lines.c.id == bindparam("value")).scalar_subquery()
    ),
}


def order_by(connection: Connection, what: str, value: str) -> Order | None:
    """Read the order of this number, id, draft or line (`what`)."""
    return next(iter(orders_of(connection.execute(_ONE_ORDER[what], {"value": value}))), None)


_HELD = select(t.orders.c.id).where(t.HELD, t.orders.c.held_since < bindparam("before"))
_HELD = _HELD.order_by(t.orders.c.held_since, t.orders.c.id).limit(bindparam("limit"))


def held_orders(connection: Connection, before: datetime, limit: int) -> list[str]:
    """Read ids of orders that wait for their orderers since `before` without a reminder, the longest first."""
    return list(connection.execute(_HELD, {"before": before, "limit": limit}).scalars())


# Both databases bound how many values a statement may hold.
_MOST_VALUES = 500
_OF_LINES = orders_where(
    t.orders.c.id.in_(select(t.order_lines.c.order_id).where(t.order_lines.c.id.in_(bindparam("ids", expanding=True))))
)


def orders_of_lines(connection: Connection, line_ids: Sequence[str]) -> list[Order]:
    """Read the orders that hold any of these lines, each once, in the order of the lines."""
    holders: dict[str, Order] = {}
    for at in range(0, len(line_ids), _MOST_VALUES):
        rows = connection.execute(_OF_LINES, {"ids": list(line_ids[at : at + _MOST_VALUES])})
        holders |= {line.id: order for order in orders_of(rows) for line in order.lines}
    found = (holders[line_id] for line_id in line_ids if line_id in holders)
    return list({order.id: order for order in found}.values())


_OWN = t.orders.c.placed_by == bindparam("user_id")
_OWN_COUNT = select(func.count()).select_from(t.orders).where(_OWN)
_OWN_PAGE = orders_where(
    t.orders.c.id.in_(
        select(t.orders.c.id).where(_OWN).order_by(*_NEWEST).limit(bindparam("limit")).offset(bindparam("offset"))
    )
)


def orders_placed_by(connection: Connection, user_id: int, limit: int, offset: int) -> tuple[list[Order], int]:
    """Read a page of an account's own orders and their count."""
    total = connection.execute(_OWN_COUNT, {"user_id": user_id}).scalar_one()
    page = connection.execute(_OWN_PAGE, {"user_id": user_id, "limit": limit, "offset": offset})
    return orders_of(page), total


_STUDENT_LINES = select(t.order_lines.c.order_id).where(
    t.order_lines.c.folded.in_(bindparam("names", expanding=True)),
    t.order_lines.c.run.in_(bindparam("runs", expanding=True)),
    t.order_lines.c.cancelled_at.is_(None),
)
_SAME_INN = orders_where((t.orders.c.inn == bindparam("payer")) & t.orders.c.id.in_(_STUDENT_LINES))
_SAME_NAME = orders_where((t.orders.c.payer_folded == bindparam("payer")) & t.orders.c.id.in_(_STUDENT_LINES))


def similar_orders(connection: Connection, who: Payer, students: Sequence[tuple[str, str]]) -> list[Order]:
    """Read orders of the same payer that hold one of the students on the same run."""
    query, value = (_SAME_INN, who.inn) if who.inn else (_SAME_NAME, fold(who.name))
    given = {"payer": value, "names": [name for name, _ in students], "runs": [run for _, run in students]}
    sought = set(students)
    found = orders_of(connection.execute(query, given)) if students else []
    return [order for order in found if any((fold(line.name), line.run) in sought for line in order.lines)]


def _payers_query() -> Select[Any]:
    key = (func.coalesce(t.orders.c.inn, t.orders.c.payer_folded), func.coalesce(t.orders.c.kpp, ""))
    rank = func.row_number().over(partition_by=key, order_by=_NEWEST).label("rank")
    ranked = select(t.orders.c.payer, t.orders.c.placed_at, t.orders.c.number, rank).where(_OWN).subquery()
    query = select(ranked.c.payer).where(ranked.c.rank == 1)
    return query.order_by(ranked.c.placed_at.desc(), ranked.c.number.desc()).limit(bindparam("limit"))


_PAYERS = _payers_query()


def known_payers(connection: Connection, user_id: int, limit: int) -> list[Payer]:
    """Read the latest payers of an account, each once, as last written: one is its ИНН and КПП, else its name."""
    return [payer(data) for data in connection.execute(_PAYERS, {"user_id": user_id, "limit": limit}).scalars()]


_TOKEN = select(t.tokens).where(t.tokens.c.sha256 == bindparam("sha256"))
_LINES_OF = (
    select(t.order_lines.c.id)
    .join(t.orders, t.orders.c.id == t.order_lines.c.order_id)
    .where(t.order_lines.c.student_id == bindparam("user_id"), t.order_lines.c.cancelled_at.is_(None))
    .order_by(*_NEWEST, t.order_lines.c.position)
)


def token(connection: Connection, sha256: str) -> Token | None:
    """Read one token."""
    row = connection.execute(_TOKEN, {"sha256": sha256}).first()
    return None if row is None else Token(*row)


_LIVING = (
    select(t.tokens)
    .where(
        t.tokens.c.subject == bindparam("of_subject"),
        t.tokens.c.kind == bindparam("of_kind"),
        t.tokens.c.revoked_at.is_(None),
        t.tokens.c.expires_at > bindparam("now"),
    )
    .order_by(t.tokens.c.expires_at, t.tokens.c.sha256)
)


def living_tokens(connection: Connection, kind: str, subject: str, now: datetime) -> list[Token]:
    """Read tokens of this subject that still open something, the first to expire first."""
    given = {"of_kind": kind, "of_subject": subject, "now": now}
    return [Token(*row) for row in connection.execute(_LIVING, given)]


def lines_of_visitor(connection: Connection, user_id: int) -> list[str]:
    """Read ids of the order lines bound to an account, the newest order's first."""
    return list(connection.execute(_LINES_OF, {"user_id": user_id}).scalars())


_STALE = (
    select(t.drafts)
    .where(t.drafts.c.state == ACTIVE, t.drafts.c.touched_at < bindparam("before"))
    .order_by(t.drafts.c.touched_at)
    .limit(bindparam("limit"))
)
_UNNUDGED = _STALE.where(t.drafts.c.nudged_at.is_(None))


def stale_drafts(connection: Connection, before: datetime, limit: int, *, nudged: bool) -> list[Draft]:
    """Read active drafts untouched since `before`, the longest first: all, or those not nudged yet."""
    query = _STALE if nudged else _UNNUDGED
    return [Draft(*row) for row in connection.execute(query, {"before": before, "limit": limit})]


_ACTIVE_DRAFT = (
    select(t.drafts)
    .where(t.drafts.c.user_id == bindparam("user"), t.drafts.c.form == bindparam("of_form"), t.drafts.c.state == ACTIVE)
    .order_by(t.drafts.c.touched_at.desc())
    .limit(1)
)


_DRAFT = select(t.drafts).where(t.drafts.c.id == bindparam("key"))


def draft(connection: Connection, draft_id: str) -> Draft | None:
    """Read the draft of this id."""
    row = connection.execute(_DRAFT, {"key": draft_id}).first()
    return Draft(*row) if row is not None else None


def active_draft(connection: Connection, user_id: int, form: str) -> Draft | None:
    """Read the account's latest active draft of the form."""
    row = connection.execute(_ACTIVE_DRAFT, {"user": user_id, "of_form": form}).first()
    return Draft(*row) if row is not None else None
