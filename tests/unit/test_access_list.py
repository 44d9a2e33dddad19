"""«Кому открыть доступ» as a workbook, reopened cell by cell."""

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from paper.access_list import AccessRow, access_workbook

ZONE = ZoneInfo("Europe/Moscow")


def _row(name: str = "Соколова Любовь Андреевна", admitted_at: str = "2027-04-20T22:30:00+00:00") -> AccessRow:
    return {
        "name": name,
        "email": "sokolova.l@pochta.example",
        "mobile": "+79339333333",
        "course_title": "44-ФЗ: контрактная система",
        "tariff_title": "Оптимальный",
        "starts": "2027-04-25",
        "ends": "2027-05-25",
        "order_number": "0123-0042",
        "centre": "СЦ «Пример»",
        "admitted_at": admitted_at,
    }


def test_rows_stand_as_given() -> None:
    """A header that stays in sight, a row a student, days in the school's zone as dates."""
    (sheet,) = load_workbook(BytesIO(access_workbook([_row(), _row("Лебедева Татьяна Ивановна")], ZONE))).worksheets
    header, first, second = sheet.iter_rows(values_only=True)
    assert sheet.freeze_panes == "A2"
    assert header[:3] == ("ФИО", "Электронная почта", "Телефон")
    assert first == (
        "Соколова Любовь Андреевна",
        "sokolova.l@pochta.example",
        "+7 933 933-33-33",
        "44-ФЗ: контрактная система",
        "Оптимальный",
        datetime(2027, 4, 25),  # noqa: DTZ001 - a spreadsheet's date has no zone
        datetime(2027, 5, 25),  # noqa: DTZ001
        "0123-0042",
        "СЦ «Пример»",
        datetime(2027, 4, 21),  # noqa: DTZ001
    )
    assert second[0] == "Лебедева Татьяна Ивановна"


def test_a_date_is_taken_as_it_is() -> None:
    """A day of admission without a time is that day in any zone."""
    (sheet,) = load_workbook(BytesIO(access_workbook([_row(admitted_at="2027-04-20")], ZONE))).worksheets
    assert sheet["J2"].value == datetime(2027, 4, 20)  # noqa: DTZ001


@pytest.mark.parametrize("typed", ["=1+1", "+7 900", "-5", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_typed_text_is_never_a_formula(typed: str) -> None:
    """A name that begins like a formula is a string cell."""
    (sheet,) = load_workbook(BytesIO(access_workbook([_row(typed)], ZONE))).worksheets
    assert (sheet["A2"].value, sheet["A2"].data_type) == (typed, "s")
