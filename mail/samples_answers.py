"""Invented data of the answers to students' letters; `mail.samples` gives what every letter to a student holds."""

from collections.abc import Callable
from typing import Any

from school.errors import BadAnswer
from wording.consents import student_consent
from wording.mail_answers import STANDING, TO_CURATOR, explain_by_mail, missing_words, not_read

About = Callable[..., dict[str, Any]]


def student_answer(about_student: About, **changes: Any) -> dict[str, Any]:
    """Return the answer to a student's letter: nothing but the `changes` is told."""
    empty: dict[str, Any] = {"standing": "", "understood": [], "documents": [], "problems": [], "missing": []}
    return about_student(**empty, notes=[]) | changes


def answers(about_student: About) -> dict[str, tuple[str, Any]]:
    """Return name → (kind, data) of the answers to students, and of the word of a wrong address to a centre."""
    understood = [["Образование", "высшее"], ["Фамилия в дипломе", "Иванова"]]
    documents = [["Диплом", "2 страницы"]]
    missing = missing_words(["name_change", "snils"], {})
    problem = explain_by_mail("mobile", BadAnswer("phone_bad", "12-34"))
    read = {"understood": understood, "documents": documents}
    return {
        "student_answer_missing": (
            "student_answer",
            student_answer(about_student, state="missing", missing=missing, **read),
        ),
        "student_answer_problems": (
            "student_answer",
            student_answer(
                about_student, state="missing", problems=[problem], notes=not_read(["Специальность: бухгалтер"]), **read
            ),
        ),
        "student_answer_handed_in": ("student_answer", student_answer(about_student, state="handed_in", **read)),
        "student_answer_standing": (
            "student_answer",
            student_answer(about_student, state="standing", standing=STANDING["submitted"], notes=[TO_CURATOR]),
        ),
        "student_consent_wanted": (
            "student_consent_wanted",
            about_student(
                consent=student_consent("СЦ «Пример»", register=False).text, files=True, waits=True, notes=[]
            ),
        ),
        "student_consent_wanted_words": (
            "student_consent_wanted",
            about_student(
                consent=student_consent("СЦ «Пример»", register=True).text, files=False, waits=False, notes=[TO_CURATOR]
            ),
        ),
        "address_fault": (
            "address_fault",
            about_student(email="sokolova.l@pochta.example", why="unknown_user", correct=True),
        ),
    }
