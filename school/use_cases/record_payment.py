"""Record that an order's students are paid for, and take it back (REGULATIONS P1, A1)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from hashlib import sha256

from school.admission import with_term
from school.billing import Invoice, Payment
from school.cancelling import OrderCancelled
from school.centre import Role
from school.errors import NotFound
from school.money import Kopecks
from school.order import Order, OrderLine
from school.ports import Session, UnitOfWork
from school.use_cases.billing_desk import HOURS, Desk, TooLate
from school.use_cases.books import Books, by_hand
from school.use_cases.find import holds, manages, who

_DASHES = re.compile(r"[‐-―−]")
_SHORT = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The order as it now stands; ids of the lines changed now, and of those that were so already or may not be.

    `taken_back`: it was not recorded but taken back.
    """

    order: Order
    changed: tuple[str, ...]
    untouched: tuple[str, ...]
    taken_back: bool = False


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

    Who is on an open invoice gets a payment of what their share still lacks. The day of A1 is told anew. Raises
    `NotFound`, `OrderCancelled`.
    """
    order = await order_to_pay(uow, session, number)
    asked = [line.id for line in order.living] if places is None else lines_at(order, places)
    if not asked or any(order.line(line_id).cancelled for line_id in asked):
        raise OrderCancelled
    desk = Desk(session, now, zone)
    order, billed = await _pay_shares(uow, desk, order, asked)

    def paid(line: OrderLine) -> OrderLine | None:
        if line.id not in asked or line.payment == "paid":
            return None
        return with_term(replace(line, payment="paid", paid_at=now), zone)

    told = _changed(uow, session, order, asked, paid)
    changed = tuple(line.id for line in order.lines if line.id in {*told.changed, *billed})
    return replace(told, changed=changed, untouched=tuple(one for one in asked if one not in changed))


async def unrecord_payment(
    uow: UnitOfWork, session: Session, number: str, recorded_at: int, now: datetime, zone: tzinfo
) -> Recorded:
    """Take back what was recorded at one moment (`moment_of`), for 24 hours; whoever is admitted stays paid.

    Raises `NotFound`, `TooLate`, `AdmittedPaid`.
    """
    order = await order_to_pay(uow, session, number)
    asked = [line.id for line in order.lines if line.paid_at is not None and moment_of(line.paid_at) == recorded_at]
    if moment_of(now) - recorded_at > HOURS * 3_600_000:
        raise TooLate
    before = order
    order = await _unpay_shares(uow, Desk(session, now, zone), order, recorded_at)
    billed = {line.id for line, was in zip(order.lines, before.lines, strict=True) if line.payment != was.payment}

    def unpaid(line: OrderLine) -> OrderLine | None:
        if line.id not in asked or line.payment != "paid" or line.admitted_at is not None:
            return None
        return with_term(replace(line, payment="unpaid", paid_at=None), zone)

    told = _changed(uow, session, order, asked, unpaid)
    changed = tuple(line.id for line in order.lines if line.id in {*told.changed, *billed})
    untouched = tuple(one for one in asked if one not in changed)
    return replace(told, changed=changed, untouched=untouched, taken_back=True)


async def _pay_shares(uow: UnitOfWork, desk: Desk, order: Order, asked: Sequence[str]) -> tuple[Order, tuple[str, ...]]:
    """Pay what the asked lines lack on their open invoices; return the order and the lines paid for by it."""
    invoices = [one for one in await uow.invoices_of_order(order.id) if one.state == "open"]
    if not invoices:
        return order, ()
    books = await Books.of(uow, invoices)
    for invoice in invoices:
        lacks = {line_id: part - books.paid_of(invoice.id, line_id) for line_id, part in invoice.lines}
        whom = [line_id for line_id, lack in lacks.items() if line_id in asked and lack > 0]
        if not whom:
            continue
        payment = quick_payment(invoice, sum(lacks[one] for one in whom), desk)
        uow.add_payment(payment, desk.now, desk.actor)
        books.pay(payment, (invoice.id,), whom)
    fresh = books.stage(uow, desk)
    return books.orders.get(order.id, order), fresh


async def _unpay_shares(uow: UnitOfWork, desk: Desk, order: Order, recorded_at: int) -> Order:
    """Erase the payments that `_pay_shares` recorded at that moment."""
    invoices = await uow.invoices_of_order(order.id)
    if not invoices:
        return order
    books = await Books.of(uow, invoices)
    found = [one for one in (quick_id(invoice.id, recorded_at) for invoice in invoices) if await uow.payment(one)]
    for payment_id in found:
        books.take_back(payment_id)
    books.stage(uow, desk)
    for payment_id in found:
        uow.drop_payment(payment_id)
        uow.audit(desk.actor, "payment.erased", payment_id)
    return books.orders.get(order.id, order)


def quick_payment(invoice: Invoice, amount: Kopecks, desk: Desk) -> Payment:
    """Return the payment of a tap on «Оплачено»: its id tells the moment, so that it is found to be taken back."""
    return by_hand(invoice, amount, desk.today, quick_id(invoice.id, moment_of(desk.now)))


def quick_id(invoice_id: str, moment: int) -> str:
    """Return the id of the payment that was recorded by a tap at this moment (`moment_of`)."""
    return sha256(f"{invoice_id}:{moment}".encode()).hexdigest()[:16]


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
