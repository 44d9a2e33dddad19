"""What settles itself, and what is only suggested and why."""

import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.billing import Invoice, Payment
from school.matching import MAX_HITS, Hit, Nothing, Settled, Suggestions, Verdict, is_treasury, match

OURS, OTHER = "5039002841", "6663003127"


def _invoice(number: str, total: int = 2450000, name: str = "", **changes: Any) -> Invoice:
    made = Invoice(
        name or number, "o", "0123", number, date(2027, 5, 5), total, OURS, "ООО «Ромашка»", (("line", total),)
    )
    return replace(made, **changes)


def _payment(purpose: str, amount: int = 2450000, **changes: Any) -> Payment:
    made = Payment("p", "0123", date(2027, 5, 12), amount, OURS, "ООО «Ромашка»", purpose, "statement", "d")
    return replace(made, **changes)


def _verdict(payment: Payment, *invoices: Invoice) -> Verdict:
    return match([payment], invoices)[0].verdict


def _hits(payment: Payment, *invoices: Invoice) -> tuple[Hit, ...]:
    verdict = _verdict(payment, *invoices)
    assert isinstance(verdict, Suggestions)
    return verdict.hits


def test_number_sum_and_inn_settle() -> None:
    """A unique hit whose number, sum and ИНН agree settles itself, whatever else is open."""
    found = _verdict(_payment("Оплата по счету № 57"), _invoice("57"), _invoice("58"), _invoice("5"), _invoice("570"))
    assert found == Settled(("57",))


def test_one_payment_settles_several() -> None:
    """Several numbers settle together when their sums make the payment."""
    invoices = _invoice("57", 100), _invoice("58", 200), _invoice("61", 300)
    assert _verdict(_payment("по счетам №№ 57, 58 и 61", 600), *invoices) == Settled(("57", "58", "61"))
    assert _hits(_payment("по счетам №№ 57, 58 и 61", 500), *invoices)[0].reasons == ("number", "part_sum")


def test_the_rest_of_a_part_payment_settles() -> None:
    """What counts is what is still to be paid, and paid or cancelled invoices do not count."""
    assert _verdict(_payment("сч. 57", 450000), _invoice("57", paid=2000000)) == Settled(("57",))
    assert _verdict(_payment("сч. 57"), _invoice("57", state="cancelled")) == Nothing()
    assert _verdict(_payment("сч. 57"), _invoice("57", paid=2450000)) == Nothing()


def test_the_right_payer_makes_a_repeated_number_unique() -> None:
    """The same number of another payer or another centre is no doubt; of the same payer it is one."""
    invoice = _invoice("57")
    assert _verdict(_payment("сч. 57"), invoice, _invoice("57", name="b", payer_inn=OTHER)) == Settled(("57",))
    assert _verdict(_payment("сч. 57"), invoice, _invoice("57", name="b", centre="0999")) == Settled(("57",))
    hits = _hits(_payment("сч. 57"), invoice, _invoice("57", name="b"))
    assert [hit.reasons for hit in hits] == [("number", "not_unique")] * 2


@pytest.mark.parametrize(
    ("payment", "invoice", "reasons"),
    [
        (_payment("сч. 57", 2000000), _invoice("57"), ("number", "part_sum")),
        (_payment("сч. 57", 2500000), _invoice("57"), ("number", "over_sum")),
        (_payment("сч. 57", payer_inn=OTHER), _invoice("57"), ("number", "other_payer")),
        (_payment("сч. 57", payer_inn=None), _invoice("57"), ("number", "unknown_inn")),
        (_payment("сч. 57"), _invoice("57", payer_inn=None), ("number", "unknown_inn")),
        (_payment("сч. 57"), _invoice("0057"), ("leading_zeros",)),
        (_payment("сч. 57, 58"), _invoice("57"), ("number", "other_numbers")),
        (_payment("сч. 57"), _invoice("57", issued_on=date(2027, 5, 13)), ("number", "before_issue")),
        (_payment("за обучение"), _invoice("57"), ("same_sum_and_inn",)),
        (_payment("за обучение", 100), _invoice("57"), ("same_inn", "part_sum")),
        (_payment("за обучение", payer_inn=None), _invoice("57"), ("sum_and_name", "unknown_inn")),
        (_payment("за обучение", payer_inn=OTHER, payer_name="X"), _invoice("57"), ("sum_only", "other_payer")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_everything_else_is_suggested_with_its_reason(
    payment: Payment, invoice: Invoice, reasons: tuple[str, ...]
) -> None:
    """Whatever does not agree makes a suggestion that names what agrees and what does not."""
    assert _hits(payment, invoice) == (Hit((invoice.id,), reasons),)  # type: ignore[arg-type]


def test_a_treasury_is_matched_by_inn() -> None:
    """A treasury's payment settles by number, sum and ИНН; by another ИНН it is suggested, by name never."""
    name = "УФК по Московской области (МБОУ Школа № 5 л/с 20123456789)"
    assert is_treasury(name)
    assert _verdict(_payment("сч. 57", payer_name=name), _invoice("57")) == Settled(("57",))
    hits = _hits(_payment("сч. 57", payer_name=name, payer_inn=OTHER), _invoice("57"))
    assert hits[0].reasons == ("number", "treasury_payer")
    twins = [_invoice(str(place), payer_name=name) for place in range(9)]
    assert _verdict(_payment("за обучение", payer_name=name, payer_inn=OTHER), *twins) == Nothing()


def test_no_invoice_is_settled_twice_in_a_file() -> None:
    """Of two equal payments the first settles; the second is told that its invoice has just been settled."""
    first, second = _payment("сч. 57", id="1"), _payment("сч. 57", id="2")
    one, two = match([first, second], [_invoice("57")])
    assert one.verdict == Settled(("57",))
    assert two.verdict == Suggestions((Hit(("57",), ("number", "settled_here")),))


def test_an_earlier_guess_knows_what_a_later_payment_settles() -> None:
    """An invoice that a later payment settles is not offered to an earlier one for its sum."""
    guess, sure = match([_payment("за обучение"), _payment("сч. 57")], [_invoice("57")])
    assert sure.verdict == Settled(("57",))
    assert guess.verdict == Nothing()


def test_invoices_of_a_payer_that_make_the_sum() -> None:
    """Without numbers, a pair of the payer's invoices, or all of them, that make the sum are offered together."""
    invoices = _invoice("57", 100), _invoice("58", 200), _invoice("61", 300)
    assert Hit(("57", "61"), ("several_make_sum",)) in _hits(_payment("за обучение", 400), *invoices)
    assert _hits(_payment("за обучение", 600), *invoices)[0] == Hit(("57", "58", "61"), ("several_make_sum",))


def test_the_likeliest_comes_first() -> None:
    """A named number goes before a sum of the payer's, unless neither sum nor payer agree; few are offered."""
    named, alike = _invoice("57", 100), _invoice("58")
    assert [hit.invoice_ids for hit in _hits(_payment("сч. 57"), named, alike)] == [("57",), ("58",)]
    strange = replace(named, payer_inn=OTHER)
    assert [hit.invoice_ids for hit in _hits(_payment("сч. 57"), strange, alike)] == [("58",), ("57",)]
    many = [_invoice(str(place)) for place in range(100, 140)]
    assert len(_hits(_payment("за обучение"), *many)) == MAX_HITS


def test_a_sum_that_many_owe_is_no_suggestion() -> None:
    """A sum alone is offered only where few invoices have it; a refund is never matched."""
    many = [_invoice(str(place), payer_inn=OTHER) for place in range(4)]
    assert _verdict(_payment("за обучение", payer_name="Иное"), *many) == Nothing()
    assert len(_hits(_payment("за обучение", payer_name="Иное"), *many[:3])) == 3
    assert _verdict(_payment("сч. 57", -2450000), _invoice("57", -2450000)) == Nothing()


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4), st.sampled_from([OURS, OTHER, None])), max_size=12),
    st.lists(
        st.tuples(st.lists(st.integers(1, 6), max_size=3), st.integers(-1, 12), st.sampled_from([OURS, OTHER, None])),
        max_size=12,
    ),
)
def test_what_settles_always_agrees(owed: Any, paid: Any) -> None:
    """Whatever comes: what settles agrees in sum and ИНН, and no invoice is settled twice."""
    invoices = {
        str(place): _invoice(str(number), total, str(place), payer_inn=inn)
        for place, (number, total, inn) in enumerate(owed)
    }
    payments = [_payment("сч. " + ", ".join(map(str, numbers)), amount, payer_inn=inn) for numbers, amount, inn in paid]
    seen: set[str] = set()
    for found in match(payments, invoices.values()):
        if isinstance(found.verdict, Settled):
            ids = found.verdict.invoice_ids
            assert not seen & set(ids)
            seen |= set(ids)
            assert sum(invoices[one].total for one in ids) == found.payment.amount
            assert {invoices[one].payer_inn for one in ids} == {found.payment.payer_inn} - {None}
        elif isinstance(found.verdict, Suggestions):
            assert 0 < len(found.verdict.hits) <= MAX_HITS


@pytest.mark.parametrize("payers", [1, 300, 20_000])
def test_a_year_of_payments_takes_about_a_second(payers: int) -> None:
    """5,000 payments against 20,000 invoices are matched in about a second, however few payers share them."""
    inns = [f"{place:010d}" for place in range(payers)]
    invoices = [_invoice(str(n), 2450000 + n % 7 * 100, payer_inn=inns[n % payers]) for n in range(20_000)]
    payments = [
        _payment(f"Оплата по счету № {n * 3} от 05.05.2027", 2450000 + n % 5 * 100, payer_inn=inns[n * 3 % payers])
        for n in range(5_000)
    ]
    started = time.process_time()
    found = match(payments, invoices)
    assert time.process_time() - started < 4  # a busy machine; about 0.6 on a free one
    assert sum(isinstance(one.verdict, Settled) for one in found) > 500
