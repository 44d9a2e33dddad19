"""The seller's details against the tables, and the words of sums."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.errors import BadAnswer
from school.money import MAX_SUM
from school.names import parse_full_name
from school.seller import (
    DEFAULT_VALID_DAYS,
    REQUIRED,
    SELLER_KEYS,
    VAT_RATES,
    Vat,
    check_setting,
    parse_seller,
    seller_faults,
    seller_gaps,
)
from tests.papers import SETTINGS, seller
from tests.vectors import Row, load
from wording.cases import represented_by
from wording.papers import SELLER_LABELS
from wording.words_of_sums import amount, sum_in_words

VECTORS = load("papers")


def test_a_complete_seller_is_read() -> None:
    """Every setting becomes a checked value; what has a default may be left out."""
    read = seller()
    assert (read.inn, read.kpp, read.bik) == ("6663003127", "667101001", "044525225")
    assert read.vat == Vat(None, "п. 2 ст. 346.11 НК РФ")
    assert read.signatory.initials == "Иванова М. П."
    assert read.valid_days == DEFAULT_VALID_DAYS
    assert seller_gaps(SETTINGS) == ()
    assert seller_faults(SETTINGS) == ()


def test_gaps_are_told_all_at_once() -> None:
    """An empty centre hears of everything at once; КПП and the ground of no VAT only where they are needed."""
    assert set(seller_gaps({})) == {*REQUIRED, "seller_kpp"}
    assert seller_gaps({**SETTINGS, "seller_kpp": " ", "seller_vat_ground": ""}) == ("seller_kpp", "seller_vat_ground")
    assert seller_gaps({**SETTINGS, "seller_vat": "22", "seller_vat_ground": ""}) == ()
    with pytest.raises(BadAnswer, match="seller_incomplete") as caught:
        parse_seller({**SETTINGS, "seller_bik": ""})
    assert caught.value.data["keys"] == ("seller_bik",)


def test_a_sole_trader_needs_no_kpp() -> None:
    """A seller with 12 digits of ИНН is a person: no КПП is asked or kept."""
    trader = seller(seller_inn="500100732259", seller_kpp="667101001")
    assert trader.sole_trader
    assert trader.kpp is None
    assert seller_gaps({**SETTINGS, "seller_inn": "500100732259", "seller_kpp": ""}) == ()


def test_vat_has_no_default_and_only_lawful_rates() -> None:
    """VAT is typed by the centre: one of the rates, or none with its ground."""
    assert "seller_vat" in seller_gaps({**SETTINGS, "seller_vat": ""})
    assert {check_setting("seller_vat", {"seller_vat": f"{rate} %"}) for rate in VAT_RATES} == {"5", "7", "10", "22"}
    assert check_setting("seller_vat", {"seller_vat": "НДС не облагается"}) == "none"
    for wrong in ("20", "0", "да", "22,5", "-5"):
        with pytest.raises(BadAnswer, match="seller_vat"):
            check_setting("seller_vat", {"seller_vat": wrong})


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("seller_inn", "6663003128", "inn_checksum"),
        ("seller_kpp", "12", "kpp_form"),
        ("seller_bik", "144525225", "bik_form"),
        ("seller_account", "40702810138250123018", "account_key"),
        ("seller_corr_account", "40702810138250123017", "account_key"),
        ("seller_signatory", "Иванова М. П.", "name_initials"),
        ("seller_valid_days", "0", "seller_valid_days"),
        ("seller_valid_days", "завтра", "seller_valid_days"),
        ("seller_address", "я" * 301, "seller_text_long"),
    ],
)
def test_wrong_values_are_refused(key: str, value: str, problem: str) -> None:
    """A wrong value is refused alone and told among the faults, by its key."""
    settings = {**SETTINGS, key: value}
    with pytest.raises(BadAnswer, match=problem):
        parse_seller(settings)
    assert (key, problem) in [(at, fault.problem) for at, fault in seller_faults(settings)]


def test_an_account_may_be_set_before_the_bank() -> None:
    """Without a good БИК only the digits of an account are counted, and its key waits for the БИК."""
    account = SETTINGS["seller_account"]
    assert check_setting("seller_account", {"seller_account": account}) == account
    with pytest.raises(BadAnswer, match="account_length"):
        check_setting("seller_account", {"seller_account": "123"})
    assert [key for key, _ in seller_faults({**SETTINGS, "seller_bik": "1"})] == ["seller_bik"]


def test_every_key_has_a_russian_name() -> None:
    """The centre reads names, not keys."""
    assert set(SELLER_LABELS) == set(SELLER_KEYS)


@pytest.mark.parametrize("row", VECTORS["vat"])
def test_vat_inside_a_sum(row: Row) -> None:
    """The tax inside a sum is rounded half up to a kopeck."""
    assert Vat(row["rate"]).included(row["kopecks"]) == row["inside"]


@pytest.mark.parametrize("row", VECTORS["words"])
def test_sums_in_words(row: Row) -> None:
    """A sum is written in words as papers of account have it."""
    assert sum_in_words(row["kopecks"]) == row["text"]


@given(st.integers(min_value=0, max_value=MAX_SUM))
def test_any_sum_has_words(kopecks: int) -> None:
    """Words are one line, begin with a capital and end with the kopecks in figures."""
    words = sum_in_words(kopecks)
    assert words[0].isupper()
    assert "  " not in words
    assert f" {kopecks % 100:02d} копе" in words


@pytest.mark.parametrize("row", VECTORS["figures"])
def test_sums_in_figures(row: Row) -> None:
    """Figures always show the kopecks, with no-break spaces."""
    assert amount(row["kopecks"]).replace("\u00a0", " ") == row["text"]


@pytest.mark.parametrize("row", VECTORS["signs"])
def test_who_signs_stands_in_the_genitive(row: Row) -> None:
    """A known post and a name are declined; what is not known stays as it was given."""
    assert represented_by(row["post"], parse_full_name(row["name"])) == row["text"]
