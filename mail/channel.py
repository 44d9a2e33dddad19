"""The mail channel of the outbox: a row in, what came of it out."""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import aiosmtplib

from mail.compose import Built, Envelope, build
from mail.errors import ComposeError
from mail.failures import NoUnicodeAddresses, PartlyRefused, probe_failure, result_of
from mail.letters import LETTERS, Letter, Links, missing_settings
from mail.results import Delivered, Refused, SendResult, TryLater
from mail.smtp import SmtpPool, SmtpSettings
from school.ports import Clock

log = logging.getLogger(__name__)

WAIT_FOR_SETTING = 3600  # seconds
WAIT_FOR_BOT_NAME = 30  # seconds
# A thread that composes makes the loop wait for its turn at every answer of the server, which costs more than this.
QUICK = 0.005  # seconds of work

_FAILURES = (aiosmtplib.SMTPException, OSError, ssl.SSLError, PartlyRefused, NoUnicodeAddresses)


class MailRow(Protocol):
    """What the channel reads of an outbox row."""

    @property
    def id(self) -> str:
        """The row's id: the Message-ID is made of it."""

    @property
    def kind(self) -> str:
        """The letter's kind."""

    @property
    def recipient(self) -> str:
        """The address."""

    @property
    def data(self) -> dict[str, Any]:
        """The letter's data, as in `mail.letters`."""


class MailChannel:
    """Sends outbox rows of the channel "mail".

    `settings` are flat: "school.curator_email" and so on; `links` is asked at every letter, and may answer None
    until the bot's name is known.
    """

    def __init__(
        self,
        smtp: SmtpSettings,
        sender: str,
        clock: Clock,
        settings: Mapping[str, str],
        links: Callable[[], Links | None],
        reply_to: str | None = None,
    ) -> None:
        self._pool = SmtpPool(smtp)
        self._sender = sender
        self._clock = clock
        self._settings = settings
        self._links = links
        self._reply_to = reply_to
        self._begun: set[str] = set()  # kinds whose templates are read
        self._slowest: dict[str, float] = {}  # seconds of work that a later letter of each kind took at most

    async def send(self, row: MailRow) -> SendResult:
        """Compose and send; never raises for what a letter or a server may do."""
        letter = LETTERS.get(row.kind)
        if letter is None:
            log.error("letter %s: there is no letter %s", row.id, row.kind)
            return Refused(f"there is no letter {row.kind}")
        links = self._links()
        if waits := self._waits(letter, row.data, links):
            return waits
        try:
            built = await self._composed(row, links)
        except ComposeError as error:
            log.error("letter %s (%s) cannot be composed: %s", row.id, row.kind, error)
            return Refused(str(error))
        return await self._deliver(row, built)

    async def probe(self) -> None:
        """Connect, greet and log in. Raises `ProbeFailed`."""
        try:
            await self._pool.probe()
        except _FAILURES as error:
            raise probe_failure(error) from error

    async def close(self) -> None:
        """Close the kept connections."""
        await self._pool.close()

    def _waits(self, letter: Letter, data: Mapping[str, Any], links: Links | None) -> TryLater | None:
        if missing := missing_settings(letter, self._settings):
            return TryLater(f"waits for {', '.join(missing)}", permanent=True, after=WAIT_FOR_SETTING)
        ready = data.get("chat_link") or data.get("page_link")
        if letter.needs_links and not ready and not (links and (links.bot_name or links.public_url)):
            return TryLater("waits for the bot's name", after=WAIT_FOR_BOT_NAME)
        return None

    async def _composed(self, row: MailRow, links: Links | None) -> Built:
        """Compose in place where letters of the kind proved quick, else off the loop (the first, files, long lists)."""
        if self._slowest.get(row.kind, QUICK) < QUICK:
            return self._build(row, links)
        return await asyncio.to_thread(self._build, row, links)

    def _build(self, row: MailRow, links: Links | None) -> Built:
        envelope = Envelope(row.id, self._sender, row.recipient, self._clock.now(), self._reply_to)
        first, begun = row.kind not in self._begun, time.thread_time()
        built = build(row.kind, row.data, envelope, self._settings, links)
        took = time.thread_time() - begun
        if first:  # it read the templates too, which says nothing of the others
            self._begun.add(row.kind)
        else:
            self._slowest[row.kind] = max(self._slowest.get(row.kind, 0.0), took)
        return built

    async def _deliver(self, row: MailRow, built: Built) -> SendResult:
        try:
            await self._pool.send(built)
        except _FAILURES as error:
            result = result_of(error)
            log.warning("letter %s (%s) not sent: %s", row.id, row.kind, result.error)
            return result
        log.info("letter %s (%s) sent", row.id, row.kind)
        return Delivered(built.message_id)
