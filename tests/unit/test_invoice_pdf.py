"""The invoice: what its pages say and what a scanner reads from them."""

from dataclasses import replace
from datetime import date

import pytest

from paper.invoice_pdf import InvoicePaper, InvoiceRow, invoice_payload, invoice_pdf, invoice_pictures
from school.order import Payer
from tests.papers import EVIL, PAYER, PERSON, TRADER, scanned, seller, text_of
from wording.papers import line_title

TITLE = line_title("Управление закупками по 44-ФЗ", "Базовый", date(2027, 4, 25), date(2027, 5, 25))


def invoice(count: int = 1, buyer: Payer = PAYER, **settings: str) -> InvoicePaper:
    """An invoice of the sample seller with so many students."""
    rows = tuple(InvoiceRow(TITLE, "Соколова Любовь Андреевна", 2_450_000) for _ in range(count))
    return InvoicePaper(
        "123", date(2026, 2, 1), date(2026, 2, 6), seller(**settings), buyer, "Договор № 7 от 1 февраля 2026 г.", rows
    )


def test_an_invoice_says_all_that_is_customary() -> None:
    """Bank, number and date, both sides, basis, table, total, VAT, words, validity and who signs."""
    text = text_of(invoice_pdf(invoice()))
    for part in (
        "Счёт на оплату № 123 от 1 февраля 2026 г.", "ПАО СБЕРБАНК", "044525225", "30101810400000000225",
        "40702810138250123017", "ИНН 6663003127", "КПП 667101001", "ООО «Ромашка», ИНН 5039002841, КПП 503901001",
        "Договор № 7 от 1 февраля 2026 г.", "Ученик: Соколова Любовь Андреевна", "тариф", "24 500,00",
        "Без НДС (п. 2 ст. 346.11 НК РФ):", "Всего наименований 1, на сумму 24 500,00 руб.",
        "Двадцать четыре тысячи пятьсот рублей 00 копеек", "Счёт действителен до 6 февраля 2026 г.",
        "Директор", "Иванова М. П.", "Главный бухгалтер", "Петров П. П.",
    ):  # fmt: skip
        assert part in text


def test_vat_is_shown_inside_the_total() -> None:
    """Where the seller charges VAT, the total stays and the tax in it is named."""
    text = text_of(invoice_pdf(invoice(seller_vat="22")))
    assert "В том числе НДС 22 %: 4 418,03" in text
    assert "Всего к оплате: 24 500,00" in text
    assert "В т. ч. НДС 22 % 4418-03 руб." in invoice_payload(invoice(seller_vat="22"))


@pytest.mark.parametrize("buyer", [TRADER, PERSON])
def test_people_have_fewer_details(buyer: Payer) -> None:
    """A sole trader is named «ИП» and has no КПП; an individual may have no ИНН."""
    text = text_of(invoice_pdf(invoice(buyer=buyer)))
    assert ("ИП Петров Пётр Петрович, ИНН 500100732259, 127018" in text) == (buyer is TRADER)
    assert "None" not in text


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (7, 1), (60, 4), (200, 12)])
def test_every_student_is_in_the_table(count: int, pages: int) -> None:
    """The table runs over pages, its header stands on each, and no row is lost."""
    paper = invoice(count)
    text = text_of(invoice_pdf(paper))
    assert text.count("Ученик: Соколова") == count
    # The last page may hold only the total and the signatures.
    assert text.count("Сумма, руб.") in (pages, max(1, pages - 1))
    assert f"Всего наименований {count}, на сумму" in text
    assert len(invoice_pictures(paper, 30)) == pages


def test_the_same_invoice_is_the_same_bytes() -> None:
    """Nothing of the moment of making is in the file."""
    assert invoice_pdf(invoice(2)) == invoice_pdf(invoice(2))
    assert invoice_pdf(invoice(2)).startswith(b"%PDF")


@pytest.mark.parametrize("count", [1, 60])
def test_a_scanner_reads_the_qr_off_the_page(count: int) -> None:
    """The QR on the rendered page reads back as its text."""
    paper = invoice(count)
    assert scanned(invoice_pictures(paper, 150)[0]) == invoice_payload(paper).encode()


def test_a_scanner_reads_the_longest_qr_off_the_page() -> None:
    """The longest values still make a code that is read."""
    paper = invoice(seller_name="Ж" * 160, seller_bank="Щ" * 60, seller_vat="22")
    paper = replace(paper, number="Ш" * 100)
    assert scanned(invoice_pictures(paper, 150)[0]) == invoice_payload(paper).encode()


def test_typed_text_is_text() -> None:
    """Marks of typst and of HTML in a name are shown as they are typed, and nothing in them runs."""
    paper = replace(invoice(), rows=(InvoiceRow(EVIL, EVIL, 100),), basis=EVIL, buyer=replace(PAYER, name=EVIL))
    assert text_of(invoice_pdf(paper)).count('#eval("1") $x$ @a [b] *c* <&> \\ `d` // {{ сумма }}') >= 3


def test_very_long_values_stay_on_the_page() -> None:
    """A value of 300 characters without a space is wrapped and still readable as text."""
    paper = replace(invoice(), rows=(InvoiceRow("Ж" * 300, "Щ" * 150, 99_999_999_999),), number="Ф" * 40)
    text = text_of(invoice_pdf(paper)).replace(" ", "")
    assert text.count("Ж") == 300
    assert text.count("Щ") == 150
