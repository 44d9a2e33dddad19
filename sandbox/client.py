"""People of the sandbox for tests and the story: they write, press and wait for what the bot says."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, FormData, TCPConnector

Json = dict[str, Any]

SETTLE = 1.0
TAIL = 6


class NoSuchButton(LookupError):
    """There is no such button in the chat; the message lists the bot's last messages and their buttons."""


class NotSaid(TimeoutError):
    """What was waited for was not said in time; the message shows the chat's tail."""


class SandboxError(Exception):
    """The control API has refused; the message is its status and words."""


@dataclass(frozen=True)
class Message:
    """A message as its reader sees it; `rev` is the chat's revision of its last change."""

    message_id: int
    sender: str
    text: str
    html: str
    buttons: list[list[Json]]
    keyboard: list[list[Any]]
    rev: int
    edited: bool
    deleted: bool
    file: Json | None

    @classmethod
    def read(cls, told: Json) -> "Message":
        """Make a message of the control API's JSON."""
        return cls(
            told["message_id"],
            told["from"],
            told["text"],
            told["html"],
            told["buttons"],
            told["keyboard"],
            told["rev"],
            told["edited"],
            told["deleted"],
            told.get("file"),
        )

    def labels(self) -> list[str]:
        """Return the texts of the inline buttons, row by row."""
        return [button["text"] for row in self.buttons for button in row]

    def has_button(self, label: str) -> bool:
        """Tell whether a button's text contains the label."""
        return any(label in text for text in self.labels())

    def data(self, label: str) -> str | None:
        """Return the data of the button with the label: that text exactly, or else the first that contains it."""
        pressed = [b for row in self.buttons for b in row if label in b["text"] and "data" in b]
        exact = [b for b in pressed if b["text"] == label]
        return str((exact or pressed)[0]["data"]) if pressed else None


class Sandbox:
    """The control API of a running sandbox; an async context manager."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Each of many people may wait in a request of his own.
        self._session = ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=90))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, path: str, **request: Any) -> Any:
        """Make a call of the control API; raise `SandboxError` when it is refused."""
        assert self._session is not None, "use `async with Sandbox(...)`"
        async with self._session.request(method, f"{self._base}/sandbox/{path}", **request) as response:
            if response.status != 200:
                raise SandboxError(f"{response.status} {await response.text()}")
            return await response.json()

    async def person(
        self,
        first_name: str,
        *,
        last_name: str | None = None,
        phone: str | None = None,
        part: str | None = None,
        hint: str | None = None,
    ) -> "Person":
        """Add a person who has not written to the bot yet; without a phone one is invented."""
        about = {"last_name": last_name, "phone": phone, "part": part, "hint": hint}
        told = await self.call("POST", "people", json={"first_name": first_name, **about})
        return Person(self, told["id"], first_name)

    async def letters(self, after: int = 0, wait: float = 0) -> Json:
        """Return `count` and the `letters` with an id above `after`, waiting for the first up to `wait` seconds."""
        found: Json = await self.call("GET", "letters", params={"after": after, "wait": str(wait)})
        return found

    async def wait_letter(self, matches: Callable[[Json], bool], timeout: float = 10) -> Json:
        """Return the first letter that matches, waiting up to `timeout` seconds; raise `NotSaid`."""
        deadline, after = time.monotonic() + timeout, 0
        seen: list[str] = []
        while True:
            left = max(deadline - time.monotonic(), 0)
            for letter in (await self.letters(after, left))["letters"]:
                if matches(letter):
                    return dict(letter)
                after = letter["id"]
                seen.append(f"{', '.join(letter['to'])}: {letter['subject']}")
            if time.monotonic() >= deadline:
                raise NotSaid(f"no such letter in {timeout} s; there are:\n" + "\n".join(seen[-20:]))

    async def smtp(self, state: str, addresses: list[str] | None = None) -> None:
        """Set the mailbox: up, down, refuse_temporary or refuse_permanent."""
        await self.call("POST", "smtp", json={"state": state, "addresses": addresses or []})

    async def settings(self, *, limits: bool) -> None:
        """Switch Telegram's limits on or off."""
        await self.call("POST", "settings", json={"limits": limits})

    async def calls(self) -> dict[str, int]:
        """Return how many times each method was called."""
        return dict((await self.call("GET", "calls"))["counts"])


class Person:
    """A person of the sandbox in the private chat with the bot."""

    def __init__(self, sandbox: Sandbox, number: int, name: str) -> None:
        self.id = number
        self.name = name
        self._sandbox = sandbox
        self._since = 0

    async def start(self, payload: str = "") -> int:
        """Open the bot by its link; return the message's id."""
        return await self.send(f"/start {payload}".strip())

    async def send(self, text: str, *, reply_to: int | None = None, forward: bool = False) -> int:
        """Write a text; return the message's id."""
        return await self._act("send", json={"text": text, "reply_to": reply_to, "forward": forward})

    async def edit(self, message_id: int, text: str) -> int:
        """Change an own text."""
        return await self._act("send", json={"edit": message_id, "text": text})

    async def share_contact(self) -> int:
        """Share the own phone by the button."""
        return await self._act("send", json={"contact": True})

    async def contact(self, phone_number: str, first_name: str, user_id: int | None = None) -> int:
        """Send somebody's contact, which may be not one's own."""
        told = {"phone_number": phone_number, "first_name": first_name, "user_id": user_id}
        return await self._act("send", json={"contact": told})

    async def voice(self) -> int:
        """Send a voice message."""
        return await self._act("send", json={"voice": True})

    async def sticker(self) -> int:
        """Send a sticker."""
        return await self._act("send", json={"sticker": True})

    async def upload(
        self,
        data: bytes | str | Path,
        name: str = "",
        kind: str = "document",
        caption: str | None = None,
        media_group_id: str | None = None,
    ) -> int:
        """Send bytes or a file by its path, as `document` or `photo`; return the message's id.

        One `media_group_id` joins several; a path's own name is used when none is given.
        """
        if not isinstance(data, bytes):
            path = Path(data)
            name, data = name or path.name, await asyncio.to_thread(path.read_bytes)
        # Unquoted, as browsers send it: a quoted Cyrillic name would arrive as percents.
        form = FormData({"kind": kind, "caption": caption or "", "media_group_id": media_group_id or ""}, False)
        form.add_field("file", BytesIO(data), filename=name or "file")
        return await self._act("upload", data=form)

    async def press(self, label: str, message: Message | None = None, *, settle: float = SETTLE) -> str:
        """Press the button whose text contains `label`; return the callback query's id.

        Without `message` it is the newest one with such a button; when the bot has not changed the chat since the
        person's last action, it is given up to `settle` seconds to do so. Raises `NoSuchButton`.
        """
        if message is None:
            deadline = time.monotonic() + settle
            chat = await self._read(self._since, settle)
            while (message := _with_button(_said(chat), label)) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise NoSuchButton(f"{self.name}: no button «{label}»; the bot's last messages:\n{_tail(chat)}")
                chat = await self._read(chat["revision"], left)
        data = message.data(label)
        if data is None:
            raise NoSuchButton(f"{self.name}: no button «{label}» in this message:\n{_line(message)}")
        told = await self._post("press", json={"message_id": message.message_id, "data": data})
        self._since = told["revision"]
        return str(told["callback_query_id"])

    async def wait_for(
        self, wanted: str | Callable[[Message], bool], *, after: int | None = None, timeout: float = 10
    ) -> Message:
        """Return the newest message of the bot with the text, or for which the predicate is true.

        Its revision must be above `after`, by default that of the person's last own action. Raises `NotSaid` with
        the chat's tail after `timeout` seconds.
        """
        since = self._since if after is None else after
        deadline = time.monotonic() + timeout
        seen = since
        while True:
            chat = await self._read(seen, max(deadline - time.monotonic(), 0))
            for message in reversed(_said(chat)):
                fits = wanted in message.text if isinstance(wanted, str) else wanted(message)
                if message.rev > since and fits:
                    return message
            if time.monotonic() >= deadline:
                what = f"«{wanted}»" if isinstance(wanted, str) else "what was waited for"
                raise NotSaid(f"{self.name}: {what} was not said in {timeout} s; the chat's tail:\n{_tail(chat)}")
            seen = chat["revision"]

    async def messages(self) -> list[Message]:
        """Return the whole chat, the deleted too, oldest first."""
        return [Message.read(m) for m in (await self._read(0, 0))["messages"]]

    async def last(self) -> Message:
        """Return the newest message of the bot; raise `NotSaid` if there is none."""
        said = _said(await self._read(0, 0))
        if not said:
            raise NotSaid(f"{self.name}: the bot has said nothing")
        return said[-1]

    async def toasts(self) -> list[Json]:
        """Return the answers to pressed buttons that had a text, oldest first."""
        return list((await self._read(0, 0))["toasts"])

    async def commands(self) -> list[Json]:
        """Return the commands in the person's menu."""
        return list((await self._read(0, 0))["commands"])

    async def block(self) -> None:
        """Block the bot."""
        await self._post("block")

    async def unblock(self) -> None:
        """Unblock the bot."""
        await self._post("unblock")

    async def _read(self, after: int, wait: float) -> Json:
        params = {"after": str(after), "wait": str(wait)}
        chat: Json = await self._sandbox.call("GET", f"people/{self.id}/chat", params=params)
        return chat

    async def _post(self, what: str, **request: Any) -> Json:
        told: Json = await self._sandbox.call("POST", f"people/{self.id}/{what}", **request)
        return told

    async def _act(self, what: str, **request: Any) -> int:
        told = await self._post(what, **request)
        self._since = told["revision"]
        return int(told["message_id"])


def _said(chat: Json) -> list[Message]:
    return [Message.read(m) for m in chat["messages"] if m["from"] == "bot" and not m["deleted"]]


def _with_button(said: list[Message], label: str) -> Message | None:
    return next((m for m in reversed(said) if m.data(label) is not None), None)


def _tail(chat: Json) -> str:
    messages = [Message.read(m) for m in chat["messages"] if not m["deleted"]]
    return "\n".join(_line(m) for m in messages[-TAIL:]) or "  (the chat is empty)"


def _line(message: Message) -> str:
    buttons = "".join(f" [{label}]" for label in message.labels())
    return f"  {message.sender} #{message.message_id} rev {message.rev}: {message.text}{buttons}"
