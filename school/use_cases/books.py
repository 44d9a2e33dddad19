"""The invoices that an input touches, with their allocations and orders: changed in memory, staged once.

Reads of a unit of work see what is committed only, so several payments of one input are counted here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import uuid4

from school.admission import with_term
from school.billing import Allocated, Allocation, AskWhom, Invoice, Payment, allocate_several, with_paid
from school.cancelling import with_kept
from school.errors import NotFound, SchoolError
from school.money import Kopecks
from school.order import Order, OrderLine
from school.ports import UnitOfWork
from school.use_cases.billing_desk import Desk

AT_ONCE = 500  # ids in one read


class AdmittedPaid(SchoolError):
    """The student has been admitted for this money, so it is not taken back."""

    code = "admitted_paid"


@dataclass(slots=True)
class Books:
    """Open with `Books.open`, change with `pay` and `take_back`, end with `stage`."""

    invoices: dict[str, Invoice]
    orders: dict[str, Order]
    known: list[Allocation]
    added: list[Allocation] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    touched: dict[str, set[str]] = field(default_factory=dict)
    reprice: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def open(cls, uow: UnitOfWork, invoice_ids: Sequence[str], payment_ids: Sequence[str] = ()) -> "Books":
        """Read the invoices, all that pays for them, and their orders. Raises `NotFound` for an unknown invoice."""
        found = [await uow.invoice(one) for one in dict.fromkeys(invoice_ids)]
        if any(one is None for one in found):
            raise NotFound
        return await cls.of(uow, [one for one in found if one is not None], payment_ids)

    @classmethod
    async def of(cls, uow: UnitOfWork, invoices: Sequence[Invoice], payment_ids: Sequence[str] = ()) -> "Books":
        """Open with invoices read already."""
        known: list[Allocation] = []
        ids = [invoice.id for invoice in invoices]
        for at in range(0, max(len(ids), len(payment_ids)), AT_ONCE):
            known += await uow.allocations_of(ids[at : at + AT_ONCE], payment_ids[at : at + AT_ONCE])
        firsts = [invoice.lines[0][0] for invoice in invoices if invoice.lines]
        orders: dict[str, Order] = {}
        for at in range(0, len(firsts), AT_ONCE):
            orders |= {order.id: order for order in await uow.orders_of_lines(firsts[at : at + AT_ONCE])}
        return cls({one.id: one for one in invoices}, orders, list(dict.fromkeys(known)))

    def orders_of(self, invoice_ids: Sequence[str]) -> tuple[Order, ...]:
        """Return the orders of these invoices as they now stand, each once."""
        ids = dict.fromkeys(self.invoices[one].order_id for one in invoice_ids)
        return tuple(self.orders[one] for one in ids if one in self.orders)

    def pay(self, payment: Payment, invoice_ids: Sequence[str], whom: Sequence[str] | None) -> Allocated | AskWhom:
        """Allocate, as `school.billing.allocate_several`; a question changes no sum.

        Each invoice is compared at the commit even where nothing of it changes: what is left to pay was read from it.
        """
        found = allocate_several(payment, [self.invoices[one] for one in invoice_ids], whom, self.known)
        for one in invoice_ids:
            self.touched.setdefault(one, set())
        if isinstance(found, Allocated):
            self.known += found.parts
            self.added += found.parts
            self._touch(found.parts)
        return found

    def give_back_rest(self, refund: Payment, payments: Sequence[Payment]) -> None:
        """Let a refund take first what no student has of these payments: an overpayment that goes back to its payer.

        Both are booked on a student of the payment, so that neither waits any more and nobody loses a kopeck.
        """
        left = -refund.amount
        for payment in payments:
            own = [part for part in self.known if part.payment_id == payment.id and part.invoice_id in self.invoices]
            over = min(payment.amount - sum(part.amount for part in own), left)
            if payment.amount <= 0 or over <= 0 or not own:
                continue
            at = own[-1]
            pair = [replace(at, amount=over), Allocation(refund.id, at.invoice_id, at.line_id, -over)]
            self.known += pair
            self.added += pair
            self._touch(pair)
            left -= over

    def take_back(self, payment_id: str, keep: Sequence[Allocation] = ()) -> None:
        """Take back all that is allocated of a payment, but for parts to `keep`. Raises `AdmittedPaid`."""
        parts = [part for part in self.known if part.payment_id == payment_id]
        kept = [part for part in parts if part in keep]
        for part in (one for one in parts if one not in kept):
            order = self.orders.get(self.invoices[part.invoice_id].order_id)
            if order and part.amount > 0 and order.line(part.line_id).admitted_at is not None:
                raise AdmittedPaid
        self.known = [*(part for part in self.known if part.payment_id != payment_id), *kept]
        self.dropped.append(payment_id)
        self.added += kept
        self._touch(parts)

    def stage(self, uow: UnitOfWork, desk: Desk) -> tuple[str, ...]:
        """Stage every change; return ids of the lines that are paid for from now on."""
        for payment_id in self.dropped:
            uow.drop_allocations(payment_id)
        fresh: list[str] = []
        for invoice_id, line_ids in self.touched.items():
            before = self.invoices[invoice_id]
            after = with_paid(self._without_cancelled(before, line_ids), self.known)
            uow.save_invoice(after)
            self.invoices[invoice_id] = after
            if after.paid != before.paid:
                uow.audit(desk.actor, "invoice.paid", invoice_id, before=str(before.paid), after=str(after.paid))
            if after.total != before.total:
                uow.audit(desk.actor, "invoice.revised", invoice_id, before=str(before.total), after=str(after.total))
            fresh += self._stage_lines(uow, desk, after, line_ids)
        # After the invoices: an allocation to a new one needs it there.
        if self.added:
            uow.add_allocations(self.added)
        return tuple(fresh)

    def _without_cancelled(self, invoice: Invoice, line_ids: set[str]) -> Invoice:
        """Let cancelled places owe nothing: money given back for one is not asked of the client again."""
        if invoice.state == "cancelled":
            return invoice
        gone = [line.id for line in self.orders[invoice.order_id].lines if line.cancelled and line.id in line_ids]
        return with_kept(invoice, {one: self.paid_of(invoice.id, one) for one in gone}) if gone else invoice

    def _touch(self, parts: Sequence[Allocation]) -> None:
        for part in parts:
            self.touched.setdefault(part.invoice_id, set()).add(part.line_id)

    def put(self, invoice: Invoice, reprice: Mapping[str, int]) -> None:
        """Put a new or changed invoice in; `reprice` are kopecks of lines that it has left."""
        self.invoices[invoice.id] = invoice
        self.reprice |= reprice
        paid = {part.line_id for part in self.known if part.invoice_id == invoice.id}
        self.touched.setdefault(invoice.id, set()).update(paid)

    def paid_of(self, invoice_id: str, line_id: str) -> int:
        """Return what is allocated to a line of the invoice, in kopecks."""
        return sum(part.amount for part in self.known if (part.invoice_id, part.line_id) == (invoice_id, line_id))

    def _stage_lines(self, uow: UnitOfWork, desk: Desk, invoice: Invoice, line_ids: set[str]) -> list[str]:
        order = self.orders[invoice.order_id]
        totals = dict(invoice.lines)
        prices = self.reprice | (totals if invoice.state != "cancelled" else {})
        fresh, lines = [], []
        for line in order.lines:
            # What a cancelled place has cost is history; it is paid for while that money is not given back.
            after = line if line.cancelled else replace(line, price=prices.get(line.id, line.price))
            asked = line.price if line.cancelled else totals.get(line.id)
            if line.id in line_ids:
                full = asked is not None and self.paid_of(invoice.id, line.id) >= asked
                after = _with_payment(after, full, desk)
            lines.append(after)
            if after == line:
                continue
            uow.save_line(order.id, after)
            if after.payment != line.payment:
                uow.audit(desk.actor, _ACTION[after.payment], line.id, before=line.payment, after=after.payment)
                fresh += [line.id] if after.payment == "paid" else []
            if after.price != line.price:
                uow.audit(desk.actor, "line.priced", line.id, before=str(line.price), after=str(after.price))
        self.orders[order.id] = replace(order, lines=tuple(lines))
        return fresh


_ACTION = {"paid": "payment.recorded", "unpaid": "payment.taken_back"}


def _with_payment(line: OrderLine, full: bool, desk: Desk) -> OrderLine:
    """Return the line with its payment as it is now. Who is admitted stays paid for."""
    if full and line.payment == "unpaid":
        return with_term(replace(line, payment="paid", paid_at=desk.now), desk.zone)
    if not full and line.payment == "paid" and line.admitted_at is None:
        return with_term(replace(line, payment="unpaid", paid_at=None), desk.zone)
    return line


def by_hand(invoice: Invoice, amount: Kopecks, day: date, payment_id: str = "", dedupe: str = "") -> Payment:
    """Return a payment that a person has recorded for the invoice; its payer is the invoice's."""
    known = payment_id or uuid4().hex[:16]
    return Payment(
        known,
        invoice.centre,
        day,
        amount,
        invoice.payer_inn,
        invoice.payer_name,
        f"Оплата по счету № {invoice.number}",
        "manual",
        dedupe or f"manual:{known}",
    )
