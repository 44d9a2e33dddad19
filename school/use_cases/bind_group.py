"""Bind a group chat to a centre, so that its notices go there, without any personal data.

Only who works for the centre may bind; a group that nobody of a centre brought the bot into is left. In a group there
are numbers of orders and counts, never a name, an initial or a state of a person.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from school.centre import Centre, Role
from school.errors import NotFound, SchoolError
from school.notices import Notice
from school.ports import Session, UnitOfWork
from school.ports_audit import Group
from school.use_cases.find import holds, manages, who
from school.use_cases.whats_waiting import of_centres


class GroupTaken(SchoolError):
    """The group is bound to another centre."""

    code = "group_taken"


@dataclass(frozen=True, slots=True)
class Bound:
    """A group that is bound now, and to which centre."""

    group: Group
    centre: Centre


def works_for_centre(session: Session) -> bool:
    """Tell whether the person may bring the bot into a group at all."""
    return holds(session, Role.MANAGER, Role.ADMIN)


async def brought(uow: UnitOfWork, session: Session, chat_id: int, title: str, now: datetime) -> bool:
    """Stage that the person brought the bot into a group; tell whether it may stay, waiting to be bound."""
    known = await uow.group(chat_id)
    if known is not None and known.bound:
        return True
    stays = works_for_centre(session)
    uow.save_group(Group(chat_id, title, None, who(session), now, None if stays else now))
    return stays


async def bind(
    uow: UnitOfWork, session: Session, chat_id: int, number: str, now: datetime, title: str | None = None
) -> Bound:
    """Stage that the centre's notices go to the group. `title` where the person wrote in the group itself.

    From outside the group only who brought the bot, or who works for the centre it is bound to, may bind it. Raises
    `NotFound` for a foreign, absent or closed centre and for an unknown group, `GroupTaken` for another centre's.
    """
    group = await uow.group(chat_id)
    centre = await uow.centre(number) if _may(session, number) else None
    if centre is None or centre.closed:
        raise NotFound
    if title is not None:
        known = group is not None and group.bound
        group = replace(group, title=title) if known and group else Group(chat_id, title, None, who(session), now)
    if group is None or group.left_at is not None:
        raise NotFound
    if group.centre is None and title is None and group.bound_by != who(session):
        raise NotFound
    if group.centre is not None and not _may(session, group.centre):
        raise GroupTaken
    after = replace(group, centre=number, bound_by=who(session), bound_at=now)
    uow.save_group(after)
    uow.audit(f"chat:{who(session)}", "group.bound", str(chat_id), before=group.centre or "", after=number)
    return Bound(after, centre)


async def unbind(uow: UnitOfWork, session: Session, chat_id: int, now: datetime) -> Group:
    """Stage that the group gets nothing any more and the bot leaves it; for the centre, or for who brought the bot.

    Raises `NotFound`.
    """
    group = await uow.group(chat_id)
    if group is None or group.left_at is not None:
        raise NotFound
    own = group.bound_by == who(session) and works_for_centre(session)
    if not (own if group.centre is None else _may(session, group.centre)):
        raise NotFound
    uow.save_group(replace(group, left_at=now))
    uow.audit(f"chat:{who(session)}", "group.unbound", str(chat_id), before=group.centre or "")
    return group


async def removed(uow: UnitOfWork, session: Session, chat_id: int, now: datetime) -> Group | None:
    """Stage that the bot was taken out of the group; return it where it was bound."""
    group = await uow.group(chat_id)
    if group is None or group.left_at is not None:
        return None
    uow.save_group(replace(group, left_at=now))
    if group.centre is None:
        return None
    uow.audit(f"chat:{who(session)}", "group.unbound", str(chat_id), before=group.centre)
    return group


async def moved(uow: UnitOfWork, chat_id: int, new_id: int, now: datetime) -> None:
    """Stage that the group has become a supergroup of another id; a repeat changes nothing."""
    group = await uow.group(chat_id)
    if group is None or group.left_at is not None:
        return
    uow.save_group(replace(group, chat_id=new_id))
    uow.save_group(replace(group, left_at=now))
    uow.audit("telegram", "group.moved", str(new_id), before=str(chat_id), after=str(new_id))


async def tell_groups(uow: UnitOfWork, centre: str, kind: str, data: dict[str, Any], dedupe: str) -> int:
    """Stage a notice to every group of the centre; return how many there are. `data` must hold nothing personal."""
    found = await uow.groups_of_centre(centre)
    for group in found:
        key = f"{dedupe}:group:{group.chat_id}"
        uow.add_notice(Notice(uuid4().hex, kind, "chat", str(group.chat_id), data, key, bulk=True))
    return len(found)


async def tell_new_order(uow: UnitOfWork, centre: str, number: str, students: int, dedupe: str) -> None:
    """Stage the notice of a new order to the centre's groups: its number and how many students."""
    await tell_groups(uow, centre, "order_to_group", {"number": number, "students": students}, dedupe)


async def tell_daily(uow: UnitOfWork, centre: Centre, since: datetime, today: date) -> None:
    """Stage the day's counts to the centre's groups; a day on which nothing waits and nothing came says nothing."""
    if not await uow.groups_of_centre(centre.number):
        return
    new = await uow.orders_placed_since(centre.number, since, 1000)
    waiting = await of_centres(uow, (centre.number,), today)
    if not new and not waiting.unpaid and not waiting.acts:
        return
    until = waiting.act_due.isoformat() if waiting.act_due else None
    data = {"orders": len(new), "unpaid": waiting.unpaid, "acts": waiting.acts, "until": until}
    await tell_groups(uow, centre.number, "group_daily", data, f"group_daily:{centre.number}:{today.isoformat()}")


def _may(session: Session, centre: str) -> bool:
    return manages(session, centre) or holds(session, Role.ADMIN)
