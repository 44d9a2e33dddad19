"""The sheet of payments: given out with the open invoices, read back as invoice, date and sum (REGULATIONS P1)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paper.cells import cell, saved, set_widths, table
from paper.xlsx_in import MAX_ROWS, SheetRefused, opened, rows_of, too_big
from school.billing import Invoice
from school.errors import BadAnswer
from school.money import Kopecks, parse_sum
from school.names import fold, tidy
from school.purpose import normal_number
from wording import statements
from wording.problems import explain
from wording.sheets import repeated_column
from wording.statements import PAYMENT_COLUMNS

__all__ = ["PaymentFault", "PaymentRow", "PaymentSheet", "SheetRefused", "payments_workbook", "read_payments"]

_WIDTHS = (20, 16, 16, 48, 20)
_HEADER_WITHIN = 20  # rows that are searched for the titles
_READ = ("number", "paid_on", "amount")
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "number": ("номер счета", "№ счета", "счет №", "№", "номер", "счет на оплату"),
    "paid_on": ("дата", "оплачено", "дата платежа", "оплачен"),
    "amount": ("сумма оплаты", "сумма платежа", "сумма, руб", "сумма, ₽", "оплачено, руб"),
}
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:\s*г(?:ода|\.)?)?")
_FLOAT_NOISE = re.compile(r"\d+\.\d{3,}")


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as read: `row` in the sheet, the invoice's number as written, the day, kopecks."""

    row: int
    number: str
    paid_on: date
    amount: Kopecks


@dataclass(frozen=True, slots=True)
class PaymentFault:
    """A cell that could not be read: row in the sheet, column's title, what stands there, a sentence in Russian."""

    row: int
    column: str
    value: str
    problem: str


@dataclass(frozen=True, slots=True)
class PaymentSheet:
    """All that was read; a row with a fault is among `faults` only."""

    rows: tuple[PaymentRow, ...]
    faults: tuple[PaymentFault, ...]


def payments_workbook(invoices: Iterable[Invoice]) -> bytes:
    """Return the workbook's bytes: the invoices with date and sum left empty, and a sheet on how to fill it in."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = table(book, "Оплаты", list(zip(PAYMENT_COLUMNS.values(), _WIDTHS, strict=True)))
    for invoice in invoices:
        rest = Decimal(invoice.rest) / 100
        sheet.append([cell(sheet, invoice.number), None, None, cell(sheet, invoice.payer_name), cell(sheet, rest)])
    note = book.create_sheet("Как заполнить")
    set_widths(note, (100,))
    for line in statements.HOW_TO_FILL:
        note.append([cell(note, line)])
    return saved(book)


def read_payments(content: bytes, today: date) -> PaymentSheet:
    """Read a filled sheet: columns by their titles in any order, every bad cell at once, rows without payment skipped.

    `today` is the school's: later payments are faults. Raises `SheetRefused`: sheet_broken, sheet_too_big,
    sheet_no_columns (data: missing). May take seconds: call it off the loop.
    """
    with opened(content) as book:
        fewest: list[str] | None = None
        for rows in rows_of(book):
            for number, columns in _headers(rows):
                missing = [PAYMENT_COLUMNS[key] for key in _READ if key not in columns]
                if not missing:
                    return _read(rows, number, columns, today)
                fewest = missing if fewest is None or len(missing) < len(fewest) else fewest
        raise SheetRefused("sheet_no_columns", {"missing": fewest or [PAYMENT_COLUMNS[key] for key in _READ]})


Row = tuple[int, tuple[str, ...]]
Columns = Mapping[str, Sequence[int]]


def _headers(rows: Iterator[Row]) -> Iterator[tuple[int, Columns]]:
    """Yield the first rows as titles: the caller stops at the one that is the header, `rows` then go on below it."""
    for number, texts in rows:
        if number > _HEADER_WITHIN:
            return
        columns: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            if key := _key(text):
                columns.setdefault(key, []).append(place)
        yield number, columns


def _key(title: str) -> str | None:
    folded = fold(title).strip(" .:*")
    return next(
        (key for key in _READ if folded == fold(PAYMENT_COLUMNS[key]) or folded in _SYNONYMS[key]),
        None,
    )


def _read(rows: Iterator[Row], header: int, columns: Columns, today: date) -> PaymentSheet:
    faults = [
        PaymentFault(header, PAYMENT_COLUMNS[key], "", repeated_column(PAYMENT_COLUMNS[key]))
        for key, places in columns.items()
        if len(places) > 1
    ]
    read: list[PaymentRow] = []
    seen: dict[tuple[str, date, Kopecks], int] = {}
    for count, (number, texts) in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise too_big()
        found = _read_row(number, {key: texts[places[0]] for key, places in columns.items()}, today)
        if isinstance(found, PaymentRow):
            first = seen.setdefault((normal_number(found.number), found.paid_on, found.amount), number)
            if first == number:
                read.append(found)
            else:
                words = statements.repeated_payment(first)
                faults.append(PaymentFault(number, PAYMENT_COLUMNS["number"], found.number, words))
        else:
            faults += found
    return PaymentSheet(tuple(read), tuple(faults))


def _read_row(row: int, texts: Mapping[str, str], today: date) -> PaymentRow | list[PaymentFault]:
    """Read one row; one that has neither date nor sum is an invoice that has not been paid."""
    if not texts["paid_on"] and not texts["amount"]:
        return []
    problems: dict[str, str] = {}
    number = tidy(texts["number"]).lstrip("№ ")
    if not any(mark.isalnum() for mark in number):
        problems["number"] = statements.no_number()
    paid_on = _date(texts["paid_on"])
    if paid_on is None:
        problems["paid_on"] = statements.bad_paid_on(texts["paid_on"]) if texts["paid_on"] else statements.no_paid_on()
    elif paid_on > today:
        problems["paid_on"] = statements.paid_later(paid_on)
    amount = 0
    try:
        amount = parse_sum(_rounded(texts["amount"])) if texts["amount"] else 0
        if not texts["amount"]:
            problems["amount"] = statements.no_amount()
    except BadAnswer as problem:
        problems["amount"] = explain(problem)
    if problems or paid_on is None:
        return [PaymentFault(row, PAYMENT_COLUMNS[key], texts[key], words) for key, words in problems.items()]
    return PaymentRow(row, number, paid_on, amount)


def _date(text: str) -> date | None:
    read = _DATE.fullmatch(tidy(text))
    if read is None:
        return None
    try:
        return date(int(read[3]) + (2000 if len(read[3]) == 2 else 0), int(read[2]), int(read[1]))
    except ValueError:
        return None


def _rounded(text: str) -> str:
    """Return a sum that a formula has left as 24500.499999999996 to the kopeck; a real third digit stays a fault."""
    if not _FLOAT_NOISE.fullmatch(text):
        return text
    exact = Decimal(text)
    rounded = round(exact, 2)
    return str(rounded) if abs(exact - rounded) < Decimal("0.00001") else text
