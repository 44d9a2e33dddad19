"""A connection to a mail server: open, logged in, with commands that end within their limit or end the connection."""

import asyncio
import base64
import contextlib
import re
import ssl
from typing import Any, Self

from aioimaplib import aioimaplib

from mail.addresses import ascii_host
from mail.errors import ComposeError
from mail.imap_settings import ImapSettings
from mail.imap_wire import SessionLost, Wire
from mail.results import without_addresses

CHUNK = 256 * 1024  # bytes asked at a time: a turn of the loop stays short whatever the size of the letter
LEAVING = 2.0  # seconds that a goodbye may take

# Answers to LOGIN that blame the server and not the password (RFC 5530).
_BUSY = re.compile(r"UNAVAILABLE|INUSE|LIMIT|too many", re.IGNORECASE)


class Refused(Exception):
    """A tagged NO: this command failed, the session stands. The text is the server's own."""


class Connection:
    """Speaks with the server, one command at a time. Everything raises `SessionLost`; then only `abort` is left."""

    def __init__(self, wire: Wire, settings: ImapSettings) -> None:
        self._wire = wire
        self._settings = settings
        self._limit = settings.times.answer
        self._can_idle = True

    @classmethod
    async def open(cls, settings: ImapSettings) -> Self:
        """Connect, encrypt as set, and log in."""
        # A literal of honest size is a chunk; servers that know no ranges send the whole letter.
        wire = Wire(asyncio.get_running_loop(), settings.max_bytes + CHUNK)
        session = cls(wire, settings)
        try:
            await session._connect()
            await session._log_in()
        except BaseException:
            session.abort()
            raise
        return session

    def abort(self) -> None:
        """Drop the connection; nothing is said to the server."""
        self._wire.lose("stopped")

    async def close(self) -> None:
        """Say goodbye and hang up; a lost session is only dropped."""
        with contextlib.suppress(SessionLost, Refused):
            await self._run("LOGOUT", limit=min(LEAVING, self._limit))
        self.abort()

    async def _connect(self) -> None:
        s = self._settings
        context = s.tls_context
        if s.security != "none" and context is None:
            context = await asyncio.to_thread(ssl.create_default_context)
        loop = asyncio.get_running_loop()
        try:
            host = ascii_host(s.host)
            async with asyncio.timeout(self._limit):
                direct = context if s.security == "tls" else None
                await loop.create_connection(lambda: self._wire, host, s.port, ssl=direct)
            await self._greet()
            if s.security == "starttls":
                await self._start_tls(context, host)
        except ssl.SSLCertVerificationError as error:
            raise SessionLost("certificate", error.verify_message) from None
        except ssl.SSLError as error:
            raise SessionLost("tls", error.reason or type(error).__name__) from None
        except TimeoutError:
            raise SessionLost("timeout", "connecting") from None
        except (OSError, ComposeError) as error:
            raise SessionLost("unreachable", type(error).__name__) from None

    async def _greet(self) -> None:
        if not await self._first(self._limit, self._wire.greeted):
            raise SessionLost("timeout", "greeting")
        greeting = self._wire.greeted.result()
        states = {b"OK": aioimaplib.NONAUTH, b"PREAUTH": aioimaplib.AUTH}
        words = greeting.upper().split()
        if len(words) < 2 or words[1] not in states:
            raise SessionLost("bye", without_addresses(greeting.decode(errors="replace")))
        self._wire.state = states[words[1]]
        await self._ask_capabilities()

    async def _start_tls(self, context: ssl.SSLContext | None, host: str) -> None:
        """Encrypt the connection. What was said before it, capabilities included, is forgotten (RFC 3501, 6.2.1)."""
        if "STARTTLS" not in self._wire.capabilities or self._wire.state != aioimaplib.NONAUTH:
            raise SessionLost("starttls", 'the server offers no STARTTLS: set imap.security = "tls" and its port, 993')
        try:
            await self._run("STARTTLS")
        except Refused as refusal:
            raise SessionLost("starttls", str(refusal)) from None
        if self._wire.incomplete_line or context is None:
            raise SessionLost("garbled", "plain text after STARTTLS")
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._limit):
            self._wire.transport = await loop.start_tls(self._wire.transport, self._wire, context, server_hostname=host)
        await self._ask_capabilities()

    async def _log_in(self) -> None:
        if self._wire.state == aioimaplib.AUTH:
            return
        if "LOGINDISABLED" in self._wire.capabilities:
            raise SessionLost("login", "the server takes no password unencrypted: set imap.security")
        try:
            await self._authenticate()
        except Refused as refusal:
            text = str(refusal)
            raise SessionLost("refused" if _BUSY.search(text) else "login", text) from None
        self._wire.state = aioimaplib.AUTH
        await self._ask_capabilities()

    async def _authenticate(self) -> None:
        user, password = self._settings.username, self._settings.password
        if not (user + password).isascii() and {"SASL-IR", "AUTH=PLAIN"} <= self._wire.capabilities:
            # LOGIN carries ASCII only.
            initial = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
            await self._run("AUTHENTICATE", "PLAIN", initial)
        else:
            await self._run("LOGIN", aioimaplib.quoted(user), aioimaplib.quoted(password))

    async def _ask_capabilities(self) -> None:
        lines = await self._run("CAPABILITY")
        words = b" ".join(lines[:-1]).decode(errors="replace").upper().split()
        self._wire.capabilities = set(words)

    async def _run(
        self, name: str, *args: str, uid: bool = False, answers: str | None = None, limit: float | None = None
    ) -> list[Any]:
        """Run a command; the lines of its answer, the tagged one last. Raises `Refused`."""
        prefix = "UID" if uid else None
        try:
            command = aioimaplib.Command(
                name, self._wire.new_tag(), *args, prefix=prefix, untagged_resp_name=answers, loop=self._wire.loop
            )
        except ValueError:
            raise SessionLost("login", "a line break or a zero byte in the name or the password") from None
        return await self._answer(command, limit or self._limit)

    async def _answer(self, command: Any, limit: float) -> list[Any]:
        if self._wire.gone.done():
            raise SessionLost(*self._wire.gone.result())
        execution = asyncio.ensure_future(self._wire.execute(command))
        try:
            if not await self._first(limit, execution):
                raise SessionLost("timeout", command.name)
            response = execution.result()
        except aioimaplib.CommandTimeout:
            self.abort()
            raise SessionLost("timeout", command.name) from None
        except aioimaplib.AioImapException as error:
            self.abort()
            raise SessionLost("garbled", type(error).__name__) from None
        except BaseException:
            # Nobody knows what this connection would say next.
            execution.cancel()
            self.abort()
            raise
        if response.result == "OK":
            return list(response.lines)
        text = self._told(response.lines[-1])
        if response.result == "NO":
            raise Refused(text)
        self.abort()
        raise SessionLost("refused", f"{command.name}: {text}")

    async def _first(self, seconds: float, *awaited: Any) -> bool:
        """Wait for the first of these and return whether one came in time. What is left is cancelled, futures apart."""
        tasks = {asyncio.ensure_future(one) for one in awaited}
        given = {one for one in awaited if isinstance(one, asyncio.Future)}
        gone = self._wire.gone
        try:
            await asyncio.wait({*tasks, gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            done = any(task.done() for task in tasks)
            if not done and gone.done():
                raise SessionLost(*gone.result())
            return done
        finally:
            for task in tasks - given:
                task.cancel()

    def _told(self, line: bytes | bytearray) -> str:
        text = bytes(line).decode(errors="replace")
        if self._settings.password:
            text = text.replace(self._settings.password, "…")
        return without_addresses(text)
