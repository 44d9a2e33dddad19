"""The questionnaire's form as tables: what is asked, what is checked, what depends on what."""

from typing import Any

import pytest

from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import SUMMARY, Step
from school.forms.field import Context
from school.forms.questionnaire import QUESTIONNAIRE, fields_to_mend, parse_snils, surnames_differ
from school.names import parse_name_part
from tests.samples import NOW, catalogue

CONTEXT = Context(catalogue(), NOW.date(), "", None)
PREFILLED: dict[str, Any] = {
    "surname": "Соколова",
    "name": "Любовь",
    "patronymic": None,
    "mobile": "+79339333333",
    "switched": [],
    "flags": {},
}
PAGE = {"id": "0" * 32, "sha256": "1" * 64, "media": "image/jpeg", "size": 1, "name": "d.jpg", "pages": 1, "flags": []}
DONE = {**PREFILLED, "consent": True, "education": "higher", "same_surname": "yes", "diploma": [PAGE]}


def at(answers: dict[str, Any], cursor: str | None = None) -> str:
    """Return the key of the step asked now, or the summary."""
    step = engine.current(QUESTIONNAIRE, answers, cursor, CONTEXT)
    return step.path if isinstance(step, Step) else step


def answered(key: str, text: str, answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers with this one typed."""
    step = next(s for s in engine.steps(QUESTIONNAIRE, answers, CONTEXT) if s.path == key)
    return engine.answer(step, text, answers, CONTEXT)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        (PREFILLED, "consent"),
        ({**PREFILLED, "consent": True}, "education"),
        ({**PREFILLED, "consent": True, "education": "higher"}, "same_surname"),
        ({**DONE, "diploma": None}, "diploma"),
        (DONE, SUMMARY),
        ({**DONE, "same_surname": "no"}, "diploma_surname"),
        ({**DONE, "same_surname": "no", "diploma_surname": "Иванова"}, "name_change"),
        ({**DONE, "same_surname": "no", "diploma_surname": "СОКОЛОВА"}, SUMMARY),
        ({**DONE, "switched": ["snils"]}, "snils"),
    ],
)
def test_next_step(answers: dict[str, Any], asked: str) -> None:
    """What is known is not asked; the document of a change of surname is asked for exactly then."""
    assert at(answers) == asked


@pytest.mark.parametrize(
    ("surname", "diploma", "differ"),
    [
        ("Соколова", "Иванова", True),
        ("Карпова", "Kарпова", False),
        ("Королёва", "КОРОЛЕВА", False),
        ("Римский-Корсаков", "римский—корсаков", False),
        ("Соколова", "Соколов", True),
    ],
)
def test_surnames_are_compared_as_the_regulations_do(surname: str, diploma: str, differ: bool) -> None:
    """Case, ё, dashes and look-alike letters make no other surname."""
    assert surnames_differ({"surname": surname, "diploma_surname": diploma, "same_surname": "no"}) is differ


def test_only_what_was_returned_is_asked_again() -> None:
    """A returned diploma asks for the diploma alone, and going back leads to nothing else."""
    answers = {k: v for k, v in DONE.items() if k != "diploma"} | {"only": fields_to_mend(["diploma"])}
    assert at(answers) == "diploma"
    assert at(answers, cursor="surname") == "diploma"
    step = engine.current(QUESTIONNAIRE, answers, None, CONTEXT)
    assert engine.previous(QUESTIONNAIRE, answers, step, CONTEXT) is None


def test_a_returned_surname_may_call_for_the_document_of_the_change() -> None:
    """When the mended surname differs from the diploma's, the document is asked for too."""
    before = {**DONE, "same_surname": "no", "diploma_surname": "Соколова", "only": fields_to_mend(["surname"])}
    del before["surname"]
    assert at(before) == "surname"
    assert at(answered("surname", "Белова", before)) == "name_change"


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("education", "высшее", "higher"),
        ("education", "Среднее профессиональное", "secondary"),
        ("education", "ещё учусь", "receiving"),
        ("same_surname", "да", "yes"),
        ("same_surname", "нет, другая", "no"),
        ("mobile", "8 (933) 933-33-33", "+79339333333"),
        ("patronymic", "мамед оглы", "Мамед оглы"),
        ("surname", "римский - корсаков", "Римский-Корсаков"),
    ],
)
def test_typed_answers(key: str, text: str, value: str) -> None:
    """An answer may be typed as people write."""
    assert answered(key, text, PREFILLED)[key] == value


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("surname", "Соколова Любовь", "name_part"),
        ("name", "Л.", "name_initials"),
        ("name", "Люб0вь", "name_letters"),
        ("education", "двоечник", "education_unknown"),
        ("diploma", "вот", "file_needed"),
        ("consent", "потом", "questionnaire_consent"),
        ("mobile", "88005009551", "phone_toll_free"),
    ],
)
def test_wrong_answers(key: str, text: str, problem: str) -> None:
    """A wrong answer is refused by its code."""
    with pytest.raises(BadAnswer) as refused:
        answered(key, text, PREFILLED)
    assert refused.value.problem == problem


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("birth_date", "14.05.1986", "1986-05-14"),
        ("sex", "Жен", "female"),
        ("snils", "112-233-445 95", "112-233-445 95"),
        ("citizenship", "рф", "Россия"),
        ("diploma_series", "всг", "ВСГ"),
        ("diploma_number", "№ 1234567", "1234567"),
    ],
)
def test_fields_of_the_register(key: str, text: str, value: str) -> None:
    """Fields that the school switches on are checked and written in one form."""
    assert answered(key, text, {**DONE, "switched": [key]})[key] == value


@pytest.mark.parametrize("text", ["112-233-445 96", "00000000000", "1122334459", "abc"])
def test_wrong_snils(text: str) -> None:
    """A СНИЛС with a wrong check, of zeros or too short is refused."""
    with pytest.raises(BadAnswer):
        parse_snils(text)


@pytest.mark.parametrize("text", ["30.02.1990", "01.01.1900", "01.01.2050", "вчера", "1990"])
def test_wrong_birth_dates(text: str) -> None:
    """A date that is none, in the future or a hundred years ago is refused."""
    with pytest.raises(BadAnswer):
        answered("birth_date", text, {**DONE, "switched": ["birth_date"]})


def test_mixed_letters_are_flagged() -> None:
    """A Latin letter among Cyrillic ones is replaced and flagged for the curator; a correction takes the flag away."""
    word, flags = parse_name_part("Cоколова")
    assert (word, flags) == ("Соколова", frozenset({"mixed_script"}))
    flagged = answered("surname", "Cоколова", PREFILLED)
    assert flagged["flags"] == {"surname": ["mixed_script"]}
    assert answered("surname", "Соколова", flagged)["flags"] == {}
