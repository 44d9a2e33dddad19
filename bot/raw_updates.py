"""Raw updates: which chat one belongs to, and reading it though a part of it is none that the models know."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from aiogram import Bot
from aiogram.types import Update
from pydantic import ValidationError

from school.typed import MESSAGE, readable, typed

LARGEST_NUMBER = 2**63 - 1  # what a column holds
MOST_ROUNDS = 8
# What a chat and a person are told by; the rest of them is of no use here.
_ESSENCE = frozenset({"id", "type", "is_bot", "first_name"})


@dataclass(frozen=True, slots=True)
class Read:
    """An update without what could not be read: `odd` names those fields; `update` is None where too little is left."""

    update: Update | None
    odd: tuple[str, ...] = ()


Kind = Literal["command", "text", "file", "button", "edited", "member", "other"]
_FILES = frozenset({"document", "photo", "video", "audio", "voice", "animation", "video_note", "sticker"})


@dataclass(frozen=True, slots=True)
class Gist:
    """What a person has to know of an update: its kind, the writer's first name, what was said; "" where unknown.

    Of a command its word alone is said: a link's secret comes behind «/start».
    """

    kind: Kind
    name: str = ""
    said: str = ""


def read(payload: str, bot: Bot) -> Read:
    """Read a stored update; a field that the models refuse is left out, and the rest is read."""
    raw = _clean(json.loads(payload))
    odd: list[str] = []
    for _ in range(MOST_ROUNDS):
        try:
            return Read(Update.model_validate(raw, context={"bot": bot}), tuple(odd))
        except ValidationError as error:
            left_out = {name for one in error.errors() if (name := _leave_out(raw, one["loc"]))}
        if not left_out:
            break
        odd += sorted(left_out)
    return Read(None, tuple(odd) or ("update",))


def check_length(update: Update) -> None:
    """Refuse words longer than a chat's clients send, before anything looks at them. Problem: typed_long."""
    message = update.message
    for words in (message.text, message.caption) if message is not None else ():
        typed(words or "", MESSAGE)


def writer(payload: str) -> tuple[int, str] | None:
    """Return the id and the first name of the human who wrote in a private chat, as far as an unread update says so."""
    raw = _clean(json.loads(payload))
    for event in raw.values() if isinstance(raw, dict) else ():
        message = event.get("message", event) if isinstance(event, dict) else {}
        chat = message.get("chat") if isinstance(message, dict) else None
        if not isinstance(chat, dict) or chat.get("type") != "private" or chat_key(raw) <= 0:
            continue
        sender = event.get("from")
        if isinstance(sender, dict) and sender.get("is_bot") is True:
            return None
        name = chat.get("first_name")
        return chat_key(raw), name if isinstance(name, str) else ""
    return None


def gist(payload: str) -> Gist:
    """Return what can be told of a stored update, one that was cut or is none at all too."""
    try:
        raw = _clean(json.loads(payload))
    except ValueError:
        return Gist("other")
    events = [(what, one) for what, one in raw.items() if isinstance(one, dict)] if isinstance(raw, dict) else []
    if not events:
        return Gist("other")
    what, event = events[0]
    sender = event.get("from")
    name = _text(sender.get("first_name")) if isinstance(sender, dict) else ""
    if what != "message":
        kinds: dict[str, Kind] = {"callback_query": "button", "edited_message": "edited", "my_chat_member": "member"}
        return Gist(kinds.get(what, "other"), name)
    said = _text(event.get("text")) or _text(event.get("caption"))
    if said.startswith("/"):
        return Gist("command", name, said.split()[0])
    return Gist("file" if _FILES & event.keys() else "text" if said else "other", name, said)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def chat_key(update: dict[str, Any]) -> int:
    """Return the chat of a raw update: updates of one chat are handled in their order; 0 where none is told."""
    for value in update.values():
        if isinstance(value, dict):
            holder = value.get("message", value) if "data" in value else value
            for place in (holder.get("chat") if isinstance(holder, dict) else None, value.get("from")):
                number = place.get("id") if isinstance(place, dict) else None
                if isinstance(number, int) and abs(number) <= LARGEST_NUMBER:
                    return int(number)
    return 0


def _leave_out(raw: dict[str, Any], loc: tuple[int | str, ...]) -> str:
    """Take the field of an error out of its event; return its name, "" where nothing can be left out."""
    event = raw.get(str(loc[0]))
    if not isinstance(event, dict) or len(loc) < 2:
        return ""
    name = str(loc[1])
    if name == "message" and isinstance(event.get("message"), dict):
        # Of the message under a pressed button only its place matters.
        pressed = event["message"]
        place = {"message_id": pressed.get("message_id"), "chat": _essence(pressed.get("chat")), "date": 0}
        if pressed == place:
            del event["message"]
        else:
            event["message"] = place
        return f"{loc[0]}.message"
    if name not in event:
        return ""
    if name in ("chat", "from") and isinstance(event[name], dict) and event[name] != _essence(event[name]):
        event[name] = _essence(event[name])
    else:
        del event[name]
    return f"{loc[0]}.{name}"


def _essence(about: Any) -> Any:
    if not isinstance(about, dict):
        return about
    return {"first_name": "", **{key: value for key, value in about.items() if key in _ESSENCE}}


def _clean(value: Any) -> Any:
    """Take out of all texts what no database can hold, NULs and halves of surrogate pairs, and what nobody sees."""
    if isinstance(value, str):
        whole = value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return readable(whole)
    if isinstance(value, dict):
        return {_clean(key): _clean(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return value
