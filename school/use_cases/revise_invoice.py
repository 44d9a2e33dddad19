"""Change an invoice after its issue: a new edition of the same number; or cancel it (REGULATIONS P1)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from school.billing import Invoice, spread
from school.cancelling import OrderCancelled
from school.dates_typed import parse_day
from school.errors import NotFound, SchoolError
from school.money import Kopecks, parse_sum
from school.order import Order
from school.ports import UnitOfWork
from school.use_cases.billing_desk import Desk, offer, recent
from school.use_cases.books import Books
from school.use_cases.issue_invoice import FORM, AllBilled, Billing, one_invoice
from school.use_cases.side_form import end, wait_for


class PaidAlready(SchoolError):
    """More has been paid for a student than the invoice would ask, or it is not without payments."""

    code = "invoice_paid"


class LastStudent(SchoolError):
    """An invoice without students is no invoice: it is cancelled instead."""

    code = "invoice_last_student"


@dataclass(frozen=True, slots=True)
class Revised:
    """The order and the invoice as they now stand, and the secret of the way back."""

    billing: Billing
    invoice: Invoice
    undo: str


async def ask_change(uow: UnitOfWork, desk: Desk, invoice_id: str, what: str) -> tuple[Billing, Invoice]:
    """Wait for a new sum ("sum") or date ("date"). Raises `NotFound`."""
    found, invoice = await _living(uow, desk, invoice_id)
    await wait_for(uow, desk.session, FORM, invoice.centre, {"invoice": invoice_id, "what": what}, desk.now)
    return found, invoice


async def change_sum(uow: UnitOfWork, desk: Desk, invoice_id: str, text: str) -> Revised:
    """Set another sum, spread over the students as before. Raises `NotFound`, `PaidAlready`, `BadAnswer`."""
    found, invoice = await _living(uow, desk, invoice_id)
    total = parse_sum(text)
    parts = spread(total, [part for _, part in invoice.lines])
    lines = tuple((line_id, part) for (line_id, _), part in zip(invoice.lines, parts, strict=True))
    await end(uow, desk.session, FORM, desk.now)
    return await _revise(uow, desk, found, invoice, replace(invoice, total=total, lines=lines), {})


async def change_date(uow: UnitOfWork, desk: Desk, invoice_id: str, text: str) -> Revised:
    """Set another date; how long the invoice stands moves with it. Raises `NotFound`, `BadAnswer`."""
    found, invoice = await _living(uow, desk, invoice_id)
    day = recent(parse_day(text, desk.today), text, desk.today)
    until = invoice.valid_until + (day - invoice.issued_on) if invoice.valid_until else None
    await end(uow, desk.session, FORM, desk.now)
    return await _revise(uow, desk, found, invoice, replace(invoice, issued_on=day, valid_until=until), {})


async def leave_out(uow: UnitOfWork, desk: Desk, invoice_id: str, line_id: str) -> Revised:
    """Take a student off the invoice; the sum falls by their share. Raises `NotFound`, `PaidAlready`, `LastStudent`."""
    found, invoice = await _living(uow, desk, invoice_id)
    share = dict(invoice.lines).get(line_id)
    if share is None:
        raise NotFound
    if len(invoice.lines) == 1:
        raise LastStudent
    lines = tuple(line for line in invoice.lines if line[0] != line_id)
    after = replace(invoice, lines=lines, total=invoice.total - share)
    return await _revise(uow, desk, found, invoice, after, _catalogue_prices(desk, found.order, (line_id,)))


async def cancel(uow: UnitOfWork, desk: Desk, invoice_id: str) -> Revised:
    """Cancel an invoice that nothing has been paid for; its number stays used. Raises `NotFound`, `PaidAlready`."""
    found, invoice = await _living(uow, desk, invoice_id)
    if invoice.paid:
        raise PaidAlready
    prices = _catalogue_prices(desk, found.order, tuple(line_id for line_id, _ in invoice.lines))
    return await _revise(uow, desk, found, invoice, replace(invoice, state="cancelled"), prices)


async def put_back(uow: UnitOfWork, desk: Desk, before: Mapping[str, Any]) -> Invoice:
    """Give the invoice its former sum, date and students, as an edition of its own.

    Raises `PaidAlready`, and `AllBilled` where a student is on another invoice by now.
    """
    found, invoice = await one_invoice(uow, desk, str(before["id"]))
    lines = tuple((str(line_id), int(part)) for line_id, part in before["lines"])
    others = {line_id for one in found.living if one.id != invoice.id for line_id, _ in one.lines}
    if others & dict(lines).keys():
        raise AllBilled
    if any(found.order.line(line_id).cancelled for line_id, _ in lines):
        raise OrderCancelled
    after = replace(
        invoice,
        issued_on=date.fromisoformat(before["issued_on"]),
        valid_until=date.fromisoformat(before["valid_until"]) if before["valid_until"] else None,
        total=int(before["total"]),
        lines=lines,
        state="open",
    )
    left = tuple(line_id for line_id, _ in invoice.lines if line_id not in dict(lines))
    return (await _revise(uow, desk, found, invoice, after, _catalogue_prices(desk, found.order, left))).invoice


def _snapshot(invoice: Invoice) -> str:
    return json.dumps(
        {
            "id": invoice.id,
            "issued_on": invoice.issued_on.isoformat(),
            "valid_until": invoice.valid_until.isoformat() if invoice.valid_until else "",
            "total": invoice.total,
            "lines": invoice.lines,
        }
    )


async def _living(uow: UnitOfWork, desk: Desk, invoice_id: str) -> tuple[Billing, Invoice]:
    found, invoice = await one_invoice(uow, desk, invoice_id)
    if invoice.state == "cancelled":
        raise NotFound
    return found, invoice


async def _revise(
    uow: UnitOfWork, desk: Desk, found: Billing, before: Invoice, after: Invoice, reprice: Mapping[str, Kopecks]
) -> Revised:
    books = await Books.of(uow, [before])
    kept = dict(after.lines)
    if any(books.paid_of(before.id, line_id) > kept.get(line_id, 0) for line_id, _ in before.lines):
        raise PaidAlready
    books.put(replace(after, edition=before.edition + 1, sent_at=None), reprice)
    books.stage(uow, desk)
    action = "invoice.cancelled" if after.state == "cancelled" else "invoice.revised"
    uow.audit(desk.actor, action, before.id, before=_snapshot(before), after=_snapshot(after))
    undo = offer(uow, desk, "invoice", before.centre, {"before": _snapshot(before)})
    order, invoice = books.orders[found.order.id], books.invoices[before.id]
    invoices = tuple(invoice if one.id == invoice.id else one for one in found.invoices)
    billed = {line_id for one in invoices if one.state != "cancelled" for line_id, _ in one.lines}
    free = tuple(line for line in order.living if line.id not in billed)
    return Revised(replace(found, order=order, invoices=invoices, free=free), invoice, undo)


def _catalogue_prices(desk: Desk, order: Order, line_ids: tuple[str, ...]) -> dict[str, Kopecks]:
    """Return what lines that no invoice prices cost by the catalogue, where it still has their tariff."""
    tariffs = {tariff.key: tariff.price for tariff in desk.session.catalogue.tariffs}
    return {line.id: tariffs[line.tariff] for line in order.lines if line.id in line_ids and line.tariff in tariffs}
