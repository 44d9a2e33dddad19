"""Letters out: the bot's whole channel beside raw aiosmtplib on one open connection, in rounds that alternate."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import aiosmtplib

from bench.processes import free_port, listening, running
from bot.deliverers import LETTERS_AT_ONCE
from bot.delivery import Deliverer
from bot.mail_outcomes import DomainTurns, MailSender
from mail import samples
from mail.channel import MailChannel
from mail.compose import REPLY_BASE, Built, Envelope, build
from mail.letters import Links
from mail.smtp import SmtpSettings
from school.notices import Notice
from school.tokens import new_reply_token
from storage.database import Database

KIND = "questionnaire_invite"
SENDER = "Школа <shkola@primer.example>"
SETTINGS = samples.SETTINGS | {REPLY_BASE: "shkola@primer.example"}
LINKS = Links("shkola_primer_bot")
DOMAINS = 20
NOW = datetime(2027, 3, 17, 7, 0, tzinfo=UTC)


class StillClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return the moment of the bench."""
        return NOW


@dataclass(slots=True)
class Rates:
    """Letters per second of each round."""

    prebuilt: list[float] = field(default_factory=list)
    built: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)

    def medians(self) -> tuple[float, float, float]:
        """Return the medians: raw with prebuilt bytes, raw building, the bot's channel."""
        return median(self.prebuilt), median(self.built), median(self.ours)

    def ratios(self) -> tuple[float, float]:
        """Return the medians of what the bot's channel made of raw prebuilt and raw building, round by round."""
        prebuilt = [ours / raw for ours, raw in zip(self.ours, self.prebuilt, strict=True)]
        built = [ours / raw for ours, raw in zip(self.ours, self.built, strict=True)]
        return median(prebuilt), median(built)


def data() -> dict[str, Any]:
    """Return the data of an invitation that can be answered, with a token of its own."""
    return samples.invite() | {"reply": new_reply_token()}


def address(number: int) -> str:
    """Return a recipient; the domains are as many as an evening's letters go to."""
    return f"student{number}@pochta{number % DOMAINS}.example"


def compose(number: int) -> Built:
    """Build a letter as the channel does."""
    envelope = Envelope(f"raw{number}", SENDER, address(number), NOW)
    return build(KIND, data(), envelope, SETTINGS, LINKS)


async def measure(folder: Path, letters: int, rounds: int) -> Rates:
    """Send `letters` each way in every round, after a warm-up of a tenth."""
    port, rates = free_port(), Rates()
    async with running("smtp", folder, "-m", "bench.mail_server", str(port)) as server:
        await listening(server, port)
        ready = [compose(number) for number in range(letters)]
        ways: tuple[tuple[list[float], Callable[[int], Awaitable[float]]], ...] = (
            (rates.prebuilt, lambda count: _raw(port, ready[:count].__getitem__, count)),
            (rates.built, lambda count: _raw(port, compose, count)),
            (rates.ours, lambda count: _ours(port, folder, count)),
        )
        for _, way in ways:
            await way(max(letters // 10, 20))
        for _ in range(rounds):
            for found, way in ways:
                found.append(letters / await way(letters))
    return rates


async def _raw(port: int, letter: Callable[[int], Built], count: int) -> float:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        begun = time.perf_counter()
        for number in range(count):
            made = letter(number)
            await client.sendmail(made.sender.spec, [made.recipient.spec], made.payload)
        return time.perf_counter() - begun


async def _ours(port: int, folder: Path, count: int) -> float:
    path = folder / "sending.db"
    path.unlink(missing_ok=True)
    clock, database = StillClock(), await Database.open(f"sqlite+aiosqlite:///{path}")
    channel = MailChannel(SmtpSettings("127.0.0.1", port, security="none"), SENDER, clock, SETTINGS, lambda: LINKS)
    deliverer = Deliverer(
        "mail",
        database.outbox,
        MailSender(channel, clock).send,
        clock,
        at_once=LETTERS_AT_ONCE,
        turn=DomainTurns().turn,
    )
    try:
        await database.migrate()
        uow = database.uow(clock)
        for number in range(count):
            uow.add_notice(Notice(f"{number:032x}", KIND, "mail", address(number), data(), f"bench:{number}"))
        await uow.commit()
        begun = time.perf_counter()
        deliverer.start()
        # Looked at seldom: the question itself costs a reading of the table.
        while (await database.outbox.counts())["sent"] < count:  # noqa: ASYNC110 - the outbox tells nobody
            await asyncio.sleep(0.02)
        return time.perf_counter() - begun
    finally:
        await deliverer.stop(5)
        await channel.close()
        await database.close()
