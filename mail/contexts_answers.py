"""Answers to students' letters, and word of an address that letters do not reach: their data and values."""

from collections.abc import Mapping
from typing import Any, Literal

from mail import contexts
from mail.contexts_students import StudentLetterData, student
from wording.consents import student_consent
from wording.mail_answers import fault_words


class StudentAnswerData(StudentLetterData):
    """Data of `student_answer`: what a letter of a student came to, in words.

    `state`: "handed_in" by this letter, "missing" something, "standing": nothing was to be filled in, `standing` says
    where it is. `understood` and `documents` are (label, value).
    """

    state: Literal["handed_in", "missing", "standing"]
    standing: str
    understood: list[list[str]]
    documents: list[list[str]]
    problems: list[str]
    missing: list[str]
    notes: list[str]


class ConsentWantedData(StudentLetterData):
    """Data of `student_consent_wanted`: `consent` is its whole text; the letter brought `files`, and `waits` for it."""

    consent: str
    files: bool
    waits: bool
    notes: list[str]


class AddressFaultData(StudentLetterData):
    """Data of `address_fault`, to the centre's mailbox: which address letters do not reach, and the code of why.

    `correct`: the centre may correct it.
    """

    email: str
    why: str
    correct: bool


def student_answer(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the answer."""
    return student(data, settings)


def address_fault(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Word why letters do not arrive."""
    return student(data, settings) | {"why": fault_words(data["why"])}


def consent_wanted(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Keep the consent's paragraphs: the templates make a line break a space."""
    return student(data, settings) | {"consent_lines": consent_lines(data["consent"])}


def invite(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the invitation's values with the consent that an answer to it may give."""
    register = settings.get("school.frdo", "()") not in ("", "()")
    consent = student_consent(data["centre_name"], register=register).text
    return contexts.questionnaire_invite(data, settings) | {"consent_lines": consent_lines(consent)}


def consent_lines(text: str) -> list[str]:
    """Return the paragraphs of a text."""
    return [line for line in text.splitlines() if line.strip()]
