"""Staff sign in on the page: a link by mail to the registered mailbox, then a short session (DESIGN: security).

The link signs in once, and only when its button is pressed: mail scanners open links. The session ends by itself; the
roles are read anew at every request. Whoever asks for a link learns nothing of who works here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from school import tokens
from school.centre import StaffMember
from school.errors import SchoolError
from school.mailboxes import parse_email
from school.notices import Notice
from school.ports import Session, Token, UnitOfWork

SIGN_IN, VISIT = "sign_in", "staff_visit"
LINK_LASTS = timedelta(minutes=15)
VISIT_LASTS = timedelta(hours=2)
MOST_VISITS = 20
MOST_LETTERS, LETTERS_DAY = 20, timedelta(days=1)  # sign-in letters in a day that nobody has used


class SignInDead(SchoolError):
    """The link is unknown, over, used, or nobody's any more: all look the same."""

    code = "sign_in_dead"


@dataclass(frozen=True, slots=True)
class StaffVisit:
    """One browser where a member of staff is signed in: its token, and what the account may do at this moment."""

    token: Token
    session: Session

    @property
    def user_id(self) -> int:
        """The account."""
        return int(self.token.subject)

    @property
    def name(self) -> str:
        """The person's name as the list of staff has it."""
        return self.session.roles[0].name


async def ask_sign_in(uow: UnitOfWork, typed: str, door: str, now: datetime, to: str = "") -> None:
    """Stage the letter with the link where the mailbox signs somebody in; else nothing, and in silence.

    A mailbox gets `MOST_LETTERS` in a day; those that signed somebody in are not counted, so that whoever asks for a
    stranger shuts out nobody who uses the links. `door` is the address that the secret completes, `to` the path to go
    on to. Problems: those of `parse_email`.
    """
    address = parse_email(typed).lower()
    member = await account_of_mailbox(uow, address)
    # Asked for a stranger's mailbox too: how long the answer takes must not tell who works here.
    subject = "" if member is None else str(member.user_id)
    lately = await uow.living_tokens(SIGN_IN, subject, now - LETTERS_DAY + LINK_LASTS)
    if sum(token.used_at is None for token in lately) >= MOST_LETTERS:
        member = None
    secret = tokens.new_secret()
    expires = now + LINK_LASTS
    data = {"email": address, "to": to}
    if member is None:
        # A dead link is written all the same.
        uow.save_token(Token(tokens.digest(secret), SIGN_IN, "", expires, {"to": to}, revoked_at=now))
        return
    uow.save_token(Token(tokens.digest(secret), SIGN_IN, str(member.user_id), expires, data))
    data = {"name": member.name, "link": f"{door}{secret}", "expires_at": expires.isoformat()}
    key = f"sign_in:{tokens.digest(secret)}"
    uow.add_notice(Notice(uuid4().hex, "staff_sign_in", "mail", address, data, key))


async def account_of_mailbox(uow: UnitOfWork, address: str) -> StaffMember | None:
    """Return the member whom this mailbox signs in, by one of their roles.

    It is their own; a centre's signs its only manager in where they have none of their own: with two managers nobody
    could tell who acts. Whoever is more than a manager there needs a mailbox of their own: a centre's is read by many.
    """
    own = await uow.staff_of_mailbox(address)
    if own:
        return own[0] if len({member.user_id for member in own}) == 1 else None
    centres = [centre.number for centre in await uow.centre_by_email(address) if not centre.closed]
    found = [member for number in centres for member in await uow.centre_staff(number)]
    if len({member.user_id for member in found}) != 1:
        return None
    roles = (await uow.session(found[0].user_id)).roles
    return found[0] if all(role.centre in centres and not role.email for role in roles) else None


async def sign_in(
    uow: UnitOfWork, secret: str, visit_secret: str, browser: str, now: datetime
) -> tuple[StaffVisit, str]:
    """Spend the link and stage the session under `visit_secret`; `browser` is shown in the list of sessions.

    Return the visit and the path to go on to.

    The mailbox has to sign in the very account still. Raises `SignInDead`; `Conflict` at the commit where two at once.
    """
    token = await uow.token(tokens.digest(secret))
    if token is None or not _living(token, SIGN_IN, now):
        raise SignInDead
    member = await account_of_mailbox(uow, token.data["email"])
    if member is None or str(member.user_id) != token.subject:
        raise SignInDead
    uow.save_token(replace(token, used_by=member.user_id, used_at=now))
    data = {"since": now.isoformat(), "browser": browser[:60]}
    made = Token(tokens.digest(visit_secret), VISIT, token.subject, now + VISIT_LASTS, data)
    uow.save_token(made)
    uow.audit(f"page:{member.user_id}", "staff.signed_in", member.id)
    return StaffVisit(made, await uow.session(member.user_id)), token.data.get("to", "")


async def find_staff_visit(uow: UnitOfWork, secret: str, now: datetime) -> StaffVisit | None:
    """Return whose browser it is, with the roles of this moment; None for a session that is over or without roles."""
    token = await uow.token(tokens.digest(secret)) if secret else None
    if token is None or not _living(token, VISIT, now):
        return None
    session = await uow.session(int(token.subject))
    return StaffVisit(token, session) if session.roles else None


async def visits_of(uow: UnitOfWork, user_id: int, now: datetime) -> Sequence[Token]:
    """Return the account's sessions that go on, the newest first."""
    found = await uow.living_tokens(VISIT, str(user_id), now)
    return sorted(found, key=lambda token: token.data["since"], reverse=True)[:MOST_VISITS]


async def sign_out(uow: UnitOfWork, visit: StaffVisit, now: datetime) -> None:
    """Stage the end of this session."""
    uow.save_token(replace(visit.token, revoked_at=now))
    uow.audit(f"page:{visit.user_id}", "staff.signed_out", visit.session.roles[0].id)


async def end_visits(uow: UnitOfWork, user_id: int, now: datetime) -> int:
    """Stage the end of all the account's sessions and links not used yet; return how many sessions there were."""
    visits = await uow.living_tokens(VISIT, str(user_id), now)
    for token in (*visits, *await uow.living_tokens(SIGN_IN, str(user_id), now)):
        uow.save_token(replace(token, revoked_at=now))
    return len(visits)


async def end_own_visits(uow: UnitOfWork, visit: StaffVisit, now: datetime) -> None:
    """Stage the end of every session of the person («Завершить все»)."""
    count = await end_visits(uow, visit.user_id, now)
    uow.audit(f"page:{visit.user_id}", "staff.signed_out", visit.session.roles[0].id, after=str(count))


def _living(token: Token, kind: str, now: datetime) -> bool:
    return token.kind == kind and token.used_at is None and token.revoked_at is None and now < token.expires_at
