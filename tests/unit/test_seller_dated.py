"""The seller's details by the day: each paper finds those of its own date."""

from datetime import date

import pytest

from school.seller import parse_seller
from school.seller_dated import settings_on, split_since, with_detail
from tests.papers import SETTINGS

TODAY = date(2027, 1, 12)
DECEMBER, JANUARY = date(2026, 12, 20), date(2027, 1, 1)


@pytest.mark.parametrize(("day", "rate"), [(date(2026, 12, 31), 5), (JANUARY, 22), (date(2028, 1, 1), 22)])
def test_vat_of_the_day(day: date, rate: int) -> None:
    """Told before or after, the VAT of 1 January changes nothing of December."""
    settings = with_detail({**SETTINGS, "seller_vat": "5"}, "seller_vat", "22", JANUARY)
    assert parse_seller(settings_on(settings, day)).vat.rate == rate


def test_what_was_never_set_holds_from_the_beginning() -> None:
    """The first value of a detail is that of every day; an erased one is missing from the day on."""
    settings = with_detail({}, "seller_vat", "5", TODAY)
    assert settings_on(settings, DECEMBER) == {"seller_vat": "5"}
    erased = with_detail(settings, "seller_vat", "", TODAY)
    assert (settings_on(erased, DECEMBER), settings_on(erased, TODAY)) == ({"seller_vat": "5"}, {})


def test_a_correction_from_an_earlier_day_holds_from_it_on() -> None:
    """What is said of an earlier day replaces what held later."""
    settings = with_detail(with_detail({"seller_vat": "5"}, "seller_vat", "10", TODAY), "seller_vat", "22", JANUARY)
    assert settings_on(settings, TODAY) == {"seller_vat": "22"}
    assert settings_on(settings, DECEMBER) == {"seller_vat": "5"}


@pytest.mark.parametrize(
    ("text", "value", "since"),
    [
        ("22 с 01.01.2027", "22", JANUARY),
        ("22 с 1 января 2027", "22", JANUARY),
        ("нет с 2027-01-01", "нет", JANUARY),
        ("22", "22", TODAY),
        ("г. Москва, ул. Лесная, 3 с 5", "г. Москва, ул. Лесная, 3 с 5", TODAY),
    ],
)
def test_the_day_behind_a_value(text: str, value: str, since: date) -> None:
    """A full date behind «с» is the day; without one it is today."""
    assert split_since(text, TODAY) == (value, since)
