"""The catalogue's file: dates, prices, keys, and a line for every mistake."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.catalogue_file import CatalogueFileError, parse
from school.terms import is_working_day

EXAMPLE = Path(__file__).parents[2] / "catalog.example.toml"
DAY = date(2027, 3, 10)
COURSE = """
[[discipline]]
key = "tenders"
title = "Школа электронных торгов"
[[course]]
key = "44fz"
discipline = "tenders"
title = "44-ФЗ"
level = "Для руководителя"
hours = 144
lessons = 24
document = "Удостоверение"
"""


def _mistakes(text: str) -> list[str]:
    with pytest.raises(CatalogueFileError) as caught:
        parse(text, DAY)
    return caught.value.lines


def test_the_example_has_three_courses_on_sale() -> None:
    """On any day of a year the example loads, and every course has two tariffs and two or three runs on offer."""
    text = EXAMPLE.read_text("utf-8")
    for days in range(0, 366, 7):
        today = date(2026, 1, 1) + timedelta(days=days)
        catalogue = parse(text, today)
        assert [c.key for c in catalogue.offered_courses(today)] == ["osno-a", "osno-av", "44fz"]
        for course in catalogue.courses:
            assert len(catalogue.offered_tariffs(course.key)) == 2
            assert 2 <= len(catalogue.offered_runs(course.key, today)) <= 3


def test_counted_dates_begin_on_a_working_day() -> None:
    """A counted start is moved to a working day and stands in the key; the end is counted from it."""
    runs = parse(COURSE + '[[course.run]]\nstarts = "+52d"\nends = "+2 months"', DAY).runs
    assert not is_working_day(DAY + timedelta(days=52))  # 1 May, which moves to the fourth
    assert (runs[0].key, runs[0].starts, runs[0].ends) == ("44fz-2027-05-04", date(2027, 5, 4), date(2027, 7, 4))


def test_a_later_load_leaves_earlier_runs_alone() -> None:
    """Loaded on another day a counted run has another key, so it never changes the dates of one that was ordered."""
    text = COURSE + '[[course.run]]\nstarts = "+14d"\nends = "+30d"'
    first, second = parse(text, DAY).runs[0], parse(text, DAY + timedelta(days=9)).runs[0]
    assert first.key != second.key


@pytest.mark.parametrize(
    ("start", "counted", "expected"),
    [
        ("2027-01-31", "+1 month", date(2027, 2, 28)),
        ("2027-11-30", "+3 months", date(2028, 2, 29)),
        ("2027-06-01", "+2w", date(2027, 6, 15)),
        ("2027-06-01", "+0d", date(2027, 6, 1)),
    ],
)
def test_ends_are_counted_by_the_calendar(start: str, counted: str, expected: date) -> None:
    """A month ends no later than its last day."""
    run = parse(COURSE + f'[[course.run]]\nstarts = {start}\nends = "{counted}"', DAY).runs[0]
    assert run.ends == expected


@pytest.mark.parametrize(
    ("price", "kopecks"), [("24500", 2_450_000), ("24500.50", 2_450_050), ('"24500.05"', 2_450_005)]
)
def test_prices_are_roubles(price: str, kopecks: int) -> None:
    """Roubles with kopecks after the point are read exactly."""
    tariff = parse(COURSE + f'[[course.tariff]]\nkey = "base"\ntitle = "Базовый"\nprice = {price}', DAY).tariffs[0]
    assert (tariff.key, tariff.price) == ("44fz-base", kopecks)


def test_every_mistake_is_told_at_once() -> None:
    """Each mistake is a line with the table, the key and the mend."""
    text = COURSE.replace("hours = 144", 'hourz = 144\nhours = "144"').replace('key = "tenders"', 'key = "tender"')
    text += (
        '[[course.tariff]]\nkey = "base"\ntitle = "Базовый"\nprice = 0.001\n'
        '[[course.run]]\nkey = "leto"\nstarts = "+14d"\nends = 2020-01-01\n'
        '[[course.run]]\nstarts = "летом"\n'
    )
    run = "[[course]] «44fz», [[course.run]]"
    assert _mistakes(text) == [
        "[[course]] «44fz», hourz: такого ключа нет — похоже, имелось в виду hours",
        "[[course]] «44fz», discipline: нет [[discipline]] с ключом «tenders», добавьте её или исправьте ключ",
        "[[course]] «44fz», hours: нужно целое число больше нуля, а не 144; пример: hours = 272",
        "[[course]] «44fz», [[course.tariff]] «base», price: нужна цена в рублях, а не 0.001; пример: price = 24500",
        f"{run} «leto», key: поток с отсчитанной датой своего ключа не имеет: уберите key или впишите дату",
        f"{run} «leto», ends: 2020-01-01 раньше начала 2027-03-24, поменяйте даты местами",
        f'{run} № 2, starts: «летом» — не дата; пример: starts = 2027-06-20 или "+14d", "+2 months"',
        f'{run} № 2, ends: не задан; пример: ends = 2027-08-20 или "+14d", "+2 months"',
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[[course]]\nkey = x",
            'строка 2 написана не по правилам TOML; нужно: ключ = "значение", строки в кавычках, без повторов',
        ),
        ("", "[[course]]: в файле нет ни одного курса, образец — catalog.example.toml"),
        (COURSE + "[[curse]]", "curse: такой таблицы нет, бывают [[discipline]] и [[course]]"),
        (COURSE * 2, "[[discipline]] «tenders», key: такой ключ уже есть, у каждого свой"),
        ("[course]\nkey = 'x'", "[[course]]: это таблица, пишите [[course]] с двойными скобками"),
    ],
)
def test_a_broken_file_says_where(text: str, line: str) -> None:
    """Syntax, absence, a foreign table, a repeated key and single brackets are told apart."""
    assert _mistakes(text)[0] == line
