"""An order's draft handed from chat to the page and back: a link that opens once, within an hour."""

from dataclasses import replace
from datetime import datetime, timedelta

from school import tokens
from school.draft import Draft
from school.forms.order import ORDER
from school.ports import Token, UnitOfWork
from school.use_cases.prove_link import LinkDead

KIND = "draft"
LASTS = timedelta(hours=1)


def hand_over_draft(uow: UnitOfWork, draft: Draft, now: datetime) -> str:
    """Stage a link to the draft and return its secret; whoever opens it first goes on with the order."""
    secret = tokens.new_secret()
    uow.save_token(Token(tokens.digest(secret), KIND, draft.id, now + LASTS, {}))
    return secret


async def find_handed(uow: UnitOfWork, secret: str, now: datetime) -> tuple[Token, Draft]:
    """Return what the link leads to and consume nothing: previews open links too. Raises `LinkDead`."""
    token = await uow.token(tokens.digest(secret))
    if token is None or token.kind != KIND or token.used_at or token.revoked_at or token.expires_at <= now:
        raise LinkDead
    draft = await uow.draft(token.subject)
    if draft is None or draft.state != "active" or draft.form != ORDER.key:
        raise LinkDead
    return token, draft


async def handed_to(uow: UnitOfWork, secret: str, draft_id: str) -> bool:
    """Tell whether the link, used up or not, was to this draft."""
    token = await uow.token(tokens.digest(secret))
    return token is not None and token.kind == KIND and token.subject == draft_id


async def take_handed(uow: UnitOfWork, secret: str, now: datetime) -> Draft:
    """Use the link up and return the draft. Raises `LinkDead`."""
    token, draft = await find_handed(uow, secret, now)
    uow.save_token(replace(token, used_at=now))
    return draft


async def take_into_chat(uow: UnitOfWork, secret: str, user_id: int, chat_id: int, now: datetime) -> Draft:
    """Make the draft this account's, who goes on with it; an order begun here before is given up.

    The draft returned is not staged: whoever asks its next question keeps it. Raises `LinkDead`.
    """
    draft = await take_handed(uow, secret, now)
    begun = await uow.active_draft(user_id, ORDER.key)
    if begun is not None and begun.id != draft.id:
        uow.save_draft(replace(begun, state="cancelled", answers={}, cursor=None, touched_at=now))
    return replace(draft, user_id=user_id, chat_id=chat_id, cursor=None, question=None)
