"""A whole form checked at once: every problem is collected."""

from typing import Any

import pytest

from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import MOST_STUDENTS, SUMMARY
from school.forms.field import NeedsConfirmation
from school.forms.order import ORDER
from school.forms.whole import check_all
from tests.unit.test_form import CONTEXT, PAYER, STUDENT

RAW_STUDENT = {key: str(value) for key, value in STUDENT.items() if key != "flags"}
RAW: dict[str, Any] = {
    **{key: "да" if value is True else value for key, value in PAYER.items()},
    "students": [RAW_STUDENT],
    "rights": "да",
}


def problems(raw: dict[str, Any], *confirmed: str) -> dict[str, str]:
    """Return the problem's code by path."""
    _, found = check_all(ORDER, raw, CONTEXT, confirmed=confirmed)
    return {path: problem.problem for path, problem in found.items()}


def test_good_texts_are_a_finished_form() -> None:
    """Texts without a fault become the very answers that a conversation ends with."""
    answers, found = check_all(ORDER, RAW, CONTEXT)
    assert not found
    assert answers == {**PAYER, "students": [STUDENT], "students_done": True, "rights": True}
    assert engine.current(ORDER, answers, None, CONTEXT) == SUMMARY


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"consent": "нет"}, {"consent": "consent_not_confirmed"}),
        ({"consent": ""}, {"consent": "field_missing"}),
        ({"payer_inn": "5039002840"}, {"payer_inn": "inn_checksum"}),
        ({"payer_inn": ""}, {"payer_inn": "field_missing"}),
        ({"payer_kpp": "1"}, {"payer_kpp": "kpp_form"}),
        ({"payer_inn": "5039002841/503901001", "payer_kpp": ""}, {}),
        ({"payer_address": "тут"}, {"payer_address": "address_short"}),
        ({"orderer_name": "И. П."}, {"orderer_name": "name_initials"}),
        ({"orderer_mobile": "12"}, {"orderer_mobile": "phone_bad"}),
        ({"orderer_email": "a@gmial.com"}, {"orderer_email": "email_typo"}),
        ({"education": "нет"}, {"education": "education_not_confirmed"}),
        ({"rights": ""}, {"rights": "field_missing"}),
        ({"students": []}, {"students.0.name": "field_missing"}),
    ],
)
def test_a_bad_field_is_named(changes: dict[str, Any], expected: dict[str, str]) -> None:
    """A bad or empty answer is named by its path and code, and nothing else is."""
    assert problems({**RAW, **changes}) == expected


def test_all_problems_at_once() -> None:
    """Problems of the payer and of several students come together."""
    second = {**RAW_STUDENT, "name": "Орлов Пётр Ильич", "mobile": "1", "course": "нет такого"}
    assert problems({**RAW, "payer_inn": "x", "students": [{**RAW_STUDENT, "tariff": "?"}, second]}) == {
        "payer_inn": "inn_letters",
        "students.0.tariff": "tariff_unknown",
        "students.1.mobile": "phone_bad",
        "students.1.email": "email_repeated",
        "students.1.course": "course_unknown",
    }


def test_a_student_without_dates_does_not_disturb_the_next() -> None:
    """A bad choice in the middle of one student's row leaves the next student's row readable."""
    students = [{**RAW_STUDENT, "run": "?"}, {**RAW_STUDENT, "email": "orlov.p@yandex.ru"}]
    assert problems({**RAW, "students": students}) == {"students.0.run": "run_unknown"}


def test_an_unknown_choice_hides_no_fault_below_it() -> None:
    """With the payer's kind unknown, an ИНН that fits no kind is a problem, one that fits some is not yet."""
    assert problems({**RAW, "payer_kind": "?"}) == {"payer_kind": "payer_kind"}
    assert problems({**RAW, "payer_kind": "", "payer_inn": "12"}).keys() == {"payer_kind", "payer_inn"}
    assert problems({**RAW, "payer_kind": "", "payer_inn": "", "payer_kpp": ""}).keys() == {"payer_kind"}
    course = {**RAW_STUDENT, "course": "?", "tariff": "osno-a-base"}
    assert problems({**RAW, "students": [course]}).keys() == {"students.0.course"}


def test_individual_may_leave_inn_out_and_needs_no_kpp() -> None:
    """An individual's ИНН «нет» is skipped; a КПП beside it is not looked at."""
    raw = {**RAW, "payer_kind": "individual", "payer_name": "Орлов Пётр Ильич", "payer_inn": "нет", "payer_kpp": "?"}
    answers, found = check_all(ORDER, raw, CONTEXT)
    assert not found
    assert answers["payer_inn"] is None
    assert "payer_kpp" not in answers


def test_rights_are_not_asked_of_one_who_studies_alone() -> None:
    """A person who orders for themselves alone passes on nobody's data."""
    me = {**RAW_STUDENT, "name": PAYER["orderer_name"], "email": PAYER["orderer_email"]}
    assert problems({**RAW, "rights": "", "students": [me]}) == {}


def test_doubts_are_confirmed_by_path_or_by_student() -> None:
    """A doubtful address is a problem until it is confirmed; the mailbox keeps its flag."""
    raw = {**RAW, "students": [{**RAW_STUDENT, "email": "ok.petrova@romashka.ru"}]}
    _, found = check_all(ORDER, raw, CONTEXT)
    assert isinstance(found["students.0.email"], NeedsConfirmation)
    for path in ("students.0", "students.0.email"):
        answers, found = check_all(ORDER, raw, CONTEXT, confirmed=[path])
        assert not found
        assert answers["students"][0]["flags"] == ["suffix_mailbox"]
    assert problems({**RAW, "orderer_email": "a@gmial.com"}, "orderer_email") == {}


def test_too_many_students_are_one_problem() -> None:
    """Students beyond the most are one problem, and none of them is taken."""
    crowd = [{**RAW_STUDENT, "email": f"s{n}@yandex.ru"} for n in range(MOST_STUDENTS + 2)]
    answers, found = check_all(ORDER, {**RAW, "students": crowd}, CONTEXT)
    assert list(found) == [f"students.{MOST_STUDENTS}.name"]
    assert isinstance(found[f"students.{MOST_STUDENTS}.name"], BadAnswer)
    assert len(answers["students"]) == MOST_STUDENTS
