"""An order as an XLSX workbook: sheet «Заявка» with the payer and the orderer, sheet «Ученики» a row a student."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from paper.cells import Value, cell, saved, set_widths, table
from wording.labels import FILLED_IN_BY_CLIENT, FILLED_IN_BY_STAFF, ORDER_LABELS
from wording.order_block import OrderData, StudentData, orderer_rows, payer_rows

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_STUDENT_COLUMNS = (
    ("name", 36),
    ("mobile", 18),
    ("email", 32),
    ("course", 48),
    ("tariff", 22),
    ("starts", 18),
    ("ends", 20),
    ("price", 14),
)


def order_workbook(data: OrderData) -> bytes:
    """Return the workbook's bytes; sums are numbers in rubles, dates are dates, and typed text is never a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _order_sheet(book, data)
    _students_sheet(book, data["students"])
    return saved(book)


def _order_sheet(book: "Workbook", data: OrderData) -> None:
    sheet = book.create_sheet("Заявка")
    set_widths(sheet, (24, 64))
    filled_in_by = FILLED_IN_BY_STAFF if data["filled_in_by_staff"] else FILLED_IN_BY_CLIENT
    rows: list[tuple[str, Value]] = [
        (ORDER_LABELS["number"], data["number"]),
        (ORDER_LABELS["centre"], data["centre_name"]),
        (ORDER_LABELS["filled_in_by"], filled_in_by),
        *payer_rows(data),
        *orderer_rows(data),
        (ORDER_LABELS["total"], _rubles(data["total"])),
    ]
    for label, value in rows:
        sheet.append([cell(sheet, label, bold=True), cell(sheet, value)])


def _students_sheet(book: "Workbook", students: Sequence[StudentData]) -> None:
    sheet = table(book, "Ученики", [(ORDER_LABELS[key], width) for key, width in _STUDENT_COLUMNS])
    for student in students:
        sheet.append([cell(sheet, value) for value in _student_values(student)])


def _student_values(student: StudentData) -> tuple[Value, ...]:
    return (
        student["name"],
        student["mobile"],
        student["email"],
        student["course_title"],
        student["tariff_title"],
        date.fromisoformat(student["starts"]),
        date.fromisoformat(student["ends"]),
        _rubles(student["price"]),
    )


def _rubles(kopecks: int) -> Decimal:
    return Decimal(kopecks) / 100
