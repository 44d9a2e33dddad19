"""Objects to columns and back, where the two are not the same by themselves (see `storage.tables`)."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from school.billing import Invoice
from school.centre import Role, StaffMember
from school.closing import Act
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.people import fold
from school.questionnaire import Page, Questionnaire, Remark
from storage.tables import NO_TERM, order_lines, orders

Values = dict[str, Any]

_ORDER_WIDTH = len(orders.c)
# Asked of the tables once: their collections make the list anew each time.
_ORDER_KEYS, _LINE_KEYS = tuple(orders.c.keys()), tuple(order_lines.c.keys())
_LINE_COLUMNS = (
    "id",
    "email",
    "run",
    "questionnaire",
    "payment",
    "admitted_at",
    "student_id",
    "submitted_at",
    "admit_by",
    "registered_at",
    "listed_at",
    "cancelled_at",
    "version",
)
_ACT_PAGES = ("scan_pages", "paper_pages")
_LINE_DAYS = ("starts", "ends")
_LINE_MOMENTS = ("paid_at", "link_sent_at", "nudged_at")


def values(item: Any) -> Values:
    """Return the fields of a flat dataclass by name, values as they are."""
    return {field.name: getattr(item, field.name) for field in fields(item)}


def staff_member(row: Sequence[Any]) -> StaffMember:
    """Make a member of staff of its row."""
    identifier, user_id, chat_id, role, *rest = row
    return StaffMember(identifier, user_id, chat_id, Role(role), *rest)


def payer(data: Values) -> Payer:
    """Make a payer of its JSON."""
    return Payer(**{**data, "kind": PayerKind(data["kind"])})


def order_values(order: Order) -> Values:
    """Return the columns of an order without its lines."""
    return {
        "id": order.id,
        "number": order.number,
        "centre": order.centre,
        "draft_id": order.draft_id,
        "inn": order.payer.inn,
        "kpp": order.payer.kpp,
        "payer_folded": fold(order.payer.name),
        "payer": asdict(order.payer),
        "orderer": asdict(order.orderer),
        "placed_at": order.placed_at,
        "placed_by": order.placed_by,
        "filled_in_by_staff": order.filled_in_by_staff,
        "version": order.version,
        "extra": order.extra,
        **held_values(order),
    }


def held_values(order: Order) -> Values:
    """Return the columns that say whether the letters to students wait, why, and who let them go."""
    return {
        "held_since": order.held_since,
        "held_why": order.held_why,
        "held_nudged_at": order.held_nudged_at,
        "released_at": order.released_at,
        "released_by": order.released_by,
    }


def line_values(line: OrderLine) -> Values:
    """Return the columns of an order line, without its place in its order."""
    data = {name: value for name, value in values(line).items() if name not in _LINE_COLUMNS}
    for name in (*_LINE_DAYS, *_LINE_MOMENTS):
        data[name] = data[name] and data[name].isoformat()
    columns = {name: getattr(line, name) for name in _LINE_COLUMNS}
    # The end of the run is in both: a column to search by, and where it has always been.
    searched = {"folded": fold(line.name), "email_key": line.email.lower(), "ends": line.ends}
    return {**columns, **searched, "admit_by": line.admit_by or NO_TERM, "data": data}


def questionnaire_values(item: Questionnaire) -> Values:
    """Return the columns of a questionnaire."""
    reason = item.decline_reason
    remarks = [asdict(remark) for remark in item.remarks]
    return {**values(item), "remarks": remarks, "decline_reason": asdict(reason) if reason else None}


def questionnaire(row: Row[Any]) -> Questionnaire:
    """Make a questionnaire of its row."""
    found: Values = dict(row._mapping)
    reason = found["decline_reason"]
    found["remarks"] = tuple(Remark(**remark) for remark in found["remarks"])
    return Questionnaire(**{**found, "decline_reason": Remark(**reason) if reason else None})


def act_values(act: Act) -> Values:
    """Return the columns of an act that are its fields."""
    pages = {name: [asdict(page) for page in getattr(act, name)] for name in _ACT_PAGES}
    return {**values(act), **pages}


def act(row: Row[Any]) -> Act:
    """Make an act of its row."""
    found: Values = dict(row._mapping)
    for name in _ACT_PAGES:
        found[name] = tuple(page(data) for data in found[name])
    return Act(**{**found, "line_ids": tuple(found["line_ids"])})


def page(data: Values) -> Page:
    """Make a page of a document of its JSON."""
    return Page(**{**data, "flags": tuple(data["flags"])})


def invoice(row: Row[Any]) -> Invoice:
    """Make an invoice of its row."""
    found: Values = dict(row._mapping)
    return Invoice(**{**found, "lines": tuple((line_id, amount) for line_id, amount in found["lines"])})


def orders_of(rows: Iterable[Row[Any]]) -> list[Order]:
    """Make orders of the rows of orders joined with their lines, rows of one order side by side."""
    return [_order(list(group)) for _, group in groupby(rows, key=lambda row: row[0])]


def _order(rows: list[Row[Any]]) -> Order:
    head = dict(zip(_ORDER_KEYS, rows[0], strict=False))
    lines = [dict(zip(_LINE_KEYS, row[_ORDER_WIDTH:], strict=True)) for row in rows]
    return Order(
        id=head["id"],
        number=head["number"],
        centre=head["centre"],
        draft_id=head["draft_id"],
        payer=payer(head["payer"]),
        orderer=Orderer(**head["orderer"]),
        lines=tuple(_line(line) for line in lines if line["id"] is not None),
        placed_at=head["placed_at"],
        placed_by=head["placed_by"],
        filled_in_by_staff=head["filled_in_by_staff"],
        version=head["version"],
        extra=head["extra"],
        held_since=head["held_since"],
        held_why=head["held_why"],
        held_nudged_at=head["held_nudged_at"],
        released_at=head["released_at"],
        released_by=head["released_by"],
    )


def _line(row: Values) -> OrderLine:
    data = dict(row["data"])
    for name in _LINE_DAYS:
        data[name] = date.fromisoformat(data[name])
    # A row written before a field was there lacks it.
    for name in _LINE_MOMENTS:
        data[name] = datetime.fromisoformat(data[name]) if data.get(name) else None
    data["flags"] = tuple(data["flags"])
    columns = {name: row[name] for name in _LINE_COLUMNS}
    columns["admit_by"] = None if row["admit_by"] == NO_TERM else row["admit_by"]
    return OrderLine(**{**data, **columns})
