"""A mailbox of one's own: takes every letter over SMTP, shows it as JSON, answers, and can be down or refuse.

It serves in the loop that starts it, so a test or the demo needs no thread and sees a letter at once.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message, MIMEPart
from email.policy import default
from typing import Any, Literal, get_args
from urllib.parse import quote

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope

from sandbox.writing import Answered, BadLetterError, File, answer, new_letter

OnLetter = Callable[[bytes], Awaitable[None]]
State = Literal["up", "down", "refuse_temporary", "refuse_permanent"]

SIZE_LIMIT = 40 * 1024 * 1024
LONGEST_WAIT = 60.0

_ANSWERS: dict[State, str] = {
    "refuse_temporary": "451 4.3.0 Try again later",
    "refuse_permanent": "550 5.1.1 No such mailbox",
}


@dataclass(frozen=True)
class Attachment:
    """A file of a letter, decoded."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A letter as it arrived; ``id`` counts from 1, ``to`` are the addresses of the envelope."""

    id: int
    envelope_from: str
    to: tuple[str, ...]
    raw: bytes
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    attachments: tuple[Attachment, ...]
    message_id: str

    def as_json(self) -> dict[str, Any]:
        """Return what the control API tells about the letter, without the bytes of its files."""
        return {
            "id": self.id,
            "from": self.envelope_from,
            "to": list(self.to),
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "headers": self.headers,
            "attachments": [
                {"name": file.name, "mime": file.mime, "size": len(file.content)} for file in self.attachments
            ],
            "message_id": self.message_id,
        }


class Mailbox:
    """An SMTP server that keeps what it is sent; also the handler of its own sessions.

    `on_letter` is handed what people write, as raw bytes; nobody reads letters while it is None. `write_to` are
    addresses that the page suggests for a new letter.
    """

    def __init__(self) -> None:
        self.on_letter: OnLetter | None = None
        self.write_to: tuple[str, ...] = ()
        self.letters: list[Letter] = []
        self.port = 0
        self._host = "127.0.0.1"
        self._state: State = "up"
        self._addresses: frozenset[str] = frozenset()
        self._server: asyncio.Server | None = None
        self._live: set[SMTP] = set()
        self._arrived = asyncio.Condition()
        self._turn = asyncio.Lock()

    @property
    def state(self) -> State:
        """How the mailbox behaves now."""
        return self._state

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen and return the port; 0 takes a free one. Raises ``OSError`` if the port is taken."""
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self._host, self.port = host, port
        await self._listen()
        return self.port

    async def stop(self) -> None:
        """Stop listening and cut the open sessions; the letters stay."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for session in list(self._live):
            if isinstance(session.transport, asyncio.Transport):
                session.transport.abort()
        await server.wait_closed()

    async def set_state(self, state: State, addresses: list[str] | None = None) -> None:
        """Change the behaviour; a refusal may be for the listed addresses only, none listed means all."""
        async with self._turn:
            self._state = state
            self._addresses = frozenset(address.lower() for address in addresses or ())
            if state == "down":
                await self.stop()
            elif self._server is None:
                await self._listen()

    async def wait(self, after: int, seconds: float) -> list[Letter]:
        """Return the letters with an id above ``after``, waiting for the first of them up to ``seconds``."""
        deadline = time.monotonic() + seconds
        async with self._arrived:
            while len(self.letters) <= after and (left := deadline - time.monotonic()) > 0:
                try:
                    await asyncio.wait_for(self._arrived.wait(), left)
                except TimeoutError:
                    break
        return self.letters[max(after, 0) :]

    def routes(self) -> list[web.RouteDef]:
        """Return the mailbox's part of the control API."""
        return [
            web.get("/sandbox/letters", self._get_letters),
            web.get("/sandbox/letters/{id}/attachments/{n}", self._get_attachment),
            web.post("/sandbox/letters/{id}/reply", self._post_reply),
            web.post("/sandbox/letters", self._post_letter),
            web.post("/sandbox/smtp", self._post_state),
        ]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse one recipient, as the state says."""
        answer = _ANSWERS.get(self._state)
        if answer and (not self._addresses or address.lower() in self._addresses):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep the letter and wake whoever waits for it."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        async with self._arrived:
            self.letters.append(
                read_letter(len(self.letters) + 1, envelope.mail_from or "", tuple(envelope.rcpt_tos), raw)
            )
            self._arrived.notify_all()
        return "250 OK"

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _session(self) -> SMTP:
        # The host name is given, because asking for the machine's own may wait for DNS.
        return _Session(
            self,
            self._live,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="localhost",
            loop=asyncio.get_running_loop(),
        )

    async def _get_letters(self, request: web.Request) -> web.Response:
        after, seconds = _number(request.query.get("after", "0")), _number(request.query.get("wait", "0"))
        letters = await self.wait(int(after), min(seconds, LONGEST_WAIT))
        told = {"count": len(self.letters), "letters": [letter.as_json() for letter in letters]}
        return web.json_response({**told, "readable": self.on_letter is not None, "write_to": self.write_to})

    async def _post_reply(self, request: web.Request) -> web.Response:
        number = request.match_info["id"]
        if not number.isdecimal() or not 0 < int(number) <= len(self.letters):
            raise web.HTTPNotFound
        letter = self.letters[int(number) - 1]
        words, files = await _form(request)
        answered = Answered(letter.headers, letter.text, letter.message_id)
        return await self._hand_on(lambda: answer(answered, words["from"] or letter.to[0], words["text"], files))

    async def _post_letter(self, request: web.Request) -> web.Response:
        words, files = await _form(request)
        return await self._hand_on(
            lambda: new_letter(words["from"], words["to"], words["subject"], words["text"], files)
        )

    async def _hand_on(self, write: Callable[[], bytes]) -> web.Response:
        if self.on_letter is None:
            raise web.HTTPConflict(text="nobody reads letters here")
        try:
            # Twenty megabytes take a while to encode.
            raw = await asyncio.to_thread(write)
        except BadLetterError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        await self.on_letter(raw)
        return web.json_response({"size": len(raw)})

    async def _get_attachment(self, request: web.Request) -> web.Response:
        try:
            place, number = int(request.match_info["id"]) - 1, int(request.match_info["n"])
            if min(place, number) < 0:
                raise web.HTTPNotFound
            file = self.letters[place].attachments[number]
        except (ValueError, IndexError):
            raise web.HTTPNotFound from None
        # Somebody's HTML must not run beside the page, so it is saved and not shown.
        headers = {
            "Content-Type": file.mime,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=file.content, headers=headers)

    async def _post_state(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        if wanted.get("state") not in get_args(State):
            raise web.HTTPBadRequest(text=f"state is one of {', '.join(get_args(State))}")
        await self.set_state(wanted["state"], wanted.get("addresses"))
        return web.json_response({"state": self._state})


class _Session(SMTP):
    """One connection; it enters itself in the set of the live ones."""

    def __init__(self, handler: Mailbox, live: set[SMTP], **options: Any) -> None:
        super().__init__(handler, **options)
        self._live = live

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._live.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._live.discard(self)
        super().connection_lost(error)


def read_letter(number: int, sender: str, recipients: tuple[str, ...], raw: bytes) -> Letter:
    """Parse a letter; parts that cannot be decoded are kept with replacement characters."""
    message = message_from_bytes(raw, policy=default)
    return Letter(
        id=number,
        envelope_from=sender,
        to=recipients,
        raw=raw,
        subject=str(message.get("Subject", "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers={name: str(value) for name, value in message.items()},
        attachments=tuple(_attachment(part) for part in message.iter_attachments()),
        message_id=str(message.get("Message-ID", "")).strip(),
    )


def _body(message: EmailMessage, kind: Literal["plain", "html"]) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except LookupError:  # a charset nobody knows
        text = _content(part).decode(errors="replace")
    return text.replace("\r\n", "\n")


def _attachment(part: MIMEPart) -> Attachment:
    return Attachment(part.get_filename() or "letter.eml", part.get_content_type(), _content(part))


def _content(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    # A letter inside the letter has no bytes of its own: without its wrapping headers it is the file.
    inner = part.get_payload()
    return inner[0].as_bytes() if isinstance(inner, list) and isinstance(inner[0], Message) else part.as_bytes()


async def _form(request: web.Request) -> tuple[dict[str, str], list[File]]:
    """Read a form: from, to, subject and text, absent ones empty; and every file under whatever name."""
    form = await request.post()
    words = {name: str(form.get(name, "")) for name in ("from", "to", "subject", "text")}
    uploads = [part for part in form.values() if isinstance(part, web.FileField)]
    return words, [(await asyncio.to_thread(part.file.read), part.filename) for part in uploads]


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise web.HTTPBadRequest(text=f"not a number: {value}") from None
    if not 0 <= number < float("inf"):
        raise web.HTTPBadRequest(text=f"not a number from 0 up: {value}")
    return number
