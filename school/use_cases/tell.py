"""Tell people: which channel reaches them, and what every message about a student holds."""

from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from school import people
from school.centre import Role
from school.notices import Notice
from school.order import Enrolment, OrderLine
from school.ports import UnitOfWork
from school.use_cases.answerable import add_answerable
from school.use_cases.renew_link import expires_on, new_link, renew_link

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
        "order_cancelled",
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


async def channel_of(uow: UnitOfWork, line: OrderLine) -> Literal["chat", "mail"]:
    """Return where the student is written to: where they asked for it, as far as it reaches them; chat by default."""
    if not await reaches_chat(uow, line):
        return "mail"
    return "mail" if line.prefers == "mail" and not await _unreachable(uow, line) else "chat"


async def _unreachable(uow: UnitOfWork, line: OrderLine) -> bool:
    fault = await uow.address_fault(line.email)
    return fault is not None and fault.permanent


async def tell_student(
    uow: UnitOfWork,
    about: Enrolment,
    kind: str,
    data: dict[str, Any],
    *,
    dedupe: str,
    now: datetime,
    after: datetime | None = None,
) -> Notice | None:
    """Stage a message to the student, where `channel_of` says; `data` goes over the common part.

    None while the order is held: nothing is written to its students then.

    `kind` is one of `STUDENT_KINDS`. A kind of `LINKED` gets a fresh link when it goes by mail. Where neither chat nor
    mail is known to reach the student, the centre's managers are asked to help, once a day.
    """
    if about.order.held:
        return None
    whole = {**student_data(about), **data}
    if await channel_of(uow, about.line) == "chat":
        notice = Notice(uuid4().hex, kind, "chat", str(about.line.student_id), whole, dedupe, after=after)
    else:
        if kind in LINKED:
            # A message that may be taken back must leave the student the link they have.
            secret = (
                new_link(uow, about.order, about.line, now)
                if after
                else await renew_link(uow, about.order, about.line, now)
            )
            whole |= {"secret": secret, "expires": expires_on(now).isoformat()}
        if await _unreachable(uow, about.line):
            told = {**student_data(about), "email": about.line.email, "kind": kind}
            key = f"unreached:{about.line.id}:{now:%Y-%m-%d}"
            await tell_managers(uow, about.order.centre, "student_unreached", told, key, after=after)
        notice = Notice(uuid4().hex, kind, "mail", about.line.email, whole, dedupe, after=after)
        return add_answerable(uow, notice, ("line", about.line.id), now)
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
