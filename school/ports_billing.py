"""What the use cases need of storage for invoices, payments and closing documents (REGULATIONS P1, C1–C4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from school.billing import Allocation, Invoice, Payment
from school.closing import Act


@dataclass(frozen=True, slots=True)
class Unshipped:
    """A paid line whose run is over and whose act is not closed («Счета без отгрузки», C4); `act_id` "" for none."""

    order_id: str
    line_id: str
    run: str
    ends: date
    act_id: str


class BillingUnit(Protocol):
    """One input's reads and staged writes about money. Everything of an order makes its reminders look at it anew."""

    async def invoice(self, invoice_id: str) -> Invoice | None:
        """Return the invoice of this id, or None."""

    async def invoices_of_order(self, order_id: str) -> Sequence[Invoice]:
        """Return the order's invoices, cancelled ones too, in the order of issue."""

    async def invoice_by_number(self, centre: str, number: str) -> Invoice | None:
        """Return the centre's invoice of this number as `school.purpose.normal_number` compares them, or None."""

    async def open_invoices(self, centre: str) -> Sequence[Invoice]:
        """Return the centre's invoices that are neither paid nor cancelled, in the order of issue."""

    async def next_number(self, centre: str) -> int:
        """Return the number that the centre's next generated invoice takes; 1 before the first."""

    async def known_payments(self, centre: str, dedupes: Sequence[str]) -> set[str]:
        """Return which of these payments are recorded already."""

    async def payment(self, payment_id: str) -> Payment | None:
        """Return the payment of this id, or None."""

    async def payments_of_invoice(self, invoice_id: str) -> Sequence[Payment]:
        """Return the payments of which something is allocated to the invoice, the earliest first."""

    async def unsettled_payments(self, centre: str, limit: int) -> Sequence[Payment]:
        """Return payments and refunds of which something is not allocated yet, the newest first."""

    async def allocations_of(self, invoice_ids: Sequence[str], payment_ids: Sequence[str] = ()) -> Sequence[Allocation]:
        """Return all allocations to any of these invoices or of any of these payments, each once, in order made."""

    def save_invoice(self, invoice: Invoice) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version.

        A `Conflict` also where the centre has an invoice of the same number already, a cancelled one too: numbers are
        never used again.
        """

    def take_number(self, centre: str, number: int) -> None:
        """Stage that this number of a generated invoice is used: a `Conflict` where it is not the next one any more.

        A centre that has taken none yet may begin with any.
        """

    def add_payment(self, payment: Payment, recorded_at: datetime, recorded_by: str) -> None:
        """Stage a new payment, recorded by an actor of the audit; a `Conflict` where its `dedupe` is recorded."""

    def drop_payment(self, payment_id: str) -> None:
        """Stage the erasure of a payment and its allocations; a `Conflict` where it is gone."""

    def add_allocations(self, allocations: Sequence[Allocation]) -> None:
        """Stage allocations: a `Conflict` where they are more than what is left of their payment."""

    def drop_allocations(self, payment_id: str) -> None:
        """Stage that nothing of the payment is allocated any more."""


class ClosingUnit(Protocol):
    """One input's reads and staged writes about acts, and the report on money and acts (C4)."""

    async def act(self, act_id: str) -> Act | None:
        """Return the act of this id, or None."""

    async def acts_of_order(self, order_id: str) -> Sequence[Act]:
        """Return the order's acts, the run that ends first first."""

    async def act_of_page(self, page_id: str) -> Act | None:
        """Return the act whose scan is this file of the vault, or None."""

    async def orders_without_act(self, ended_before: date, limit: int) -> Sequence[tuple[str, str]]:
        """Return (order id, run) of admitted or paid lines whose run ended before this day and that have no act.

        Each once, the longest ended first.
        """

    async def report_unpaid(self, centre: str | None, limit: int, offset: int) -> tuple[Sequence[Invoice], int]:
        """Return a page of the open invoices of a centre or of all, the oldest first, and how many there are."""

    async def report_unshipped(
        self, centre: str | None, today: date, limit: int, offset: int
    ) -> tuple[Sequence[Unshipped], int]:
        """Return a page of paid lines whose run has ended and whose act is not closed, and how many there are.

        The longest ended first. An act is closed when `school.closing.is_closed` says so.
        """

    async def report_acts(self, centre: str | None, until: date, limit: int, offset: int) -> tuple[Sequence[Act], int]:
        """Return a page of acts whose scan or original is due by this day or overdue, and how many there are.

        The most urgent first.
        """

    async def orders_without_invoice(self, centre: str, limit: int) -> tuple[Sequence[str], int]:
        """Return numbers of the centre's unpaid orders that have no invoice, the oldest first, and their count.

        Cancelled invoices and cancelled places do not count.
        """

    async def orders_placed_since(self, centre: str | None, since: datetime, limit: int) -> Sequence[str]:
        """Return ids of orders of a centre or of all placed since this moment (UTC), the newest first."""

    def save_act(self, act: Act) -> None:
        """Stage an insert (version 0) or an update that compares and raises the version.

        A `Conflict` also where the order has an act of this run already.
        """
