"""The administrator about staff: `/staff`, invitations, and roles withdrawn at once."""

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import StaffButton
from bot.context import Talk
from bot.replies import Screen
from bot.views import staff as view
from school.centre import Role
from school.numbers import whole
from school.use_cases.invite_staff import invite_from_chat
from school.use_cases.withdraw_staff import centres_of_managers, find_member, list_staff, withdraw_staff

router = Router(name="staff")


@router.message(Command("staff"))
async def staff(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show who works here; with a centre's number, invite its manager."""
    number = (command.args or "").strip()
    if number:
        await _invite(talk, Role.MANAGER, number)
        return
    talk.replies.say(view.listed(await list_staff(talk.uow, talk.session), 0, talk.settings))


@router.callback_query(StaffButton.filter())
async def pressed(_: CallbackQuery, callback_data: StaffButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    act, value = callback_data.act, callback_data.value
    if act == "page":
        found = await list_staff(talk.uow, talk.session)
        _show(talk, view.listed(found, whole(value, 0), talk.settings))
    elif act == "one":
        _show(talk, view.one(await find_member(talk.uow, talk.session, value), talk.settings))
    elif act == "withdraw":
        done = await withdraw_staff(talk.uow, talk.session, value, talk.now)
        talk.menu_changes.append(done.member.chat_id)
        _show(talk, view.withdrawn(done))
    elif act == "manager":
        _show(talk, view.ask_centre(await centres_of_managers(talk.uow, talk.session)))
    elif act == "centre":
        await _invite(talk, Role.MANAGER, value)
    elif act in (Role.CURATOR, Role.ADMIN):
        await _invite(talk, Role(act), None)
    else:
        talk.replies.toast = texts.STALE


async def _invite(talk: Talk, role: Role, number: str | None) -> None:
    secret = await invite_from_chat(talk.uow, talk.session, talk.now, role, number)
    centre = await talk.uow.centre(number) if number else None
    talk.replies.say(view.invitation(role, centre, secret, talk.settings))


def _show(talk: Talk, screen: Screen) -> None:
    if talk.message_id is not None:
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)
