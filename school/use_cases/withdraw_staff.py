"""See who works here, and end a role at once (DESIGN: security). Administrators only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from school.centre import Centre, Role, StaffMember
from school.draft import SIDE_FORMS
from school.errors import NotFound, SchoolError
from school.notices import Notice
from school.ports import Session, UnitOfWork
from school.use_cases.find import require_role, who
from school.use_cases.own_order import Owner, moved, owner_of
from school.use_cases.sign_in import end_visits

OWN = frozenset({"proof", "to_curator"})


class LastAdmin(SchoolError):
    """Without an administrator nobody could invite the next one from chat."""

    code = "last_admin"


async def list_staff(uow: UnitOfWork, session: Session) -> Sequence[StaffMember]:
    """Return every role held now: administrators, curators, then managers by centre. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    found: list[StaffMember] = []
    for role in (Role.ADMIN, Role.CURATOR, Role.MANAGER):
        held = await uow.staff_of_role(role)
        found += sorted(held, key=lambda member: (member.centre or "", member.name, member.since))
    return found


async def centres_of_managers(uow: UnitOfWork, session: Session) -> Sequence[Centre]:
    """Return the open centres that have managers, by number. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    numbers = {member.centre for member in await uow.staff_of_role(Role.MANAGER) if member.centre}
    found = [await uow.centre(number) for number in sorted(numbers)]
    return [centre for centre in found if centre is not None and not centre.closed]


async def find_member(uow: UnitOfWork, session: Session, member_id: str) -> StaffMember:
    """Return a role that is held now. Raises `Forbidden`, `NotFound`."""
    require_role(session, Role.ADMIN)
    member = await uow.staff_member(member_id)
    if member is None or member.withdrawn_at is not None:
        raise NotFound
    return member


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The role as it was, and how many orders its holder led: `passed` to the substitute, `freed` for anybody."""

    member: StaffMember
    passed: int = 0
    freed: int = 0


async def withdraw_staff(uow: UnitOfWork, session: Session, member_id: str, now: datetime) -> Withdrawn:
    """Stage the end of a role: its holder loses what they look at and were asked, and is told.

    The orders they led go to the substitutes, or become free. Raises `Forbidden`, `NotFound`, `LastAdmin`.
    """
    member = await find_member(uow, session, member_id)
    if member.role is Role.ADMIN:
        admins = {other.user_id for other in await uow.staff_of_role(Role.ADMIN)}
        if admins <= {member.user_id}:
            raise LastAdmin
    uow.withdraw_staff(member.id, now)
    if member.role is Role.CURATOR:
        uow.drop_leases_of(member.user_id)
    await _end_questions(uow, member.user_id, now)
    await end_visits(uow, member.user_id, now)
    data = {"role": member.role.value, "centre": member.centre or ""}
    uow.add_notice(Notice(uuid4().hex, "role_withdrawn", "chat", str(member.chat_id), data, f"withdrawn:{member.id}"))
    before = f"{member.role.value} {member.centre or ''}".strip()
    uow.audit(f"chat:{who(session)}", "staff.withdrawn", member.id, before=before)
    return await _pass_orders(uow, session, member)


async def _pass_orders(uow: UnitOfWork, session: Session, member: StaffMember) -> Withdrawn:
    """Stage that nobody without a role stands at an order as who leads it or stands in."""
    passed = freed = 0
    led = await uow.orders_led_by(member.centre, member.user_id) if member.centre else ()
    for order in led:
        after = moved(order, Owner(member.user_id, member.name), "leave")
        if after.extra == order.extra:
            continue
        uow.save_order_extra(after)
        was, now_leads = owner_of(order), owner_of(after)
        if was is not None and was.user_id == member.user_id:
            passed, freed = (passed + 1, freed) if now_leads else (passed, freed + 1)
        before, then = (str(one.user_id) if one else "" for one in (was, now_leads))
        uow.audit(f"chat:{who(session)}", "order.leave", order.id, before, then)
    return Withdrawn(member, passed, freed)


async def _end_questions(uow: UnitOfWork, user_id: int, now: datetime) -> None:
    """Stage the end of what was asked of the person at work; a student's own questions stay."""
    for form in sorted(SIDE_FORMS - OWN):
        asked = await uow.active_draft(user_id, form)
        if asked is not None:
            uow.save_draft(replace(asked, state="cancelled", answers={}, touched_at=now))
