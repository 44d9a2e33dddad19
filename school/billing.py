"""Invoices, payments and what of a payment belongs to which student (REGULATIONS P1). Sums are integer kopecks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from school.errors import NotFound
from school.money import Kopecks

InvoiceState = Literal["open", "paid", "cancelled"]
PaymentSource = Literal["manual", "statement", "sheet"]


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice (счёт) of a centre; `lines` are (id of the order's line, kopecks) and add up to `total`.

    `paid` is what has been allocated to it so far; `issued_on` and `valid_until` are in the school's zone. `version` is
    compared by saves, 0 means not stored yet; `edition` grows when it is changed after issue, the number stays.
    `generated`: made here, not in Клиент-Сервис. `sent_at` (UTC): sent to the client.
    """

    id: str
    order_id: str
    centre: str
    number: str
    issued_on: date
    total: Kopecks
    payer_inn: str | None
    payer_name: str
    lines: tuple[tuple[str, Kopecks], ...]
    version: int = 1
    state: InvoiceState = "open"
    paid: Kopecks = 0
    valid_until: date | None = None
    generated: bool = False
    edition: int = 1
    sent_at: datetime | None = None

    @property
    def rest(self) -> Kopecks:
        """What is still to be paid; never negative."""
        return max(self.total - self.paid, 0)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received by a centre, or, where the amount is negative, refunded. The same money has the same `dedupe`."""

    id: str
    centre: str
    received_on: date
    amount: Kopecks
    payer_inn: str | None
    payer_name: str
    purpose: str
    source: PaymentSource
    dedupe: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a payment that pays for one student; negative where a refund takes it back."""

    payment_id: str
    invoice_id: str
    line_id: str
    amount: Kopecks


@dataclass(frozen=True, slots=True)
class Share:
    """A line that a payment could go to: what it still lacks, or, for a refund, what has been paid for it."""

    invoice_id: str
    line_id: str
    amount: Kopecks


@dataclass(frozen=True, slots=True)
class Allocated:
    """The decision: `parts` in the invoices' order and `rest`, the money of the payment that no line takes.

    The rest is positive for an overpayment, negative for a refund of more than was paid.
    """

    parts: tuple[Allocation, ...]
    rest: Kopecks


@dataclass(frozen=True, slots=True)
class AskWhom:
    """The payment does not cover everybody, and a person has to say for whom it is (за кого).

    `amount` is the money in question. `fits` names the one line that takes exactly all of it, where there is just one.
    """

    payment_id: str
    amount: Kopecks
    shares: tuple[Share, ...]
    fits: str | None


def allocate_several(
    payment: Payment,
    invoices: Sequence[Invoice],
    whom: Sequence[str] | None = None,
    before: Iterable[Allocation] = (),
) -> Allocated | AskWhom:
    """Decide what of a payment goes to which line of the invoices (REGULATIONS P1).

    `before` is what has been allocated so far: at least all of this payment and all of these invoices. `whom` are the
    lines that a person named: they are filled in this order, and money beyond them is left. Without it everything is
    filled where the money is enough or only one line is open; else the answer is a question. A refund takes back in
    the same way. A cancelled invoice takes no payment and gives refunds. `NotFound`: the centre or a line is foreign.
    """
    if any(invoice.centre != payment.centre for invoice in invoices):
        raise NotFound
    known = tuple(before)
    money = payment.amount - sum(part.amount for part in known if part.payment_id == payment.id)
    if money == 0 or (money > 0) != (payment.amount > 0):
        return Allocated((), money)
    shares = _shares(invoices, known, refund=money < 0)
    if whom is not None:
        shares = _named(shares, whom, invoices)
    elif len(shares) > 1 and abs(money) < sum(share.amount for share in shares):
        fitting = [share.line_id for share in shares if share.amount == abs(money)]
        return AskWhom(payment.id, money, shares, fitting[0] if len(fitting) == 1 else None)
    return _fill(payment.id, money, shares)


def with_paid(invoice: Invoice, allocations: Iterable[Allocation]) -> Invoice:
    """Return the invoice with `paid` and `state` as its allocations say; a cancelled one stays cancelled."""
    paid = sum(part.amount for part in allocations if part.invoice_id == invoice.id)
    if invoice.state == "cancelled":
        return replace(invoice, paid=paid)
    return replace(invoice, paid=paid, state="paid" if paid >= invoice.total else "open")


def is_third_party(payment: Payment, invoice: Invoice) -> bool:
    """Tell that somebody else paid: both ИНН are known and differ."""
    return bool(payment.payer_inn and invoice.payer_inn and payment.payer_inn != invoice.payer_inn)


def spread(total: Kopecks, prices: Sequence[Kopecks]) -> tuple[Kopecks, ...]:
    """Spread an invoice's sum over lines in proportion to their prices, to the kopeck; equally where all are free.

    The kopecks that division leaves go to the largest remainders, the earlier line first. Raises ValueError for
    negative numbers or no lines.
    """
    if not prices or total < 0 or min(prices) < 0:
        raise ValueError("a sum is spread over lines, and neither is negative")
    weights = list(prices) if any(prices) else [1] * len(prices)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: -(total * weights[at] % whole))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return tuple(parts)


def _shares(invoices: Sequence[Invoice], known: Sequence[Allocation], *, refund: bool) -> tuple[Share, ...]:
    """Return the lines that can take money, or give it back, with how much."""
    paid: dict[tuple[str, str], int] = {}
    for part in known:
        key = (part.invoice_id, part.line_id)
        paid[key] = paid.get(key, 0) + part.amount
    shares = []
    for invoice in invoices:
        if invoice.state == "cancelled" and not refund:
            continue
        for line_id, total in invoice.lines:
            so_far = paid.get((invoice.id, line_id), 0)
            amount = so_far if refund else total - so_far
            if amount > 0:
                shares.append(Share(invoice.id, line_id, amount))
    return tuple(shares)


def _named(shares: tuple[Share, ...], whom: Sequence[str], invoices: Sequence[Invoice]) -> tuple[Share, ...]:
    """Return the shares of the named lines in the order of naming; a line that takes nothing more is passed over."""
    ours = {line_id for invoice in invoices for line_id, _ in invoice.lines}
    if not ours.issuperset(whom):
        raise NotFound
    return tuple(share for line_id in dict.fromkeys(whom) for share in shares if share.line_id == line_id)


def _fill(payment_id: str, money: Kopecks, shares: Sequence[Share]) -> Allocated:
    sign, left = (1, money) if money > 0 else (-1, -money)
    parts = []
    for share in shares:
        taken = min(share.amount, left)
        if taken:
            parts.append(Allocation(payment_id, share.invoice_id, share.line_id, sign * taken))
            left -= taken
    return Allocated(tuple(parts), sign * left)
