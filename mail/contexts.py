"""Values of the templates, made of a letter's data: what is said, to whom, and what deserves a second look."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from school.mailroom import order_address
from school.payer import PayerKind
from school.people import fold
from school.terms import add_working_days
from wording.held import to_staff
from wording.labels import FILLED_IN_BY_CLIENT, FILLED_IN_BY_STAFF, FLAG_LABELS, STARTS_SOON_LABEL
from wording.order_block import OrderData, StudentData, order_block, orderer_rows, payer_rows
from wording.shorten import short_course, shortened

ADMISSION_WORKING_DAYS = 3  # REGULATIONS A1
_SUBJECT_NAME = 36
# A stranger may have typed it: no letter to a student carries more of it.
_LONGEST_NAME = 150


def order_to_centre(data: OrderData, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the centre's letter; moments are told in the school's zone."""
    zone = ZoneInfo(settings.get("school.timezone") or "Europe/Moscow")
    placed = datetime.fromisoformat(data["placed_at"]).astimezone(zone)
    return {
        "number": data["number"],
        "centre_name": data["centre_name"],
        "payer": data["payer"],
        "payer_short": shortened(data["payer"]["name"], _SUBJECT_NAME),
        "payer_rows": payer_rows(data),
        "orderer": data["orderer"],
        "orderer_rows": orderer_rows(data),
        "students": [_student(s) for s in data["students"]],
        "total": data["total"],
        "placed_day": placed.date(),
        "placed_time": f"{placed:%H:%M}",
        "filled_in_by": FILLED_IN_BY_STAFF if data["filled_in_by_staff"] else FILLED_IN_BY_CLIENT,
        "attention": _attention(data["students"], placed.date()),
        "block": order_block(data),
        "order_mailbox": _order_mailbox(data, settings),
        "held": to_staff(data.get("held", "")),
    }


def _order_mailbox(data: OrderData, settings: Mapping[str, str]) -> str:
    """Return the address for orders by mail, "" where none are read: the first letter to a centre tells it once."""
    centre, _, sequence = data["number"].partition("-")
    base = settings.get("mail.reply_base")
    return order_address(base, centre) if base and sequence.strip("0") == "1" else ""


def questionnaire_invite(data: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the student's letter; `pays` is "self" or, where another pays, the payer's kind."""
    kind = PayerKind(data["payer_kind"])
    own = kind is not PayerKind.ORGANISATION and fold(data["student_name"]) in fold(data["payer_name"])
    return {
        **data,
        "payer_name": shortened(data["payer_name"], _LONGEST_NAME),
        "course_short": subject_course(data["course_title"]),
        "starts": date.fromisoformat(data["starts"]),
        "expires": date.fromisoformat(data["expires"]),
        "pays": "self" if own else kind.value,
        "ordered_by_other": fold(data["orderer_name"]) != fold(data["student_name"]),
        "curator_email": settings["school.curator_email"],
        "support_phone": settings["school.support_phone"],
        "admission_days": ADMISSION_WORKING_DAYS,
    }


def _student(student: StudentData) -> dict[str, Any]:
    return {
        **student,
        "starts": date.fromisoformat(student["starts"]),
        "ends": date.fromisoformat(student["ends"]),
    }


def _attention(students: list[StudentData], placed: date) -> list[tuple[str, str]]:
    """Return (student, what to look at) for every known flag, and for runs that begin before admission is due."""
    earliest = add_working_days(placed, ADMISSION_WORKING_DAYS)
    soon = [s["name"] for s in students if date.fromisoformat(s["starts"]) < earliest]
    if len(soon) == len(students) > 1:
        soon = ["Все ученики"]
    flagged = [(s["name"], FLAG_LABELS[flag]) for s in students for flag in s["flags"] if flag in FLAG_LABELS]
    return [(name, STARTS_SOON_LABEL) for name in soon] + flagged


def subject_course(title: str) -> str:
    """Return a course's title for a subject: the date behind it must still be seen in a list of letters."""
    return short_course(title, _SUBJECT_NAME)
