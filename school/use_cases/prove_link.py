"""A student's link proves who opened it before it shows anything, then binds the account (REGULATIONS Q1)."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from school import tokens
from school.draft import Draft
from school.errors import BadAnswer, NotFound, SchoolError
from school.forms.questionnaire import KEY as QUESTIONNAIRE
from school.order import Enrolment
from school.ports import Session, Token, UnitOfWork
from school.use_cases.find import find_enrolment
from school.use_cases.renew_link import KIND
from school.use_cases.tell import student_data, tell_managers

PROOF = "proof"
MOST_FAILURES = 5
LAST_DIGITS = 4


class LinkDead(SchoolError):
    """The link is unknown, expired or replaced: all look the same. `line` is there where a new one may be asked for."""

    code = "link_dead"


class LinkTaken(SchoolError):
    """The link is bound to another person."""

    code = "link_taken"


class LinkLocked(SchoolError):
    """Too many wrong answers have closed the link."""

    code = "link_locked"


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of a try: the enrolment when it is proved, else how many tries are `left`."""

    about: Enrolment | None
    left: int


async def open_link(uow: UnitOfWork, secret: str, user_id: int, chat_id: int, now: datetime) -> Enrolment | None:
    """Open a student's link: the enrolment for the person it is bound to, None when a proof is asked for.

    Opening consumes nothing: mail scanners open links. Raises `LinkDead`, `LinkTaken`, `LinkLocked`.
    """
    sha256 = tokens.digest(secret)
    token, about = await _found(uow, sha256)
    if about.line.student_id == user_id:
        return about
    _living(token, about, user_id, now)
    # One at a time: an earlier question left open would take what is typed long after the proof.
    draft = await uow.active_draft(user_id, PROOF) or Draft(
        id=uuid4().hex[:12],
        user_id=user_id,
        chat_id=chat_id,
        form=PROOF,
        centre=about.order.centre,
        discipline=None,
        answers={},
        cursor=None,
        question=None,
        state="active",
        touched_at=now,
    )
    uow.save_draft(replace(draft, centre=about.order.centre, answers={"token": sha256}, touched_at=now))
    return None


async def _found(uow: UnitOfWork, sha256: str) -> tuple[Token, Enrolment]:
    token = await uow.token(sha256)
    if token is None or token.kind != KIND:
        raise LinkDead
    try:
        about = await find_enrolment(uow, token.subject)
    except NotFound:
        raise LinkDead from None
    if about.line.cancelled:
        raise LinkDead
    return token, about


def _living(token: Token, about: Enrolment, user_id: int, now: datetime) -> None:
    if about.line.admitted_at is not None:
        raise LinkDead
    line = about.line.id
    if token.revoked_at or token.expires_at <= now:
        raise LinkDead(line=line)
    if token.used_by not in (None, user_id):
        raise LinkTaken(line=line)
    if token.failures >= MOST_FAILURES:
        raise LinkLocked


def _asked(session: Session) -> Draft:
    if session.draft is None or session.draft.form != PROOF:
        raise LinkDead
    return session.draft


async def prove(uow: UnitOfWork, session: Session, answer: str, now: datetime, *, own_contact: bool) -> Proof:
    """Compare the shared mobile, or its last four digits, with the order's; bind the account when they agree.

    A wrong answer is counted; the fifth locks the link and tells the centre's managers. Whoever proves a renewed link
    takes the place of the account bound before. Raises `LinkDead`, `LinkTaken`, `LinkLocked`, and `BadAnswer` when
    the answer is not four digits.
    """
    draft = _asked(session)
    token, about = await _found(uow, draft.answers["token"])
    _living(token, about, draft.user_id, now)
    digits = digits_of(answer)
    if not own_contact and len(digits) != LAST_DIGITS:
        raise BadAnswer(problem="last_digits", value=answer)
    mobile = about.line.mobile
    agrees = mobile[-10:] == digits[-10:] if own_contact else mobile[-LAST_DIGITS:] == digits
    if agrees:
        uow.save_token(replace(token, used_by=draft.user_id, used_at=now))
        uow.save_draft(replace(draft, state="placed", touched_at=now))
        return Proof(await bind(uow, about, draft.user_id, now), MOST_FAILURES)
    failures = token.failures + 1
    uow.save_token(replace(token, failures=failures))
    if failures >= MOST_FAILURES:
        uow.save_draft(replace(draft, state="cancelled", touched_at=now))
        uow.audit("link", "link.locked", about.line.id)
        data = {"number": about.order.number, **student_data(about)}
        await tell_managers(uow, about.order.centre, "link_locked", data, f"locked:{about.line.id}:{token.sha256[:8]}")
    return Proof(None, MOST_FAILURES - failures)


def digits_of(answer: str) -> str:
    """Return the digits of an answer, those of other scripts too, as 0–9."""
    return "".join(str(int(c)) for c in answer if c.isdecimal())


async def bind(uow: UnitOfWork, about: Enrolment, user_id: int, now: datetime) -> Enrolment:
    """Stage the account as the student's; whoever was bound before has their open questionnaire closed in chat."""
    before = about.line.student_id
    if before is not None and before != user_id:
        left = await uow.active_draft(before, QUESTIONNAIRE)
        if left is not None and left.answers.get("line") == about.line.id:
            uow.save_draft(replace(left, state="cancelled", answers={}, touched_at=now))
    line = replace(about.line, student_id=user_id)
    uow.save_line(about.order.id, line)
    uow.audit(f"chat:{user_id}", "link.bound", line.id, before="" if before is None else f"chat:{before}")
    # The save raises the version: whoever goes on in this unit of work goes on from the line as bound.
    return Enrolment(about.order, line)


async def report_phone(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Tell the centre's managers that the mobile in the order is not the student's; once a day. Raises as `prove`."""
    draft = _asked(session)
    token, about = await _found(uow, draft.answers["token"])
    _living(token, about, draft.user_id, now)
    uow.audit(f"chat:{draft.user_id}", "link.phone_not_mine", about.line.id)
    dedupe = f"phone:{about.line.id}:{now.date().isoformat()}"
    await tell_managers(uow, about.order.centre, "phone_not_mine", student_data(about), dedupe)


def give_up(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Ask for no proof any more: the link behind it opens nothing."""
    if session.draft is not None and session.draft.form == PROOF:
        uow.save_draft(replace(session.draft, state="cancelled", touched_at=now))
