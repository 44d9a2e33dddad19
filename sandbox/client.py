"""A client of the sandbox: plays people and reads their chats and letters, without a single blind pause."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp

JSON = dict[str, Any]
# A long poll is cut into pieces of so many seconds.
_WAIT = 20.0


class NoSuchButton(LookupError):
    """No message of the bot has such a button; the message lists what there is."""


class SandboxError(RuntimeError):
    """The sandbox refused what a person wanted to do."""


@dataclass(frozen=True)
class Message:
    """A message as its reader sees it; `rev` is the chat's revision at its last change."""

    message_id: int
    sender: str
    text: str
    html: str
    buttons: list[list[JSON]]
    rev: int
    edited: bool
    deleted: bool
    keyboard: list[list[Any]] = field(default_factory=list)
    file: JSON | None = None

    def has_button(self, label: str) -> bool:
        """Tell whether a button's text contains the label."""
        return any(label in button["text"] for row in self.buttons for button in row)

    def data_of(self, label: str) -> str | None:
        """Return the data of the button with the label, exact before containing; `None` if there is none."""
        found = [b for row in self.buttons for b in row if "data" in b and label in b["text"]]
        exact = [b for b in found if b["text"] == label]
        return str((exact or found)[0]["data"]) if found else None

    def __str__(self) -> str:
        marks = "".join(f" ({word})" for word in ("edited", "deleted") if getattr(self, word))
        rows = "".join("\n      " + " ".join(f"[{b['text']}]" for b in row) for row in self.buttons)
        return f"  {self.sender} #{self.message_id} rev {self.rev}{marks}: {self.text}{rows}"


def _message(told: JSON) -> Message:
    names = ("message_id", "text", "html", "buttons", "rev", "edited", "deleted", "keyboard")
    return Message(sender=told["from"], file=told.get("file"), **{name: told[name] for name in names})


class Sandbox:
    """The sandbox at an address; an async context manager."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/") + "/sandbox"
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Each of many people may wait in a request of his own.
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def request(self, method: str, path: str, **more: Any) -> Any:
        """Ask the control API; raise `SandboxError` with its words when it refuses."""
        assert self._session is not None, "use it as `async with Sandbox(url) as sandbox`"
        async with self._session.request(method, self._base + path, **more) as response:
            if not response.ok:
                raise SandboxError(f"{method} {path}: {response.status} {await response.text()}")
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
        """Add a person who has not yet written to the bot."""
        about = {"first_name": first_name, "last_name": last_name, "phone": phone, "part": part, "hint": hint}
        made = await self.request("POST", "/people", json={k: v for k, v in about.items() if v is not None})
        return Person(self, int(made["id"]))

    async def letters(self, after: int = 0, wait: float = 0) -> JSON:
        """Return `count` and the `letters` after the number, waiting up to `wait` seconds for one."""
        found: JSON = await self.request("GET", "/letters", params={"after": str(after), "wait": str(wait)})
        return found

    async def wait_letter(self, predicate: Callable[[JSON], bool], timeout: float = 10) -> JSON:
        """Return the first letter that fits; raise `TimeoutError` that names the subjects seen."""
        end = time.monotonic() + timeout
        seen: list[JSON] = []
        wait = 0.0
        while True:
            new = (await self.letters(seen[-1]["id"] if seen else 0, wait))["letters"]
            for letter in new:
                if predicate(letter):
                    return dict(letter)
            seen += new
            wait = min(end - time.monotonic(), _WAIT)
            if wait <= 0:
                raise TimeoutError(f"no such letter in {timeout} s among {[(x['to'], x['subject']) for x in seen]}")

    async def smtp(self, state: str, addresses: list[str] | None = None) -> None:
        """Let the mail server be up, down or refusing, for all or for the addresses."""
        body: JSON = {"state": state}
        if addresses is not None:
            body["addresses"] = addresses
        await self.request("POST", "/smtp", json=body)

    async def settings(self, *, limits: bool) -> None:
        """Switch Telegram's limits of sending on or off."""
        await self.request("POST", "/settings", json={"limits": limits})

    async def calls(self) -> dict[str, int]:
        """Return how many times each method of the Bot API was called."""
        return dict((await self.request("GET", "/calls"))["counts"])


class Person:
    """Somebody who writes to the bot."""

    def __init__(self, sandbox: Sandbox, number: int) -> None:
        self.id = number
        self._sandbox = sandbox
        self._seen: dict[int, Message] = {}
        self._revision = 0
        self._acted = 0
        self._toasts: list[JSON] = []

    async def start(self, payload: str = "") -> int:
        """Open the bot by a link; return the message's id."""
        return await self.send(f"/start {payload}".strip())

    async def send(self, text: str, *, reply_to: int | None = None) -> int:
        """Write a text; return the message's id."""
        return await self._say(text=text, **({} if reply_to is None else {"reply_to": reply_to}))

    async def share_contact(self) -> int:
        """Press the button that shares one's own number."""
        return await self._say(contact=True)

    async def contact(self, phone_number: str, first_name: str, user_id: int | None = None) -> int:
        """Send a card from the address book."""
        return await self._say(contact={"phone_number": phone_number, "first_name": first_name, "user_id": user_id})

    async def voice(self) -> int:
        """Send a voice message."""
        return await self._say(voice=True)

    async def sticker(self) -> int:
        """Send a sticker."""
        return await self._say(sticker=True)

    async def edit(self, message_id: int, text: str) -> int:
        """Change one's own message."""
        return await self._say(edit=message_id, text=text)

    async def _say(self, **body: Any) -> int:
        return self._done(await self._sandbox.request("POST", f"/people/{self.id}/send", json=body))

    def _done(self, told: JSON) -> int:
        self._acted = told["revision"]
        return int(told.get("message_id", 0))

    async def upload(
        self,
        data: bytes,
        name: str,
        kind: str = "document",
        caption: str | None = None,
        media_group_id: str | None = None,
    ) -> int:
        """Send a file or a photo; return the message's id."""
        form = aiohttp.FormData({"kind": kind})
        for field_name, value in (("caption", caption), ("media_group_id", media_group_id)):
            if value is not None:
                form.add_field(field_name, value)
        form.add_field("file", data, filename=name)
        return self._done(await self._sandbox.request("POST", f"/people/{self.id}/upload", data=form))

    async def press(self, label: str, message: Message | None = None) -> str:
        """Press the button of the newest message that has it; return the query's id.

        With `message` it is pressed as it was then, even if it has changed since. Raise `NoSuchButton`.
        """
        if message is None:
            await self._sync()
            shown = [m for m in reversed(self._ordered()) if m.sender == "bot" and not m.deleted]
            message = next((m for m in shown if m.data_of(label) is not None), None)
            if message is None:
                raise NoSuchButton(f"no button «{label}» in:\n{self._tail('bot')}")
        data = message.data_of(label)
        if data is None:
            raise NoSuchButton(f"no button «{label}» in:\n{message}")
        body = {"message_id": message.message_id, "data": data}
        told = await self._sandbox.request("POST", f"/people/{self.id}/press", json=body)
        self._done(told)
        return str(told["callback_query_id"])

    async def wait_for(
        self, wanted: str | Callable[[Message], bool], *, after: int | None = None, timeout: float = 10
    ) -> Message:
        """Return the newest fitting message of the bot that changed after this person's last act.

        `after` is another revision to count from, 0 for the whole chat. Raise `TimeoutError` with the chat's tail.
        """
        least = self._acted if after is None else after
        end = time.monotonic() + timeout
        wait = 0.0
        while True:
            await self._sync(wait)
            for message in reversed(self._ordered()):
                if message.sender == "bot" and not message.deleted and message.rev > least and _fits(message, wanted):
                    return message
            wait = min(end - time.monotonic(), _WAIT)
            if wait <= 0:
                what = f"«{wanted}»" if isinstance(wanted, str) else getattr(wanted, "__name__", "such")
                raise TimeoutError(f"no {what} after rev {least} in {timeout} s; the chat ends with:\n{self._tail()}")

    async def messages(self) -> list[Message]:
        """Return the whole chat, the deleted too, in its order."""
        await self._sync()
        return self._ordered()

    async def last(self) -> Message:
        """Return the bot's last message; raise `LookupError` when it has said nothing."""
        await self._sync()
        for message in reversed(self._ordered()):
            if message.sender == "bot" and not message.deleted:
                return message
        raise LookupError("the bot has said nothing yet")

    async def toasts(self) -> list[JSON]:
        """Return the answers to pressed buttons that were shown."""
        await self._sync()
        return self._toasts

    async def block(self) -> None:
        """Block the bot."""
        await self._sandbox.request("POST", f"/people/{self.id}/block")

    async def unblock(self) -> None:
        """Let the bot write again."""
        await self._sandbox.request("POST", f"/people/{self.id}/unblock")

    async def _sync(self, wait: float = 0) -> None:
        params = {"after": str(self._revision), "wait": str(wait), "changed": "1"}
        told = await self._sandbox.request("GET", f"/people/{self.id}/chat", params=params)
        for raw in told["messages"]:
            known = self._seen.get(raw["message_id"])
            if known is None or known.rev < raw["rev"]:
                self._seen[raw["message_id"]] = _message(raw)
        self._revision = max(self._revision, told["revision"])
        self._toasts = told["toasts"]

    def _ordered(self) -> list[Message]:
        return [self._seen[number] for number in sorted(self._seen)]

    def _tail(self, sender: str = "") -> str:
        return "\n".join(str(m) for m in self._ordered() if not sender or m.sender == sender)[-4000:]


def _fits(message: Message, wanted: str | Callable[[Message], bool]) -> bool:
    return wanted in message.text if isinstance(wanted, str) else wanted(message)
