"""Invoice numbers in the purposes of payments."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.purpose import invoice_numbers, loose_number, normal_number
from tests.vectors import Row, load

VECTORS = load("statement")


@pytest.mark.parametrize("row", VECTORS["purpose"], ids=lambda row: row["text"][:40])
def test_numbers_of_a_purpose(row: Row) -> None:
    """The numbers of invoices are taken as whole tokens; everything else that has digits is not."""
    assert list(invoice_numbers(row["text"])) == row["numbers"]


@pytest.mark.parametrize("row", VECTORS["same"])
def test_the_same_number_in_other_spelling(row: Row) -> None:
    """Case, ё, dashes, spaces, the sign and look-alike letters do not matter."""
    assert normal_number(row["one"]) == normal_number(row["other"])


@pytest.mark.parametrize("row", VECTORS["other"])
def test_other_numbers(row: Row) -> None:
    """A whole number is compared: a part of it, lost zeros or a lost dash make it another one."""
    assert normal_number(row["one"]) != normal_number(row["other"])


@pytest.mark.parametrize("row", VECTORS["loose"])
def test_lost_zeros_are_alike(row: Row) -> None:
    """Numbers that differ in leading zeros are alike in the loose form only."""
    assert normal_number(row["one"]) != normal_number(row["other"])
    assert loose_number(row["one"]) == loose_number(row["other"])


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """No text breaks the reading; what is taken has a digit and is shorter than an account."""
    for number in invoice_numbers("сч " + text):
        digits = [mark for mark in number if mark.isdigit()]
        assert digits
        assert len(digits) < 15


@given(st.from_regex(r"([А-Я]{1,3}-?)?[1-9][0-9]{0,5}(/2[0-9])?", fullmatch=True))
def test_a_number_is_found_behind_the_usual_words(number: str) -> None:
    """Whatever form the centre's numbers have, the usual words lead to the whole of it."""
    found = invoice_numbers(f"Оплата по счету № {number} от 05.05.2027 г. за обучение. НДС не облагается")
    assert [normal_number(one) for one in found] == [normal_number(number)]


def test_a_long_purpose_takes_no_time() -> None:
    """A purpose made to be slow is read in a bounded time."""
    for piece in ("сч", "сч 1,", "счет 1-", "сч № ", "счет - ", "1 2 3 ", "сч от 01.02.2026 "):
        assert len(invoice_numbers(piece * 20_000)) < 2_000


def test_accounts_never_come_out() -> None:
    """An account stays an account however it is set off."""
    for account in ("40702810138250123017", "40702 810 1 3825 0123017", "40702.810.1.3825.0123017"):
        for words in ("счет", "счет №", "на сч.", "р/с", "расч. счет:"):
            assert not [one for one in invoice_numbers(f"{words} {account}") if re.match("40702", one)]
