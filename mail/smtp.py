"""Letters out: one to four kept-open SMTP connections with explicit TLS."""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib

from mail.addresses import ascii_host
from mail.compose import Built
from mail.failures import NoUnicodeAddresses, PartlyRefused

Security = Literal["none", "starttls", "tls"]

MAX_CONNECTIONS = 4
STALE_AFTER = 20.0  # seconds of idleness after which a connection proves itself by a NOOP
NOOP_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The way to the server; `timeout` in seconds for every step, `connections` from 1 to 4.

    `tls_context` replaces the system's trusted roots (a server with a certificate of its own).
    """

    host: str
    port: int
    security: Security = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    connections: int = 2
    tls_context: ssl.SSLContext | None = field(default=None, repr=False)


@dataclass(slots=True)
class _Kept:
    client: aiosmtplib.SMTP
    used_at: float


class SmtpPool:
    """Sends letters over connections that are opened on demand and kept; belongs to one event loop."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(min(max(settings.connections, 1), MAX_CONNECTIONS))
        self._idle: list[_Kept] = []
        self._context = settings.tls_context

    async def send(self, letter: Built) -> None:
        """Hand the letter over; a dropped connection is tried once more on a fresh one.

        Raises what `aiosmtplib` raises, `PartlyRefused`, `NoUnicodeAddresses` and `ssl.SSLError`;
        `failures.result_of` tells what they mean.
        """
        async with self._slots:
            client, fresh = await self._take()
            try:
                await self._hand_over(client, letter)
            except aiosmtplib.SMTPServerDisconnected:
                self._forget_idle(fresh)
                await self._hand_over(await self._connect(), letter)

    async def probe(self) -> None:
        """Connect, greet and log in on a connection of its own. Raises as `send`."""
        client = await self._connect()
        await _quit(client)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        idle, self._idle = self._idle, []
        for kept in idle:
            await _quit(kept.client)

    async def _hand_over(self, client: aiosmtplib.SMTP, letter: Built) -> None:
        try:
            refused = await self._transact(client, letter)
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused, NoUnicodeAddresses):
            self._keep(client)
            raise
        except BaseException:
            # Cut short in mid-dialogue (a timeout, a cancellation): nobody knows what this connection would say next.
            client.close()
            raise
        self._keep(client)
        for code, answer in refused.values():
            raise PartlyRefused(code, answer)

    async def _transact(self, client: aiosmtplib.SMTP, letter: Built) -> dict[str, aiosmtplib.SMTPResponse]:
        options = []
        if letter.needs_utf8:
            if not client.supports_extension("smtputf8"):
                raise NoUnicodeAddresses
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        refused, _ = await client.sendmail(
            letter.sender.spec, [letter.recipient.spec], letter.payload, mail_options=options
        )
        return refused

    async def _take(self) -> tuple[aiosmtplib.SMTP, bool]:
        """Return a living connection and whether it is new."""
        while self._idle:
            kept = self._idle.pop()
            if await self._alive(kept):
                return kept.client, False
            kept.client.close()
        return await self._connect(), True

    async def _alive(self, kept: _Kept) -> bool:
        if not kept.client.is_connected:
            return False
        if asyncio.get_running_loop().time() - kept.used_at < STALE_AFTER:
            return True
        try:
            await kept.client.noop(timeout=NOOP_TIMEOUT)
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True

    def _keep(self, client: aiosmtplib.SMTP) -> None:
        if client.is_connected:
            self._idle.append(_Kept(client, asyncio.get_running_loop().time()))

    def _forget_idle(self, fresh: bool) -> None:
        """Drop what else is kept: a server that closed one idle connection has most likely closed them all."""
        if not fresh:
            for kept in self._idle:
                kept.client.close()
            self._idle.clear()

    async def _connect(self) -> aiosmtplib.SMTP:
        s = self._settings
        if s.security != "none" and self._context is None:
            # Reading the system's roots takes tens of milliseconds.
            self._context = await asyncio.to_thread(ssl.create_default_context)
        client = aiosmtplib.SMTP(
            hostname=ascii_host(s.host),
            port=s.port,
            timeout=s.timeout,
            use_tls=s.security == "tls",
            start_tls=s.security == "starttls",
            tls_context=self._context,
        )
        try:
            await client.connect()
            await client.ehlo()
            if s.username:
                await client.login(s.username, s.password)
        except BaseException:
            client.close()
            raise
        return client


async def _quit(client: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException, OSError):
        await client.quit(timeout=NOOP_TIMEOUT)
    client.close()
