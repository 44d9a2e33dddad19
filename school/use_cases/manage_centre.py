"""The service centres, run from chat by administrators: added, closed, opened, their mailbox and details (O1, P1).

Every change is in the audit with what was before and after.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from school.centre import Centre, Role
from school.draft import Draft
from school.errors import BadAnswer, NotFound, SchoolError
from school.mailboxes import parse_email
from school.ports import Session, UnitOfWork
from school.seller import SELLER_KEYS, check_setting
from school.seller_dated import settings_on, split_since, with_detail
from school.use_cases.find import holds, require_role, who
from school.use_cases.keep_document import NotAsked, anchor
from school.use_cases.side_form import end, wait_for
from school.use_cases.tell import tell_managers

FORM = "centre"
NEW = "new"
FIELDS = ("name", "email")

Asked = Literal["new", "name", "email"]

_NUMBER = re.compile(r"[0-9]{2,8}")
_NAME_LENGTH = range(2, 101)


class CentreTaken(SchoolError):
    """A centre of this number is there already; `data` tells the number."""

    code = "centre_taken"


@dataclass(frozen=True, slots=True)
class About:
    """A centre and how many managers it has."""

    centre: Centre
    managers: int


def parse_number(text: str) -> str:
    """Return a centre's number: 2 to 8 digits. Problem: centre_number."""
    if not _NUMBER.fullmatch(text):
        raise BadAnswer("centre_number", text)
    return text


def parse_name(text: str) -> str:
    """Return a centre's name in one line. Problem: centre_name."""
    name = " ".join(text.split())
    if len(name) not in _NAME_LENGTH:
        raise BadAnswer("centre_name", text)
    return name


def parse_centre(text: str) -> Centre:
    """Read «0456 СЦ «Пример» centre@example.ru»: the number first, the mailbox last, the name between.

    Problems: centre_form, centre_number, centre_name, and those of `school.mailboxes.parse_email`.
    """
    words = text.replace(",", " ").replace(";", " ").split()
    if len(words) < 3 or "@" not in words[-1]:
        raise BadAnswer("centre_form", text)
    return Centre(parse_number(words[0]), parse_name(" ".join(words[1:-1])), parse_email(words[-1]))


async def centres(uow: UnitOfWork, session: Session, limit: int, offset: int) -> tuple[Sequence[Centre], int]:
    """Return a page of all centres by number, and their count. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    return await uow.centres_page(limit, offset)


async def find_centre(uow: UnitOfWork, session: Session, number: str) -> Centre:
    """Return a centre, a closed one too. Raises `Forbidden`, `NotFound`."""
    require_role(session, Role.ADMIN)
    centre = await uow.centre(number)
    if centre is None:
        raise NotFound
    return centre


async def about(uow: UnitOfWork, session: Session, number: str) -> About:
    """Return a centre and how many managers it has. Raises `Forbidden`, `NotFound`."""
    centre = await find_centre(uow, session, number)
    return About(centre, len(await uow.centre_staff(number)))


async def add(uow: UnitOfWork, session: Session, text: str) -> Centre:
    """Stage a new centre as typed. Raises `Forbidden`, `CentreTaken`, `BadAnswer` of `parse_centre`."""
    require_role(session, Role.ADMIN)
    made = parse_centre(text)
    if await uow.centre(made.number) is not None:
        raise CentreTaken(number=made.number)
    uow.add_centre(made)
    uow.audit(f"chat:{who(session)}", "centre.added", made.number, after=f"{made.name}, {made.email}")
    return made


async def set_closed(uow: UnitOfWork, session: Session, number: str, now: datetime, *, closed: bool) -> Centre:
    """Close a centre, or open it again, and tell its managers: its orders stay. The same again changes nothing.

    Raises as `find_centre`.
    """
    centre = await find_centre(uow, session, number)
    if centre.closed == closed:
        return centre
    changed = replace(centre, closed=closed)
    uow.save_centre(centre, changed)
    states = ("closed", "open") if centre.closed else ("open", "closed")
    action = "centre.closed" if closed else "centre.opened"
    uow.audit(f"chat:{who(session)}", action, number, before=states[0], after=states[1])
    kind = "centre_closed" if closed else "centre_opened"
    await tell_managers(
        uow, number, kind, {"centre": number, "name": centre.name}, f"{kind}:{number}:{now.isoformat()}"
    )
    return changed


async def ask(uow: UnitOfWork, session: Session, what: str, number: str, now: datetime) -> Centre | None:
    """Wait for a new centre (`NEW`), or for another name, mailbox or detail of the seller of one that is there.

    Return the centre, None for a new one. Raises `Forbidden`, `NotFound`, `NoCentreYet`.
    """
    require_role(session, Role.ADMIN)
    if what == NEW:
        await wait_for(uow, session, FORM, await anchor(uow, session), {"what": NEW}, now)
        return None
    centre = await find_centre(uow, session, number)
    if what not in (*FIELDS, *SELLER_KEYS):
        raise NotFound
    await wait_for(uow, session, FORM, number, {"what": what, "number": number}, now)
    return centre


@dataclass(frozen=True, slots=True)
class Changed:
    """A centre as it is now, and what of it was typed: `NEW`, a field or a key of the seller."""

    centre: Centre
    what: str


async def take(uow: UnitOfWork, session: Session, draft: Draft, text: str, now: datetime, today: date) -> Changed:
    """Take what was asked for. Raises `Forbidden`, `NotFound`, `NotAsked`, `CentreTaken`; `BadAnswer` of the check."""
    what, number = str(draft.answers.get("what", "")), str(draft.answers.get("number", ""))
    if what == NEW:
        made = Changed(await add(uow, session, text), NEW)
    elif what in FIELDS:
        made = Changed(await _set_field(uow, session, number, what, text), what)
    elif what in SELLER_KEYS:
        made = Changed(await set_detail(uow, session, number, what, text, today), what)
    else:
        raise NotAsked
    uow.save_draft(replace(draft, state="placed", answers={}, touched_at=now))
    return made


async def _set_field(uow: UnitOfWork, session: Session, number: str, what: str, text: str) -> Centre:
    centre = await find_centre(uow, session, number)
    changed = replace(centre, name=parse_name(text)) if what == "name" else replace(centre, email=parse_email(text))
    if changed != centre:
        uow.save_centre(centre, changed)
        before, after = getattr(centre, what), getattr(changed, what)
        uow.audit(f"chat:{who(session)}", f"centre.{what}", number, before=before, after=after)
    return changed


async def set_detail(uow: UnitOfWork, session: Session, number: str, key: str, text: str, today: date) -> Centre:
    """Set one of the seller's details, or erase it ("" as text); the others stay, though they may not fit it any more.

    It holds from the day that the text names («22 с 01.01.2027»), else from today: papers of earlier days keep theirs.
    Raises `Forbidden`, `NotFound`, `BadAnswer` of `school.seller.check_setting`.
    """
    centre = await find_centre(uow, session, number)
    if key not in SELLER_KEYS:
        raise NotFound
    value, since = split_since(text, today)
    known = settings_on(centre.settings, since)
    if value:
        value = check_setting(key, {**known, key: value})
    changed = replace(centre, settings=with_detail(centre.settings, key, value, since))
    if changed != centre:
        uow.save_centre(centre, changed)
        before, after = known.get(key, ""), f"{value} {since.isoformat()}".strip() if since != today else value
        uow.audit(f"chat:{who(session)}", f"centre.{key}", number, before=before, after=after)
    return changed


async def awaits_first(uow: UnitOfWork, session: Session) -> bool:
    """Tell whether an administrator types the very first centre: there is none yet, and nothing else is asked."""
    if session.centre is not None or session.draft is not None or not holds(session, Role.ADMIN):
        return False
    found, _ = await uow.centres_page(1, 0)
    return not found


async def close_question(uow: UnitOfWork, session: Session, now: datetime) -> None:
    """Wait no longer for what was asked."""
    await end(uow, session, FORM, now)
