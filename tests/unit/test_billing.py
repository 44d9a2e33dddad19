"""What of a payment belongs to which student: sums always add up, and doubt becomes a question."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.billing import (
    Allocated,
    Allocation,
    AskWhom,
    Invoice,
    Payment,
    allocate_several,
    is_third_party,
    spread,
    with_paid,
)
from school.errors import NotFound

DAY = date(2027, 5, 12)


def _invoice(*prices: int, name: str = "i", **changes: Any) -> Invoice:
    lines = tuple((f"{name}{place}", price) for place, price in enumerate(prices, 1))
    made = Invoice(name, "o", "0123", "57", date(2027, 5, 5), sum(prices), "5039002841", "ООО «Ромашка»", lines)
    return replace(made, **changes)


def _payment(amount: int, name: str = "p", **changes: Any) -> Payment:
    made = Payment(name, "0123", DAY, amount, "5039002841", "ООО «Ромашка»", "", "manual", name)
    return replace(made, **changes)


def allocate(
    payment: Payment, invoice: Invoice, whom: Sequence[str] | None = None, before: Iterable[Allocation] = ()
) -> Allocated | AskWhom:
    """Allocate to the lines of one invoice."""
    return allocate_several(payment, (invoice,), whom, before)


def _done(found: Allocated | AskWhom) -> Allocated:
    assert isinstance(found, Allocated)
    return found


def test_a_whole_payment_pays_for_everybody() -> None:
    """Money that covers the invoice goes to every line without a question."""
    found = _done(allocate(_payment(5000), _invoice(2000, 3000)))
    assert found == Allocated((Allocation("p", "i", "i1", 2000), Allocation("p", "i", "i2", 3000)), 0)


def test_an_overpayment_is_left() -> None:
    """What no line takes stays with the payment as its rest."""
    found = _done(allocate(_payment(6000), _invoice(2000, 3000)))
    assert (sum(part.amount for part in found.parts), found.rest) == (5000, 1000)


def test_a_part_payment_of_several_asks_for_whom() -> None:
    """A part payment of several students is a question; the one line that fits exactly is named."""
    found = allocate(_payment(3000), _invoice(2000, 3000))
    assert isinstance(found, AskWhom)
    assert [(share.line_id, share.amount) for share in found.shares] == [("i1", 2000), ("i2", 3000)]
    assert found.fits == "i2"
    twins = allocate(_payment(3000), _invoice(3000, 3000))
    assert isinstance(twins, AskWhom)
    assert twins.fits is None


def test_a_part_payment_of_one_is_no_question() -> None:
    """Where only one line is open, a part payment goes to it."""
    found = _done(allocate(_payment(500), _invoice(2000)))
    assert found.parts == (Allocation("p", "i", "i1", 500),)
    before = (Allocation("q", "i", "i1", 2000),)
    assert _done(allocate(_payment(500), _invoice(2000, 3000), before=before)).parts[0].line_id == "i2"


def test_named_lines_are_filled_in_their_order() -> None:
    """The answer to «за кого» fills the named lines one by one and leaves the money beyond them."""
    invoice = _invoice(2000, 3000, 1000)
    found = _done(allocate(_payment(3500), invoice, ("i2", "i1")))
    assert [(part.line_id, part.amount) for part in found.parts] == [("i2", 3000), ("i1", 500)]
    assert _done(allocate(_payment(3500), invoice, ("i3",))).rest == 2500
    assert _done(allocate(_payment(3500), invoice, ())) == Allocated((), 3500)


def test_one_payment_for_several_invoices() -> None:
    """One payment may cover several invoices; too little money asks over all their lines."""
    invoices = (_invoice(2000, name="a"), _invoice(3000, name="b"))
    assert [part.invoice_id for part in _done(allocate_several(_payment(5000), invoices)).parts] == ["a", "b"]
    asked = allocate_several(_payment(2500), invoices)
    assert isinstance(asked, AskWhom)
    assert [share.line_id for share in asked.shares] == ["a1", "b1"]


def test_a_refund_takes_back() -> None:
    """A refund undoes what was paid, asks where it takes a part from several, and leaves what was never paid."""
    invoice, before = _invoice(2000, 3000), (Allocation("p", "i", "i1", 2000), Allocation("p", "i", "i2", 3000))
    whole = _done(allocate(_payment(-5000, "r"), invoice, before=before))
    assert [part.amount for part in whole.parts] == [-2000, -3000]
    assert with_paid(invoice, before + whole.parts).state == "open"
    assert isinstance(allocate(_payment(-2000, "r"), invoice, before=before), AskWhom)
    assert _done(allocate(_payment(-7000, "r"), invoice, before=before)).rest == -2000


def test_foreign_and_cancelled() -> None:
    """Another centre's invoice and another invoice's line are not found; a cancelled invoice takes nothing."""
    with pytest.raises(NotFound):
        allocate(_payment(1), _invoice(1, centre="0999"))
    with pytest.raises(NotFound):
        allocate(_payment(1), _invoice(1), ("x1",))
    assert _done(allocate(_payment(1), _invoice(1, state="cancelled"))) == Allocated((), 1)


def test_the_same_payment_is_not_spent_twice() -> None:
    """What a payment has already given is no longer there."""
    first = _done(allocate(_payment(5000), _invoice(2000, name="a")))
    second = _done(allocate(_payment(5000), _invoice(9000, name="b"), before=first.parts))
    assert second.parts == (Allocation("p", "b", "b1", 3000),)
    assert _done(allocate(_payment(2000), _invoice(9000, name="b"), before=first.parts)) == Allocated((), 0)


def test_third_party_payers_are_told() -> None:
    """Somebody else paid where both ИНН are known and differ; an unknown one says nothing."""
    assert is_third_party(_payment(1, payer_inn="6663003127"), _invoice(1))
    assert not is_third_party(_payment(1), _invoice(1))
    assert not is_third_party(_payment(1, payer_inn=None), _invoice(1))


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_a_spread_sum_adds_up(total: int, prices: list[int]) -> None:
    """A sum spread over lines adds up to the kopeck, and no line is more than a kopeck off its proportion."""
    parts = spread(total, prices)
    assert sum(parts) == total
    assert min(parts) >= 0
    if whole := sum(prices):
        assert all(abs(part * whole - total * price) < whole for part, price in zip(parts, prices, strict=True))


PRICES = st.lists(st.integers(0, 500), min_size=1, max_size=4)
MOVES = st.lists(st.tuples(st.integers(-1500, 1500), st.lists(st.integers(0, 7), max_size=3) | st.none()), max_size=12)


@given(PRICES, PRICES, MOVES)
def test_nothing_is_lost_and_nothing_is_over(one: list[int], two: list[int], moves: Any) -> None:
    """Whatever is paid and refunded: parts and rest make the payment, no line goes below nothing or above its sum."""
    invoices = (_invoice(*one, name="a"), _invoice(*two, name="b"))
    prices = {(invoice.id, line_id): price for invoice in invoices for line_id, price in invoice.lines}
    lines, done = [line_id for _, line_id in prices], list[Allocation]()
    for place, (amount, named) in enumerate(moves):
        whom = None if named is None else [lines[at % len(lines)] for at in named]
        found = allocate_several(_payment(amount, f"p{place}"), invoices, whom, done)
        if isinstance(found, AskWhom):
            assert whom is None
            assert abs(amount) < sum(share.amount for share in found.shares)
            continue
        assert sum(part.amount for part in found.parts) + found.rest == amount
        assert all((part.amount > 0) == (amount > 0) for part in found.parts)
        done += found.parts
        for key, price in prices.items():
            assert 0 <= sum(part.amount for part in done if (part.invoice_id, part.line_id) == key) <= price
    for invoice in invoices:
        now = with_paid(invoice, done)
        assert now.paid == sum(part.amount for part in done if part.invoice_id == invoice.id) <= now.total
        assert (now.state == "paid") == (now.paid >= now.total)
