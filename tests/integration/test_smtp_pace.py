"""Letters at pace: turns of recipient domains, backoff, where letters are composed, headers that must arrive whole."""

import asyncio
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery import Deliverer
from bot.mail_outcomes import AT_ONCE_TO_A_DOMAIN, MOST_ATTEMPTS, DomainTurns, MailSender
from mail import channel, samples
from mail.compose import REPLY_BASE, Built, Envelope, build
from mail.results import Delivered, Refused, SendResult, TryLater
from school.notices import Notice
from storage.database import Database
from storage.outbox import Dead, OutboxRow, Outcome, Retry, Sent
from tests.integration.test_smtp import NOW, FixedClock, Row, channel_to, running

TOKEN = "abcdefghijklmnopqrstuvwxyz"


class Slow:
    """A channel on which letters to one domain hang until they are let go."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.go = asyncio.Event()
        self.sent: list[str] = []
        self.hanging = self.most = 0
        self.other_sent = asyncio.Event()

    async def send(self, row: OutboxRow) -> Outcome:
        """Send a letter."""
        if row.recipient.endswith(self.domain):
            self.hanging += 1
            self.most = max(self.most, self.hanging)
            await self.go.wait()
            self.hanging -= 1
        else:
            self.other_sent.set()
        self.sent.append(row.recipient)
        return Sent(row.id, row.fence, {})


async def test_slow_domain_holds_up_no_other(tmp_path: Path) -> None:
    """At most two letters are on their way to a domain, however many wait, and letters to others overtake them."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    await database.migrate()
    slow = Slow("slow.example")
    made = Deliverer("mail", database.outbox, slow.send, FixedClock(), at_once=4, turn=DomainTurns().turn)
    try:
        uow = database.uow(FixedClock())
        addresses = [f"n{number}@{'SLOW' if number % 2 else 'slow'}.example" for number in range(8)]
        for address in [*addresses, "ivan@quick.example"]:
            uow.add_notice(Notice(address, "order_form", "mail", address, {}, address))
        await uow.commit()
        made.start()
        await asyncio.wait_for(slow.other_sent.wait(), 10)
        assert slow.hanging == AT_ONCE_TO_A_DOMAIN
        slow.go.set()
        async with asyncio.timeout(10):
            while len(slow.sent) < 9:  # noqa: ASYNC110 - the deliverer tells nobody
                await asyncio.sleep(0.01)
        assert slow.most == AT_ONCE_TO_A_DOMAIN
    finally:
        await made.stop(5)
        await database.close()


async def test_finished_domains_are_forgotten() -> None:
    """A domain takes memory only while a letter to it waits or is sent."""
    turns = DomainTurns()
    async with turns.turn("a@one.example"), turns.turn("b@two.example"):
        assert len(turns._domains) == 2
    assert len(turns._domains) == 0


class Answering:
    """A channel that gives one answer always."""

    def __init__(self, answer: SendResult) -> None:
        self.answer = answer

    async def send(self, row: OutboxRow) -> SendResult:
        """Answer."""
        return self.answer


def row(attempts: int) -> OutboxRow:
    """Return a letter that has failed so many times."""
    return OutboxRow("r1", 1, "order_form", "mail", "a@b.example", {}, False, attempts, 1)


async def outcome(answer: SendResult, attempts: int) -> Outcome:
    """Return what the outbox is told."""
    return await MailSender(Answering(answer), FixedClock()).send(row(attempts))  # type: ignore[arg-type]


async def test_backoff_grows_to_five_days() -> None:
    """A letter is tried after half a minute first, then ever less often, and given up after some five days."""
    pauses = []
    for attempts in range(MOST_ATTEMPTS):
        told = await outcome(TryLater("451 busy"), attempts)
        assert isinstance(told, Retry)
        pauses.append(told.at - NOW)
    assert pauses[0] == timedelta(seconds=30)
    assert pauses == sorted(pauses)
    assert timedelta(days=4, hours=20) < sum(pauses, timedelta()) < timedelta(days=5, hours=12)
    assert isinstance(await outcome(TryLater("451 busy"), MOST_ATTEMPTS), Dead)


async def test_what_the_operator_mends_uses_no_attempt_up() -> None:
    """A letter that waits for the operator waits for ever, at the pause that was asked for; a refusal is final."""
    told = await outcome(TryLater("535 login", permanent=True, after=3600), 1000)
    assert told == Retry("r1", 1, NOW + timedelta(hours=1), "535 login", counts=False)
    assert await outcome(Refused("550 nobody"), 0) == Dead("r1", 1, "550 nobody", defect=True)
    assert await outcome(Delivered("<x@y>"), 0) == Sent("r1", 1, {"message_id": "<x@y>"})


async def test_quick_letters_are_composed_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first letters of a kind and those of a slow kind are composed off the loop, the others in place."""
    threads: dict[str, list[bool]] = {}
    real, here = build, threading.get_ident()

    def noted(kind: str, data: Mapping[str, Any], envelope: Envelope, *rest: Any) -> Built:
        threads.setdefault(kind, []).append(threading.get_ident() == here)
        return real(kind, data, envelope, *rest)

    monkeypatch.setattr(channel, "build", noted)
    async with running() as server, channel_to(server) as opened:
        monkeypatch.setattr(channel, "QUICK", 60.0)
        for _ in range(4):
            await opened.send(Row(kind="questionnaire_invite", data=samples.invite()))
        monkeypatch.setattr(channel, "QUICK", 0.0)
        for _ in range(4):
            await opened.send(Row())
    assert threads == {"questionnaire_invite": [False, False, True, True], "order_to_centre": [False] * 4}


async def test_long_headers_arrive_whole() -> None:
    """The way to refuse reminders and the ids of the thread are neither encoded nor cut, however long they are."""
    kind, data = samples.letters()["reminder_student"]
    long_id = f"<{'x' * 120}@outlook.example>"
    settings = samples.SETTINGS | {REPLY_BASE: "shkola@primer.example"}
    async with running() as server, channel_to(server, settings) as opened:
        result = await opened.send(Row(kind=kind, data={**data, "reply": TOKEN, "in_reply_to": long_id}))
        assert isinstance(result, Delivered)
        content = server.handler.letters[0].content
    assert isinstance(content, bytes)
    lines = content.split(b"\r\n")
    assert f"In-Reply-To: {long_id}".encode() in lines
    assert f"References: {long_id}".encode() in lines
    refusal = next(line for line in lines if line.startswith(b"List-Unsubscribe: "))
    assert refusal.startswith(f"List-Unsubscribe: <mailto:shkola+r.{TOKEN}@primer.example?subject=%D0%9D".encode())
    assert refusal.endswith(b">")
