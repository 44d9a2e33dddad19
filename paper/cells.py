"""Cells of the workbooks that the product writes: typed text is never a formula, sums are numbers, dates are dates."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_TEXT = "s"
_SUM_FORMAT = "#,##0.00"
_DATE_FORMAT = "DD.MM.YYYY"
# What XML 1.0 cannot carry: openpyxl raises on it, or other programs call the file broken.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Value = str | date | Decimal
Column = tuple[str, int]
"""A column's title and its width in characters."""


def cell(sheet: object, value: Value, *, bold: bool = False) -> "Cell":
    """Return a cell of a write-only sheet; sums are in rubles, control characters become spaces."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    clean = _ILLEGAL.sub(" ", value) if isinstance(value, str) else value
    made = WriteOnlyCell(sheet, value=clean)  # type: ignore[arg-type]
    if isinstance(clean, str):
        # openpyxl takes a leading «=» for a formula; a string cell is shown as typed by every program.
        made.data_type = _TEXT
        made.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        made.number_format = _SUM_FORMAT if isinstance(clean, Decimal) else _DATE_FORMAT
        made.alignment = Alignment(vertical="top", horizontal="left")
    if bold:
        made.font = Font(bold=True)
    return made


def table(book: "Workbook", title: str, columns: Sequence[Column]) -> "Worksheet":
    """Add a sheet whose bold first row stays in sight, and return it for rows to be appended."""
    sheet: Worksheet = book.create_sheet(title)
    set_widths(sheet, [width for _, width in columns])
    sheet.freeze_panes = "A2"
    sheet.append([cell(sheet, name, bold=True) for name, _ in columns])
    return sheet


def set_widths(sheet: "Worksheet", widths: Sequence[int]) -> None:
    """Set the widths of the first columns, in characters."""
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def saved(book: "Workbook") -> bytes:
    """Return the workbook's bytes."""
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
