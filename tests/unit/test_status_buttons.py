"""The buttons of `/status` on a phone 360 pixels wide: short labels, two in a row, four rows of actions a card."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from bot.replies import Rows, Screen
from bot.views import status as view
from school.catalogue import Catalogue, Course, Run
from school.order import Order
from school.status import Query, rows_of
from school.use_cases.find_status import Found
from school.use_cases.own_order import Owner, moved
from tests.unit.test_status import NOW, SETTINGS, found, line, order

LONGEST, ROWS = 20, 4
NUMBER = "01234567-1234567"
NAME = "Константинопольская-Оболенская Александра Константиновна"
COURSE = "Бухгалтерский и налоговый учёт при общей системе налогообложения " * 3
OWNED = (Owner(1, NAME), Owner(2, NAME))


def big(students: int = 1, number: str = NUMBER) -> Order:
    """Make an order with everything long."""
    lines = (line(f"{NAME}{at}", course_title=COURSE) for at in range(students))
    return order(*lines, payer=f"Индивидуальный предприниматель {NAME}", number=number)


def narrow(screen: Screen) -> Rows:
    """Return the rows of buttons, each checked for the width of a phone; a row of mere numbers may hold four."""
    assert screen.buttons
    for row in screen.buttons:
        labels = [button.label for button in row]
        assert all(0 < len(label) <= LONGEST for label in labels), labels
        numbers = all(label.isdecimal() and len(label) <= 3 for label in labels)
        assert len(labels) <= (4 if numbers else 2), labels
    return screen.buttons


def led() -> Iterator[Order]:
    """Return the order with nobody, an owner, and an owner and a substitute, living and cancelled."""
    free = big()
    owned = moved(free, OWNED[0], "take")
    for one in (free, owned, moved(owned, OWNED[1], "stand")):
        yield one
        yield replace(one, lines=tuple(replace(each, cancelled_at=NOW) for each in one.lines))


@pytest.mark.parametrize(("leads", "manages", "more"), list(product((True, False), repeat=3)))
def test_an_order_s_card(leads: bool, manages: bool, more: bool) -> None:
    """Whoever looks and whoever leads it, an order's card has at most four rows of actions, each thing once."""
    for one, user in product(led(), (1, 2, 3)):
        looking = view.Looking(user, leads=leads, manages=manages)
        rows = narrow(view.answer(found(one), 0, SETTINGS, looking, more=more))
        assert len(rows) <= ROWS
        labels = [button.label for row in rows for button in row]
        assert len(labels) == len(set(labels))


def test_pages_and_centres_come_besides() -> None:
    """Turning and other centres are rows of their own, as narrow as the rest."""
    numbers = ("01234567", "01234568", "01234569")
    answer = replace(found(big(60), own=numbers), centre=numbers[0])
    looking = view.Looking(1, leads=True, manages=True)
    for page, more in product((0, 1, 11), (False, True)):
        rows = narrow(view.answer(answer, page, SETTINGS, looking, more=more))
        besides = [
            row for row in rows if row[0].label in ("‹ Назад", "Дальше ›", view.ALL_OWN) or "Центр" in row[0].label
        ]
        assert len(rows) - len(besides) <= ROWS


def test_many_orders_and_nothing() -> None:
    """A list of orders, an empty answer and the first screen are as narrow."""
    orders = [big(number=f"01234567-{1234567 + at}") for at in range(7)]
    query = Query("inn", "5039002841")
    several = Found(query, "", ("01234567", "01234568"), rows_of(orders, query, (), registration=False), True, (NAME,))
    looking = view.Looking(1, leads=False, manages=False)
    for page in (0, 1):
        assert len(narrow(view.answer(several, page, SETTINGS, looking))) <= 3 + 1 + 1 + 1
    narrow(view.answer(replace(several, rows=()), 0, SETTINGS, looking))
    narrow(view.how(SETTINGS))


def test_chats_without_personal_data_name_no_surname() -> None:
    """What was found in place of a slip is not told there, and surnames are looked for on the page, where it is."""
    looking = view.Looking(1, leads=False, manages=False)
    slip = replace(found(big()), similar=("соколова",))
    assert "соколова" in view.answer(slip, 0, SETTINGS, looking).text
    closed = replace(SETTINGS, in_chat=False, public_url=None)
    paged = replace(closed, public_url="https://shkola.example.ru")
    for settings in (closed, paged):
        told = view.answer(slip, 0, settings, looking).text
        assert "показываем похожее." in told
        assert "соколова" not in told
        for text in (view.how(settings).text, view.nothing(settings)):
            assert "Соколова" not in text
            assert ("/page" in text) is (settings.public_url is not None)


def test_courses_and_dates() -> None:
    """Courses are chosen by numbers, dates by a short period, over a new year too."""
    courses = tuple(Course(f"c{at}", "d", COURSE, "x", 1, 1, "x") for at in range(120))
    starts = [date(2026, 12, 28) + timedelta(days=30 * at) for at in range(20)]
    runs = tuple(Run(f"c0-{at}", "c0", day, day + timedelta(days=45), False, "") for at, day in enumerate(starts))
    catalogue = Catalogue(1, (), courses, (), runs)
    for page in range(15):
        narrow(view.courses(catalogue, page))
    labels = [button.label for page in range(3) for row in narrow(view.runs(catalogue, "c0", page)) for button in row]
    assert "28.12.26 – 11.02.27" in labels
    assert "27.01 – 13.03.2027" in labels
    narrow(view.runs(Catalogue(1, (), (), (), ()), "c0", 0))
