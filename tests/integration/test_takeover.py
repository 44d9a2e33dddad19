"""Two processes on one PostgreSQL: what a killed one was sending is taken over soon, once, and in order."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from sqlalchemy import select

from bot import heartbeat
from bot.delivery import Deliverer
from school.notices import Notice
from storage.database import Database
from storage.holders import LIFE_SECONDS
from storage.outbox import OutboxRow, Outcome, Sent
from storage.tables_service import holders
from tests.integration.conftest import make_database
from tests.integration.sending_process import MESSAGES, SENT
from tests.integration.storage_samples import NOW, FixedClock

ROOT = Path(__file__).parents[2]


async def until_sent(database: Database, count: int) -> None:
    """Wait until so many messages are recorded as sent."""
    async with asyncio.timeout(60):
        while (await database.outbox.counts())["sent"] < count:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)


async def test_a_killed_process_leaves_its_messages_to_another(postgresql: str) -> None:
    """The clock of the leases stands still: only the silence of the killed one frees what it held."""
    url = await make_database(postgresql)
    database, sent = await Database.open(url), list[int]()
    await database.migrate()

    async def send(row: OutboxRow) -> Outcome:
        sent.append(int(row.data["number"]))
        return Sent(row.id, row.fence, {})

    command = (sys.executable, "-m", "tests.integration.sending_process", url)
    other = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(database.close)
        may_send = await heartbeat.begin(database, closing)
        try:
            await until_sent(database, SENT)
            sender = Deliverer("chat", database.outbox, send, FixedClock(), at_once=64)
            sender.may_send = may_send
            sender.start()
            closing.push_async_callback(sender.stop, 5)
            await asyncio.sleep(LIFE_SECONDS + heartbeat.BEAT_SECONDS)
            assert sent == []  # the other one lives, and nobody takes what it holds
        finally:
            other.send_signal(signal.SIGKILL)
            await other.wait()
        await until_sent(database, MESSAGES)
    assert sorted(sent) == list(range(SENT, MESSAGES))
    assert all(sent.index(first) < sent.index(first + 1) for first in range(SENT, MESSAGES, 2))


async def test_a_process_that_stops_leaves_what_it_held_at_once(postgresql: str) -> None:
    """Of a clean stop nothing stays leased and no process stays known."""
    database = await Database.open(await make_database(postgresql))
    await database.migrate()
    async with AsyncExitStack() as closing:
        closing.push_async_callback(database.close)
        async with AsyncExitStack() as running:
            await heartbeat.begin(database, running)
            database.on_commit = lambda _: None
            uow = database.uow(FixedClock())
            uow.add_notice(Notice("1" * 32, "reply", "chat", "1", {}, "1"))
            await uow.commit()
            assert await database.outbox.claim("chat", 1, 60, NOW) == []
        assert [row.id for row in await database.outbox.claim("chat", 1, 60, NOW)] == ["1" * 32]
        assert await database.run(lambda c: c.execute(select(holders.c.id)).scalars().all()) == []
