"""Letters that remind: what a client or a student is asked to do, and a centre's digest of the day."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any, TypedDict

from mail.contexts import subject_course
from wording.reminders import GROUPS, deed, digest_subject, line_words, most_urgent, subject


class PersonalData(TypedDict):
    """Data of `reminder_client` and `reminder_student`; `lines` as `school.reminders.line_data`, with a link's secret.

    `mail` is the person's mailbox, `day` (ISO) the day it is for.
    """

    greeting: str
    centre_name: str
    centre_email: str
    mail: str
    day: str
    lines: list[dict[str, Any]]


class DigestData(TypedDict):
    """Data of `digest`, to a centre that has no manager in chat."""

    role: str
    centre: str
    centre_name: str
    mail: str
    day: str
    lines: list[dict[str, Any]]


def personal(data: PersonalData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a letter to a client or a student, the most urgent deed first."""
    lines = most_urgent(data["lines"])
    return {
        "greeting": data["greeting"],
        "centre_name": data["centre_name"],
        "centre_email": data["centre_email"],
        "subject": subject([{**line, "course_title": subject_course(line.get("course_title", ""))} for line in lines]),
        "numbers": ", ".join(dict.fromkeys(line["number"] for line in lines)),
        "deeds": [_deed(line) for line in lines],
    }


def digest(data: DigestData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a centre's digest: lines in groups, numbered through."""
    lines = most_urgent(data["lines"])
    numbered = [(int(line.get("at", at)), line) for at, line in enumerate(lines, 1)]
    groups = [
        {"title": GROUPS[kind], "late": kind == "scan_overdue", "lines": [(at, line_words(line)) for at, line in group]}
        for kind, group in groupby(numbered, key=lambda one: str(one[1]["kind"]))
    ]
    return {
        "subject": digest_subject(lines, data["centre"], date.fromisoformat(data["day"])),
        "centre": data["centre"],
        "centre_name": data["centre_name"],
        "count": len(lines),
        "groups": groups,
    }


def _deed(line: Mapping[str, Any]) -> dict[str, Any]:
    returned = line["kind"] == "questionnaire_returned"
    return {
        "words": deed(line),
        "action": "Исправить анкету" if returned else "Заполнить анкету",
        "linked": "secret" in line,
        "chat_link": line.get("chat_link"),
        "page_link": line.get("page_link"),
        "expires": date.fromisoformat(line["expires"]) if line.get("expires") else None,
    }


def off(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the answer to «Не напоминайте»; `answers` is the subject of the letter it answers."""
    return {"curator_email": settings["school.curator_email"], "answers": data["answers"]}
