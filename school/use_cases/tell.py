"""Tell people: which channel reaches them, and what every message about a student holds."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from school import people
from school.centre import Role
from school.notices import Notice
from school.order import Enrolment, OrderLine
from school.ports import UnitOfWork
from school.use_cases.renew_link import expires_on, renew_link

# What a student may be told; each is worded for chat and for mail. Those of LINKED carry a fresh link by mail.
STUDENT_KINDS = frozenset(
    {
        "questionnaire_approved",
        "questionnaire_returned",
        "questionnaire_declined",
        "questionnaire_reminder",
        "curator_message",
        "access_open",
        "documents_sent",
    }
)
LINKED = frozenset({"questionnaire_returned", "questionnaire_reminder", "curator_message"})


def student_data(about: Enrolment) -> dict[str, Any]:
    """Return what every message about a student holds, as plain JSON; dates ISO."""
    order, line = about.order, about.line
    return {
        "line": line.id,
        "reference": about.reference,
        "order_number": order.number,
        "student_name": line.name,
        "greeting": people.parse_full_name(line.name).greeting,
        "course_title": line.course_title,
        "starts": line.starts.isoformat(),
        "ends": line.ends.isoformat(),
    }


async def reaches_chat(uow: UnitOfWork, line: OrderLine) -> bool:
    """Tell whether the student has proved who they are in chat and has not stopped the bot."""
    if line.student_id is None:
        return False
    visitor = await uow.visitor(line.student_id)
    return visitor is not None and visitor.blocked_at is None


async def tell_student(
    uow: UnitOfWork,
    about: Enrolment,
    kind: str,
    data: dict[str, Any],
    *,
    dedupe: str,
    now: datetime,
    after: datetime | None = None,
) -> Notice:
    """Stage a message to the student, in chat where that reaches them, else by mail; `data` goes over the common part.

    `kind` is one of `STUDENT_KINDS`. A kind of `LINKED` gets a fresh link when it goes by mail.
    """
    whole = {**student_data(about), **data}
    if await reaches_chat(uow, about.line):
        notice = Notice(uuid4().hex, kind, "chat", str(about.line.student_id), whole, dedupe, after=after)
    else:
        if kind in LINKED:
            secret = await renew_link(uow, about.order, about.line, now)
            whole |= {"secret": secret, "expires": expires_on(now).isoformat()}
        notice = Notice(uuid4().hex, kind, "mail", about.line.email, whole, dedupe, after=after)
    uow.add_notice(notice)
    return notice


async def tell_managers(
    uow: UnitOfWork, centre: str, kind: str, data: dict[str, Any], dedupe: str, *, after: datetime | None = None
) -> None:
    """Stage a chat message to every manager of the centre, not to be sent before `after`."""
    for member in await uow.centre_staff(centre):
        key = f"{dedupe}:{member.id}"
        uow.add_notice(Notice(uuid4().hex, kind, "chat", str(member.chat_id), data, key, after=after))


async def tell_role(
    uow: UnitOfWork, role: Role, kind: str, data: dict[str, Any], dedupe: str, *, bulk: bool = False
) -> int:
    """Stage a chat message to everyone of the role, each account once; return how many there are."""
    told = {member.chat_id for member in await uow.staff_of_role(role)}
    for chat_id in sorted(told):
        uow.add_notice(Notice(uuid4().hex, kind, "chat", str(chat_id), data, f"{dedupe}:{chat_id}", bulk))
    return len(told)
