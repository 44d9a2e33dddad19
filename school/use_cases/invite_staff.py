"""Invite a member of staff: a one-time link that gives a role to whoever opens it first (DESIGN: security)."""

from datetime import datetime, timedelta

from school import tokens
from school.centre import Role
from school.errors import BadAnswer, SchoolError
from school.mailboxes import parse_email
from school.ports import Session, Token, UnitOfWork
from school.use_cases.find import require_role, who

KIND = "staff"
LIFETIME = timedelta(days=3)
COMMAND_LINE = "command line"


class CentreNeeded(SchoolError):
    """A manager works at one centre: it has to be named, to exist and to be open."""

    code = "centre_needed"


class CentreNotNeeded(SchoolError):
    """A curator and an administrator work for the school, not for a centre."""

    code = "centre_not_needed"


async def invite_staff(
    uow: UnitOfWork, now: datetime, role: Role, centre: str | None, *, actor: str = COMMAND_LINE, email: str = ""
) -> str:
    """Stage an invitation that lives for `LIFETIME` and return its secret, which is kept nowhere.

    `actor` is who invites, for the audit; `email` the mailbox that will sign the person in on the page. Raises
    `CentreNeeded` for a manager without an open centre, `CentreNotNeeded` for others with one, `BadAnswer` for a bad
    mailbox, a centre's (mailbox_of_centre) or one of another account (mailbox_taken).
    """
    if role is not Role.MANAGER and centre is not None:
        raise CentreNotNeeded
    if role is Role.MANAGER:
        place = await uow.centre(centre) if centre else None
        if place is None or place.closed:
            raise CentreNeeded(centre=centre)
    secret = tokens.new_secret()
    data = {"centre": centre} if centre else {}
    if email:
        data["email"] = await free_mailbox(uow, email)
    uow.save_token(Token(tokens.digest(secret), KIND, role.value, now + LIFETIME, data))
    uow.audit(actor, "staff.invited", role.value, after=centre or "")
    return secret


async def free_mailbox(uow: UnitOfWork, text: str, user_id: int = 0) -> str:
    """Return the address in small letters, one that no other account has and no centre shares.

    Problems: of `parse_email`, mailbox_of_centre, mailbox_taken.
    """
    address = parse_email(text).lower()
    if await uow.centre_by_email(address):
        raise BadAnswer("mailbox_of_centre", address)
    if any(member.user_id != user_id for member in await uow.staff_of_mailbox(address)):
        raise BadAnswer("mailbox_taken", address)
    return address


async def invite_from_chat(uow: UnitOfWork, session: Session, now: datetime, role: Role, centre: str | None) -> str:
    """Invite as an administrator in chat. Raises `Forbidden`, and as `invite_staff`."""
    require_role(session, Role.ADMIN)
    return await invite_staff(uow, now, role, centre, actor=f"chat:{who(session)}")
