"""The unit of work's part about money and closing documents (see `school.ports_billing`)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, delete, insert, or_, update
from sqlalchemy.dialects import sqlite

from school.billing import Allocation, Invoice, Payment
from school.closing import Act, is_closed, original_closed, original_due, scan_closed, scan_due
from school.ports_billing import Unshipped
from school.purpose import normal_number
from storage import reads_billing
from storage import tables as t
from storage import tables_money as m
from storage.inserts import insert_into
from storage.mapping import act_values, values
from storage.staging import Staged
from storage.uow_base import UowBase

_P = m.payments.c
_UPDATE_INVOICE = update(m.invoices).where(
    m.invoices.c.id == bindparam("key"), m.invoices.c.version == bindparam("compared")
)
_UPDATE_ACT = update(m.acts).where(m.acts.c.id == bindparam("key"), m.acts.c.version == bindparam("compared"))
_MARK_LINES = (
    update(t.order_lines)
    .where(t.order_lines.c.order_id == bindparam("of_order"), t.order_lines.c.run == bindparam("of_run"))
    .values(act=bindparam("how"))
)
_DROP_PAYMENT = delete(m.payments).where(_P.id == bindparam("key"))
_DROP_ALLOCATIONS = delete(m.allocations).where(m.allocations.c.payment_id == bindparam("key"))
# Two that allocate one payment at once cannot both have its money.
_TAKEN: ColumnElement[int] = bindparam("taken", type_=BigInteger)
_ENOUGH = or_(
    and_(_P.amount >= 0, _P.rest >= _TAKEN, _TAKEN >= 0),
    and_(_P.amount < 0, _P.rest <= _TAKEN, _TAKEN <= 0),
)
_TAKE = update(m.payments).where(_P.id == bindparam("key"), _ENOUGH).values(rest=_P.rest - _TAKEN)
_GIVE_BACK = update(m.payments).where(_P.id == bindparam("key")).values(rest=_P.amount)


@cache
def _number_statement(dialect: str) -> sqlite.Insert:
    statement = insert_into(dialect, m.invoice_numbers)
    new = statement.excluded.next
    return statement.on_conflict_do_update(
        index_elements=["centre"], set_={"next": new}, where=m.invoice_numbers.c.next == new - 1
    )


class UowMoney(UowBase):
    """Invoices and payments."""

    async def invoice(self, invoice_id: str) -> Invoice | None:
        """Return the invoice of this id, or None."""
        found = await self._database.run(lambda c: reads_billing.invoices_by(c, "id", invoice_id))
        return next(iter(found), None)

    async def invoices_of_order(self, order_id: str) -> Sequence[Invoice]:
        """Return the order's invoices, cancelled ones too, in the order of issue."""
        return await self._database.run(lambda c: reads_billing.invoices_by(c, "order", order_id))

    async def invoice_by_number(self, centre: str, number: str) -> Invoice | None:
        """Return the centre's invoice of this number as `school.purpose.normal_number` compares them, or None."""
        return await self._database.run(lambda c: reads_billing.invoice_by_number(c, centre, number))

    async def open_invoices(self, centre: str) -> Sequence[Invoice]:
        """Return the centre's invoices that are neither paid nor cancelled, in the order of issue."""
        return await self._database.run(lambda c: reads_billing.invoices_by(c, "open", centre))

    async def next_number(self, centre: str) -> int:
        """Return the number that the centre's next generated invoice takes; 1 before the first."""
        return await self._database.run(lambda c: reads_billing.next_number(c, centre))

    async def known_payments(self, centre: str, dedupes: Sequence[str]) -> set[str]:
        """Return which of these payments are recorded already."""
        return await self._database.run(lambda c: reads_billing.known_payments(c, centre, dedupes))

    async def payment(self, payment_id: str) -> Payment | None:
        """Return the payment of this id, or None."""
        return await self._database.run(lambda c: reads_billing.payment(c, payment_id))

    async def payments_of_invoice(self, invoice_id: str) -> Sequence[Payment]:
        """Return the payments of which something is allocated to the invoice, the earliest first."""
        return await self._database.run(lambda c: reads_billing.payments_of_invoice(c, invoice_id))

    async def unsettled_payments(self, centre: str, limit: int) -> Sequence[Payment]:
        """Return payments and refunds of which something is not allocated yet, the newest first."""
        return await self._database.run(lambda c: reads_billing.unsettled_payments(c, centre, limit))

    async def allocations_of(self, invoice_ids: Sequence[str], payment_ids: Sequence[str] = ()) -> Sequence[Allocation]:
        """Return all allocations to any of these invoices or of any of these payments, each once, in order made."""
        return await self._database.run(lambda c: reads_billing.allocations_of(c, invoice_ids, payment_ids))

    def save_invoice(self, invoice: Invoice) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version.

        A `Conflict` also where the centre has an invoice of the same number already, a cancelled one too: numbers are
        never used again.
        """
        changed = {**values(invoice), "number_key": normal_number(invoice.number), "version": invoice.version + 1}
        if invoice.version:
            changed |= {"key": invoice.id, "compared": invoice.version}
            self._stage(Staged(_UPDATE_INVOICE, changed, 1), "invoice", invoice.id)
        else:
            self._stage(Staged(insert(m.invoices), changed), "invoice", invoice.id)
        self._look(invoice.order_id)

    def take_number(self, centre: str, number: int) -> None:
        """Stage that this number of a generated invoice is used: a `Conflict` where it is not the next one any more.

        A centre that has taken none yet may begin with any.
        """
        statement = _number_statement(self._database.dialect)
        self._stage(Staged(statement, {"centre": centre, "next": number + 1}, 1))

    def add_payment(self, payment: Payment, recorded_at: datetime, recorded_by: str) -> None:
        """Stage a new payment, recorded by an actor of the audit; a `Conflict` where its `dedupe` is recorded."""
        recorded = {"rest": payment.amount, "recorded_at": recorded_at, "recorded_by": self._speaker or recorded_by}
        self._stage(Staged(insert(m.payments), {**values(payment), **recorded}))

    def drop_payment(self, payment_id: str) -> None:
        """Stage the erasure of a payment and its allocations; a `Conflict` where it is gone."""
        self._stage(Staged(_DROP_ALLOCATIONS, {"key": payment_id}))
        self._stage(Staged(_DROP_PAYMENT, {"key": payment_id}, 1))

    def add_allocations(self, allocations: Sequence[Allocation]) -> None:
        """Stage allocations: a `Conflict` where they are more than what is left of their payment."""
        taken: dict[str, int] = defaultdict(int)
        for part in allocations:
            taken[part.payment_id] += part.amount
        for payment_id, amount in sorted(taken.items()):
            self._stage(Staged(_TAKE, {"key": payment_id, "taken": amount}, 1))
        if allocations:
            self._stage(Staged(insert(m.allocations), [values(part) for part in allocations]))

    def drop_allocations(self, payment_id: str) -> None:
        """Stage that nothing of the payment is allocated any more."""
        self._stage(Staged(_DROP_ALLOCATIONS, {"key": payment_id}))
        self._stage(Staged(_GIVE_BACK, {"key": payment_id}))


class UowClosing(UowBase):
    """Acts, and the report on money and acts."""

    async def act(self, act_id: str) -> Act | None:
        """Return the act of this id, or None."""
        return next(iter(await self._database.run(lambda c: reads_billing.acts_by(c, "id", act_id))), None)

    async def acts_of_order(self, order_id: str) -> Sequence[Act]:
        """Return the order's acts, the run that ends first first."""
        return await self._database.run(lambda c: reads_billing.acts_by(c, "order", order_id))

    async def act_of_page(self, page_id: str) -> Act | None:
        """Return the act whose scan is this file of the vault, or None."""
        return next(iter(await self._database.run(lambda c: reads_billing.acts_by(c, "page", page_id))), None)

    async def orders_without_act(self, ended_before: date, limit: int) -> Sequence[tuple[str, str]]:
        """Return (order id, run) of admitted or paid lines whose run ended before this day and that have no act.

        Each once, the longest ended first.
        """
        return await self._database.run(lambda c: reads_billing.orders_without_act(c, ended_before, limit))

    async def report_unpaid(self, centre: str | None, limit: int, offset: int) -> tuple[Sequence[Invoice], int]:
        """Return a page of the open invoices of a centre or of all, the oldest first, and how many there are."""
        return await self._database.run(lambda c: reads_billing.report_unpaid(c, centre, limit, offset))

    async def report_unshipped(
        self, centre: str | None, today: date, limit: int, offset: int
    ) -> tuple[Sequence[Unshipped], int]:
        """Return a page of paid lines whose run has ended and whose act is not closed, and how many there are.

        The longest ended first. An act is closed when `school.closing.is_closed` says so.
        """
        return await self._database.run(lambda c: reads_billing.report_unshipped(c, centre, today, limit, offset))

    async def report_acts(self, centre: str | None, until: date, limit: int, offset: int) -> tuple[Sequence[Act], int]:
        """Return a page of acts whose scan or original is due by this day or overdue, and how many there are.

        The most urgent first.
        """
        return await self._database.run(lambda c: reads_billing.report_acts(c, centre, until, limit, offset))

    async def orders_without_invoice(self, centre: str, limit: int) -> tuple[Sequence[str], int]:
        """Return numbers of the centre's unpaid orders that have no invoice, the oldest first, and their count."""
        return await self._database.run(lambda c: reads_billing.orders_without_invoice(c, centre, limit))

    async def orders_placed_since(self, centre: str | None, since: datetime, limit: int) -> Sequence[str]:
        """Return ids of orders of a centre or of all placed since this moment (UTC), the newest first."""
        return await self._database.run(lambda c: reads_billing.orders_placed_since(c, centre, since, limit))

    def save_act(self, act: Act) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version.

        A `Conflict` also where the order has an act of this run already.
        """
        changed = {**act_values(act), "due_on": _due_on(act), "version": act.version + 1}
        if act.version:
            changed |= {"key": act.id, "compared": act.version}
            self._stage(Staged(_UPDATE_ACT, changed, 1), "act", act.id)
        else:
            self._stage(Staged(insert(m.acts), changed), "act", act.id)
        how = "closed" if is_closed(act) else "open"
        mark = {"of_order": act.order_id, "of_run": act.run, "how": how}
        self._stage(Staged(_MARK_LINES, mark), "act of lines", act.id)
        self._look(act.order_id)


def _due_on(act: Act) -> date:
    """Return the nearer end of the clocks that run; without one what sorts last."""
    dues = [] if scan_closed(act) else [scan_due(act)]
    original = original_due(act)
    if original is not None and not original_closed(act):
        dues.append(original)
    return min(dues, default=t.NO_TERM)
