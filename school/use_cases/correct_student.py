"""Correct a student's address or mobile in a placed order, while nobody stands behind them yet."""

from dataclasses import replace
from datetime import date, datetime

from school import people
from school.errors import SchoolError
from school.forms.field import NeedsConfirmation, Scope
from school.forms.order import check_student_email
from school.order import Enrolment
from school.ports import Session, UnitOfWork
from school.use_cases.find import actor
from school.use_cases.follow_order import (
    centre_of,
    may_correct_email,
    may_correct_mobile,
    open_student,
    open_student_led,
    require_living,
    scope_of_order,
)
from school.use_cases.resend_link import send_first_link

SUFFIX_FLAG = "suffix_mailbox"


class TooLateToCorrect(SchoolError):
    """The student has begun or is bound: they change their own data in the questionnaire."""

    code = "too_late_to_correct"


async def start_email(uow: UnitOfWork, session: Session, line_id: str) -> Enrolment:
    """Return the student whose address may be corrected. Raises `NotFound`, `OrderCancelled`, `TooLateToCorrect`."""
    about = await open_student(uow, session, line_id)
    require_living(about.line)
    if not may_correct_email(about.line):
        raise TooLateToCorrect
    return about


async def start_mobile(uow: UnitOfWork, session: Session, line_id: str) -> Enrolment:
    """Return the student whose mobile the order's leader may correct. Raises as `start_email`."""
    about = await open_student_led(uow, session, line_id)
    require_living(about.line)
    if not may_correct_mobile(about.line):
        raise TooLateToCorrect
    return about


async def correct_email(
    uow: UnitOfWork, session: Session, line_id: str, text: str, now: datetime, today: date, *, sure: bool
) -> Enrolment:
    """Stage the address, checked as the order form does (O4), and a new link to it; the old link opens nothing.

    Return the student as saved. Raises `NotFound`, `TooLateToCorrect`, `BadAnswer`, and `NeedsConfirmation` unless
    the person is `sure`.
    """
    about = await start_email(uow, session, line_id)
    order, line = about.order, about.line
    centre = await centre_of(uow, order)
    scope = scope_of_order(order, line_id, {"name": line.name}, centre, session.catalogue, today)
    address, suffix = checked_email(text, scope, sure=sure)
    flags = {*line.flags} - {SUFFIX_FLAG} | ({SUFFIX_FLAG} if suffix else set())
    for email in {line.email.lower(), address.lower()}:
        uow.drop_address_fault(email)
    uow.audit(actor(session), "student.email_corrected", line_id)
    return await send_first_link(uow, about, replace(line, email=address, flags=tuple(sorted(flags))), now)


async def correct_mobile(uow: UnitOfWork, session: Session, line_id: str, text: str, now: datetime) -> Enrolment:
    """Stage the mobile and a new link, whose wrong guesses are counted anew. Return the student as saved.

    For the centre's managers and administrators. Raises `NotFound`, `TooLateToCorrect`, `BadAnswer`.
    """
    about = await start_mobile(uow, session, line_id)
    line = replace(about.line, mobile=people.parse_mobile(text))
    uow.audit(actor(session), "student.mobile_corrected", line_id)
    return await send_first_link(uow, about, line, now)


def checked_email(text: str, scope: Scope, *, sure: bool) -> tuple[str, bool]:
    """Return the address and whether it looks like a shared mailbox that the person is sure of.

    Raises `BadAnswer`, and `NeedsConfirmation` unless `sure`.
    """
    try:
        return str(check_student_email(text, scope)["email"]), False
    except NeedsConfirmation as doubt:
        if not sure:
            raise
        return doubt.value, doubt.problem == "email_suffix"
