"""Admission: the day it is due, the conditions, and the words of its notices and cards."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.notices.admission import access_open, admission_due
from bot.views import payment as view
from school.admission import admit_by, blocking, is_ready, with_term
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.use_cases.record_payment import Recorded
from tests.unit.test_chat_texts import DATA
from tests.vectors import Row, load

MOSCOW = ZoneInfo("Europe/Moscow")
TERMS = load("terms")["terms"]
LINE = OrderLine(
    "a" * 32, "Соколова Любовь Андреевна", "+79339333333", "s@example.ru", "osno", "osno-1", "base", "ОСНО", "Базовый",
    2_450_000, date(2027, 4, 25), date(2027, 5, 25),
)  # fmt: skip


def noon(day: date) -> datetime:
    """Return noon of the day at the school."""
    return datetime.combine(day, time(12), MOSCOW).astimezone(UTC)


def handed_in(submitted: datetime | None, paid: datetime | None) -> OrderLine:
    """Make a line with these two facts."""
    return replace(
        LINE,
        questionnaire="submitted" if submitted else "filling",
        submitted_at=submitted,
        payment="paid" if paid else "unpaid",
        paid_at=paid,
    )


@pytest.mark.parametrize("row", TERMS)
def test_the_term_runs_from_the_later_of_the_two(row: Row) -> None:
    """Three working days are counted from the later of submitted and paid, whichever it is (A1)."""
    later, earlier = noon(row["event"]), noon(row["event"]) - timedelta(days=9)
    assert admit_by(handed_in(later, earlier), MOSCOW) == row["working3"]
    assert admit_by(handed_in(earlier, later), MOSCOW) == row["working3"]


@pytest.mark.parametrize("row", TERMS)
def test_the_day_is_the_schools(row: Row) -> None:
    """A minute before midnight at the school is that day's, though in UTC it is evening; midnight is the next day's."""
    last_minute = datetime.combine(row["event"], time(23, 59), MOSCOW)
    earlier = noon(row["event"]) - timedelta(days=9)
    assert admit_by(handed_in(last_minute.astimezone(UTC), earlier), MOSCOW) == row["working3"]
    eve = datetime.combine(row["event"] - timedelta(days=1), time(21), UTC)
    assert eve.astimezone(MOSCOW).date() == row["event"]
    assert admit_by(handed_in(eve, earlier), MOSCOW) == row["working3"]


def test_there_is_no_term_without_both_facts() -> None:
    """Without the questionnaire or without the payment nothing runs."""
    now = noon(date(2027, 3, 10))
    assert admit_by(handed_in(now, None), MOSCOW) is None
    assert admit_by(handed_in(None, now), MOSCOW) is None


def test_a_return_stops_the_clock_and_handing_in_again_restarts_it() -> None:
    """A returned questionnaire has no term; handed in again, the term runs from then."""
    line = with_term(handed_in(noon(date(2027, 3, 10)), noon(date(2027, 3, 9))), MOSCOW)
    assert line.admit_by == date(2027, 3, 15)
    returned = with_term(replace(line, questionnaire="returned", submitted_at=None), MOSCOW)
    assert returned.admit_by is None
    again = with_term(replace(returned, questionnaire="submitted", submitted_at=noon(date(2027, 3, 17))), MOSCOW)
    assert again.admit_by == date(2027, 3, 22)


def test_what_blocks_is_what_a_person_must_do_first() -> None:
    """The payer's and the student's part is named before the school's; registration counts only where it is on."""
    waits = replace(LINE, questionnaire="submitted")
    first = blocking(waits, registration=True)
    assert first is not None
    assert first.name == "payment"
    paid = replace(waits, payment="paid")
    unregistered = blocking(paid, registration=True)
    assert unregistered is not None
    assert unregistered.name == "registration"
    ready = replace(paid, questionnaire="approved")
    assert blocking(ready, registration=False) is None
    assert is_ready(ready, registration=False)
    assert not is_ready(ready, registration=True)
    assert not is_ready(replace(ready, admitted_at=noon(date(2027, 3, 10))), registration=False)


def test_access_is_told_without_the_address_where_chats_hold_no_data() -> None:
    """Where personal data stays out of chats the e-mail is not named; without a course card its line is absent."""
    data = DATA["access_open"]
    assert "sokolova.l@yandex.ru" in access_open(data).text
    hidden = access_open({**data, "in_chat": False, "level": "", "hours": 0, "lessons": 0, "document": ""})
    assert "sokolova" not in hidden.text
    assert "часов" not in hidden.text
    assert hidden.buttons[0][0].url == data["access_url"]


def test_the_morning_names_only_what_there_is() -> None:
    """The overdue come first; a part of none is not said."""
    assert "прошёл" not in admission_due({"today": 2, "overdue": 0}).text
    assert "Зачислить сегодня" not in admission_due({"today": 0, "overdue": 1}).text
    assert "1 ученик" in admission_due({"today": 0, "overdue": 1}).text


def _order(*lines: OrderLine, kind: PayerKind = PayerKind.ORGANISATION) -> Order:
    payer = Payer(kind, "Белова Ирина Петровна", None, None, "")
    now = noon(date(2027, 3, 10))
    return Order("o", "0123-0042", "0123", "d", payer, Orderer("", "", ""), lines, now, 1)


def test_the_payment_card_of_many_has_pages() -> None:
    """34 students stand on four pages, ten a page; data of every button fits."""
    order = _order(*(replace(LINE, id=f"{n:032x}") for n in range(34)))
    screen = view.card(order, 99, in_chat=True)
    assert "34. Соколова" in screen.text
    assert "30. Соколова" not in screen.text
    data = [button.data or "" for row in screen.buttons for button in row]
    assert all(len(one.encode()) <= 64 for one in data)
    assert any(button.label == "‹ Назад" for row in screen.buttons for button in row)


def test_the_payment_card_hides_persons_where_chats_hold_no_data() -> None:
    """Where personal data stays out of chats a payer who is a person and the students are initials."""
    text = view.card(_order(LINE, kind=PayerKind.INDIVIDUAL), in_chat=False).text
    assert "Б. И. П." in text
    assert "С. Л. А." in text
    assert "Любовь" not in text


def test_a_payment_of_an_admitted_student_is_not_taken_back() -> None:
    """Where the access is open already the card says that the payment stays, and why."""
    line = replace(LINE, payment="paid", admitted_at=noon(date(2027, 3, 10)))
    told = Recorded(_order(line), (), (line.id,), taken_back=True)
    assert "доступ к обучению уже открыт" in view.card(told.order, in_chat=True, told=told).text
