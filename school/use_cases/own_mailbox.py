"""The registered mailbox of a member of staff: where the letter goes that signs them in on the page (DESIGN: security).

It belongs to the account, in every role it holds; no two accounts share one. A change ends every session on the page
and is told to the mailbox that was, and to the administrators: who has taken an account over is noticed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from school.centre import Role, StaffMember
from school.draft import Draft
from school.errors import NotFound
from school.notices import Notice
from school.ports import Session, Token, UnitOfWork
from school.use_cases.find import require_role, who
from school.use_cases.invite_staff import COMMAND_LINE, free_mailbox
from school.use_cases.invite_staff import KIND as INVITATION
from school.use_cases.keep_document import NotAsked, anchor
from school.use_cases.side_form import end, wait_for
from school.use_cases.sign_in import end_visits
from school.use_cases.tell import tell_role
from school.use_cases.withdraw_staff import find_member

FORM = "mailbox"
OWN = "own"
STAFF = (Role.MANAGER, Role.CURATOR, Role.ADMIN)
SHORT_KEY = 32  # characters of an invitation's hash in a button


def mailbox_of(session: Session) -> str:
    """Return the registered mailbox, "" for none."""
    return next((member.email for member in session.roles if member.email), "")


async def ask_mailbox(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Wait for the person's own mailbox. Raises `Forbidden`, `NoCentreYet`."""
    require_role(session, *STAFF)
    await wait_for(uow, session, FORM, await anchor(uow, session), {"of": OWN}, now)


async def ask_mailbox_of_invited(uow: UnitOfWork, session: Session, key: str, now: datetime) -> None:
    """Wait for the mailbox of the person whose invitation's hash begins so.

    Raises `Forbidden`, `NoCentreYet`; `NotFound` for an invitation that is used or over.
    """
    require_role(session, Role.ADMIN)
    invitation = await _invitation(uow, key, now)
    await wait_for(uow, session, FORM, await anchor(uow, session), {"of": invitation.sha256}, now)


async def take_mailbox(uow: UnitOfWork, session: Session, draft: Draft, text: str, now: datetime) -> tuple[str, bool]:
    """Take the mailbox asked for; return it and whether it is the person's own, not of somebody invited.

    Raises `Forbidden`, `NotAsked`, `NotFound`, `BadAnswer` (those of `free_mailbox`).
    """
    require_role(session, *STAFF)
    asked = draft.answers.get("of")
    if not asked:
        raise NotAsked
    if asked == OWN:
        address = await set_mailbox(uow, session, text, now)
    else:
        require_role(session, Role.ADMIN)
        invitation = await _invitation(uow, str(asked), now)
        address = await free_mailbox(uow, text)
        uow.save_token(replace(invitation, data={**invitation.data, "email": address}))
        uow.audit(f"chat:{who(session)}", "staff.mailbox", invitation.subject, after=address)
    uow.save_draft(replace(draft, state="placed", answers={}, touched_at=now))
    return address, asked == OWN


async def set_mailbox(uow: UnitOfWork, session: Session, text: str, now: datetime) -> str:
    """Stage the person's own mailbox and return it; the same again changes nothing. Raises as `take_mailbox`."""
    require_role(session, *STAFF)
    return await _register(uow, session.roles, text, f"chat:{who(session)}", now)


async def set_mailbox_of(uow: UnitOfWork, session: Session, member_id: str, text: str, now: datetime) -> StaffMember:
    """Stage the mailbox of whoever works here, as an administrator; return the person as they were.

    Raises `Forbidden`, `NotFound`, `BadAnswer` (those of `free_mailbox`).
    """
    member = await find_member(uow, session, member_id)
    await _register(uow, (await uow.session(member.user_id)).roles, text, f"chat:{who(session)}", now)
    return member


async def set_mailbox_by_operator(uow: UnitOfWork, member: StaffMember, text: str, now: datetime) -> str:
    """Stage the mailbox from the command line; return it. Raises `BadAnswer` as `set_mailbox_of`."""
    return await _register(uow, (await uow.session(member.user_id)).roles, text, COMMAND_LINE, now)


async def _register(uow: UnitOfWork, roles: Sequence[StaffMember], text: str, actor: str, now: datetime) -> str:
    user_id, before = roles[0].user_id, next((member.email for member in roles if member.email), "")
    address = await free_mailbox(uow, text, user_id)
    if address == before and all(member.email == before for member in roles):
        return address
    uow.set_mailbox(user_id, address)
    uow.audit(actor, "staff.mailbox", roles[0].id, before, address)
    await end_visits(uow, user_id, now)
    data = {"name": roles[0].name}
    key = f"mailbox:{user_id}:{uuid4().hex}"
    if before and before != address:
        uow.add_notice(Notice(uuid4().hex, "staff_mailbox_changed", "mail", before, data, key))
    await tell_role(uow, Role.ADMIN, "staff_mailbox_changed", data, key)
    return address


async def close_question(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Wait no longer for a mailbox."""
    await end(uow, session, FORM, now)


async def _invitation(uow: UnitOfWork, key: str, now: datetime) -> Token:
    for role in STAFF:
        for token in await uow.living_tokens(INVITATION, role.value, now):
            if token.sha256.startswith(key) and len(key) >= SHORT_KEY and token.used_at is None:
                return token
    raise NotFound
