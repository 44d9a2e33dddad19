"""What is typed about a student of a placed order: an address, a mobile, or the person to put in their place."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import uuid4

from school.draft import Draft
from school.forms.field import NeedsConfirmation
from school.order import Enrolment
from school.ports import Session, UnitOfWork
from school.use_cases.correct_student import TooLateToCorrect, correct_email, correct_mobile, start_email, start_mobile
from school.use_cases.find import who
from school.use_cases.replace_student import (
    Newcomer,
    newcomer_of,
    read_contact,
    replace_student,
    start_replacing,
    with_email,
)

FORM = "correct"
Subject = Literal["email", "mobile", "replace"]


@dataclass(frozen=True, slots=True)
class Typed:
    """What came of a typed line: `doubt` is to be asked about, else all is done where `done`, else more is missing."""

    subject: Subject
    about: Enrolment
    done: bool
    newcomer: Newcomer | None = None
    doubt: NeedsConfirmation | None = None


async def begin(uow: UnitOfWork, session: Session, line_id: str, subject: Subject, now: datetime) -> Enrolment:
    """Ask for it: stage the draft that the next typed line goes to; an earlier question is dropped.

    Raises as the correction itself.
    """
    about = await _allowed(uow, session, line_id, subject)
    answers = {"line": line_id, "subject": subject}
    begun = await uow.active_draft(who(session), FORM) or _draft(who(session), about, now)
    uow.save_draft(replace(begun, centre=about.order.centre, answers=answers, touched_at=now))
    return about


def _draft(user_id: int, about: Enrolment, now: datetime) -> Draft:
    return Draft(
        id=uuid4().hex[:12],
        user_id=user_id,
        chat_id=user_id,
        form=FORM,
        centre=about.order.centre,
        discipline=None,
        answers={},
        cursor=None,
        question=None,
        state="active",
        touched_at=now,
    )


async def _allowed(uow: UnitOfWork, session: Session, line_id: str, subject: Subject) -> Enrolment:
    if subject == "email":
        return await start_email(uow, session, line_id)
    if subject == "mobile":
        return await start_mobile(uow, session, line_id)
    return await start_replacing(uow, session, line_id)


async def take(uow: UnitOfWork, session: Session, text: str, now: datetime, today: date) -> Typed:
    """Take a typed line; `today` in the school's zone. A doubtful address is kept until the person decides.

    Raises `BadAnswer`, and as the correction itself.
    """
    draft = session.draft
    if draft is None or draft.form != FORM:
        raise TooLateToCorrect
    return await _take(uow, session, draft, text, now, today, sure=False)


async def decide(uow: UnitOfWork, session: Session, line_id: str, now: datetime, today: date, *, fix: bool) -> Typed:
    """Take the doubtful address as it was typed, or as it was suggested. Raises as `take`, `TooLateToCorrect`."""
    draft = await _draft_of(uow, session, line_id)
    pending = draft.answers.get("pending")
    if pending is None:
        raise TooLateToCorrect
    address = (pending["suggestion"] if fix else None) or pending["value"]
    return await _take(uow, session, draft, address, now, today, sure=True)


async def put_in(uow: UnitOfWork, session: Session, line_id: str, now: datetime) -> Enrolment:
    """Replace the student by the person who was named. Raises `TooLateToCorrect` where nobody was, wholly."""
    draft = await _draft_of(uow, session, line_id)
    newcomer = newcomer_of(draft.answers)
    if draft.answers["subject"] != "replace" or not newcomer.complete:
        raise TooLateToCorrect
    _end(uow, draft, now)
    return await replace_student(uow, session, line_id, newcomer, now)


async def give_up(uow: UnitOfWork, session: Session, line_id: str, now: datetime) -> None:
    """Ask for nothing any more. An old button whose question is over changes nothing."""
    draft = await uow.active_draft(who(session), FORM)
    if draft is not None and draft.answers.get("line") == line_id:
        _end(uow, draft, now)


def drop(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Stage the end of the question that is open."""
    if session.draft is not None and session.draft.form == FORM:
        _end(uow, session.draft, now)


async def _draft_of(uow: UnitOfWork, session: Session, line_id: str) -> Draft:
    draft = await uow.active_draft(who(session), FORM)
    if draft is None or draft.answers.get("line") != line_id:
        raise TooLateToCorrect
    return draft


async def _take(
    uow: UnitOfWork, session: Session, draft: Draft, text: str, now: datetime, today: date, *, sure: bool
) -> Typed:
    subject, line_id = draft.answers["subject"], draft.answers["line"]
    if subject == "replace":
        return await _newcomer(uow, session, draft, text, now, today, sure=sure)
    if subject == "mobile":
        about = await correct_mobile(uow, session, line_id, text, now)
    else:
        try:
            about = await correct_email(uow, session, line_id, text, now, today, sure=sure)
        except NeedsConfirmation as doubt:
            about = await start_email(uow, session, line_id)
            _keep(uow, draft, now, pending=_pending(doubt))
            return Typed(subject, about, done=False, doubt=doubt)
    _end(uow, draft, now)
    return Typed(subject, about, done=True)


async def _newcomer(
    uow: UnitOfWork, session: Session, draft: Draft, text: str, now: datetime, today: date, *, sure: bool
) -> Typed:
    about = await start_replacing(uow, session, draft.answers["line"])
    named, address = read_contact(newcomer_of(draft.answers), text)
    try:
        if address:
            named = await with_email(uow, session, about, named, address, today, sure=sure)
    except NeedsConfirmation as doubt:
        _keep(uow, draft, now, newcomer=asdict(named), pending=_pending(doubt))
        return Typed("replace", about, done=False, newcomer=named, doubt=doubt)
    _keep(uow, draft, now, newcomer=asdict(named))
    return Typed("replace", about, done=named.complete, newcomer=named)


def _pending(doubt: NeedsConfirmation) -> dict[str, Any]:
    return {"value": doubt.value, "suggestion": doubt.suggestion}


def _keep(uow: UnitOfWork, draft: Draft, now: datetime, **answers: Any) -> None:
    kept = {key: draft.answers[key] for key in ("line", "subject")}
    uow.save_draft(replace(draft, answers={**kept, **answers}, touched_at=now))


def _end(uow: UnitOfWork, draft: Draft, now: datetime) -> None:
    uow.save_draft(replace(draft, state="cancelled", answers={}, touched_at=now))
