"""What people read: plurals, dates, and a sentence for every problem."""

import ast
from datetime import date
from pathlib import Path

import pytest

import school
from school.errors import BadAnswer
from tests.vectors import Row, load
from wording.dates import date_long, date_with_weekday, no_later_than, period, until
from wording.plurals import plural
from wording.problems import SENTENCES, explain

VECTORS = load("wording")
SCHOOL = Path(str(school.__file__)).parent
# Where a code is given, and what is put behind it, by the name of what is called: codes also go through helpers.
RAISERS = {"BadAnswer": (0, ""), "_digits": (1, ""), "_yes": (0, "_not_confirmed"), "_pick": (0, "_unknown")}


def _raised() -> set[str]:
    codes = set()
    for path in SCHOOL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISERS:
                at, ending = RAISERS[node.func.id]
                given = [*node.args, *(word.value for word in node.keywords if word.arg == "problem")][at : at + 1]
                codes |= {
                    f"{arg.value}{ending}"
                    for arg in given
                    if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    return codes


def test_every_problem_has_a_sentence() -> None:
    """No code is raised in the school that people could not be told about, and none is told that is never raised."""
    assert _raised() == set(SENTENCES)


@pytest.mark.parametrize("code", sorted(SENTENCES))
@pytest.mark.parametrize("value", ["", "<b>&{0}</b>", "слово " * 200])
def test_sentences_stand_any_value(code: str, value: str) -> None:
    """A sentence is rendered whatever was sent, stays short and ends as sentences do."""
    text = explain(BadAnswer(code, value))
    assert text
    assert len(text) < 400
    assert text[-1] in ".?"


def test_the_wrong_value_and_a_good_one_are_named() -> None:
    """The sentence names what was wrong and shows what is right."""
    text = explain(BadAnswer("inn_length", "503900284", digits=9, expected=10))
    assert "503900284 9 цифр, а нужно 10" in text
    assert "5039002841" in text
    assert "a@gmail.com" in explain(BadAnswer("email_bad", "a@gmailcom", reason="form", hint="a@gmail.com"))


@pytest.mark.parametrize("row", VECTORS["plurals"])
def test_plurals(row: Row) -> None:
    """A number takes the form of the word that Russian gives it."""
    assert plural(row["count"], "ученик", "ученика", "учеников") == row["text"]


@pytest.mark.parametrize("row", VECTORS["periods"])
def test_periods(row: Row) -> None:
    """A period says no more than it needs."""
    assert period(row["start"], row["end"]) == row["text"]


def test_dates() -> None:
    """Dates are written as people say them."""
    assert date_long(date(2027, 6, 20)) == "20 июня 2027"
    assert date_with_weekday(date(2026, 5, 8)) == "пятница, 8 мая"
    assert until(date(2026, 5, 8)) == "до пятницы, 8 мая"
    assert no_later_than(date(2026, 4, 20)) == "не позднее 20 апреля"
