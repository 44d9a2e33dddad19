"""Record that an order's students are paid for, and take it back (REGULATIONS P1, A1)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from school.admission import with_term
from school.centre import Role
from school.errors import NotFound
from school.order import Order, OrderLine
from school.ports import Session, UnitOfWork
from school.use_cases.find import holds, manages, who

_DASHES = re.compile(r"[‐-―−]")
_SHORT = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The order as it now stands; ids of the lines changed now, and of those that were so already or may not be."""

    order: Order
    changed: tuple[str, ...]
    untouched: tuple[str, ...]


async def order_to_pay(uow: UnitOfWork, session: Session, number: str) -> Order:
    """Return the order of this number for a person who may confirm its payment.

    That is a manager of its centre or an administrator; a bare sequence («42») is looked for in the own centre.
    Raises `NotFound`.
    """
    order = await uow.order_by_number(_whole(session, number))
    if order is None or not (manages(session, order.centre) or holds(session, Role.ADMIN)):
        raise NotFound
    return order


def clean_number(text: str) -> str:
    """Return an order's number as people type it («№ 0123–0042») in its own form."""
    return _DASHES.sub("-", text).strip().lstrip("№ ")


def _whole(session: Session, number: str) -> str:
    clean = clean_number(number)
    centres = {member.centre for member in session.roles if member.centre}
    if _SHORT.fullmatch(clean) and len(centres) == 1:
        return f"{centres.pop()}-{int(clean):04d}"
    return clean


def lines_at(order: Order, places: Sequence[int]) -> tuple[str, ...]:
    """Return ids of the lines at these places, counted from 1. Raises `NotFound` for a place that is not there."""
    if any(not 1 <= place <= len(order.lines) for place in places):
        raise NotFound
    return tuple(order.lines[place - 1].id for place in places)


async def record_payment(
    uow: UnitOfWork,
    session: Session,
    number: str,
    places: Sequence[int] | None,
    now: datetime,
    zone: tzinfo,
) -> Recorded:
    """Mark the students at these places (None: all) as paid for; who is paid for already stays as it is.

    The day of A1 is told anew. Raises `NotFound`.
    """
    order = await order_to_pay(uow, session, number)
    asked = [line.id for line in order.lines] if places is None else lines_at(order, places)

    def paid(line: OrderLine) -> OrderLine | None:
        if line.id not in asked or line.payment == "paid":
            return None
        return with_term(replace(line, payment="paid", paid_at=now), zone)

    return _changed(uow, session, order, asked, paid)


async def unrecord_payment(uow: UnitOfWork, session: Session, number: str, recorded_at: int, zone: tzinfo) -> Recorded:
    """Take back what was recorded at one moment (`moment_of`); whoever is admitted stays paid. Raises `NotFound`."""
    order = await order_to_pay(uow, session, number)
    asked = [line.id for line in order.lines if line.paid_at is not None and moment_of(line.paid_at) == recorded_at]

    def unpaid(line: OrderLine) -> OrderLine | None:
        if line.id not in asked or line.payment != "paid" or line.admitted_at is not None:
            return None
        return with_term(replace(line, payment="unpaid", paid_at=None), zone)

    return _changed(uow, session, order, asked, unpaid)


def moment_of(paid_at: datetime) -> int:
    """Return a moment as a button carries it, in milliseconds."""
    return int(paid_at.timestamp() * 1000)


def _changed(
    uow: UnitOfWork,
    session: Session,
    order: Order,
    asked: Sequence[str],
    change: Callable[[OrderLine], OrderLine | None],
) -> Recorded:
    lines, changed = [], []
    for line in order.lines:
        after = change(line)
        lines.append(after or line)
        if after is None:
            continue
        changed.append(line.id)
        uow.save_line(order.id, after)
        action = "payment.recorded" if after.payment == "paid" else "payment.taken_back"
        uow.audit(f"chat:{who(session)}", action, line.id, before=line.payment, after=after.payment)
    left = tuple(line_id for line_id in asked if line_id not in changed)
    return Recorded(replace(order, lines=tuple(lines)), tuple(changed), left)
