"""What the sandbox knows: people, chats, messages and files, with a revision that wakes whoever watches a chat."""

import asyncio
import mimetypes
import random
import time
from dataclasses import dataclass, field
from pathlib import PurePath

from sandbox.entities import commands_of
from sandbox.limits import Limiter
from sandbox.updates import ApiError, Json, Signal, UpdateQueue

QUERY_LIFE = 15.0
CHAT_NOT_FOUND = "Bad Request: chat not found"


@dataclass
class Person:
    """A person of the sandbox; the id is that of the private chat too."""

    id: int
    facts: Json
    phone: str = ""
    part: str = ""
    hint: str = ""
    started: bool = False
    blocked: bool = False


@dataclass
class Post:
    """A message of a chat: `body` is Telegram's Message, `keyboard` what came with it and is not inline."""

    body: Json
    by_bot: bool
    rev: int
    keyboard: Json | None = None
    edited: bool = False
    deleted: bool = False
    view: str = ""

    @property
    def id(self) -> int:
        """Telegram's message id."""
        return int(self.body["message_id"])


@dataclass
class Chat:
    """A private chat or a group; `revision` grows with every change."""

    id: int
    facts: Json
    person: Person | None = None
    revision: int = 0
    posts: dict[int, Post] = field(default_factory=dict)
    toasts: list[Json] = field(default_factory=list)
    signal: Signal = field(default_factory=Signal)
    migrated_to: int = 0
    left: bool = False
    closed: bool = False

    def close(self) -> None:
        """Let the watchers go; nobody will be waited for any more."""
        self.closed = True
        self.signal.fire()

    def bump(self) -> int:
        """Count a change, wake the watchers and return the new revision."""
        self.revision += 1
        self.signal.fire()
        return self.revision


@dataclass(frozen=True)
class StoredFile:
    """A file of the sandbox with its bytes."""

    file_id: str
    path: str
    name: str
    mime: str
    content: bytes

    def facts(self) -> Json:
        """Return the fields which every kind of Telegram's file has."""
        return {"file_id": self.file_id, "file_unique_id": "u" + self.file_id[-12:], "file_size": len(self.content)}


@dataclass(frozen=True)
class Query:
    """A pressed button which waits for its answer; `born` in monotonic seconds."""

    chat: Chat
    born: float


class World:
    """Everything of one bot's sandbox. `seed` makes the ids repeatable."""

    def __init__(self, token: str, *, limits: bool = True, seed: int | None = None) -> None:
        self.random = random.Random(seed)
        self.tokens = {token}
        number = token.partition(":")[0]
        self.bot: Json = {
            "id": int(number) if number.isdecimal() else 42,
            "is_bot": True,
            "first_name": "Песочница",
            "username": "school_sandbox_bot",
        }
        self.limiter = Limiter(limits)
        self.updates = UpdateQueue(self.random.randrange(10**8, 9 * 10**8))
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, StoredFile] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, int, str], list[Json]] = {}
        self.counts: dict[str, int] = {}
        self._closed = False
        self._message = self.random.randrange(10, 1000)
        self._number = self.random.randrange(10**8, 9 * 10**8)

    def number(self) -> int:
        """Return a new number for people, groups, files and queries."""
        self._number += 1
        return self._number

    def add_person(self, first_name: str, last_name: str = "", username: str = "", **about: str) -> Person:
        """Add a person who has not yet written to the bot; `about`: phone, part, hint."""
        number = self.number()
        facts: Json = {"id": number, "is_bot": False, "first_name": first_name, "language_code": "ru"}
        chat: Json = {"id": number, "type": "private", "first_name": first_name}
        for key, value in (("last_name", last_name), ("username", username)):
            if value:
                facts[key] = chat[key] = value
        phone, part, hint = (about.get(name, "") for name in ("phone", "part", "hint"))
        person = self.people[number] = Person(number, facts, phone, part, hint)
        self.chats[number] = Chat(number, chat, person)
        return person

    def add_group(self, title: str) -> Chat:
        """Add a group in which the bot is a member."""
        number = -self.number()
        chat = self.chats[number] = Chat(number, {"id": number, "type": "group", "title": title})
        return chat

    def migrate(self, group: Chat) -> Chat:
        """Turn a group into a supergroup with a new id and tell the bot, as Telegram does by service messages."""
        number = -1_000_000_000_000 - self.number()
        title = group.facts["title"]
        new = self.chats[number] = Chat(number, {"id": number, "type": "supergroup", "title": title})
        group.migrated_to = number
        for chat, field_name, other in ((group, "migrate_to_chat_id", number), (new, "migrate_from_chat_id", group.id)):
            post = self.place(chat, {field_name: other}, by_bot=False)
            self.updates.push("message", post.body)
        return new

    def store(self, name: str, mime: str, content: bytes, folder: str = "documents") -> StoredFile:
        """Keep a file and return it; an unknown type is guessed by the name."""
        number = self.number()
        file_id = f"SandboxFile{self.random.getrandbits(48):012x}{number:012d}"
        mime = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        path = f"{folder}/file_{number}{PurePath(name).suffix}"
        file = StoredFile(file_id, path, name, mime, content)
        self.files[file_id] = self.paths[path] = file
        return file

    def find(self, chat_id: object) -> Chat:
        """Return a chat the bot may name; raise `ApiError` "chat not found"."""
        try:
            return self.chats[int(str(chat_id))]
        except (KeyError, ValueError):
            raise ApiError(400, CHAT_NOT_FOUND if chat_id else "Bad Request: chat_id is empty") from None

    def reach(self, chat_id: object) -> Chat:
        """Return a chat the bot may write to; raise `ApiError` in Telegram's words."""
        chat = self.find(chat_id)
        if chat.migrated_to:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, words, migrate_to_chat_id=chat.migrated_to)
        if chat.left:
            raise ApiError(403, "Forbidden: bot is not a member of the group chat")
        if chat.person and not chat.person.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if chat.person and chat.person.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return chat

    def spend(self, chat: Chat, count: int = 1) -> None:
        """Count messages against the limits; raise `ApiError` 429 with `retry_after` in seconds."""
        wait = self.limiter.take(chat.id, group=chat.person is None, count=count)
        if wait:
            raise ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    def place(self, chat: Chat, content: Json, *, by_bot: bool, keyboard: Json | None = None) -> Post:
        """Put a message into a chat, with its id, author and date."""
        self._message += 1
        author = self.bot if by_bot or chat.person is None else chat.person.facts
        body: Json = {
            "message_id": self._message,
            "from": author,
            "chat": chat.facts,
            "date": int(time.time()),
            **content,
        }
        post = chat.posts[self._message] = Post(body, by_bot, chat.bump(), keyboard)
        return post

    def write(self, person: Person, content: Json) -> Post:
        """Put a person's message into the private chat and tell the bot; text gets its commands marked."""
        entities = commands_of(content.get("text", ""))
        if entities:
            content = {**content, "entities": entities}
        person.started = True
        post = self.place(self.chats[person.id], content, by_bot=False)
        self.updates.push("message", post.body)
        return post

    def press(self, person: Person, post: Post, data: str) -> str:
        """Press a button with callback data; return the query's id. A deleted message comes as inaccessible."""
        chat = self.chats[person.id]
        query = str(self.random.getrandbits(62))
        self.queries[query] = Query(chat, time.monotonic())
        gone: Json = {"chat": chat.facts, "message_id": post.id, "date": 0}
        payload: Json = {
            "id": query,
            "from": person.facts,
            "message": gone if post.deleted else post.body,
            "chat_instance": str(chat.id),
            "data": data,
        }
        self.updates.push("callback_query", payload)
        return query

    def block(self, person: Person, *, blocked: bool) -> None:
        """Let a person block or unblock the bot; the bot is told by `my_chat_member`."""
        if person.blocked == blocked:
            return
        person.blocked = blocked
        member: Json = {"user": self.bot, "status": "member"}
        kicked: Json = {"user": self.bot, "status": "kicked", "until_date": 0}
        change: Json = {
            "chat": self.chats[person.id].facts,
            "from": person.facts,
            "date": int(time.time()),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        }
        self.updates.push("my_chat_member", change)

    def commands_for(self, chat: Chat) -> list[Json]:
        """Return the commands a person sees in a chat: those of the narrowest scope."""
        kind = "all_private_chats" if chat.person else "all_group_chats"
        for key in (("chat", chat.id, ""), (kind, 0, ""), ("default", 0, "")):
            if key in self.commands:
                return self.commands[key]
        return []

    async def watch(self, chat: Chat, after: int, seconds: float) -> None:
        """Wait until the chat's revision is above `after`, or `seconds` have passed."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while chat.revision <= after and not chat.closed and (left := deadline - loop.time()) > 0:
            await chat.signal.wait(left)

    async def close(self) -> None:
        """Let everybody go who waits for updates or for a chat."""
        await self.updates.close()
        self._closed = True
        for chat in self.chats.values():
            chat.signal.fire()
