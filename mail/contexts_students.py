"""Letters after the invitation: to the student, to the client of a parcel, to the school; their data and values."""

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any, TypedDict

from mail.contexts import ADMISSION_WORKING_DAYS, subject_course
from paper.access_list import AccessRow
from school.errors import BadAnswer
from school.people import parse_full_name
from wording.dates import no_later_than, period_with_year
from wording.fields import REQUIREMENTS
from wording.reasons import decline_words, remark_line
from wording.sums import format_sum


class AccessListData(TypedDict):
    """Data of `access_list` (A1), to the school: whom to open the access for."""

    rows: list[AccessRow]


def student(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values that all letters to a student share, with who to ask (S1)."""
    starts, ends = date.fromisoformat(data["starts"]), date.fromisoformat(data["ends"])
    return {
        **data,
        "course_short": subject_course(data["course_title"]),
        "starts": starts,
        "dates": period_with_year(starts, ends),
        "curator_email": settings["school.curator_email"],
        "support_phone": settings["school.support_phone"],
    }


def approved(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Say what comes after the approval: the day of A1, or the payment that is still missing."""
    day = data["admit_by"]
    return student(data, settings) | {
        "admit_by": no_later_than(date.fromisoformat(day)) if day else "",
        "admission_days": ADMISSION_WORKING_DAYS,
    }


def linked(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a letter with a fresh link."""
    return student(data, settings) | {"expires": date.fromisoformat(data["expires"])}


def returned(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Word every remark."""
    lines = [remark_line(r["field"], r["reason"], r["words"]) for r in data["remarks"]]
    return linked(data, settings) | {"lines": lines}


def declined(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Word the reason."""
    reason = data["reason"]
    return student(data, settings) | {"why": decline_words(reason["reason"], reason["words"])}


def reminder(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Name who asks, where somebody does."""
    return linked(data, settings) | {"asked_by": data["asked_by"] or ""}


def curator_message(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Keep the curator's paragraphs: the templates make a typed line break a space.

    The answer is written on the student's own page or in chat, not in the questionnaire.
    """
    return linked(data, settings) | {
        "lines": [line for line in data["text"].splitlines() if line.strip()],
        "page_link": data.get("me_link"),
        "action": "Ответить",
    }


def student_message(data: Mapping[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
    """Keep the student's paragraphs."""
    return {
        **data,
        "course_short": subject_course(data["course_title"]),
        "dates": period_with_year(date.fromisoformat(data["starts"]), date.fromisoformat(data["ends"])),
        "lines": [line for line in data["text"].splitlines() if line.strip()],
    }


def access_open(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the admission letter's values with the technical requirements."""
    return student(data, settings) | {"requirements": REQUIREMENTS}


def documents_sent_to_client(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the client's letter."""
    return {**data, "greeting": greeting(data["orderer_name"]), "support_phone": settings["school.support_phone"]}


def order_cancelled_to_client(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the client's letter; `money` in words, "" where nothing was paid."""
    names = [{"name": one["student_name"], "course_title": one["course_title"]} for one in data["students"]]
    return {
        "order_number": data["order_number"],
        "greeting": greeting(data["orderer_name"]),
        "whole": data["whole"],
        "money": format_sum(data["money"]) if data["money"] else "",
        "students": names,
        "support_phone": settings["school.support_phone"],
    }


def access_list(data: Mapping[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
    """Count the students by run, the soonest first."""

    def run(row: AccessRow) -> tuple[str, str, str]:
        return row["starts"], row["course_title"], row["ends"]

    runs = [
        (title, period_with_year(date.fromisoformat(starts), date.fromisoformat(ends)), len(list(group)))
        for (starts, title, ends), group in groupby(sorted(data["rows"], key=run), key=run)
    ]
    first = min(date.fromisoformat(row["starts"]) for row in data["rows"])
    return {"total": len(data["rows"]), "runs": runs, "first": first}


def greeting(name: str) -> str:
    """Address a person by first name and patronymic, or by the name as it is where it does not read as one."""
    try:
        return parse_full_name(name).greeting
    except BadAnswer:
        return name
