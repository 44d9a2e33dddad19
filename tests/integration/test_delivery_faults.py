"""Outbox rows to their channel: order, retries, outcomes that are never lost, and Telegram's answers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.chat_channel import ChatChannel
from bot.delivery import PROBE_SECONDS, Deliverer
from bot.limits import Limits
from bot.outgoing_files import OutgoingFiles
from bot.replies import Screen
from paper.job_pool import JobPool
from sandbox.server import SandboxServer
from storage import tables
from storage.checker import ProcessChecker
from storage.database import Database
from storage.outbox import Dead, OutboxRow, OutboxStore, Outcome, Retry, Sent
from storage.pictures import DrawnPictures
from storage.vault import open_vault
from tests.integration.storage_samples import NOW, FixedClock, notice

TOKEN = "4200042:token-of-the-tests"


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds, ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is watched is state of the code under test
            await asyncio.sleep(0.01)


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[Database]:
    """A database on SQLite."""
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'delivery.db'}")
    await opened.migrate()
    yield opened
    await opened.close()


class Channel:
    """A channel that notes what it sends; `fails` says what to answer instead of Sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.fails: dict[str, list[Callable[[OutboxRow], Outcome]]] = {}
        self.busy = 0
        self.most_busy = 0

    async def send(self, row: OutboxRow) -> Outcome:
        """Send one."""
        self.busy += 1
        self.most_busy = max(self.most_busy, self.busy)
        await asyncio.sleep(0.005)
        self.busy -= 1
        name = row.data["text"]
        if self.fails.get(name):
            return self.fails[name].pop(0)(row)
        self.sent.append(name)
        return Sent(row.id, row.fence, {"message_id": len(self.sent)})


async def put(base: Database, clock: FixedClock, *texts: str, to: str = "77", bulk: bool = False) -> None:
    """Write messages to the outbox."""
    uow = base.uow(clock)
    for text in texts:
        uow.add_notice(replace(notice(to, bulk=bulk), data={"text": text}))
    await uow.commit()


def deliverer(base: Database, channel: Channel, clock: FixedClock, store: OutboxStore | None = None) -> Deliverer:
    """Make a deliverer that is handed new rows right after their commit."""
    made = Deliverer("chat", store or base.outbox, channel.send, clock, at_once=20)
    base.on_commit = made.take
    return made


async def test_rows_go_right_after_their_commit_in_order(base: Database) -> None:
    """Messages of one recipient go in their order, and every outcome is recorded at the stop."""
    clock, channel = FixedClock(), Channel()
    sender = deliverer(base, channel, clock)
    sender.start()
    await put(base, clock, *[f"{n}" for n in range(30)])
    await until(lambda: len(channel.sent) == 30)
    await sender.stop(5)
    assert channel.sent == [f"{n}" for n in range(30)]
    assert await base.outbox.counts() == {"pending": 0, "sent": 30, "dead": 0}


async def test_a_new_message_never_overtakes_one_that_waits(base: Database) -> None:
    """While a message waits for its second try, a later one to the same person waits behind it."""
    clock, channel = FixedClock(), Channel()
    channel.fails["first"] = [lambda row: Retry(row.id, row.fence, NOW + timedelta(seconds=30), "network")]
    sender = deliverer(base, channel, clock)
    sender.start()
    await put(base, clock, "first")
    await until(lambda: not channel.fails["first"])
    await put(base, clock, "second")
    await put(base, clock, "other", to="78")
    await until(lambda: "other" in channel.sent)
    assert channel.sent == ["other"]
    clock.time += timedelta(seconds=31)
    sender.wake()
    await until(lambda: len(channel.sent) == 3)
    await sender.stop(5)
    assert channel.sent == ["other", "first", "second"]


class Failing(OutboxStore):
    """A store whose next `failures` calls of each kind fail, as on a full disk."""

    claims = 0
    finishes = 0

    async def claim(self, channel: str, limit: int, lease_seconds: float, now: datetime) -> list[OutboxRow]:
        """Fail, or claim."""
        if self.claims:
            self.claims -= 1
            raise OSError("disk full")
        return await super().claim(channel, limit, lease_seconds, now)

    async def finish(self, outcomes: Sequence[Outcome], now: datetime | None = None) -> None:
        """Fail, or record."""
        if self.finishes:
            self.finishes -= 1
            raise OSError("disk full")
        await super().finish(outcomes, now)


async def test_outcomes_survive_a_failed_write(base: Database) -> None:
    """Outcomes that could not be written are written later, so that nothing is sent twice."""
    clock, channel, store = FixedClock(), Channel(), Failing(base)
    store.finishes = 1
    sender = deliverer(base, channel, clock, store)
    sender.start()
    await put(base, clock, "one")
    await until(lambda: channel.sent == ["one"] and store.finishes == 0)
    await put(base, clock, "two", to="78")
    await until(lambda: len(channel.sent) == 2)
    await sender.stop(5)
    assert await base.outbox.counts() == {"pending": 0, "sent": 2, "dead": 0}


async def test_the_sweep_survives_a_failed_claim(base: Database) -> None:
    """A claim that fails is tried again."""
    clock, channel, store = FixedClock(), Channel(), Failing(base)
    store.claims = 1
    sender = deliverer(base, channel, clock, store)
    base.on_commit = None
    await put(base, clock, "one")
    sender.start()
    await until(lambda: channel.sent == ["one"])
    await sender.stop(5)


async def test_answers_do_not_wait_for_bulk(base: Database) -> None:
    """With three hundred bulk messages under way an answer goes out among the first of them."""
    clock, channel = FixedClock(), Channel()
    sender = deliverer(base, channel, clock)
    base.on_commit = None
    for n in range(300):
        await put(base, clock, f"bulk {n}", to=f"{1000 + n}", bulk=True)
    base.on_commit = sender.take
    sender.start()
    await until(lambda: len(channel.sent) > 5)
    await put(base, clock, "answer", to="1299")
    before = len(channel.sent)
    await until(lambda: "answer" in channel.sent)
    assert channel.sent.index("answer") - before <= 25
    await until(lambda: len(channel.sent) == 301)
    await sender.stop(5)
    assert await base.outbox.counts() == {"pending": 0, "sent": 301, "dead": 0}


async def test_a_lease_that_is_over_is_not_sent(base: Database) -> None:
    """What waited longer than its lease is claimed anew before it is sent: another process may hold it by now."""
    clock, channel = FixedClock(), Channel()
    sender = deliverer(base, channel, clock)
    await put(base, clock, "late")
    clock.time += timedelta(seconds=90)
    await asyncio.sleep(0.1)
    assert channel.sent == []
    sender.start()
    await until(lambda: channel.sent == ["late"])
    await sender.stop(5)
    assert (await base.outbox.counts())["sent"] == 1


async def test_a_defect_ends_in_the_list_of_the_dead(base: Database, caplog: pytest.LogCaptureFixture) -> None:
    """A message whose sending has a defect is tried a few times ever later, then given up; the log quotes nothing."""
    clock = FixedClock()
    tries = 0

    async def broken(_: OutboxRow) -> Outcome:
        nonlocal tries
        tries += 1
        raise ValueError("Иван Петров")

    sender = Deliverer("chat", base.outbox, broken, clock, at_once=2)
    base.on_commit = sender.take
    sender.start()
    await put(base, clock, "one")
    async with asyncio.timeout(20):
        while not (await base.outbox.counts())["dead"]:
            clock.time += timedelta(hours=1)
            sender.wake()
            await asyncio.sleep(0.02)
    await sender.stop(5)
    assert tries == 2
    assert "Петров" not in caplog.text


async def test_stop_gives_back_what_was_not_begun(base: Database) -> None:
    """At the stop the message being sent is finished, the others wait in the outbox for the next start."""
    clock, channel = FixedClock(), Channel()
    sender = deliverer(base, channel, clock)
    sender.start()
    await put(base, clock, *[f"{n}" for n in range(10)])
    await until(lambda: len(channel.sent) >= 2)
    await sender.stop(5)
    sent = len(channel.sent)
    assert await base.outbox.counts() == {"pending": 10 - sent, "sent": sent, "dead": 0}
    assert len(await base.outbox.claim("chat", 100, 60, clock.now())) == 10 - sent


class Telegram:
    """A Bot API that answers what is prepared, else a sent message; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Answer any method."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append((request.match_info["method"], form))
        if self.answers:
            status, body = self.answers.pop(0)
            return (
                web.Response(status=status, text=body)
                if isinstance(body, str)
                else web.json_response(body, status=status)
            )
        chat = {"id": int(form["chat_id"]), "type": "private"}
        result = {"message_id": 100 + len(self.asked), "date": 1, "chat": chat, "text": "x"}
        return web.json_response({"ok": True, "result": result})


async def _nothing_instead(_: OutboxRow) -> bool:
    return False


@pytest.fixture
async def chat(base: Database, tmp_path: Path, jobs: JobPool) -> AsyncIterator[tuple[ChatChannel, Telegram]]:
    """The chat channel on a server of the test's own."""
    telegram = Telegram()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", telegram.answer)
    async with TestServer(app) as running:
        session = AiohttpSession(api=TelegramAPIServer.from_base(str(running.make_url("/")).rstrip("/")))
        limits = Limits(asyncio.get_running_loop().time)
        vault = await asyncio.to_thread(open_vault, tmp_path / "documents", None)
        files = OutgoingFiles(vault, DrawnPictures(ProcessChecker(jobs), vault))
        worded = {"hello": lambda data: Screen(data["text"])}
        async with Bot(TOKEN, session=session) as bot:
            yield ChatChannel(bot, base.outbox, FixedClock(), limits, worded, files, _nothing_instead), telegram


def row(kind: str = "hello", data: dict[str, Any] | None = None, attempts: int = 0) -> OutboxRow:
    """Make a leased row."""
    return OutboxRow("row-1", 1, kind, "chat", "77", data or {"text": "Привет"}, bulk=False, attempts=attempts, fence=3)


def refused(code: int, description: str, **parameters: Any) -> tuple[int, Any]:
    """Return Telegram's refusal."""
    return code, {"ok": False, "error_code": code, "description": description, "parameters": parameters}


async def test_a_sent_message_can_be_edited(chat: tuple[ChatChannel, Telegram]) -> None:
    """An edit of a row finds the message id that sending the row gave."""
    channel, telegram = chat
    sent = await channel.send(row())
    assert sent == Sent("row-1", 3, {"message_id": 101})
    edit = {"method": "editMessageText", "params": {"text": "Пока"}, "edit_of": "row-1"}
    assert isinstance(await channel.send(replace(row("reply", edit), id="row-2")), Sent)
    assert telegram.asked[1][0] == "editMessageText"
    assert telegram.asked[1][1]["message_id"] == "101"


async def test_an_edit_of_what_was_never_sent_is_said_anew(chat: tuple[ChatChannel, Telegram]) -> None:
    """An edit whose message is unknown, or gone meanwhile, is sent as a new message: nothing is dropped in silence."""
    channel, telegram = chat
    edit = {"method": "editMessageText", "params": {"text": "Пока"}, "edit_of": "nothing"}
    assert isinstance(await channel.send(row("reply", edit)), Sent)
    assert telegram.asked[0][0] == "sendMessage"
    telegram.answers = [refused(400, "Bad Request: message to edit not found")]
    gone = {"method": "editMessageText", "params": {"text": "Пока", "message_id": 7}, "edit_of": None}
    assert isinstance(await channel.send(row("reply", gone)), Sent)
    assert [method for method, _ in telegram.asked[1:]] == ["editMessageText", "sendMessage"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refused(403, "Forbidden: bot was blocked by the user"), Dead),
        (refused(400, "Bad Request: chat not found"), Dead),
        (refused(400, "Bad Request: message is not modified"), Sent),
        (refused(429, "Too Many Requests", retry_after=7), Retry),
        (refused(500, "Internal Server Error"), Retry),
        ((502, "<html>Bad Gateway</html>"), Retry),
    ],
)
async def test_what_becomes_of_a_refusal(
    chat: tuple[ChatChannel, Telegram], answer: tuple[int, Any], outcome: type
) -> None:
    """Each refusal of Telegram is final, harmless or worth another try."""
    channel, telegram = chat
    telegram.answers = [answer]
    assert isinstance(await channel.send(row()), outcome)


async def test_retry_after_is_obeyed(chat: tuple[ChatChannel, Telegram]) -> None:
    """A 429 puts the message off by as long as Telegram asks."""
    channel, telegram = chat
    telegram.answers = [refused(429, "Too Many Requests", retry_after=7)]
    assert await channel.send(row()) == Retry("row-1", 3, NOW + timedelta(seconds=7), "429", counts=False)


async def test_a_group_that_moved_gets_it_in_its_new_place(chat: tuple[ChatChannel, Telegram]) -> None:
    """A message to a group that has become a supergroup goes to the supergroup."""
    channel, telegram = chat
    telegram.answers = [refused(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001)]
    assert isinstance(await channel.send(row()), Sent)
    assert telegram.asked[1][1]["chat_id"] == "-1001"


async def test_backoff_grows_to_an_hour_and_ends(chat: tuple[ChatChannel, Telegram]) -> None:
    """The pause between tries grows, never above an hour, and the tries end."""
    channel, telegram = chat
    pauses = []
    for attempts in (0, 5, 11, 30):
        telegram.answers = [refused(500, "Internal Server Error")]
        outcome = await channel.send(row(attempts=attempts))
        assert isinstance(outcome, Retry)
        pauses.append(outcome.at - NOW)
    assert pauses[0] < pauses[1] < pauses[2]
    assert max(pauses) <= timedelta(hours=1)
    telegram.answers = [refused(500, "Internal Server Error")]
    assert isinstance(await channel.send(row(attempts=200)), Dead)


async def test_no_token_and_no_text_in_the_log(
    chat: tuple[ChatChannel, Telegram], caplog: pytest.LogCaptureFixture
) -> None:
    """What Telegram quotes of a message it refuses reaches neither the log nor the outbox."""
    channel, telegram = chat
    caplog.set_level(logging.DEBUG, logger="bot")
    words = 'Bad Request: can\'t parse entities: Unsupported start tag "Петров" at byte offset 3'
    telegram.answers = [refused(400, words)]
    outcome = await channel.send(row())
    assert isinstance(outcome, Dead)
    assert "Петров" not in caplog.text + outcome.error
    assert TOKEN not in caplog.text


async def test_a_burst_to_many_chats_meets_no_refusal(base: Database, tmp_path: Path, jobs: JobPool) -> None:
    """Ninety answers to ninety people at once pass a Telegram that takes thirty in any second, and none is refused."""
    server = SandboxServer(TOKEN, limits=True)
    await server.start()
    people = [server.world.add_person(first_name=f"Клиент {n}") for n in range(90)]
    outcomes: list[Outcome] = []
    limits = Limits(asyncio.get_running_loop().time)
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.base_url))
    worded = {"hello": lambda data: Screen(data["text"])}
    vault = await asyncio.to_thread(open_vault, tmp_path / "documents", None)
    files = OutgoingFiles(vault, DrawnPictures(ProcessChecker(jobs), vault))
    try:
        for person in people:
            server.world.write(person, {"text": "/start"})
        async with Bot(TOKEN, session=session) as bot:
            channel = ChatChannel(bot, base.outbox, FixedClock(), limits, worded, files, _nothing_instead)
            rows = [replace(row(), id=f"row-{n}", recipient=str(p.id)) for n, p in enumerate(people)]
            outcomes += await asyncio.gather(*(channel.send(one) for one in rows))
    finally:
        await server.stop()
    assert [type(outcome) for outcome in outcomes] == [Sent] * 90


class Server:
    """A channel whose server may be away: each try is noted, and fails while it is."""

    def __init__(self) -> None:
        self.away = True
        self.tries: list[str] = []
        self.sent: list[str] = []

    async def send(self, row: OutboxRow) -> Outcome:
        """Send one, or fail as a server that is away."""
        name = row.data["text"]
        self.tries.append(name)
        if self.away:
            return Retry(row.id, row.fence, NOW + timedelta(hours=1), "502", outage=True)
        self.sent.append(name)
        return Sent(row.id, row.fence, {})


async def test_all_that_an_outage_held_goes_out_once_it_ends(base: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the server is away few tries are made and counted; then all goes at once, in the order of each person."""
    monkeypatch.setitem(PROBE_SECONDS, "chat", 0.2)
    clock, server = FixedClock(), Server()
    sender = Deliverer("chat", base.outbox, server.send, clock, at_once=20)
    base.on_commit = sender.take
    sender.start()
    for name in ("a", "b", "c", "d"):
        for to in range(10):
            await put(base, clock, f"{to}{name}", to=f"{100 + to}")
    await until(lambda: sender.is_down)
    before = len(server.tries)
    await asyncio.sleep(1)
    assert 1 <= len(server.tries) - before <= 8
    server.away = False
    await until(lambda: len(server.sent) == 40)
    await sender.stop(5)
    assert not sender.is_down
    for to in range(10):
        assert [name[-1] for name in server.sent if name.startswith(str(to))] == ["a", "b", "c", "d"]
    counts = await base.run(lambda c: c.execute(select(tables.outbox.c.attempts)).scalars().all())
    assert max(counts) <= 2


async def test_a_message_that_breaks_its_server_does_not_probe_alone(
    base: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Probes go round: one message that the server answers with an error for ever holds no other back for ever."""
    monkeypatch.setitem(PROBE_SECONDS, "chat", 0.05)
    clock, server = FixedClock(), Server()

    async def send(row: OutboxRow) -> Outcome:
        if row.data["text"] == "poison":
            return Retry(row.id, row.fence, clock.now() + timedelta(seconds=1), "500", outage=True)
        return await server.send(row)

    sender = Deliverer("chat", base.outbox, send, clock, at_once=20)
    base.on_commit = sender.take
    sender.start()
    await put(base, clock, "poison", to="1")
    for to in range(3):
        await put(base, clock, f"{to}", to=f"{100 + to}")
    await until(lambda: sender.is_down)
    server.away = False
    async with asyncio.timeout(10):
        while len(server.sent) < 3:
            clock.time += timedelta(seconds=1)
            await asyncio.sleep(0.05)
    await sender.stop(5)
    assert sorted(server.sent) == ["0", "1", "2"]


async def test_a_clock_that_steps_back_puts_nothing_off(base: Database) -> None:
    """What waits for its second try goes out though the clock is an hour behind its moment."""
    clock, channel = FixedClock(), Channel()
    channel.fails["first"] = [lambda row: Retry(row.id, row.fence, clock.now() + timedelta(seconds=30), "network")]
    sender = deliverer(base, channel, clock)
    sender.start()
    await put(base, clock, "first")
    await until(lambda: not channel.fails["first"])
    await put(base, clock, "second")
    clock.time -= timedelta(hours=1)
    await until(lambda: channel.sent == ["first", "second"])
    await sender.stop(5)


@pytest.mark.parametrize(
    "refusal", [None, refused(400, "Bad Request: can't parse entities: x"), refused(413, "Too big")]
)
async def test_what_can_never_be_shown_gives_way_to_a_plain_sentence(
    chat: tuple[ChatChannel, Telegram], refusal: tuple[int, Any] | None
) -> None:
    """A message that cannot be rendered or that Telegram will never take is given up; a sentence stands for it."""
    channel, telegram = chat
    telegram.answers = [refusal] if refusal else []
    outcome = await channel.send(row() if refusal else row(data={"no": "text"}))
    assert isinstance(outcome, Dead)
    assert outcome.defect
    method, asked = telegram.asked[-1]
    assert method == "sendMessage"
    assert "Не смогли показать" in asked["text"]
    assert "parse_mode" not in asked


async def test_no_sentence_for_nobody_and_none_for_an_alert(chat: tuple[ChatChannel, Telegram]) -> None:
    """Where there is no chat nothing is said in it; a word to administrators that fails makes no other."""
    channel, telegram = chat
    telegram.answers = [refused(400, "Bad Request: chat not found")]
    assert await channel.send(row()) == Dead("row-1", 3, "Bad Request: chat not found")
    outcome = await channel.send(row("alert"))
    assert isinstance(outcome, Dead)
    assert not outcome.defect
    assert len(telegram.asked) == 1


async def test_the_sentence_waits_for_the_server_too(chat: tuple[ChatChannel, Telegram]) -> None:
    """While Telegram is away the message stays, and its sentence is said later."""
    channel, telegram = chat
    telegram.answers = [refused(500, "Internal Server Error")]
    outcome = await channel.send(row(data={"no": "text"}))
    assert isinstance(outcome, Retry)
    assert outcome.outage


async def test_nothing_is_sent_while_the_leases_are_not_sure(base: Database) -> None:
    """A process that others may take for dead gives back what it holds, and sends it in order once it is sure again."""
    clock, channel, sure = FixedClock(), Channel(), False
    sender = deliverer(base, channel, clock)
    sender.may_send = lambda: sure
    sender.start()
    await put(base, clock, "first")
    await put(base, clock, "second")
    async with asyncio.timeout(10):
        while await base.run(lambda c: c.execute(select(tables.outbox.c.leased_until)).scalars().first()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert channel.sent == []
    sure = True
    sender.wake()
    await until(lambda: len(channel.sent) == 2)
    await sender.stop(5)
    assert channel.sent == ["first", "second"]
