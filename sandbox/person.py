"""A person of the sandbox: writes, attaches, presses and waits for what the bot says."""

import asyncio
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from aiohttp import FormData

from sandbox.message import Json, Message, NoSuchButton, NotSaid, line, said, tail, with_button

SETTLE = 1.0


class Caller(Protocol):
    """What a person needs of the sandbox."""

    async def call(self, method: str, path: str, **request: Any) -> Any:
        """Make a call of the control API; raise `SandboxError` when it is refused."""

    async def fetch(self, path: str) -> bytes:
        """Return what is at a path of the server; raise `SandboxError` when it is refused."""


class Person:
    """A person of the sandbox in the private chat with the bot."""

    def __init__(self, sandbox: Caller, number: int, name: str) -> None:
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

    async def reply(self, text: str, to: Message) -> int:
        """Answer a message with a text; return the new message's id."""
        return await self.send(text, reply_to=to.message_id)

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
        reply_to: int | None = None,
    ) -> int:
        """Send bytes or a file by its path, as `document` or `photo`; return the message's id.

        One `media_group_id` joins several; a path's own name is used when none is given. Raises `SandboxError`.
        """
        if not isinstance(data, bytes):
            path = Path(data)
            name, data = name or path.name, await asyncio.to_thread(path.read_bytes)
        # Unquoted, as browsers send it: a quoted Cyrillic name would arrive as percents.
        told = {"kind": kind, "caption": caption or "", "media_group_id": media_group_id or ""}
        form = FormData({**told, "reply_to": str(reply_to or "")}, False)
        form.add_field("file", BytesIO(data), filename=name or "file")
        return await self._act("upload", data=form)

    async def album(
        self, files: Sequence[tuple[bytes, str]], kind: str = "photo", caption: str | None = None
    ) -> list[int]:
        """Send 2 to 10 files (bytes and name) as one album, each an update of its own; return the messages' ids."""
        if not 2 <= len(files) <= 10:
            raise ValueError("an album has 2 to 10 files")
        group = uuid4().hex
        told = [caption, *[None] * (len(files) - 1)]
        return [
            await self.upload(data, name, kind, words, group) for (data, name), words in zip(files, told, strict=True)
        ]

    async def tap(self, label: str) -> int:
        """Tap a key of the newest reply keyboard: a contact is shared, any other key is sent as its text.

        Returns the message's id; raises `NoSuchButton` when the keyboard has no key with exactly this label.
        """
        told = (await self._read(0, 0))["messages"]
        set_by = [m for m in told if not m["deleted"] and (m["keyboard"] or m["keyboard_removed"])]
        keys = [key for row in set_by[-1]["keyboard"] for key in row] if set_by else []
        if label in keys:
            return await self.send(label)
        if {"text": label, "request_contact": True} in keys:
            return await self.share_contact()
        raise NoSuchButton(f"{self.name}: no key «{label}» on the keyboard {keys}")

    async def press(self, label: str, message: Message | None = None, *, settle: float = SETTLE) -> str:
        """Press the button whose text contains `label`; return the callback query's id.

        Without `message` it is the newest one with such a button; when the bot has not changed the chat since the
        person's last action, it is given up to `settle` seconds to do so. Raises `NoSuchButton`.
        """
        if message is None:
            deadline = time.monotonic() + settle
            chat = await self._read(self._since, settle)
            while (message := with_button(said(chat), label)) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise NoSuchButton(f"{self.name}: no button «{label}»; the bot's last messages:\n{tail(chat)}")
                chat = await self._read(chat["revision"], left)
        data = message.data(label)
        if data is None:
            raise NoSuchButton(f"{self.name}: no button «{label}» in this message:\n{line(message)}")
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
            for message in reversed(said(chat)):
                fits = wanted in message.text if isinstance(wanted, str) else wanted(message)
                if message.rev > since and fits:
                    return message
            if time.monotonic() >= deadline:
                what = f"«{wanted}»" if isinstance(wanted, str) else "what was waited for"
                raise NotSaid(f"{self.name}: {what} was not said in {timeout} s; the chat's tail:\n{tail(chat)}")
            seen = chat["revision"]

    async def messages(self) -> list[Message]:
        """Return the whole chat, the deleted too, oldest first."""
        return [Message.read(m) for m in (await self._read(0, 0))["messages"]]

    async def last(self) -> Message:
        """Return the newest message of the bot; raise `NotSaid` if there is none."""
        told = said(await self._read(0, 0))
        if not told:
            raise NotSaid(f"{self.name}: the bot has said nothing")
        return told[-1]

    async def files(self) -> list[Json]:
        """Return the files the bot has sent, newest last: file_id, name, mime, size in bytes, kind, url."""
        return [m.file for m in said(await self._read(0, 0)) if m.file]

    async def download(self, file: Json) -> bytes:
        """Return the bytes of a file of `files` or of a message; raise `SandboxError`."""
        return await self._sandbox.fetch(file["url"])

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
