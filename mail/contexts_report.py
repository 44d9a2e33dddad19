"""The weekly report by mail to a centre's mailbox: its data, values and table (REGULATIONS C4)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

from school.report import PARTS, Part, Report, read_row
from wording.report import PART_HINTS, PART_NAMES, age, document, term, total, waits_for
from wording.sums import format_sum

SHOWN = 5
"""Rows of a part in the letter's text; the table holds all."""


class ReportWeeklyData(TypedDict):
    """Data of `report_weekly`: the centre, the day (ISO, school's zone), rows of `school.report.row_data`."""

    centre: str
    centre_name: str
    today: str
    rows: list[dict[str, Any]]


def report_of(data: ReportWeeklyData) -> Report:
    """Return the report that the data hold. Raises KeyError, TypeError and ValueError."""
    rows = tuple(read_row(row) for row in data["rows"])
    return Report(date.fromisoformat(data["today"]), data["centre"], rows)


def report_weekly(data: ReportWeeklyData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the templates: the parts that hold something, what needs action first first."""
    report = report_of(data)
    return {
        "centre": data["centre"],
        "centre_name": data["centre_name"],
        "today": report.today,
        "totals": [(PART_NAMES[part], total(report.total(part))) for part in PARTS],
        "parts": [_part(report, part) for part in PARTS if report.of(part)],
        "overdue": report.total("overdue").count,
        "rows": len(report.rows),
    }


def _part(report: Report, part: Part) -> dict[str, Any]:
    rows = report.of(part)
    return {
        "name": PART_NAMES[part],
        "hint": PART_HINTS[part],
        "total": total(report.total(part)),
        "rows": [
            {
                "number": row.order_number,
                "payer": row.payer,
                "amount": format_sum(row.amount),
                "waits": waits_for(row),
                "document": document(row),
                "age": age(row),
                "term": term(row, late=row.late(report.today)),
            }
            for row in rows[:SHOWN]
        ],
        "more": max(len(rows) - SHOWN, 0),
    }
