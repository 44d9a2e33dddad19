"""What `/status` shows as an XLSX workbook: the columns of REGULATIONS M2 first, in the same words as on the screen."""

from collections.abc import Iterable
from dataclasses import astuple
from datetime import date, tzinfo

from paper.cells import Column, cell, saved, table
from school.status import Row
from wording.status import COLUMNS, MOSCOW, SHEET, facts

_WIDTHS = (34, 16, 16, 18, 16, 36, 16, 14, 22, 16, 36, 28, 32, 30)
_COLUMNS: tuple[Column, ...] = tuple(zip(COLUMNS, _WIDTHS, strict=True))


def status_workbook(rows: Iterable[Row], *, in_chat: bool, zone: tzinfo = MOSCOW) -> bytes:
    """Return the workbook's bytes, a row a student in the order of the screen. Typed text is never a formula.

    `in_chat`: whether chats may carry personal data; else names are initials, as on the screen. `zone` is the school's.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = table(book, SHEET, _COLUMNS)
    for row in rows:
        sheet.append([cell(sheet, value) for value in astuple(facts(row, in_chat=in_chat, zone=zone))])
    return saved(book)


def file_name(today: date) -> str:
    """Return the file's name, in Latin letters and digits."""
    return f"status-{today.isoformat()}.xlsx"
