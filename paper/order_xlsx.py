"""An order as an XLSX workbook: sheet «Заявка» with the payer and the orderer, sheet «Ученики» a row a student."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from wording.labels import FILLED_IN_BY_CLIENT, FILLED_IN_BY_STAFF, ORDER_LABELS
from wording.order_block import OrderData, StudentData, orderer_rows, payer_rows

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook

_TEXT = "s"
_SUM_FORMAT = "#,##0.00"
_DATE_FORMAT = "DD.MM.YYYY"
# What XML 1.0 cannot carry; openpyxl raises on it.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
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

Value = str | date | Decimal


def order_workbook(data: OrderData) -> bytes:
    """Return the workbook's bytes; sums are numbers in rubles, dates are dates, and typed text is never a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _order_sheet(book, data)
    _students_sheet(book, data["students"])
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _order_sheet(book: "Workbook", data: OrderData) -> None:
    sheet = book.create_sheet("Заявка")
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 64
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
        sheet.append([_cell(sheet, label, bold=True), _cell(sheet, value)])


def _students_sheet(book: "Workbook", students: Sequence[StudentData]) -> None:
    sheet = book.create_sheet("Ученики")
    for letter, (_, width) in zip("ABCDEFGH", _STUDENT_COLUMNS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, ORDER_LABELS[key], bold=True) for key, _ in _STUDENT_COLUMNS])
    for student in students:
        sheet.append([_cell(sheet, value) for value in _student_values(student)])


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


def _cell(sheet: object, value: Value, *, bold: bool = False) -> "Cell":
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    clean = _ILLEGAL.sub(" ", value) if isinstance(value, str) else value
    cell = WriteOnlyCell(sheet, value=clean)  # type: ignore[arg-type]
    if isinstance(clean, str):
        # openpyxl takes a leading «=» for a formula; a string cell is shown as typed by every program.
        cell.data_type = _TEXT
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell.number_format = _SUM_FORMAT if isinstance(clean, Decimal) else _DATE_FORMAT
        cell.alignment = Alignment(vertical="top", horizontal="left")
    if bold:
        cell.font = Font(bold=True)
    return cell
