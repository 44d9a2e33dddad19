"""An invoice (счёт на оплату) as a PDF with the payment QR, in the customary layout (REGULATIONS P1)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from paper.payment_qr import payment_payload, qr_svg
from paper.typeset import pdf, pictures
from school.money import Kopecks
from school.order import Payer
from school.seller import Seller
from wording.dates import date_long
from wording.papers import (
    payer_name,
    payment_purpose,
    reference,
    requisites,
    vat_line,
)
from wording.words_of_sums import amount, sum_in_words

_TEMPLATE = "invoice.typ"
_COLUMNS = ("№", "Услуга", "Кол-во", "Ед.", "Цена, руб.", "Сумма, руб.")
_WORDS = {
    "bank": "Банк получателя",
    "bik": "БИК",
    "account": "Сч. №",
    "inn": "ИНН",
    "kpp": "КПП",
    "receiver": "Получатель",
    "scan": "Оплата по QR-коду",
    "page": "Лист",
    "of": "из",
    "stamp": "М. П.",
}


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One student on one course: `title` as `wording.papers.line_title` makes it, the student's name, kopecks."""

    title: str
    student: str
    kopecks: Kopecks


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """All that an invoice shows. Dates in the school's zone; `basis` is the contract or the order it rests on."""

    number: str
    issued_on: date
    valid_until: date
    seller: Seller
    buyer: Payer
    basis: str
    rows: tuple[InvoiceRow, ...]

    @property
    def total(self) -> Kopecks:
        """The sum of the rows."""
        return sum(row.kopecks for row in self.rows)


def invoice_pdf(paper: InvoicePaper) -> bytes:
    """Return the PDF: the same bytes for the same invoice. Takes milliseconds, 200 rows a tenth of a second."""
    return pdf(_TEMPLATE, _data(paper), paper.issued_on)


def invoice_pictures(paper: InvoicePaper, dots_per_inch: int = 150) -> list[bytes]:
    """Return the same pages as PNG, for a look in chat."""
    return pictures(_TEMPLATE, _data(paper), paper.issued_on, dots_per_inch)


def invoice_payload(paper: InvoicePaper) -> str:
    """Return the text of the invoice's payment QR."""
    purpose = payment_purpose(paper.number, paper.issued_on, paper.seller.vat, paper.total)
    return payment_payload(paper.seller, paper.total, purpose)


def _data(paper: InvoicePaper) -> dict[str, Any]:
    seller = paper.seller
    return {
        "title": reference("Счёт на оплату", paper.number, paper.issued_on),
        "words": _WORDS,
        "seller": {
            "name": seller.name,
            "inn": seller.inn,
            "kpp": seller.kpp,
            "bank_name": seller.bank_name,
            "bik": seller.bik,
            "account": seller.account,
            "corr_account": seller.corr_account,
        },
        "qr": qr_svg(invoice_payload(paper)).decode(),
        "sides": _sides(paper),
        "columns": _COLUMNS,
        "rows": [_row(at, row) for at, row in enumerate(paper.rows, start=1)],
        "totals": [("Итого:", amount(paper.total)), _vat(paper), ("Всего к оплате:", amount(paper.total))],
        "summary": f"Всего наименований {len(paper.rows)}, на сумму {amount(paper.total)} руб.",
        "in_words": sum_in_words(paper.total),
        "validity": f"Счёт действителен до {date_long(paper.valid_until)} г. включительно.",
        "signatures": _signatures(seller),
    }


def _sides(paper: InvoicePaper) -> list[tuple[str, str]]:
    seller, buyer = paper.seller, paper.buyer
    return [
        ("Исполнитель:", requisites(seller.name, seller.inn, seller.kpp, seller.address)),
        ("Заказчик:", requisites(payer_name(buyer), buyer.inn, buyer.kpp, buyer.address)),
        ("Основание:", paper.basis),
    ]


def _row(at: int, row: InvoiceRow) -> tuple[str, str, str, str, str, str, str]:
    price = amount(row.kopecks)
    return str(at), row.title, f"Ученик: {row.student}", "1", "усл.", price, price


def _vat(paper: InvoicePaper) -> tuple[str, str]:
    label, figure = vat_line(paper.seller.vat, paper.total)
    return f"{label}:", figure


def _signatures(seller: Seller) -> list[tuple[str, str]]:
    post = seller.post[:1].upper() + seller.post[1:]
    signed = [(post, seller.signatory.initials)]
    if seller.accountant:
        signed.append(("Главный бухгалтер", seller.accountant.initials))
    return signed
