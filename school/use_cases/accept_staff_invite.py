"""Accept an invitation: the first to open the link gets the role, once."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from school import tokens
from school.centre import Role, StaffMember
from school.errors import SchoolError
from school.ports import Token, UnitOfWork
from school.use_cases.invite_staff import KIND
from school.use_cases.sign_in import end_visits


class InviteDead(SchoolError):
    """The invitation is unknown, expired, used, or its centre is closed: all look the same."""

    code = "invite_dead"


async def accept_staff_invite(
    uow: UnitOfWork, now: datetime, secret: str, user_id: int, chat_id: int, name: str
) -> StaffMember:
    """Stage the role and spend the link; two people at once end in a `Conflict` for the second.

    A person who holds this very role already keeps it as it is. Raises `InviteDead`.
    """
    token = await uow.token(tokens.digest(secret))
    if token is None or not _alive(token, now):
        raise InviteDead
    role, centre = Role(token.subject), token.data.get("centre")
    if centre is not None:
        place = await uow.centre(centre)
        if place is None or place.closed:
            raise InviteDead
    uow.save_token(replace(token, used_by=user_id, used_at=now))
    for held in await uow.staff_of_role(role):
        if held.user_id == user_id and held.centre == centre:
            return held
    email = await _mailbox(uow, token, user_id)
    member = StaffMember(uuid4().hex, user_id, chat_id, role, centre, name, now, email=email)
    uow.add_staff(member)
    # Who has signed in by a shared mailbox of a centre must not see there what the new role opens.
    await end_visits(uow, user_id, now)
    uow.audit(f"chat:{user_id}", "staff.joined", member.id, after=f"{role.value} {centre or ''}".strip())
    return member


async def _mailbox(uow: UnitOfWork, token: Token, user_id: int) -> str:
    """Return the account's mailbox, else the invited one where nobody else has taken it meanwhile."""
    held = next((member.email for member in (await uow.session(user_id)).roles if member.email), "")
    invited = token.data.get("email", "")
    if held or not invited:
        return held
    return "" if any(other.user_id != user_id for other in await uow.staff_of_mailbox(invited)) else invited


def _alive(token: Token, now: datetime) -> bool:
    return token.kind == KIND and token.used_at is None and token.revoked_at is None and now < token.expires_at
