"""Admit students whose conditions hold (REGULATIONS A1–A3): who is ready, who is late and why, one or all at a time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from school.admission import Condition, blocking, is_ready
from school.centre import Role
from school.course_card import access_url, course_card
from school.errors import NotFound
from school.order import Enrolment
from school.ports import Session, UnitOfWork
from school.questionnaire import may_be_undone
from school.use_cases.decide_questionnaire import take_back
from school.use_cases.find import find_enrolment, holds, require_role, who
from school.use_cases.tell import tell_student

AT_ONCE = 200
# Runs without a place to learn at must not hold up those behind them.
LOOKED_AT = 2000
LATE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """What the operator has decided: is registration a condition, may chats tell addresses."""

    registration: bool
    in_chat: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page of those who are ready and their number in all; the late who are not ready, each with what blocks."""

    ready: tuple[Enrolment, ...]
    total: int
    late: tuple[tuple[Enrolment, Condition], ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """What came of admitting one: `blocked` tells the condition that stands in the way."""

    about: Enrolment
    outcome: Literal["admitted", "before", "not_ready", "no_access"]
    blocked: Condition | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of admitting all: how many were, how many remain, and of those whose run has no access, one a run."""

    admitted: int
    remain: int
    no_access: tuple[tuple[Enrolment, int], ...]


async def enrolments(uow: UnitOfWork, line_ids: Sequence[str]) -> tuple[Enrolment, ...]:
    """Return the lines of these ids with their orders, in the order given, in one trip."""
    orders = await uow.orders_of_lines(line_ids) if line_ids else ()
    found = {line.id: Enrolment(order, line) for order in orders for line in order.lines}
    return tuple(found[line_id] for line_id in line_ids if line_id in found)


async def waiting(
    uow: UnitOfWork, session: Session, rule: Rule, now: datetime, today: date, page: tuple[int, int]
) -> Waiting:
    """Return a page (offset, size) of who is ready, the longest overdue first. Raises `Forbidden`."""
    require_role(session, Role.CURATOR, Role.ADMIN)
    offset, size = page
    ids, total = await uow.lines_to_admit(now, registration=rule.registration, limit=offset + size)
    due, _ = await uow.lines_due(today, LATE_SHOWN)
    late = []
    for about in await enrolments(uow, due):
        blocked = blocking(about.line, registration=rule.registration)
        if blocked is not None:
            late.append((about, blocked))
    return Waiting(await enrolments(uow, ids[offset:]), total, tuple(late))


async def admit(uow: UnitOfWork, session: Session, line_id: str, rule: Rule, now: datetime) -> Admission:
    """Admit one student and tell them so; one who is admitted already stays so. Raises `Forbidden`, `NotFound`."""
    require_role(session, Role.CURATOR, Role.ADMIN)
    about = await find_enrolment(uow, line_id)
    if about.line.admitted_at is not None:
        return Admission(about, "before")
    if not is_ready(about.line, registration=rule.registration):
        return Admission(about, "not_ready", blocking(about.line, registration=rule.registration))
    if access_url(session.catalogue, about.line) is None:
        return Admission(about, "no_access")
    return Admission(await _admit(uow, session, about, rule, now), "admitted")


async def admit_all(uow: UnitOfWork, session: Session, rule: Rule, now: datetime) -> Batch:
    """Admit up to `AT_ONCE` of those who are ready at this moment, the oldest term first. Raises `Forbidden`."""
    require_role(session, Role.CURATOR, Role.ADMIN)
    ids, total = await uow.lines_to_admit(now, registration=rule.registration, limit=LOOKED_AT)
    admitted = 0
    without: Counter[str] = Counter()
    one_of: dict[str, Enrolment] = {}
    for start in range(0, len(ids), AT_ONCE):
        if admitted == AT_ONCE:
            break
        for about in await enrolments(uow, ids[start : start + AT_ONCE]):
            if access_url(session.catalogue, about.line) is None:
                without[about.line.run] += 1
                one_of.setdefault(about.line.run, about)
            elif admitted < AT_ONCE and is_ready(about.line, registration=rule.registration):
                await _admit(uow, session, about, rule, now)
                admitted += 1
    return Batch(admitted, total - admitted, tuple((one_of[run], count) for run, count in without.items()))


async def _admit(uow: UnitOfWork, session: Session, about: Enrolment, rule: Rule, now: datetime) -> Enrolment:
    approved = await uow.questionnaire(about.line.id)
    if approved is not None and may_be_undone(approved, now):
        # «Доступ открыт» says more than the approval, which would come after it.
        await take_back(uow, about, approved)
    line = replace(about.line, admitted_at=now, training="studying")
    uow.save_line(about.order.id, line)
    uow.audit(f"chat:{who(session)}", "student.admitted", line.id, after=now.isoformat())
    card = course_card(session.catalogue, line)
    data = {
        "access_url": access_url(session.catalogue, line),
        "sign_in_email": line.email,
        "level": card.level,
        "hours": card.hours,
        "lessons": card.lessons,
        "document": card.document,
        "in_chat": rule.in_chat,
    }
    await tell_student(uow, about, "access_open", data, dedupe=f"access_open:{line.id}", now=now)
    return Enrolment(about.order, line)


async def mark_registered(uow: UnitOfWork, session: Session, line_id: str, now: datetime) -> Enrolment:
    """Note that the student has registered at the school's site: said by that student, a curator or an administrator.

    Said twice it stays as it was. Raises `NotFound`.
    """
    about = await find_enrolment(uow, line_id)
    is_student = about.line.student_id is not None and about.line.student_id == who(session)
    if not (is_student or holds(session, Role.CURATOR, Role.ADMIN)):
        raise NotFound
    return note_registered(uow, about, f"chat:{who(session)}", now)


def note_registered(uow: UnitOfWork, about: Enrolment, actor: str, now: datetime) -> Enrolment:
    """Note it for a student who has proved who they are. Said twice it stays as it was."""
    if about.line.registered_at is not None:
        return about
    line = replace(about.line, registered_at=now)
    uow.save_line(about.order.id, line)
    uow.audit(actor, "registration.marked", line.id, after=now.isoformat())
    return Enrolment(about.order, line)
