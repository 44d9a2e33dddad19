"""Ask one short thing beside the forms: a reason, an answer to a student. What is typed next is taken for it."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from school.draft import Answers, Draft
from school.order import Enrolment
from school.ports import UnitOfWork

# The short questions of curators and students; one account has at most one of them.
ASIDES = ("return", "decline", "answer", "to_curator")
LIFETIME = timedelta(hours=1)


async def ask_aside(
    uow: UnitOfWork, user_id: int, form: str, about: Enrolment, answers: Answers, now: datetime
) -> Draft:
    """Stage the question of this form about a student, and end every other one.

    So no text goes where it was once meant to go. `answers` go over the line's id.
    """
    kept = await end_asides(uow, user_id, now, but=form)
    if kept is None:
        kept = Draft(uuid4().hex[:12], user_id, user_id, form, "", None, {}, None, None, "active", now)
    answers = {**answers, "line": about.line.id}
    asked = replace(kept, centre=about.order.centre, answers=answers, touched_at=now)
    uow.save_draft(asked)
    return asked


async def end_asides(uow: UnitOfWork, user_id: int, now: datetime, but: str = "") -> Draft | None:
    """Stage the end of the account's short questions; return the one of the form `but`, which stays as it is."""
    kept = None
    for form in ASIDES:
        found = await uow.active_draft(user_id, form)
        if found is None:
            continue
        if form == but:
            kept = found
        else:
            end_aside(uow, found, now)
    return kept


def end_aside(uow: UnitOfWork, draft: Draft, now: datetime) -> None:
    """Stage the end of one short question; nothing of it is kept."""
    uow.save_draft(replace(draft, state="cancelled", answers={}, touched_at=now))


def is_fresh(draft: Draft, now: datetime) -> bool:
    """Tell whether a text typed now is still meant as the answer: an hour later it hardly is."""
    return now - draft.touched_at <= LIFETIME
