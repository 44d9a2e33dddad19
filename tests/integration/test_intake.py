"""Updates from Telegram's server into the inbox, and from the inbox through the workers."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.intake import Intake, Polling
from bot.workers import Workers
from school.errors import Conflict
from storage.database import Database
from storage.inbox import InboxRow, InboxStore, NewUpdate
from web import webhook

BOT = 4200042
SECRET = "a-secret-of-the-tests"


def update(number: int, chat: int = 7, text: str = "Привет") -> dict[str, Any]:
    """Return a raw message of a private chat."""
    about = {"id": chat, "type": "private"}
    return {"update_id": number, "message": {"message_id": number, "chat": about, "text": text}}


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds, ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is watched is state of the code under test
            await asyncio.sleep(0.01)


class Telegram:
    """A server that answers getUpdates: first what was prepared, then what the offset has not confirmed."""

    def __init__(self) -> None:
        self.prepared: list[tuple[int, Any]] = []
        self.raw: list[bytes] = []
        self.updates: list[dict[str, Any]] = []
        self.offsets: list[int | None] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one getUpdates."""
        body = await request.json()
        self.offsets.append(body.get("offset"))
        if self.raw:
            return web.Response(body=self.raw.pop(0), content_type="application/json")
        if self.prepared:
            status, answer = self.prepared.pop(0)
            return web.Response(status=status, text=answer if isinstance(answer, str) else json.dumps(answer))
        left = [u for u in self.updates if u["update_id"] >= body.get("offset", 0)]
        if not left:
            await asyncio.sleep(0.02)
        return web.json_response({"ok": True, "result": left})


class Taken(list[InboxRow]):
    """What intake has handed on, in place of workers."""

    def take(self, rows: Sequence[InboxRow]) -> None:
        """Note them."""
        self.extend(rows)

    async def sweep(self) -> None:
        """Nothing is lost here."""

    async def alert(self, row: InboxRow) -> None:
        """Nobody is told here."""


class Flaky(InboxStore):
    """An inbox whose first `failures` stores fail, as on a full disk."""

    failures = 1

    async def store(self, bot_id: int, updates: Any) -> list[InboxRow]:
        """Fail, or store."""
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        return await super().store(bot_id, updates)


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[Database]:
    """A database on SQLite."""
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'intake.db'}")
    await opened.migrate()
    yield opened
    await opened.close()


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[Telegram, str]]:
    """The server and the address of its getUpdates."""
    server = Telegram()
    app = web.Application()
    app.router.add_post("/getUpdates", server.answer)
    async with TestServer(app) as running:
        yield server, str(running.make_url("/getUpdates"))


async def test_offset_moves_only_after_the_store(base: Database, telegram: tuple[Telegram, str]) -> None:
    """A batch that could not be stored is asked for again, and confirmed once it is in the inbox."""
    server, url = telegram
    server.updates = [update(5), update(6)]
    taken = Taken()
    polling = Polling(url, Intake(BOT, Flaky(base), taken))
    polling.start()
    await until(lambda: 7 in server.offsets)
    await polling.stop()
    assert server.offsets[:2] == [None, None]
    assert [row.update_id for row in taken] == [5, 6]
    assert [row.update_id for row in await base.inbox.pending(10)] == [5, 6]


@pytest.mark.parametrize(
    "bad",
    [
        (502, "<html>Bad Gateway</html>"),
        (409, {"ok": False, "error_code": 409, "description": "Conflict"}),
        (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 0}}),
        (200, []),
        (200, {"ok": True}),
    ],
)
async def test_bad_answers_do_not_stop_the_polling(
    base: Database, telegram: tuple[Telegram, str], bad: tuple[int, Any]
) -> None:
    """After an answer of any bad kind the bot polls on and gets what comes next."""
    server, url = telegram
    server.prepared = [bad]
    server.updates = [update(5)]
    taken = Taken()
    polling = Polling(url, Intake(BOT, base.inbox, taken))
    polling.start()
    await until(lambda: len(taken) == 1)
    await polling.stop()


async def test_nothing_undecodable_blocks_the_intake(base: Database) -> None:
    """Half a surrogate pair and a NUL in a text are stored like any other update."""
    taken = Taken()
    await Intake(BOT, base.inbox, taken).take([update(5, text="\ud83d"), update(6, text="a\0b"), update(7)])
    assert [row.update_id for row in taken] == [5, 6, 7]
    assert json.loads(taken[0].payload)["message"]["text"] == "\ud83d"


async def test_the_same_update_is_handled_once(base: Database) -> None:
    """An update that comes again, while it is in hand or after it was handled, is not handled again."""
    conversation = Conversation()
    conversation.gate = asyncio.Event()
    workers = Workers(conversation, base.inbox)
    intake = Intake(BOT, base.inbox, workers)
    await intake.take([update(5)])
    await intake.take([update(5), update(6)])
    conversation.gate.set()
    await until(lambda: len(conversation.handled) == 2)
    await workers.stop(5)
    assert conversation.handled == [5, 6]


async def test_polling_errors_never_show_the_address(caplog: pytest.LogCaptureFixture, base: Database) -> None:
    """The log of a failed request holds no address, for the address holds the token."""
    polling = Polling("http://127.0.0.1:1/bot4200042:TOKEN/getUpdates", Intake(BOT, base.inbox, Taken()))
    polling.start()
    await until(lambda: bool(caplog.records))
    await polling.stop()
    assert "TOKEN" not in caplog.text


@pytest.fixture
async def hook(base: Database) -> AsyncIterator[tuple[str, list[InboxRow]]]:
    """The webhook's address and what it has handed on."""
    taken = Taken()
    app = webhook.application(SECRET, Intake(BOT, base.inbox, taken).take)
    async with TestServer(app) as running:
        yield str(running.make_url(webhook.PATH)), taken


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        (SECRET, json.dumps(update(5)), 200),
        ("wrong", json.dumps(update(5)), 403),
        ("", json.dumps(update(5)), 403),
        ("неверный", json.dumps(update(5)), 403),
        (SECRET, "not json", 400),
        (SECRET, "[]", 400),
        (SECRET, "x" * (1024 * 1024 + 1), 413),
    ],
)
async def test_webhook_takes_only_what_telegram_sends(
    hook: tuple[str, list[InboxRow]], secret: str, body: str, status: int
) -> None:
    """Without the secret nothing is taken; what is no update or too large is refused; the rest is stored."""
    url, taken = hook
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=io.BytesIO(body.encode()), headers={webhook.SECRET_HEADER: secret}) as answer,
    ):
        assert answer.status == status
    assert len(taken) == (status == 200)


async def test_webhook_refuses_raw_bytes_in_the_secret(hook: tuple[str, list[InboxRow]]) -> None:
    """A secret that is no UTF-8 is refused like any other wrong one."""
    url, _ = hook
    host, _, path = url.removeprefix("http://").partition("/")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    head = f"POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nConnection: close\r\n"
    writer.write(head.encode() + webhook.SECRET_HEADER.encode() + b": \xff\xfe\r\n\r\n{}")
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert b" 403 " in line


class Conversation:
    """What the workers call: does as it is told for each update and notes the order."""

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.alerted: list[int] = []
        self.faults: dict[int, list[Exception]] = {}
        self.alert_fails = False
        self.gate: asyncio.Event | None = None

    async def handle(self, row: InboxRow) -> None:
        """Raise what is prepared, else note it."""
        if self.gate is not None and row.chat_key == 7:
            await self.gate.wait()
        if self.faults.get(row.update_id):
            raise self.faults[row.update_id].pop(0)
        self.handled.append(row.update_id)

    async def alert(self, row: InboxRow) -> None:
        """Note the alert."""
        self.alerted.append(row.update_id)
        if self.alert_fails:
            raise OSError("disk full")


async def _through(base: Database, conversation: Any, *updates: dict[str, Any]) -> Workers:
    workers = Workers(conversation, base.inbox)
    await Intake(BOT, base.inbox, workers).take(updates)
    return workers


async def test_order_within_a_chat_and_no_wait_across_chats(base: Database) -> None:
    """A chat that is held up keeps its order and keeps no other chat waiting."""
    conversation = Conversation()
    conversation.gate = asyncio.Event()
    workers = await _through(base, conversation, update(1), update(2), update(3, chat=8))
    await until(lambda: conversation.handled == [3])
    conversation.gate.set()
    await until(lambda: conversation.handled == [3, 1, 2])
    await workers.stop(5)


async def test_a_conflict_is_run_again(base: Database) -> None:
    """An input whose version was lost is run again at once and counts as no failure."""
    conversation = Conversation()
    conversation.faults[1] = [Conflict() for _ in range(5)]
    workers = await _through(base, conversation, update(1))
    await until(lambda: conversation.handled == [1])
    await workers.stop(5)
    assert (await base.inbox.pending(10))[0].attempts == 0


@pytest.mark.parametrize("alert_fails", [False, True])
async def test_a_poisoned_update_is_set_aside(
    base: Database, caplog: pytest.LogCaptureFixture, *, alert_fails: bool
) -> None:
    """After three failures it is set aside with an alert, the chat goes on, and the log does not quote it."""
    conversation = Conversation()
    conversation.alert_fails = alert_fails
    conversation.faults[1] = [ValueError("Иван Петров") for _ in range(3)]
    workers = await _through(base, conversation, update(1), update(2))
    await until(lambda: conversation.handled == [2])
    await workers.stop(5)
    assert conversation.alerted == [1]
    assert [row.update_id for row in await base.inbox.pending(10)] == [2]
    assert "Петров" not in caplog.text
    assert "ValueError" in caplog.text


async def test_stop_finishes_the_update_in_hand_only(base: Database) -> None:
    """At the stop the update in hand is finished and the next one stays in the inbox."""
    conversation = Conversation()
    conversation.gate = asyncio.Event()
    workers = await _through(base, conversation, update(1), update(2))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(workers.stop(5))
    await asyncio.sleep(0)
    conversation.gate.set()
    await stopping
    assert conversation.handled == [1]


class Cut(InboxStore):
    """An inbox whose connection is cut right after the commit of the first store."""

    cuts = 1

    async def store(self, bot_id: int, updates: Any) -> list[InboxRow]:
        """Store, and tell the first time that it failed."""
        rows = await super().store(bot_id, updates)
        if self.cuts:
            self.cuts -= 1
            raise OSError("connection lost")
        return rows


async def test_an_update_whose_commit_was_not_heard_of_is_handled_in_its_place(base: Database) -> None:
    """The answer to the commit is lost: the update is known when it comes again, and goes before the next one."""
    conversation = Conversation()
    inbox = Cut(base)
    workers = Workers(conversation, inbox)
    intake = Intake(BOT, inbox, workers)
    with pytest.raises(OSError, match="lost"):
        await intake.take([update(5)])
    await intake.take([update(6)])
    await until(lambda: len(conversation.handled) == 2)
    await workers.stop(5)
    assert conversation.handled == [5, 6]


async def test_the_sweep_finds_what_nobody_handed_on(base: Database) -> None:
    """Rows that only the database knows are found by the sweep, in their order and once."""
    conversation = Conversation()
    conversation.gate = asyncio.Event()
    workers = Workers(conversation, base.inbox)
    await base.inbox.store(BOT, [NewUpdate(n, 7, json.dumps(update(n))) for n in (1, 2, 3)])
    await Intake(BOT, base.inbox, workers).take([update(4)])
    await workers.sweep()
    await workers.sweep()
    conversation.gate.set()
    await until(lambda: len(conversation.handled) == 4)
    await workers.stop(5)
    assert sorted(conversation.handled[1:]) == conversation.handled[1:]
    assert sorted(conversation.handled) == [1, 2, 3, 4]


class Choosy(InboxStore):
    """An inbox that cannot hold the update 6."""

    async def store(self, bot_id: int, updates: Any) -> list[InboxRow]:
        """Store all, or nothing where 6 is among them."""
        if any(new.update_id == 6 for new in updates):
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        return await super().store(bot_id, updates)


async def test_an_update_that_cannot_be_stored_stops_no_other(base: Database) -> None:
    """Of a batch with one that the database refuses the others are taken, that one is set aside with an alert, once."""
    conversation = Conversation()
    inbox = Choosy(base)
    workers = Workers(conversation, inbox)
    intake = Intake(BOT, inbox, workers)
    await intake.take([update(5), update(6), update(7)])
    await intake.take([update(6), update(8)])
    await until(lambda: len(conversation.handled) == 3)
    await workers.stop(5)
    assert conversation.handled == [5, 7, 8]
    assert conversation.alerted == [6]
    assert [one.error.split(" at ")[0] for one in await base.inbox.aside(10, 0)] == ["OverflowError"]


@pytest.mark.parametrize(
    "odd",
    [
        {"update_id": 2**70, "message": {"text": "x"}},
        {"update_id": "5", "message": {"text": "x"}},
        {"message": {"text": "x"}},
        "no update at all",
        update(6, chat=2**70),
    ],
)
async def test_odd_updates_let_the_others_pass(base: Database, telegram: tuple[Telegram, str], odd: Any) -> None:
    """Whatever stands between two updates, both are taken and the polling goes on behind them."""
    server, url = telegram
    server.prepared = [(200, {"ok": True, "result": [update(5), odd, update(7)]})]
    workers = Workers(Conversation(), base.inbox)
    polling = Polling(url, Intake(BOT, base.inbox, workers))
    polling.start()
    await until(lambda: len(server.offsets) > 1)
    await polling.stop()
    await workers.stop(5)
    kept = {row.update_id for row in await base.inbox.pending(10)}
    assert {5, 7} <= kept


async def test_an_answer_that_is_no_utf8_is_read(base: Database, telegram: tuple[Telegram, str]) -> None:
    """A broken byte within a text costs that character, not the intake."""
    server, url = telegram
    whole = json.dumps({"ok": True, "result": [update(5, text="x")]})
    server.raw = [whole.encode().replace(b'"x"', b'"\xff"')]
    workers = Workers(Conversation(), base.inbox)
    polling = Polling(url, Intake(BOT, base.inbox, workers))
    polling.start()
    await until(lambda: len(server.offsets) > 1)
    await polling.stop()
    await workers.stop(5)
    assert [row.update_id for row in await base.inbox.pending(10)] == [5]


@pytest.mark.parametrize("number", [2**70, "5", None])
async def test_the_webhook_answers_200_for_an_update_that_is_set_aside(
    hook: tuple[str, list[InboxRow]], base: Database, number: Any
) -> None:
    """What can never be stored as it is is kept for people and answered 200: Telegram would repeat it for ever."""
    url, _ = hook
    body = json.dumps({"update_id": number, "message": {"text": "x"}})
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=io.BytesIO(body.encode()), headers={webhook.SECRET_HEADER: SECRET}) as answer,
    ):
        assert answer.status == 200
    assert len(await base.inbox.aside(10, 0)) == 1
