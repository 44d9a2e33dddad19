"""The methods about the bot, its commands, chats, files and pressed buttons."""

import re
import time
from typing import Any

from sandbox.entities import units
from sandbox.methods_params import Params
from sandbox.state import CHAT_NOT_FOUND, QUERY_LIFE, World
from sandbox.updates import ApiError, Json

FILE_LIMIT = 20 * 1024 * 1024
TOAST_LIMIT = 200
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
_COMMAND = re.compile(r"[a-z0-9_]{1,32}\Z")
_MEDIA = ("photo", "video", "voice", "document", "video_note")
_ACTIONS = {"typing", "choose_sticker", "find_location", "record_video", "record_voice", "record_video_note"} | {
    f"upload_{kind}" for kind in _MEDIA
}


def get_me(world: World, _: Params) -> Json:
    """Tell who the bot is."""
    rights = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business")
    return {**world.bot, **dict.fromkeys(rights, False), "can_join_groups": True, "has_main_web_app": False}


def get_chat(world: World, p: Params) -> Json:
    """Tell about a chat of the bot."""
    chat = world.find(p.text("chat_id"))
    if chat.person and not chat.person.started:
        raise ApiError(400, CHAT_NOT_FOUND)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return {
        **chat.facts,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def leave_chat(world: World, p: Params) -> bool:
    """Leave a group."""
    chat = world.reach(p.text("chat_id"))
    if chat.person:
        raise ApiError(400, "Bad Request: chat member status can't be changed in private chats")
    chat.left = True
    return True


def send_chat_action(world: World, p: Params) -> bool:
    """Show that the bot is typing or uploading."""
    if p.text("action") not in _ACTIONS:
        raise ApiError(400, "Bad Request: wrong parameter action in request")
    world.reach(p.text("chat_id"))
    return True


def get_file(world: World, p: Params) -> Json:
    """Tell where a file can be downloaded."""
    file = world.files.get(p.text("file_id"))
    if file is None:
        raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(file.content) > FILE_LIMIT:
        raise ApiError(400, "Bad Request: file is too big")
    return {**file.facts(), "file_path": file.path}


def answer_callback_query(world: World, p: Params) -> bool:
    """Answer a pressed button, with a toast or an alert if there is a text."""
    text = p.text("text")
    if units(text) > TOAST_LIMIT:
        raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG")
    number = p.text("callback_query_id")
    query = world.queries.get(number)
    if query is None or time.monotonic() - query.born > QUERY_LIFE:
        raise ApiError(400, TOO_OLD)
    if text:
        query.chat.toasts.append({"callback_query_id": number, "text": text, "alert": p.flag("show_alert")})
        query.chat.bump()
    return True


def set_my_commands(world: World, p: Params) -> bool:
    """Set the commands of a scope."""
    told = p.json("commands")
    if not isinstance(told, list):
        raise ApiError(400, "Bad Request: can't parse commands: expected an Array of BotCommand")
    commands: list[Json] = []
    for item in told:
        command, words = str(item.get("command", "")).removeprefix("/"), str(item.get("description", "")).strip()
        if not _COMMAND.match(command):
            raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= units(words) <= 256:
            raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        commands.append({"command": command, "description": words})
    if len(commands) > 100:
        raise ApiError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    scope = _scope(world, p)
    world.commands[scope] = commands
    _changed(world, scope[1])
    return True


def get_my_commands(world: World, p: Params) -> list[Json]:
    """Return the commands of exactly one scope."""
    return world.commands.get(_scope(world, p), [])


def delete_my_commands(world: World, p: Params) -> bool:
    """Forget the commands of a scope."""
    scope = _scope(world, p)
    world.commands.pop(scope, None)
    _changed(world, scope[1])
    return True


def _scope(world: World, p: Params) -> tuple[str, int, str]:
    scope: Any = p.json("scope") or {"type": "default"}
    kind = str(scope.get("type"))
    if kind not in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat"):
        raise ApiError(400, "Bad Request: can't parse BotCommandScope: wrong type of the scope")
    chat = world.find(scope.get("chat_id")).id if kind == "chat" else 0
    return kind, chat, p.text("language_code")


def _changed(world: World, chat_id: int) -> None:
    for chat in [world.chats[chat_id]] if chat_id else world.chats.values():
        chat.bump()
