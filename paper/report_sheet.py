"""The report as an XLSX workbook: what the screen shows, all rows; sums are numbers, days dates (REGULATIONS C4)."""

from decimal import Decimal
from typing import TYPE_CHECKING

from paper.cells import Column, Value, cell, saved, table
from school.money import Kopecks
from school.report import PARTS, Report, Row
from wording.report import COLUMNS, PART_NAMES, SUMMARY, SUMMARY_COLUMNS, document, waits_for

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

_WIDTHS = (16, 18, 40, 34, 20, 10, 16, 14, 14, 10, 22)
_COLUMNS: tuple[Column, ...] = tuple(zip(COLUMNS, _WIDTHS, strict=True))


def report_workbook(report: Report) -> bytes:
    """Return the workbook's bytes: a sheet of counts and sums, then a sheet a part. Typed text is never a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    summary = table(book, SUMMARY, tuple(zip(SUMMARY_COLUMNS, (28, 14, 18), strict=True)))
    for part in PARTS:
        total = report.total(part)
        summary.append([cell(summary, PART_NAMES[part]), _count(summary, total.count), _sum(summary, total.amount)])
    for part in PARTS:
        sheet = table(book, PART_NAMES[part], _COLUMNS)
        for row in report.of(part):
            sheet.append(_cells(sheet, row, report))
    return saved(book)


def file_name(report: Report) -> str:
    """Return the file's name, in Latin letters and digits."""
    of = f"-{report.centre}" if report.centre else ""
    return f"otchet{of}-{report.today.isoformat()}.xlsx"


def _cells(sheet: object, row: Row, report: Report) -> "list[Cell]":
    texts = (row.order_number, row.centre, row.payer, waits_for(row), document(row))
    return [
        *(cell(sheet, text) for text in texts),
        _count(sheet, row.students),
        _sum(sheet, row.amount),
        cell(sheet, row.since),
        cell(sheet, _or_empty(row)),
        _count(sheet, row.age),
        cell(sheet, _mark(row, report)),
    ]


def _or_empty(row: Row) -> Value:
    return row.due if row.due is not None else ""


def _mark(row: Row, report: Report) -> str:
    marks = ["срок прошёл"] if row.late(report.today) else []
    return ", ".join([*marks, *(["дата предварительная"] if row.provisional else [])])


def _sum(sheet: object, amount: Kopecks) -> "Cell":
    return cell(sheet, Decimal(amount) / 100)


def _count(sheet: object, count: int) -> "Cell":
    made = cell(sheet, Decimal(count))
    made.number_format = "0"
    return made
