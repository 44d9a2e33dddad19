"""A short question beside the main forms: one open draft of a kind a person, whose answers say what is waited for."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from school.draft import Draft
from school.ports import Session, UnitOfWork
from school.use_cases.find import who


async def wait_for(
    uow: UnitOfWork, session: Session, form: str, centre: str, answers: dict[str, Any], now: datetime
) -> Draft:
    """Wait for the answer, in place of whatever the same form waited for before; return the draft."""
    user_id = who(session)
    known = await uow.active_draft(user_id, form)
    if known is None:
        known = Draft(uuid4().hex[:12], user_id, user_id, form, centre, None, {}, None, None, "active", now)
    draft = replace(known, centre=centre, answers=answers, touched_at=now)
    uow.save_draft(draft)
    return draft


async def end(uow: UnitOfWork, session: Session, form: str, now: datetime) -> Draft | None:
    """Wait no longer; return what was waited for."""
    known = await uow.active_draft(who(session), form)
    if known is not None:
        uow.save_draft(replace(known, state="cancelled", answers={}, touched_at=now))
    return known
