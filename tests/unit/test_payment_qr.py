"""The payment QR: its text by the standard, and its picture read back by a real decoder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper.payment_qr import MAX_BANK, bank_name, payment_payload, qr_png, qr_svg, shorten
from school.seller import Vat
from tests.papers import scanned, seller
from tests.vectors import Row, load
from wording.papers import payment_purpose

VECTORS = load("papers")
NO_VAT = Vat(None, "основание")


@pytest.mark.parametrize("row", VECTORS["qr"])
def test_the_text_is_the_standards_byte_for_byte(row: Row) -> None:
    """The keys come in their order with the seller's values, the sum in kopecks."""
    purpose = payment_purpose(row["number"], row["issued_on"], NO_VAT, row["kopecks"])
    assert payment_payload(seller(), row["kopecks"], purpose) == row["payload"]


@pytest.mark.parametrize("row", VECTORS["qr"])
def test_a_decoder_reads_the_picture(row: Row) -> None:
    """What is drawn reads back as the same bytes."""
    assert scanned(qr_png(row["payload"])) == row["payload"].encode()


def test_a_decoder_reads_cp1251() -> None:
    """By choice the text is in cp1251 and says so; a character that it lacks becomes a question mark."""
    payload = payment_payload(seller(), 100, "Оплата ₽ за ёлку", "cp1251")
    assert payload.startswith("ST00011|")
    assert payload.endswith("Purpose=Оплата ? за ёлку")
    assert scanned(qr_png(payload)) == payload.encode("cp1251")


@pytest.mark.parametrize(("name", "separator"), [("СЦ | Пример", "~"), ("СЦ |~ Пример", "^"), ("СЦ |~^; Пример", "#")])
def test_the_separator_occurs_in_no_value(name: str, separator: str) -> None:
    """A separator typed into a name is not the separator of the text."""
    payload = payment_payload(seller(seller_name=name), 100, "Оплата")
    assert payload[7:8] == separator
    assert dict(part.split("=", 1) for part in payload.split(separator)[1:])["Name"] == name


def test_a_sole_trader_has_no_kpp() -> None:
    """A key without a value is left out."""
    assert "KPP=" not in payment_payload(seller(seller_inn="500100732259"), 100, "Оплата")


def test_long_values_are_shortened() -> None:
    """A full name that does not fit gives way to the short one, a purpose is cut at a word."""
    payload = payment_payload(seller(seller_name="Общество " * 20 + "Пример"), 100, "обучение " * 40)
    values = dict(part.split("=", 1) for part in payload.split("|")[1:])
    assert values["Name"] == 'ООО "СЦ Пример"'
    assert len(values["Purpose"]) <= 210
    assert values["Purpose"].endswith("обучение")


@pytest.mark.parametrize("row", VECTORS["bank"])
def test_banks_are_shortened_sensibly(row: Row) -> None:
    """A bank's legal form shrinks to letters before words are lost."""
    assert bank_name(row["name"]) == row["short"]


@given(st.text(), st.integers(min_value=1, max_value=MAX_BANK))
def test_shortened_values_fit(text: str, limit: int) -> None:
    """Whatever is typed, it becomes one line within the limit."""
    line = shorten(text, limit)
    assert len(line) <= limit
    assert "\n" not in line


def test_the_picture_is_the_same_each_time() -> None:
    """The same text is drawn in the same bytes."""
    assert qr_svg("ST00012|Name=А") == qr_svg("ST00012|Name=А")
    assert qr_svg("ST00012|Name=А").startswith(b"<svg")
