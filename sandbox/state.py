"""What the sandbox remembers: people, chats, messages, files, queries and commands; all in memory."""

import itertools
import json
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sandbox.call import JSON, bad
from sandbox.entities import to_html
from sandbox.limits import Limits
from sandbox.updates import Bell, Updates

# How long a query may be answered, in seconds.
QUERY_LIFE = 60.0


@dataclass(slots=True)
class StoredFile:
    """A file that somebody has sent."""

    file_id: str
    unique_id: str
    path: str
    name: str
    mime: str
    data: bytes

    def facts(self) -> JSON:
        """Return what every object of the Bot API with a file has."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


@dataclass(slots=True)
class Stored:
    """A message; `raw` is the Bot API's and is replaced, never changed, so who was given it keeps it."""

    raw: JSON
    from_bot: bool
    rev: int
    edited: bool = False
    deleted: bool = False
    file: StoredFile | None = None
    reply_keyboard: JSON | None = None
    _view: bytes = b""

    def touch(self, rev: int) -> None:
        """Note a change."""
        self.rev = rev
        self._view = b""

    def view(self) -> bytes:
        """Return the message as the control API tells it, as JSON."""
        if not self._view:
            self._view = json.dumps(self._told(), ensure_ascii=False, separators=(",", ":")).encode()
        return self._view

    def _told(self) -> JSON:
        raw, keyboard = self.raw, self.reply_keyboard or {}
        text = raw.get("text", raw.get("caption", ""))
        entities = raw.get("entities", raw.get("caption_entities", []))
        told = {
            "message_id": raw["message_id"],
            "from": "bot" if self.from_bot else "person",
            "date": raw["date"],
            "text": text or _wordless(raw),
            "html": to_html(text or _wordless(raw), entities),
            "rev": self.rev,
            "edited": self.edited,
            "deleted": self.deleted,
            "buttons": [[_button(b) for b in row] for row in raw.get("reply_markup", {}).get("inline_keyboard", [])],
            "keyboard": [[_key(k) for k in row] for row in keyboard.get("keyboard", [])],
            "keyboard_removed": bool(keyboard.get("remove_keyboard")),
        }
        if self.file is not None:
            file = self.file
            told["file"] = {"file_id": file.file_id, "name": file.name, "mime": file.mime, "size": len(file.data)}
            told["file"]["path"] = file.path
        return told


def _wordless(raw: JSON) -> str:
    if "contact" in raw:
        return f"Контакт: {raw['contact']['first_name']}, {raw['contact']['phone_number']}"
    return "Голосовое сообщение" if "voice" in raw else "Стикер" if "sticker" in raw else ""


def _button(button: JSON) -> JSON:
    told = {"text": button["text"]}
    if "callback_data" in button:
        told["data"] = button["callback_data"]
    if "url" in button:
        told["url"] = button["url"]
    return told


def _key(key: Any) -> Any:
    if isinstance(key, dict):
        return {"text": key["text"], "request_contact": True} if key.get("request_contact") else key["text"]
    return key


@dataclass
class Chat:
    """A conversation; `revision` grows with each change in it."""

    id: int
    kind: str
    facts: JSON
    revision: int = 0
    messages: dict[int, Stored] = field(default_factory=dict)
    toasts: list[JSON] = field(default_factory=list)
    migrated_to: int = 0
    left: bool = False
    bell: Bell = field(default_factory=Bell)

    def changed(self, message: Stored | None = None) -> None:
        """Note a change of a message, or of the chat itself, and wake who waits for it."""
        self.revision += 1
        if message is not None:
            message.touch(self.revision)
        self.bell.ring()


@dataclass
class Member:
    """A person of the sandbox; `part` and `hint` tell the page's reader whom he plays."""

    id: int
    first_name: str
    last_name: str
    username: str
    phone: str
    part: str
    hint: str
    chat: Chat
    started: bool = False
    blocked: bool = False

    def user(self) -> JSON:
        """Return the Bot API's `User`."""
        user: JSON = {"id": self.id, "is_bot": False, "first_name": self.first_name, "language_code": "ru"}
        for name in ("last_name", "username"):
            if value := getattr(self, name):
                user[name] = value
        return user

    def told(self) -> JSON:
        """Return the person as the control API tells it."""
        names = ("id", "first_name", "last_name", "username", "phone", "part", "hint", "blocked")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class Query:
    """A pressed button that waits for its answer."""

    member: Member
    asked: float


class World:
    """All of it, for one bot."""

    def __init__(self, token: str, updates: Updates, *, limits: bool = True) -> None:
        self.token = token
        self.updates = updates
        self.limits = Limits(time.monotonic, enabled=limits)
        number = token.partition(":")[0]
        self.bot: JSON = {
            "id": int(number) if number.isdecimal() else 42,
            "is_bot": True,
            "first_name": "Отдел продаж школы",
            "username": "school_sandbox_bot",
        }
        self.people: dict[int, Member] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, StoredFile] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, int, str], list[JSON]] = {}
        self.calls: Counter[str] = Counter()
        self._message_ids = itertools.count(1)
        self._person_ids = itertools.count(700_000_001)
        self._group_ids = itertools.count(4_000_001)

    def add_person(self, about: JSON) -> Member:
        """Add a person who has not written to the bot yet."""
        number = next(self._person_ids)
        texts = [str(about.get(name) or "") for name in ("first_name", "last_name", "username", "phone")]
        facts: JSON = {"id": number, "type": "private"}
        names = ("first_name", "last_name", "username")
        facts |= {name: value for name, value in zip(names, texts, strict=False) if value}
        chat = Chat(number, "private", facts)
        phone = texts[3] or f"+7900{number % 10_000_000:07d}"
        member = Member(
            number, *texts[:3], phone, str(about.get("part") or ""), str(about.get("hint") or ""), chat=chat
        )
        self.people[number] = member
        self.chats[number] = chat
        return member

    def add_group(self, title: str, kind: str = "group") -> Chat:
        """Add a group with the bot in it; `kind` is `group` or `supergroup`."""
        number = -next(self._group_ids) - (1_000_000_000_000 if kind == "supergroup" else 0)
        chat = Chat(number, kind, {"id": number, "type": kind, "title": title})
        self.chats[number] = chat
        return chat

    def add_file(self, kind: str, name: str, mime: str, data: bytes) -> StoredFile:
        """Keep a file; its path is what `getFile` tells."""
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        path = f"{kind}s/file_{len(self.files)}.{suffix}"
        file = StoredFile(secrets.token_urlsafe(30), secrets.token_urlsafe(9), path, name, mime, data)
        self.files[file.file_id] = file
        self.paths[path] = file
        return file

    def add_message(self, chat: Chat, sender: JSON, fields: JSON, file: StoredFile | None = None) -> Stored:
        """Add a message to a chat and wake who waits for it."""
        number = next(self._message_ids)
        raw = {"message_id": number, "from": sender, "chat": chat.facts, "date": int(time.time()), **fields}
        message = Stored(raw, sender is self.bot, 0, file=file)
        chat.messages[number] = message
        chat.changed(message)
        return message

    def add_query(self, member: Member, chat: Chat, message_id: int, data: str) -> str:
        """Press a button: queue the query with the whole message; return its id. A lost message is refused."""
        message = chat.messages.get(message_id)
        if message is None or not message.from_bot:
            raise bad("message not found")
        now = time.monotonic()
        # Queries are in the order of their age: the dead ones stand first.
        for dead in list(itertools.takewhile(lambda k: now - self.queries[k].asked > QUERY_LIFE, self.queries)):
            del self.queries[dead]
        number = str(secrets.randbits(62))
        self.queries[number] = Query(member, now)
        told = {"message_id": message_id, "chat": chat.facts, "date": 0} if message.deleted else message.raw
        instance = str(hash((self.token, chat.id)))
        query = {"id": number, "from": member.user(), "message": told, "chat_instance": instance, "data": data}
        self.updates.push("callback_query", query)
        return number

    def close(self) -> None:
        """Wake everybody who waits for a chat."""
        for chat in self.chats.values():
            chat.bell.ring()
