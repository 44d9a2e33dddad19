"""What cancelling a place or a whole order does: who may be cancelled, and what an unpaid invoice becomes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from school.billing import Invoice
from school.errors import SchoolError
from school.money import Kopecks
from school.order import Order, OrderLine

Reason = Literal["client", "mistake", "repeat", "other"]
REASONS: tuple[Reason, ...] = ("client", "mistake", "repeat", "other")


class OrderCancelled(SchoolError):
    """The place, or the whole order, was cancelled: nothing is to be done about it any more."""

    code = "order_cancelled"


class AdmittedNotCancelled(SchoolError):
    """The student studies already, so the place is not cancelled."""

    code = "admitted_not_cancelled"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen: the places to cancel, those kept because their students study, and the money paid for them.

    `cut` are invoices as they become, each with the former; `money` in kopecks is to be given back to the client.
    """

    order: Order
    lines: tuple[OrderLine, ...]
    kept: tuple[OrderLine, ...]
    cut: tuple[tuple[Invoice, Invoice], ...]
    money: Kopecks

    @property
    def whole(self) -> bool:
        """Whether nothing of the order is left."""
        return len(self.lines) == len(self.order.living)


def chosen(order: Order, line_id: str | None) -> tuple[tuple[OrderLine, ...], tuple[OrderLine, ...]]:
    """Return the places to cancel (None: all that may be) and those kept for their students study.

    Raises `OrderCancelled` where there is nothing left to cancel, `AdmittedNotCancelled` where all study.
    """
    asked = order.living if line_id is None else tuple(line for line in order.living if line.id == line_id)
    if not asked:
        raise OrderCancelled
    kept = tuple(line for line in asked if line.admitted_at is not None)
    lines = tuple(line for line in asked if line.admitted_at is None)
    if not lines:
        raise AdmittedNotCancelled
    return lines, kept


def cut_invoices(
    invoices: Iterable[Invoice], line_ids: frozenset[str], paid: Mapping[tuple[str, str], Kopecks]
) -> tuple[tuple[Invoice, Invoice], ...]:
    """Return invoices that hold the cancelled places, each with what it becomes.

    One that is left with nobody is cancelled; another is a new edition of the same number, without them. For whom
    money has come stays on it with exactly that money: it is refunded by this invoice and owes nothing more.
    `paid` is by (invoice id, line id), kopecks.
    """
    found = []
    for invoice in invoices:
        if invoice.state == "cancelled" or line_ids.isdisjoint(line_id for line_id, _ in invoice.lines):
            continue
        if all(line_id in line_ids for line_id, _ in invoice.lines):
            found.append((invoice, replace(invoice, state="cancelled", edition=invoice.edition + 1, sent_at=None)))
            continue
        left = []
        for line_id, amount in invoice.lines:
            kept = paid.get((invoice.id, line_id), 0) if line_id in line_ids else amount
            if kept or line_id not in line_ids:
                left.append((line_id, kept))
        total = sum(amount for _, amount in left)
        if total == invoice.total:
            continue
        after = replace(invoice, lines=tuple(left), total=total, edition=invoice.edition + 1, sent_at=None)
        found.append((invoice, after))
    return tuple(found)


def with_kept(invoice: Invoice, kept: Mapping[str, Kopecks]) -> Invoice:
    """Return the invoice with each cancelled place at exactly the money that is kept for it, so that it owes nothing.

    `kept` is by line id, kopecks. What is given back leaves the sum; with nobody left the invoice is cancelled.
    """
    shares = {**dict(invoice.lines), **{line_id: max(amount, 0) for line_id, amount in kept.items()}}
    left = tuple((line_id, amount) for line_id, amount in shares.items() if amount or line_id not in kept)
    if not left:
        return replace(invoice, state="cancelled")
    return replace(invoice, lines=left, total=sum(amount for _, amount in left))
