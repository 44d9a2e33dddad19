"""A person's hands: drives the sandbox over HTTP, for tests, the story and the bench."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

Buttons = list[list[dict[str, str]]]
LONGEST_WAIT = 5.0  # seconds of one long poll


class NoSuchButton(AssertionError):
    """No message of the bot has such a button."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the person sees it; `rev` grows with every change in the chat."""

    message_id: int
    sender: str
    text: str
    html: str
    buttons: Buttons
    rev: int
    edited: bool
    deleted: bool

    def has_button(self, label: str) -> bool:
        """Tell whether a button's words contain the label."""
        return self.button(label) is not None

    def button(self, label: str) -> dict[str, str] | None:
        """Return the button of exactly these words, else the first that contains them."""
        every = [b for row in self.buttons for b in row]
        exact = next((b for b in every if b["text"] == label), None)
        return exact or next((b for b in every if label in b["text"]), None)


def _message(raw: dict[str, Any]) -> Message:
    return Message(
        message_id=raw["message_id"],
        sender=raw["from"],
        text=raw.get("text") or "",
        html=raw.get("html") or "",
        buttons=raw.get("buttons") or [],
        rev=raw["rev"],
        edited=bool(raw.get("edited")),
        deleted=bool(raw.get("deleted")),
    )


class Sandbox:
    """The sandbox as its users see it."""

    def __init__(self, base_url: str) -> None:
        self._base = f"{base_url}/sandbox"
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    async def get(self, path: str, **query: Any) -> Any:
        """Ask the control API; raises `aiohttp.ClientResponseError` for a refusal."""
        assert self._http is not None
        async with self._http.get(f"{self._base}{path}", params=query, raise_for_status=True) as response:
            return await response.json()

    async def post(self, path: str, body: Any = None, *, form: aiohttp.FormData | None = None) -> Any:
        """Tell the control API; raises `aiohttp.ClientResponseError` for a refusal."""
        assert self._http is not None
        sent = {"data": form} if form is not None else {"json": body or {}}
        async with self._http.post(f"{self._base}{path}", raise_for_status=True, **sent) as response:
            return await response.json()

    async def person(self, first_name: str, **about: Any) -> "Person":
        """Bring in a person who has a telephone and a chat with the bot."""
        known = {key: value for key, value in about.items() if value is not None}
        answer = await self.post("/people", {"first_name": first_name, **known})
        return Person(self, answer["id"])

    async def letters(self, after: int = 0, wait: float = 0) -> Any:
        """Return {"count", "letters"} of the mailbox."""
        return await self.get("/letters", after=after, wait=wait)

    async def wait_letter(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 10) -> dict[str, Any]:
        """Return the first letter that is wanted, as soon as it is there; TimeoutError names the subjects seen."""
        deadline = time.monotonic() + timeout
        after, subjects = 0, []
        while True:
            left = deadline - time.monotonic()
            found = await self.letters(after, max(0.0, min(LONGEST_WAIT, left)))
            for letter in found["letters"]:
                subjects.append(letter["subject"])
                if wanted(letter):
                    return dict(letter)
            after = found["count"]
            if left <= 0:
                raise TimeoutError(f"no such letter; there are: {subjects}")

    async def smtp(self, state: str, addresses: list[str] | None = None) -> None:
        """Set how the mail server behaves: up, down, refuse_temporary, refuse_permanent."""
        await self.post("/smtp", {"state": state, **({"addresses": addresses} if addresses else {})})

    async def settings(self, **values: Any) -> None:
        """Change the sandbox's settings, e.g. `limits=False`."""
        await self.post("/settings", values)

    async def calls(self) -> dict[str, int]:
        """Return how often each method of the Bot API was called."""
        counts: dict[str, int] = (await self.get("/calls"))["counts"]
        return counts


class Person:
    """One person in a chat with the bot."""

    def __init__(self, sandbox: Sandbox, person_id: int) -> None:
        self._sandbox = sandbox
        self.id = person_id
        self._since = 0
        self._path = f"/people/{person_id}"

    async def start(self, payload: str = "") -> int:
        """Open the bot, by a deep link when there is a payload."""
        return await self.send(f"/start {payload}".strip())

    async def send(self, text: str) -> int:
        """Send a text message and return its id."""
        return await self._act({"text": text})

    async def share_contact(self) -> int:
        """Share the own telephone by the button."""
        return await self._act({"contact": True})

    async def contact(self, phone_number: str, first_name: str, user_id: int | None = None) -> int:
        """Send somebody's contact."""
        card: dict[str, Any] = {"phone_number": phone_number, "first_name": first_name}
        return await self._act({"contact": card | ({"user_id": user_id} if user_id else {})})

    async def voice(self) -> int:
        """Send a voice message."""
        return await self._act({"voice": True})

    async def sticker(self) -> int:
        """Send a sticker."""
        return await self._act({"sticker": True})

    async def edit(self, message_id: int, text: str) -> int:
        """Change an own message."""
        return await self._act({"edit": message_id, "text": text})

    async def upload(
        self,
        data: bytes,
        name: str,
        kind: str = "document",
        caption: str | None = None,
        media_group_id: str | None = None,
    ) -> int:
        """Send a file as a document or a photo."""
        form = aiohttp.FormData()
        form.add_field("kind", kind)
        form.add_field("file", data, filename=name)
        for key, value in (("caption", caption), ("media_group_id", media_group_id)):
            if value is not None:
                form.add_field(key, value)
        await self._mark()
        answer = await self._sandbox.post(f"{self._path}/upload", form=form)
        return int(answer["message_id"])

    async def press(self, label: str, message: Message | None = None) -> str:
        """Press the button with this label: of the message given, else of the newest that has it."""
        seen = await self.messages()
        places = [message] if message else [m for m in reversed(seen) if m.sender == "bot" and not m.deleted]
        for place in places:
            button = place.button(label)
            if button is not None and "data" in button:
                await self._mark()
                body = {"message_id": place.message_id, "data": button["data"]}
                answer = await self._sandbox.post(f"{self._path}/press", body)
                return str(answer["callback_query_id"])
        raise NoSuchButton(f"no button «{label}»; the chat ends with:\n{_tail(seen)}")

    async def wait_for(
        self,
        wanted: str | Callable[[Message], bool],
        *,
        after: int | None = None,
        timeout: float = 10,
    ) -> Message:
        """Return the newest message of the bot that is wanted and has changed since the own last action.

        `after` is another revision to count from; TimeoutError prints the end of the chat.
        """
        since = self._since if after is None else after
        deadline = time.monotonic() + timeout
        revision, messages = await self._chat(-1, 0)
        while True:
            for message in reversed(messages):
                fresh = message.rev > since and message.sender == "bot" and not message.deleted
                if fresh and (wanted in message.text if isinstance(wanted, str) else wanted(message)):
                    return message
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no message {wanted!r}; the chat ends with:\n{_tail(messages)}")
            revision, messages = await self._chat(revision, min(LONGEST_WAIT, left))

    async def messages(self) -> list[Message]:
        """Return the whole chat, oldest first."""
        return (await self._chat(-1, 0))[1]

    async def last(self) -> Message:
        """Return the bot's last message."""
        return next(m for m in reversed(await self.messages()) if m.sender == "bot" and not m.deleted)

    async def block(self) -> None:
        """Stop the bot."""
        await self._sandbox.post(f"{self._path}/block")

    async def unblock(self) -> None:
        """Let the bot write again."""
        await self._sandbox.post(f"{self._path}/unblock")

    async def _act(self, body: dict[str, Any]) -> int:
        await self._mark()
        answer = await self._sandbox.post(f"{self._path}/send", body)
        return int(answer["message_id"])

    async def _mark(self) -> None:
        self._since = (await self._chat(-1, 0))[0]

    async def _chat(self, after: int, wait: float) -> tuple[int, list[Message]]:
        chat = await self._sandbox.get(f"{self._path}/chat", after=after, wait=wait)
        return chat["revision"], [_message(m) for m in chat["messages"]]


def _tail(messages: list[Message]) -> str:
    shown = []
    for message in messages[-6:]:
        labels = " ".join(f"[{b['text']}]" for row in message.buttons for b in row)
        shown.append(f"  {message.sender}: {message.text} {labels}")
    return "\n".join(shown)
