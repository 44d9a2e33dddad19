"""The reads of invoices, payments and acts, and of the report: plain functions over a connection.

What a partial index covers is written out, not bound: SQLite uses such an index only where it sees the value.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, func, literal_column, or_, select

from school.billing import Allocation, Invoice, Payment
from school.closing import Act
from school.ports_billing import Unshipped
from school.purpose import normal_number
from storage import tables as t
from storage import tables_money as m
from storage.mapping import act as act_of
from storage.mapping import invoice as invoice_of

INVOICE_COLUMNS = tuple(m.invoices.c[field.name] for field in fields(Invoice))
ACT_COLUMNS = tuple(m.acts.c[field.name] for field in fields(Act))
_PAYMENT_COLUMNS = tuple(m.payments.c[field.name] for field in fields(Payment))
_ALLOCATION_COLUMNS = tuple(m.allocations.c[field.name] for field in fields(Allocation))
_MOST_VALUES = 500

_I, _P, _A, _LINES = m.invoices.c, m.payments.c, m.acts.c, t.order_lines.c
_IDS: Any = bindparam("ids", expanding=True)
_VALUE: ColumnElement[str] = bindparam("value")
_CENTRE: ColumnElement[str] = bindparam("centre")
_OPEN: ColumnElement[bool] = _I.state == literal_column("'open'")


_INVOICES = select(*INVOICE_COLUMNS).order_by(_I.issued_on, _I.id)
_INVOICES_BY = {
    "id": _INVOICES.where(_I.id == _VALUE),
    "order": _INVOICES.where(_I.order_id == _VALUE),
    "number": _INVOICES.where(_I.number_key == _VALUE, _I.centre == _CENTRE),
    "open": _INVOICES.where(_OPEN, _I.centre == _VALUE),
}


def invoices_by(connection: Connection, what: str, value: str) -> list[Invoice]:
    """Read invoices by "id" or "order", or the "open" ones of a centre, in the order of issue."""
    return [invoice_of(row) for row in connection.execute(_INVOICES_BY[what], {"value": value})]


def invoice_by_number(connection: Connection, centre: str, number: str) -> Invoice | None:
    """Read the centre's invoice of this number."""
    given = {"value": normal_number(number), "centre": centre}
    row = connection.execute(_INVOICES_BY["number"], given).first()
    return None if row is None else invoice_of(row)


_NEXT = select(m.invoice_numbers.c.next).where(m.invoice_numbers.c.centre == _CENTRE)


def next_number(connection: Connection, centre: str) -> int:
    """Read the number of the centre's next generated invoice."""
    return connection.execute(_NEXT, {"centre": centre}).scalar() or 1


_KNOWN = select(_P.dedupe).where(_P.centre == _CENTRE, _P.dedupe.in_(_IDS))


def known_payments(connection: Connection, centre: str, dedupes: Sequence[str]) -> set[str]:
    """Read which of these payments are recorded."""
    known: set[str] = set()
    for at in range(0, len(dedupes), _MOST_VALUES):
        given = {"centre": centre, "ids": list(dedupes[at : at + _MOST_VALUES])}
        known.update(connection.execute(_KNOWN, given).scalars())
    return known


_PAYMENTS = select(*_PAYMENT_COLUMNS)
_PAYMENT = _PAYMENTS.where(_P.id == _VALUE)
_ALLOCATED_TO = select(m.allocations.c.payment_id).where(m.allocations.c.invoice_id == _VALUE)
_OF_INVOICE = _PAYMENTS.where(_P.id.in_(_ALLOCATED_TO)).order_by(_P.received_on, _P.id)
UNSETTLED = (
    _PAYMENTS.where(_P.rest != literal_column("0"), _P.centre == _CENTRE)
    .order_by(_P.received_on.desc(), _P.id.desc())
    .limit(bindparam("limit"))
)


def payment(connection: Connection, payment_id: str) -> Payment | None:
    """Read one payment."""
    row = connection.execute(_PAYMENT, {"value": payment_id}).first()
    return None if row is None else Payment(*row)


def payments_of_invoice(connection: Connection, invoice_id: str) -> list[Payment]:
    """Read the payments of which something is allocated to the invoice, the earliest first."""
    return [Payment(*row) for row in connection.execute(_OF_INVOICE, {"value": invoice_id})]


def unsettled_payments(connection: Connection, centre: str, limit: int) -> list[Payment]:
    """Read payments of which something is not allocated, the newest first."""
    return [Payment(*row) for row in connection.execute(UNSETTLED, {"centre": centre, "limit": limit})]


_ALLOCATIONS = tuple(
    select(m.allocations.c.id, *_ALLOCATION_COLUMNS).where(column.in_(_IDS))
    for column in (m.allocations.c.invoice_id, m.allocations.c.payment_id)
)


def allocations_of(connection: Connection, invoice_ids: Sequence[str], payment_ids: Sequence[str]) -> list[Allocation]:
    """Read the allocations to any of these invoices or of any of these payments, in the order made."""
    found: dict[int, Allocation] = {}
    for query, ids in zip(_ALLOCATIONS, (invoice_ids, payment_ids), strict=True):
        for at in range(0, len(ids), _MOST_VALUES):
            rows = connection.execute(query, {"ids": list(ids[at : at + _MOST_VALUES])})
            found |= {row[0]: Allocation(*row[1:]) for row in rows}
    return [found[key] for key in sorted(found)]


_ACTS = select(*ACT_COLUMNS)
_ACTS_BY = {
    "id": _ACTS.where(_A.id == _VALUE),
    "order": _ACTS.where(_A.order_id == _VALUE).order_by(_A.ends, _A.id),
    "page": _ACTS.where(_A.scan_page == _VALUE, _A.scan_page != literal_column("''")),
}


def acts_by(connection: Connection, what: str, value: str) -> list[Act]:
    """Read acts by "id", "order" or "page", the run that ends first first."""
    return [act_of(row) for row in connection.execute(_ACTS_BY[what], {"value": value})]


_PAID: ColumnElement[bool] = _LINES.payment == literal_column("'paid'")
_LIVING = _LINES.cancelled_at.is_(None)
WITHOUT_ACT = (
    select(_LINES.order_id, _LINES.run)
    .where(
        _LINES.act == literal_column("''"),
        _LIVING,
        or_(_PAID, _LINES.admitted_at.is_not(None)),
        _LINES.ends < bindparam("before"),
    )
    .group_by(_LINES.ends, _LINES.order_id, _LINES.run)
    .order_by(_LINES.ends, _LINES.order_id, _LINES.run)
    .limit(bindparam("limit"))
)


def orders_without_act(connection: Connection, before: date, limit: int) -> list[tuple[str, str]]:
    """Read (order id, run) of lines whose run ended before this day and that have no act, the longest ended first."""
    rows = connection.execute(WITHOUT_ACT, {"before": before, "limit": limit})
    return [(order_id, run) for order_id, run in rows]


def _report(
    page: Select[Any], condition: ColumnElement[bool], centre: ColumnElement[str]
) -> dict[bool, tuple[Select[Any], Select[Any]]]:
    """Make the page and the count of a part of the report, for one centre (True) and for all."""
    return {
        of_centre: (
            page.where(where).limit(bindparam("limit")).offset(bindparam("offset")),
            select(func.count()).where(where),
        )
        for of_centre, where in ((True, condition & (centre == _CENTRE)), (False, condition))
    }


def _read(
    connection: Connection, part: dict[bool, tuple[Select[Any], Select[Any]]], centre: str | None, **given: Any
) -> tuple[Any, int]:
    page, count = part[centre is not None]
    given["centre"] = centre
    return connection.execute(page, given), connection.execute(count, given).scalar_one()


UNPAID = _report(_INVOICES, _OPEN, _I.centre)


def report_unpaid(connection: Connection, centre: str | None, limit: int, offset: int) -> tuple[list[Invoice], int]:
    """Read a page of open invoices, the oldest first, and their count."""
    rows, total = _read(connection, UNPAID, centre, limit=limit, offset=offset)
    return [invoice_of(row) for row in rows], total


_ACT_ID = (
    select(_A.id).where(_A.order_id == _LINES.order_id, _A.run == _LINES.run).correlate(t.order_lines).scalar_subquery()
)
UNSHIPPED = _report(
    select(_LINES.order_id, _LINES.id, _LINES.run, _LINES.ends, func.coalesce(_ACT_ID, literal_column("''"))).order_by(
        _LINES.ends, _LINES.id
    ),
    (_LINES.act != literal_column("'closed'")) & _PAID & _LIVING & (_LINES.ends < bindparam("today")),
    _LINES.centre,
)


def report_unshipped(
    connection: Connection, centre: str | None, today: date, limit: int, offset: int
) -> tuple[list[Unshipped], int]:
    """Read a page of paid lines whose run has ended and whose act is not closed, and their count."""
    rows, total = _read(connection, UNSHIPPED, centre, today=today, limit=limit, offset=offset)
    return [Unshipped(*row) for row in rows], total


ACTS_DUE = _report(_ACTS.order_by(_A.due_on, _A.id), _A.due_on <= bindparam("until"), _A.centre)


def report_acts(
    connection: Connection, centre: str | None, until: date, limit: int, offset: int
) -> tuple[list[Act], int]:
    """Read a page of acts of which something is due by this day, the most urgent first, and their count."""
    rows, total = _read(connection, ACTS_DUE, centre, until=until, limit=limit, offset=offset)
    return [act_of(row) for row in rows], total


_PLACED_SINCE = {
    of_centre: (
        select(t.orders.c.id)
        .where(
            t.orders.c.placed_at >= bindparam("since", type_=t.orders.c.placed_at.type),
            *((t.orders.c.centre == _CENTRE,) if of_centre else ()),
        )
        .order_by(t.orders.c.placed_at.desc(), t.orders.c.id)
        .limit(bindparam("limit"))
    )
    for of_centre in (True, False)
}


def orders_placed_since(connection: Connection, centre: str | None, since: datetime, limit: int) -> list[str]:
    """Read ids of orders of a centre or of all that were placed since this moment, the newest first."""
    given = {"centre": centre, "since": since, "limit": limit}
    return list(connection.execute(_PLACED_SINCE[centre is not None], given).scalars())


_WITHOUT_INVOICE = (
    (t.orders.c.centre == _CENTRE)
    & exists().where(_LINES.order_id == t.orders.c.id, _LIVING, _LINES.payment == literal_column("'unpaid'"))
    & ~exists().where(_I.order_id == t.orders.c.id, _I.state != literal_column("'cancelled'"))
)
_OLDEST_WITHOUT_INVOICE = (
    select(t.orders.c.number).where(_WITHOUT_INVOICE).order_by(t.orders.c.placed_at, t.orders.c.id)
).limit(bindparam("limit"))
_COUNT_WITHOUT_INVOICE = select(func.count()).select_from(t.orders).where(_WITHOUT_INVOICE)


def orders_without_invoice(connection: Connection, centre: str, limit: int) -> tuple[list[str], int]:
    """Read the numbers of the centre's unpaid orders that have no invoice, the oldest first, and their count."""
    numbers = list(connection.execute(_OLDEST_WITHOUT_INVOICE, {"centre": centre, "limit": limit}).scalars())
    return numbers, connection.execute(_COUNT_WITHOUT_INVOICE, {"centre": centre}).scalar_one()
