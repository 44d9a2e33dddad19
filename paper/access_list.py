"""«Кому открыть доступ»: the admitted students as an XLSX workbook for the school (REGULATIONS A1, A2)."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import TypedDict

from paper.cells import Column, Value, cell, saved, table
from school.people import format_mobile

_COLUMNS: tuple[Column, ...] = (
    ("ФИО", 36),
    ("Электронная почта", 32),
    ("Телефон", 18),
    ("Курс", 48),
    ("Тариф", 22),
    ("Начало обучения", 18),
    ("Окончание обучения", 20),
    ("Номер заявки", 16),
    ("Сервисный центр", 28),
    ("Зачислен", 14),
)


class AccessRow(TypedDict):
    """One admitted student; `mobile` in E.164, `starts` and `ends` are ISO dates.

    `admitted_at` is an aware ISO moment, or an ISO date of the school's zone.
    """

    name: str
    email: str
    mobile: str
    course_title: str
    tariff_title: str
    starts: str
    ends: str
    order_number: str
    centre: str
    admitted_at: str


def access_workbook(rows: Sequence[AccessRow], zone: tzinfo) -> bytes:
    """Return the workbook's bytes: a row a student in the order given; days are told in `zone`.

    Typed text is never a formula.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = table(book, "Кому открыть доступ", _COLUMNS)
    for row in rows:
        sheet.append([cell(sheet, value) for value in _values(row, zone)])
    return saved(book)


def _values(row: AccessRow, zone: tzinfo) -> tuple[Value, ...]:
    return (
        row["name"],
        row["email"],
        format_mobile(row["mobile"]),
        row["course_title"],
        row["tariff_title"],
        date.fromisoformat(row["starts"]),
        date.fromisoformat(row["ends"]),
        row["order_number"],
        row["centre"],
        _day(row["admitted_at"], zone),
    )


def _day(moment: str, zone: tzinfo) -> date:
    read = datetime.fromisoformat(moment)
    return read.astimezone(zone).date() if read.tzinfo else read.date()
