"""The walk through the order form: what is asked next, what an answer changes."""

from typing import Any

import pytest

from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import MORE, SUMMARY, Step
from school.forms.field import Context, NeedsConfirmation
from school.forms.order import ORDER
from tests.samples import NOW, catalogue

CONTEXT = Context(catalogue(), NOW.date(), "centre@example.ru", None)
PAYER: dict[str, Any] = {
    "consent": True,
    "payer_kind": "organisation",
    "payer_name": "ООО «Ромашка»",
    "payer_inn": "5039002841",
    "payer_kpp": "503901001",
    "payer_address": "127018, г. Москва, ул. Полковая, дом 3",
    "orderer_name": "Белова Ирина Петровна",
    "orderer_mobile": "+79161234567",
    "orderer_email": "belova.i@yandex.ru",
    "education": True,
}
STUDENT: dict[str, Any] = {
    "name": "Соколова Любовь Андреевна",
    "flags": [],
    "mobile": "+79339333333",
    "email": "sokolova.l@yandex.ru",
    "course": "osno-a",
    "run": "osno-a-0",
    "tariff": "osno-a-base",
}


def at(answers: dict[str, Any], cursor: str | None = None) -> str:
    """Return the path of the present step."""
    found = engine.current(ORDER, answers, cursor, CONTEXT)
    return found if isinstance(found, str) else found.path


def step(answers: dict[str, Any], path: str) -> Step:
    """Return the step at the path."""
    return next(s for s in engine.steps(ORDER, answers, CONTEXT) if s.path == path)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, "consent"),
        ({"consent": True}, "payer_kind"),
        ({k: v for k, v in PAYER.items() if k != "payer_kpp"}, "payer_kpp"),
        (PAYER, "students.0.name"),
        ({**PAYER, "students": [{**STUDENT, "email": None}]}, "students.0.email"),
        ({**PAYER, "students": [STUDENT]}, MORE),
        ({**PAYER, "students": [STUDENT], "students_done": True}, "rights"),
        ({**PAYER, "students": [STUDENT], "students_done": True, "rights": True}, SUMMARY),
        ({**PAYER, "students": [{**STUDENT, "run": "osno-a-closed"}]}, "students.0.run"),
        ({**PAYER, "students": [{**STUDENT, "course": "left-the-catalogue"}]}, "students.0.course"),
        ({**PAYER, "forgotten_field": 1, "students": [STUDENT]}, MORE),
    ],
)
def test_next_step_is_the_first_open_one(answers: dict[str, Any], expected: str) -> None:
    """The step to ask is the first that applies and has no answer that still holds."""
    assert at(answers) == expected


def test_cursor_of_a_vanished_field_is_ignored() -> None:
    """A draft whose cursor stands on a field of an earlier release goes on at the first open step."""
    assert at(PAYER, "field_of_last_year") == "students.0.name"


def test_payer_kind_resets_what_depends_on_it() -> None:
    """Another kind of payer asks for name, ИНН and КПП anew and keeps the address."""
    changed = engine.choose(step(PAYER, "payer_kind"), "individual", PAYER, CONTEXT)
    assert "payer_inn" not in changed
    assert changed["payer_address"] == PAYER["payer_address"]
    assert at(changed) == "payer_name"


def test_course_resets_run_and_tariff() -> None:
    """Another course asks for dates and tariff anew."""
    answers = {**PAYER, "students": [STUDENT]}
    changed = engine.choose(step(answers, "students.0.course"), "44fz", answers, CONTEXT)
    assert at(changed) == "students.0.run"


def test_same_answer_resets_nothing() -> None:
    """The same choice once more changes nothing."""
    answers = {**PAYER, "students": [STUDENT]}
    assert engine.choose(step(answers, "students.0.course"), "osno-a", answers, CONTEXT) == answers


def test_inn_and_kpp_in_one_message() -> None:
    """ИНН and КПП pasted together fill both."""
    answers = {"consent": True, "payer_kind": "organisation", "payer_name": "ООО «Ромашка»"}
    changed = engine.answer(step(answers, "payer_inn"), "5039002841/503901001", answers, CONTEXT)
    assert (changed["payer_inn"], changed["payer_kpp"]) == ("5039002841", "503901001")


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("buh@romashka.ru", "email_role"),
        ("centre@example.ru", "email_of_centre"),
        ("belova.i@yandex.ru", "email_of_orderer"),
        ("SOKOLOVA.l@yandex.ru", "email_repeated"),
    ],
)
def test_shared_mailboxes_are_refused(address: str, problem: str) -> None:
    """Role, centre's, orderer's and repeated addresses are refused with their own reason."""
    answers = {**PAYER, "students": [STUDENT, {"name": "Орлов Пётр Ильич", "mobile": "+79052223344"}]}
    with pytest.raises(BadAnswer) as error:
        engine.answer(step(answers, "students.1.email"), address, answers, CONTEXT)
    assert error.value.problem == problem


def test_suffix_mailbox_is_asked_about() -> None:
    """A mailbox with a role's name and a suffix is asked about, then taken with a flag."""
    answers = {**PAYER, "students": [{"name": "Орлов Пётр Ильич", "flags": [], "mobile": "+79052223344"}]}
    place = step(answers, "students.0.email")
    with pytest.raises(NeedsConfirmation) as doubt:
        engine.answer(place, "hr-orlov@romashka.ru", answers, CONTEXT)
    kept = engine.ask_again(answers, place, doubt.value)
    changed = engine.confirm(place, kept, "hr-orlov@romashka.ru")
    assert changed["students"][0]["flags"] == ["suffix_mailbox"]
    assert "pending" not in changed


def test_only_the_individual_may_skip_the_inn() -> None:
    """The ИНН is skipped by an individual and demanded of an organisation."""
    person = {"consent": True, "payer_kind": "individual", "payer_name": "Белова Ирина Петровна"}
    assert at(engine.skip(step(person, "payer_inn"), person, CONTEXT)) == "payer_address"
    firm = {"consent": True, "payer_kind": "organisation", "payer_name": "ООО «Ромашка»"}
    with pytest.raises(BadAnswer):
        engine.skip(step(firm, "payer_inn"), firm, CONTEXT)


def test_back_walks_to_the_first_step() -> None:
    """Going back from the summary passes every step down to the first."""
    answers = {**PAYER, "students": [STUDENT], "students_done": True, "rights": True}
    path: str | None = SUMMARY
    seen = []
    while path is not None:
        seen.append(path)
        found = engine.current(ORDER, answers, path, CONTEXT) if path != SUMMARY else SUMMARY
        path = engine.previous(ORDER, answers, found, CONTEXT)
    assert seen[:4] == [SUMMARY, "rights", MORE, "students.0.tariff"]
    assert seen[-1] == "consent"


def test_removed_student_leaves_the_others() -> None:
    """A removed student is gone and the others keep their answers."""
    other = {**STUDENT, "name": "Орлов Пётр Ильич"}
    changed = engine.remove_student({**PAYER, "students": [STUDENT, other]}, 0)
    assert changed["students"] == [other]


def test_past_and_closed_runs_are_not_offered() -> None:
    """Closed runs and those that have ended are not among the choices."""
    answers = {**PAYER, "students": [{"name": "Орлов Пётр Ильич", "course": "osno-a"}]}
    place = step(answers, "students.0.run")
    offered = place.field.options(engine.scope_of(place, answers, CONTEXT))
    assert [o.value for o in offered] == ["osno-a-0", "osno-a-1"]


def test_course_by_number_or_by_name() -> None:
    """A course may be typed by its number or by a part of its title."""
    answers = {**PAYER, "students": [{"name": "Орлов Пётр Ильич", "mobile": "+7", "email": "o@bk.ru"}]}
    place = step(answers, "students.0.course")
    assert engine.answer(place, "3", answers, CONTEXT)["students"][0]["course"] == "44fz"
    assert engine.answer(place, "закупк", answers, CONTEXT)["students"][0]["course"] == "44fz"
    with pytest.raises(BadAnswer):
        engine.answer(place, "9", answers, CONTEXT)


def test_every_option_code_fits_a_button() -> None:
    """Codes of choices stay short however long the catalogue's keys are."""
    from school.forms.field import Option

    assert len(Option("a-very-long-course-key-of-the-catalogue-2027-06-20").code) <= 12
