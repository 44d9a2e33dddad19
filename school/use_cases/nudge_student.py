"""Remind a student of the questionnaire, as the client asks: once a day at most."""

from dataclasses import replace
from datetime import datetime, timedelta

from school.errors import SchoolError
from school.order import Enrolment
from school.ports import Session, UnitOfWork
from school.use_cases.find import actor
from school.use_cases.follow_order import centre_of, leads, may_nudge, open_student, require_living, require_released
from school.use_cases.tell import tell_student

NUDGE_EVERY = timedelta(days=1)


class NudgedToday(SchoolError):
    """The student was reminded less than `NUDGE_EVERY` ago."""

    code = "nudged_today"


class NothingToNudge(SchoolError):
    """The questionnaire waits for nobody's pen."""

    code = "nothing_to_nudge"


async def nudge_student(uow: UnitOfWork, session: Session, line_id: str, now: datetime) -> Enrolment:
    """Stage a reminder that tells who asked, in chat or by mail with a fresh link; return the student as saved.

    For who placed or proved the order, its centre's managers, administrators. Raises `NotFound`, `OrderHeld`,
    `NothingToNudge`, `NudgedToday`.
    """
    about = await open_student(uow, session, line_id)
    order, line = about.order, about.line
    require_living(line)
    require_released(order)
    if not may_nudge(line):
        raise NothingToNudge
    if line.nudged_at is not None and now - line.nudged_at < NUDGE_EVERY:
        raise NudgedToday
    asked_by = (await centre_of(uow, order)).name if leads(session, order) else order.orderer.name
    key = f"nudge:{line.id}:v{line.version}"
    await tell_student(uow, about, "questionnaire_reminder", {"asked_by": asked_by}, dedupe=key, now=now)
    saved = replace(line, nudged_at=now)
    uow.save_line(order.id, saved)
    uow.audit(actor(session), "student.nudged", line.id)
    return Enrolment(order, saved)
