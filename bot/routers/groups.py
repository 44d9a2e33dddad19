"""Group chats: who brought the bot, commands typed there, and the buttons about them in private.

What happens in a group never reaches the other routers: they speak of orders and people.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from aiogram import Router
from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Update

from bot import texts
from bot.callbacks import GroupButton
from bot.context import Settings, Talk
from bot.replies import Screen, message_params
from bot.views import groups as view
from school.centre import Role
from school.errors import NotFound
from school.notices import Notice
from school.ports import Session, UnitOfWork
from school.typed import MESSAGE
from school.use_cases import bind_group
from school.use_cases.find import holds

router = Router(name="groups")

OUTSIDE = ("left", "kicked")
MAX_TITLE = 255  # characters, as Telegram has it
_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heard:
    """What happened in a group: by whom (an account), and the text or the new chat's id."""

    what: Literal["brought", "removed", "moved", "said"]
    chat_id: int
    title: str
    user_id: int
    text: str = ""
    moved_to: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when something was heard; `key` is unique to the update."""

    uow: UnitOfWork
    session: Session
    now: datetime
    settings: Settings
    key: str

    def say(self, chat_id: int, screen: Screen, dedupe: str = "") -> None:
        """Stage a message to the group or to a person; one of the same `dedupe` is sent once and for all."""
        params = message_params(screen, chat_id)
        data = {"method": "sendMessage", "params": params, "edit_of": None}
        key = dedupe or f"{self.key}:say:{chat_id}"
        self.uow.add_notice(Notice(uuid4().hex, "reply", "chat", str(chat_id), data, key))

    def leave(self, chat_id: int) -> None:
        """Stage leaving the group, after whatever was said there."""
        leave(self.uow, chat_id, self.key)


def leave(uow: UnitOfWork, chat_id: int, key: str) -> None:
    """Stage leaving a group."""
    data: dict[str, Any] = {"method": "leaveChat", "params": {}, "edit_of": None}
    uow.add_notice(Notice(uuid4().hex, "reply", "chat", str(chat_id), data, f"{key}:leave"))


def heard(update: Update) -> Heard | None:
    """Return what happened in a group or a channel, None for anything else and for what is nobody's business."""
    member, message = update.my_chat_member, update.message
    if member is not None and member.chat.type != "private":
        return _membership(member)
    if message is None or message.chat.type == "private":
        return None
    chat, user = message.chat, message.from_user.id if message.from_user else 0
    if message.migrate_to_chat_id:
        return Heard("moved", chat.id, _title(chat), user, moved_to=message.migrate_to_chat_id)
    if message.migrate_from_chat_id:
        return Heard("moved", message.migrate_from_chat_id, _title(chat), user, moved_to=chat.id)
    # An unnamed administrator of the group is nobody: they have to write in their own name.
    sender = 0 if message.sender_chat else user
    return Heard("said", chat.id, _title(chat), sender, message.text[:MESSAGE]) if message.text else None


def _membership(member: ChatMemberUpdated) -> Heard | None:
    was, now = member.old_chat_member.status, member.new_chat_member.status
    if now in OUTSIDE:
        return Heard("removed", member.chat.id, _title(member.chat), member.from_user.id)
    if was in OUTSIDE:
        return Heard("brought", member.chat.id, _title(member.chat), member.from_user.id)
    return None


def _title(chat: Chat) -> str:
    return (chat.title or "без названия")[:MAX_TITLE]


async def take(found: Heard, place: Place) -> None:
    """Stage what follows from something heard in a group. Raises `Conflict` only."""
    if found.what == "moved":
        await bind_group.moved(place.uow, found.chat_id, found.moved_to, place.now)
    elif found.what == "removed":
        group = await bind_group.removed(place.uow, place.session, found.chat_id, place.now)
        if group is not None:
            place.say(group.bound_by, view.removed(group))
    elif found.what == "brought":
        await _brought(found, place)
    else:
        await _said(found, place)


async def _brought(found: Heard, place: Place) -> None:
    stays = await bind_group.brought(place.uow, place.session, found.chat_id, found.title, place.now)
    if not stays:
        _farewell(found, place)
        return
    if bind_group.works_for_centre(place.session):
        place.say(found.user_id, view.brought(found.chat_id, found.title, _own_centres(place.session)))


def _farewell(found: Heard, place: Place) -> None:
    place.say(found.chat_id, Screen(view.FAREWELL))
    place.leave(found.chat_id)


async def _said(found: Heard, place: Place) -> None:
    command = _COMMAND.fullmatch(found.text.strip())
    if command is not None and (command[2] or "").lower() not in ("", place.settings.bot_username.lower()):
        return
    if command is not None and command[1] == "bind" and bind_group.works_for_centre(place.session):
        await _bind(found, place, (command[3] or "").strip())
        return
    group = await place.uow.group(found.chat_id)
    if group is None:
        await bind_group.brought(place.uow, place.session, found.chat_id, found.title, place.now)
        if not bind_group.works_for_centre(place.session):
            _farewell(found, place)
    elif command is not None and group.left_at is None:
        words = Screen(view.ONLY_STAFF) if command[1] == "bind" else view.in_private(place.settings.bot_username)
        place.say(found.chat_id, words, f"group:{found.chat_id}:hint:{command[1] == 'bind'}")


async def _bind(found: Heard, place: Place, number: str) -> None:
    own = _own_centres(place.session)
    if not number and (len(own) != 1 or holds(place.session, Role.ADMIN)):
        place.say(found.chat_id, Screen(view.WHICH_CENTRE))
        return
    try:
        done = await bind_group.bind(
            place.uow, place.session, found.chat_id, number or own[0], place.now, title=found.title
        )
    except NotFound:
        place.say(found.chat_id, Screen(view.NO_CENTRE))
    except bind_group.GroupTaken:
        place.say(found.chat_id, Screen(view.TAKEN))
    else:
        place.say(found.chat_id, view.welcome(done))


def _own_centres(session: Session) -> list[str]:
    return list(dict.fromkeys(m.centre for m in session.roles if m.role is Role.MANAGER and m.centre))


@router.callback_query(GroupButton.filter())
async def pressed(_: CallbackQuery, callback_data: GroupButton, talk: Talk) -> None:
    """Bind the group that the person brought the bot into, or leave it."""
    chat = callback_data.chat
    if callback_data.act == "bind":
        done = await bind_group.bind(talk.uow, talk.session, chat, callback_data.centre, talk.now)
        _put(talk, view.bound(done))
        params = message_params(view.welcome(done), chat)
        data = {"method": "sendMessage", "params": params, "edit_of": None}
        key = f"update:{talk.replies.update_key}:group"
        talk.uow.add_notice(Notice(uuid4().hex, "reply", "chat", str(chat), data, key))
    elif callback_data.act == "leave":
        group = await bind_group.unbind(talk.uow, talk.session, chat, talk.now)
        _put(talk, view.left(group))
        leave(talk.uow, chat, f"update:{talk.replies.update_key}")
    else:
        talk.replies.toast = texts.STALE


def _put(talk: Talk, screen: Screen) -> None:
    if talk.message_id is not None:
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)
