"""The audit as an XLSX workbook: a line a row, the newest first, in words; typed text is never a formula."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from paper.cells import Column, cell, saved, table
from school.ports_audit import AuditLine, Label
from wording import audit as words

_WIDTHS = (18, 28, 40, 34, 30, 30)
_COLUMNS: tuple[Column, ...] = tuple(zip(words.COLUMNS, _WIDTHS, strict=True))


def audit_workbook(
    lines: Sequence[AuditLine], labels: Mapping[str, Label], staff: Mapping[int, str], zone: ZoneInfo
) -> bytes:
    """Return the workbook's bytes; moments by the clock of `zone`. May take seconds: call it off the loop."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = table(book, words.SHEET, _COLUMNS)
    for line in lines:
        sheet.append([cell(sheet, text) for text in row_of(line, labels, staff, zone)])
    return saved(book)


def row_of(
    line: AuditLine, labels: Mapping[str, Label], staff: Mapping[int, str], zone: ZoneInfo
) -> tuple[str, str, str, str, str, str]:
    """Return a line's texts as they stand in the columns."""
    return (
        words.moment_words(line.at, zone),
        words.actor_words(line.actor, staff),
        words.action_words(line.action),
        words.subject_words(line, labels, staff),
        words.value_words(line.action, line.before),
        words.value_words(line.action, line.after),
    )
