"""The figures as an XLSX workbook: the weeks with their total, and how long the parts of the way take."""

from decimal import Decimal
from typing import TYPE_CHECKING

from paper.cells import cell, saved, table
from school.stats import STAGES, Stats
from wording.stats import GAP_COLUMNS, GAP_NAMES, GAPS_SHEET, STAGE_NAMES, TOTAL, WEEK_COLUMNS, WEEKS_SHEET

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

_WEEK_WIDTHS = (14, 14, 12, 12, 22, 14, 22, 20)
_GAP_WIDTHS = (40, 18, 24)


def stats_workbook(stats: Stats) -> bytes:
    """Return the workbook's bytes; counts and days are numbers, dates are dates."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    titles = (*WEEK_COLUMNS, *(STAGE_NAMES[stage] for stage in STAGES))
    weeks = table(book, WEEKS_SHEET, tuple(zip(titles, _WEEK_WIDTHS, strict=True)))
    for week in stats.weeks:
        counts = (_number(weeks, Decimal(week.counts[stage])) for stage in STAGES)
        weeks.append([cell(weeks, week.monday), cell(weeks, week.sunday), *counts])
    totals = (_number(weeks, Decimal(stats.total(stage))) for stage in STAGES)
    weeks.append([cell(weeks, TOTAL, bold=True), None, *totals])
    gaps = table(book, GAPS_SHEET, tuple(zip(GAP_COLUMNS, _GAP_WIDTHS, strict=True)))
    for gap in stats.gaps:
        days = _number(gaps, Decimal(str(gap.days)), "0.0") if gap.days is not None else None
        gaps.append([cell(gaps, GAP_NAMES[gap.name]), days, _number(gaps, Decimal(gap.count))])
    return saved(book)


def file_name(stats: Stats, centre: str | None, ending: str) -> str:
    """Return the file's name, in Latin letters and digits; `ending` without a dot."""
    return f"statistika{f'-{centre}' if centre else ''}-{stats.today.isoformat()}.{ending}"


def _number(sheet: object, value: Decimal, form: str = "0") -> "Cell":
    made = cell(sheet, value)
    made.number_format = form
    return made
