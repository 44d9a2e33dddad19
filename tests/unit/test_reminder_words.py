"""Words of reminders at their longest, and days typed by hand: what is to be done must never be cut away."""

from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from bot.notices.reminders import LONGEST_LINE, digest, reminder_client
from bot.replies import message_params
from paper.cells import cell, saved, table
from paper.typeset import printable
from school.dates_typed import parse_day
from school.reminder_kinds import CODES
from school.use_cases.snooze import coming

KINDS = tuple(CODES)
COURSES = (
    "Бухгалтерский учёт при ОСНО. Подготовка на соответствие профстандарту «Бухгалтер» (код А)",
    "Бухгалтерский и налоговый учёт, отчётность, налоговое планирование при ОСНО. Подготовка на соответствие "
    "профстандарту «Бухгалтер» (код А, В)",
    "«Управление государственными и муниципальными закупками по 44-ФЗ», для руководителей контрактной службы. "
    "Повышение квалификации, 144 часа",
)
PAYER = "Федеральное государственное бюджетное образовательное учреждение высшего образования «Университет» & <Ко>"


def line(at: int, kind: str, audience: str) -> dict[str, Any]:
    """Return a line with everything as long as it gets."""
    return {
        "order": "o" * 32, "number": f"0123-{at:04}", "payer": PAYER * 2, "subject": "a" * 32, "kind": kind,
        "audience": audience, "due_on": "2027-04-20", "today": "2027-04-21", "until": "2027-04-20",
        "starts": "2027-05-20", "students": ["Римская-Корсакова А. П."] * 7, "provisional": True,
        "invoice": "ШК-57/26", "amount": 2_450_050, "part": True, "act": "0123-0001-1", "made": True,
        "course_title": "Бухгалтерский учёт и налогообложение " * 4, "returned": True, "centre": "0123",
    }  # fmt: skip


def test_sixty_long_lines_fit_one_message() -> None:
    """A digest of sixty long lines is one message whose every line still says what is to be done."""
    lines = [line(at, KINDS[at % len(KINDS)], "manager") for at in range(60)]
    data = {"role": "manager", "centre": "0123", "day": "2027-04-21", "lines": lines}
    screen = digest(data)
    assert message_params(screen, 1)["text"] == screen.text
    assert "акт № 0123-0001-1" in screen.text
    assert "Всё целиком — /report" in screen.text
    assert all(len((button.data or "").encode()) <= 64 for row in screen.buttons for button in row)


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_line_loses_its_day(kind: str, course: str) -> None:
    """With the longest real courses and payers a line still says by when, in the digest and to the client."""
    long = {**line(1, kind, "manager"), "course_title": course, "until": "2027-05-19", "act": "0123-0042-1"}
    (managed,) = (one for one in digest({"role": "manager", "day": "2027-04-21", "lines": [long]}).text.splitlines()
                  if one.startswith("1. "))  # fmt: skip
    day = "20 мая" if kind.startswith("questionnaire") else "19 мая"
    assert day in managed
    assert len(managed) <= LONGEST_LINE + 60  # what cannot give way: names, numbers, days
    asked = reminder_client({"centre_name": "СЦ", "centre_email": "", "day": "2027-04-21",
                             "lines": [{**long, "audience": "client"}]}).text  # fmt: skip
    if kind in ("unpaid_invoice", "act_not_returned"):
        assert "19 мая" in asked
    if kind in ("course_starts_unpaid", "questionnaire_missing", "questionnaire_returned"):
        assert "20 мая 2027" in asked


def test_a_client_with_many_orders_is_told_whom_to_answer() -> None:
    """However much there is, the message ends with the centre's address and is not cut."""
    lines = [line(at, kind, "client") for at in range(20) for kind in ("unpaid_invoice", "course_starts_unpaid")]
    data = {"centre_name": "СЦ «Пример»", "centre_email": "centre@example.ru", "day": "2027-04-21", "lines": lines}
    screen = reminder_client(data)
    assert message_params(screen, 1)["text"] == screen.text
    assert screen.text.endswith("centre@example.ru.")
    assert "И ещё 25 дел" in screen.text


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("вчера", "2027-01-07"),
        ("5.01", "2027-01-05"),
        ("30.12", "2026-12-30"),
        ("20 января", "2027-01-20"),
        ("1 июля", "2027-07-01"),
        ("1 сентября", "2027-09-01"),
    ],
)
def test_a_day_to_put_off_to_is_never_a_slip_of_a_year(typed: str, day: str) -> None:
    """A day that has just passed stays passed, to be refused; one without a year that is long over is a coming one."""
    today = date(2027, 1, 8)
    assert coming(parse_day(typed, today), typed, today) == date.fromisoformat(day)


def test_what_no_file_can_carry_is_dropped() -> None:
    """Control characters, lone surrogates and non-characters of a typed name break neither a paper nor a table."""
    hostile = "Ромашка\x00\x0b\ud800\ufffe\uffff"
    assert printable(hostile) == "Ромашка"

    book = Workbook(write_only=True)
    sheet = table(book, "Лист", (("Имя", 10),))
    sheet.append([cell(sheet, hostile + "=1+1")])
    assert saved(book)
