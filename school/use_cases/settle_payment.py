"""Say which invoices a payment is for and who is paid for, or that it is not ours (REGULATIONS P1)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from school.billing import Allocation, AskWhom, Invoice, Payment, is_third_party
from school.draft import Draft
from school.errors import NotFound, SchoolError
from school.matching import Hit, Nothing, Settled, match
from school.order import Order
from school.ports import UnitOfWork
from school.purpose import invoice_numbers
from school.use_cases.billing_desk import Desk, offer, payment_text, put_aside
from school.use_cases.books import Books
from school.use_cases.side_form import end, wait_for

FORM = "payments"
SHOWN = 200
NAMED = 5


class HitGone(SchoolError):
    """The invoices that were suggested do not fit the payment any more."""

    code = "hit_gone"


@dataclass(frozen=True, slots=True)
class Told:
    """What a payment has come to.

    `ask`: for whom it is, is still to be said; `rest`: kopecks that no invoice takes; `doubt`: another payer, to be
    confirmed first, nothing is recorded; `waits`: the school confirms it; `undo`: the secret of the way back.
    """

    payment: Payment
    invoices: tuple[Invoice, ...]
    orders: tuple[Order, ...] = ()
    paid: tuple[str, ...] = ()
    ask: AskWhom | None = None
    rest: int = 0
    doubt: bool = False
    waits: bool = False
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A payment that waits for a person: `rest` of it is not allocated, `hits` are what it may be for."""

    payment: Payment
    rest: int
    hits: tuple[Hit, ...]
    invoices: tuple[Invoice, ...]


def hit_key(invoice_ids: Iterable[str]) -> str:
    """Return what a button carries of a hit."""
    return sha256(",".join(invoice_ids).encode()).hexdigest()[:12]


async def unsettled(uow: UnitOfWork, desk: Desk, centre: str) -> tuple[Unsettled, ...]:
    """Return what waits in the centre, the newest first, with suggestions. Raises `NotFound`."""
    desk.require_view(centre)
    return await _suggested(uow, centre, await uow.unsettled_payments(centre, SHOWN))


def others(found: Sequence[Unsettled], told: Told) -> tuple[Unsettled, ...]:
    """Return what waits beside a payment that was decided just now, without suggestions of what it has paid."""
    paid = {invoice.id for invoice in told.invoices if invoice.state != "open"}
    return tuple(
        replace(one, hits=tuple(hit for hit in one.hits if not paid & set(hit.invoice_ids)))
        for one in found
        if one.payment.id != told.payment.id
    )


async def recorded_before(uow: UnitOfWork, found: Unsettled) -> tuple[Invoice, ...]:
    """Return the invoices that the purpose names and that may have this money already, recorded by a person."""
    payment = found.payment
    if found.rest <= 0:
        return ()
    named = [await uow.invoice_by_number(payment.centre, one) for one in invoice_numbers(payment.purpose)[:NAMED]]
    known = [one for one in named if one is not None]
    return tuple([one for one in known if one.state == "paid" or await has_by_hand(uow, payment, one)])


async def has_by_hand(uow: UnitOfWork, payment: Payment, invoice: Invoice) -> bool:
    """Tell whether a person has recorded this sum for the invoice: a statement may bring the same money again."""
    if not invoice.paid or payment.source == "manual":
        return False
    return any(
        one.source != payment.source and one.amount == payment.amount
        for one in await uow.payments_of_invoice(invoice.id)
    )


async def one_unsettled(uow: UnitOfWork, desk: Desk, payment_id: str) -> Unsettled:
    """Return one payment with its suggestions. Raises `NotFound`."""
    payment = await _payment(uow, desk, payment_id)
    return (await _suggested(uow, payment.centre, [payment]))[0]


async def settle_hit(uow: UnitOfWork, desk: Desk, payment_id: str, key: str, *, sure: bool = False) -> Told:
    """Settle a payment by the suggestion of this key. Another payer is asked about first, unless `sure`.

    Raises `NotFound`, `NotYours`, `HitGone`.
    """
    found = await one_unsettled(uow, desk, payment_id)
    desk.require_confirm(found.payment.centre)
    hit = next((hit for hit in found.hits if hit_key(hit.invoice_ids) == key), None)
    if hit is None:
        raise HitGone
    invoices = [invoice for invoice in found.invoices if invoice.id in hit.invoice_ids]
    if not sure and any(is_third_party(found.payment, invoice) for invoice in invoices):
        return Told(found.payment, tuple(invoices), doubt=True)
    return await settle(uow, desk, found.payment, hit.invoice_ids, None)


async def settle_whom(uow: UnitOfWork, desk: Desk, payment_id: str, line_id: str) -> Told:
    """Give the payment, or what is left of it, to this student. Raises `NotFound`, `NotYours`."""
    payment = await _payment(uow, desk, payment_id)
    desk.require_confirm(payment.centre)
    order = await uow.order_of_line(line_id)
    if order is None or order.centre != payment.centre:
        raise NotFound
    for invoice in await uow.invoices_of_order(order.id):
        if any(line_id == line for line, _ in invoice.lines) and (invoice.state != "cancelled" or payment.amount < 0):
            return await settle(uow, desk, payment, (invoice.id,), (line_id,))
    raise NotFound


async def ask_whom(uow: UnitOfWork, desk: Desk, payment_id: str, invoice_id: str) -> Told:
    """Ask again for whom the payment of this invoice is; nothing is recorded. Raises `NotFound`, `HitGone`."""
    payment = await _payment(uow, desk, payment_id)
    books = await Books.open(uow, (invoice_id,), (payment.id,))
    if books.invoices[invoice_id].centre != payment.centre:
        raise NotFound
    found = books.pay(payment, (invoice_id,), None)
    if not isinstance(found, AskWhom):
        raise HitGone
    return Told(payment, (books.invoices[invoice_id],), books.orders_of((invoice_id,)), ask=found)


async def ask_other(uow: UnitOfWork, desk: Desk, payment_id: str) -> Payment:
    """Wait for the number of the invoice that the payment is for. Raises `NotFound`, `NotYours`."""
    payment = await _payment(uow, desk, payment_id)
    desk.require_confirm(payment.centre)
    await wait_for(uow, desk.session, FORM, payment.centre, {"other": payment_id}, desk.now)
    return payment


async def settle_typed(uow: UnitOfWork, desk: Desk, draft: Draft, numbers: Sequence[str]) -> Told:
    """Settle the payment by typed numbers of invoices. Raises `NotFound`, `NotYours`."""
    payment = await _payment(uow, desk, str(draft.answers.get("other", "")))
    desk.require_confirm(payment.centre)
    ids: dict[str, None] = {}  # a number typed twice is one invoice
    for number in numbers:
        invoice = await uow.invoice_by_number(payment.centre, number)
        if invoice is None or (invoice.state == "cancelled" and payment.amount > 0):
            raise NotFound
        ids[invoice.id] = None
    await end(uow, desk.session, FORM, desk.now)
    return await settle(uow, desk, payment, tuple(ids), None)


async def not_ours(uow: UnitOfWork, desk: Desk, payment_id: str) -> Told:
    """Put a payment aside that is for no invoice of ours. Raises `NotFound`, `NotYours`."""
    payment = await _payment(uow, desk, payment_id)
    desk.require_confirm(payment.centre)
    if await uow.allocations_of((), (payment.id,)):
        raise HitGone
    uow.drop_payment(payment.id)
    await put_aside(uow, desk, payment)
    uow.audit(desk.actor, "payment.not_ours", payment.id, before=str(payment.amount))
    return Told(payment, (), undo=offer(uow, desk, "dropped", payment.centre, {"payment": payment_text(payment)}))


async def settle(
    uow: UnitOfWork, desk: Desk, payment: Payment, invoice_ids: Sequence[str], whom: Sequence[str] | None
) -> Told:
    """Settle a stored payment; with a question still open nothing is recorded. Roles are the caller's to check."""
    books = await Books.open(uow, invoice_ids, (payment.id,))
    before = [asdict(part) for part in books.known if part.payment_id == payment.id]
    found = books.pay(payment, invoice_ids, whom)
    invoices = tuple(books.invoices[one] for one in invoice_ids)
    if isinstance(found, AskWhom):
        return Told(payment, invoices, books.orders_of(invoice_ids), ask=found)
    again = books.pay(payment, invoice_ids, None) if found.rest and whom is not None else found
    ask = again if isinstance(again, AskWhom) else None
    paid = books.stage(uow, desk)
    if found.parts:
        numbers = ", ".join(books.invoices[one].number for one in invoice_ids)
        uow.audit(desk.actor, "payment.settled", payment.id, after=f"{numbers}: {sum(p.amount for p in found.parts)}")
    back = {"payments": payment.id, "kept": json.dumps(before)}
    undo = offer(uow, desk, "settled", payment.centre, back) if found.parts else ""
    left = 0 if isinstance(again, AskWhom) else again.rest
    invoices = tuple(books.invoices[one] for one in invoice_ids)
    return Told(payment, invoices, books.orders_of(invoice_ids), paid, ask, left, undo=undo)


async def _payment(uow: UnitOfWork, desk: Desk, payment_id: str) -> Payment:
    payment = await uow.payment(payment_id)
    if payment is None:
        raise NotFound
    desk.require_view(payment.centre)
    return payment


async def _suggested(uow: UnitOfWork, centre: str, payments: Sequence[Payment]) -> tuple[Unsettled, ...]:
    """Match what is left of the payments with the centre's open invoices."""
    if not payments:
        return ()
    parts: Sequence[Allocation] = await uow.allocations_of((), [payment.id for payment in payments])
    taken: dict[str, int] = {}
    for part in parts:
        taken[part.payment_id] = taken.get(part.payment_id, 0) + part.amount
    invoices = {invoice.id: invoice for invoice in await uow.open_invoices(centre)}
    made = []
    for payment in payments:
        rest = payment.amount - taken.get(payment.id, 0)
        hits = _hits(payment, rest, tuple(invoices.values()))
        named = {one for hit in hits for one in hit.invoice_ids}
        made.append(Unsettled(payment, rest, hits, tuple(invoices[one] for one in invoices if one in named)))
    return tuple(made)


def _hits(payment: Payment, rest: int, invoices: tuple[Invoice, ...]) -> tuple[Hit, ...]:
    if rest <= 0:
        return ()
    verdict = match([replace(payment, amount=rest)], invoices)[0].verdict
    if isinstance(verdict, Settled):
        return (Hit(verdict.invoice_ids, ("number",)),)
    return () if isinstance(verdict, Nothing) else verdict.hits
