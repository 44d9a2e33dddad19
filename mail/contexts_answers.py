"""Answers to students' letters, and word of an address that letters do not reach: their data and values."""

from collections.abc import Mapping
from typing import Any

from mail import contexts
from mail.contexts_students import student
from wording.consents import student_consent
from wording.mail_answers import fault_words


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
