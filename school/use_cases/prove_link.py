"""A student's link proves who opened it before it shows anything, then binds the account (REGULATIONS Q1)."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from school import tokens
from school.draft import Draft
from school.errors import BadAnswer, SchoolError
from school.notices import Notice
from school.order import Order, OrderLine
from school.ports import Session, Token, UnitOfWork

PROOF = "proof"
MOST_FAILURES = 5
LAST_DIGITS = 4


class LinkDead(SchoolError):
    """The link is unknown, expired or replaced; all three look the same."""

    code = "link_dead"


class LinkTaken(SchoolError):
    """The link is bound to another person."""

    code = "link_taken"


class LinkLocked(SchoolError):
    """Too many wrong answers have closed the link."""

    code = "link_locked"


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of a try: the order and the line when it is proved, else how many tries are `left`."""

    order: Order | None
    line: OrderLine | None
    left: int


async def open_link(
    uow: UnitOfWork, secret: str, user_id: int, chat_id: int, now: datetime
) -> tuple[Order, OrderLine] | None:
    """Open a student's link: the order and line for the person it is bound to, None when a proof is asked for.

    Opening consumes nothing. Raises `LinkDead`, `LinkTaken`, `LinkLocked`.
    """
    token = await _living(uow, tokens.digest(secret), user_id, now)
    if token.used_by == user_id:
        return await _line(uow, token)
    order, _ = await _line(uow, token)
    draft = Draft(
        id=uuid4().hex[:12],
        user_id=user_id,
        chat_id=chat_id,
        form=PROOF,
        centre=order.centre,
        discipline=None,
        answers={"token": token.sha256},
        cursor=None,
        question=None,
        state="active",
        touched_at=now,
    )
    uow.save_draft(draft)
    return None


async def _living(uow: UnitOfWork, sha256: str, user_id: int, now: datetime) -> Token:
    token = await uow.token(sha256)
    if token is None or token.kind != "questionnaire" or token.revoked_at or token.expires_at <= now:
        raise LinkDead
    if token.used_by not in (None, user_id):
        raise LinkTaken
    if token.failures >= MOST_FAILURES:
        raise LinkLocked
    return token


async def _line(uow: UnitOfWork, token: Token) -> tuple[Order, OrderLine]:
    order = await uow.order_of_line(token.subject)
    if order is None:
        raise LinkDead
    return order, next(line for line in order.lines if line.id == token.subject)


async def prove(uow: UnitOfWork, session: Session, answer: str, now: datetime, *, own_contact: bool) -> Proof:
    """Compare the shared mobile, or its last four digits, with the order's; bind the account when they agree.

    A wrong answer is counted; the fifth locks the link and tells the centre's managers. Raises `LinkDead`,
    `LinkTaken`, `LinkLocked`, and `BadAnswer` when the answer is not four digits.
    """
    draft = session.draft
    if draft is None or draft.form != PROOF:
        raise LinkDead
    token = await _living(uow, draft.answers["token"], draft.user_id, now)
    order, line = await _line(uow, token)
    digits = "".join(c for c in answer if c.isdecimal())
    if not own_contact and len(digits) != LAST_DIGITS:
        raise BadAnswer(problem="last_digits", value=answer)
    agrees = line.mobile[-10:] == digits[-10:] if own_contact else line.mobile[-LAST_DIGITS:] == digits
    if agrees:
        uow.save_token(replace(token, used_by=draft.user_id, used_at=now))
        uow.save_line(order.id, replace(line, student_id=draft.user_id))
        uow.save_draft(replace(draft, state="placed", touched_at=now))
        uow.audit(f"chat:{draft.user_id}", "link.bound", line.id)
        return Proof(order, line, MOST_FAILURES)
    failures = token.failures + 1
    uow.save_token(replace(token, failures=failures))
    if failures >= MOST_FAILURES:
        uow.save_draft(replace(draft, state="cancelled", touched_at=now))
        await _tell_managers(uow, order, line)
    return Proof(None, None, MOST_FAILURES - failures)


def give_up(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Ask for no proof any more: the link behind it opens nothing."""
    if session.draft is not None and session.draft.form == PROOF:
        uow.save_draft(replace(session.draft, state="cancelled", touched_at=now))


async def _tell_managers(uow: UnitOfWork, order: Order, line: OrderLine) -> None:
    data = {"number": order.number, "student_name": line.name}
    uow.audit("link", "link.locked", line.id)
    for member in await uow.centre_staff(order.centre):
        uow.add_notice(
            Notice(uuid4().hex, "link_locked", "chat", str(member.chat_id), data, f"locked:{line.id}:{member.id}")
        )
