"""Objects to columns and back, where the two are not the same by themselves (see `storage.tables`)."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from school.centre import Role, StaffMember
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.people import fold
from storage.tables import order_lines, orders

Values = dict[str, Any]

_ORDER_WIDTH = len(orders.c)
_LINE_COLUMNS = ("id", "email", "run", "questionnaire", "payment", "admitted_at")


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
    }


def line_values(order_id: str, position: int, line: OrderLine) -> Values:
    """Return the columns of an order line."""
    data = {name: value for name, value in values(line).items() if name not in _LINE_COLUMNS}
    data |= {"starts": line.starts.isoformat(), "ends": line.ends.isoformat()}
    columns = {name: getattr(line, name) for name in _LINE_COLUMNS}
    return {**columns, "order_id": order_id, "position": position, "folded": fold(line.name), "data": data}


def orders_of(rows: Iterable[Row[Any]]) -> list[Order]:
    """Make orders of the rows of orders joined with their lines, rows of one order side by side."""
    return [_order(list(group)) for _, group in groupby(rows, key=lambda row: row[0])]


def _order(rows: list[Row[Any]]) -> Order:
    head = dict(zip(orders.c.keys(), rows[0], strict=False))
    lines = [dict(zip(order_lines.c.keys(), row[_ORDER_WIDTH:], strict=True)) for row in rows]
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
    )


def _line(row: Values) -> OrderLine:
    data = dict(row["data"])
    data["starts"] = date.fromisoformat(data["starts"])
    data["ends"] = date.fromisoformat(data["ends"])
    data["flags"] = tuple(data["flags"])
    return OrderLine(**data, **{name: row[name] for name in _LINE_COLUMNS})
