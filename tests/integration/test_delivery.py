"""The deliverer over a real outbox: order, retries, leases, a clean stop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery import Deliverer
from school.notices import Notice
from storage.database import Database
from storage.outbox import Dead, OutboxRow, Outcome, Retry, Sent
from tests.samples import NOW


class Clock:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> object:
        """Return the time."""
        return self.time


class Recorder:
    """A channel that writes down what it sends; `answers` says what comes of a row."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.answer: Callable[[OutboxRow], Outcome] = lambda row: Sent(row.id, row.fence, {"message_id": 1})
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, row: OutboxRow) -> Outcome:
        """Send a row."""
        await self.gate.wait()
        outcome = self.answer(row)
        if isinstance(outcome, Sent):
            self.sent.append(row.data["n"])
        return outcome


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the condition is of another task's making
            await asyncio.sleep(0.01)


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Database]:
    """A fresh database."""
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    await database.migrate()
    yield database
    await database.close()


async def stage(database: Database, clock: Clock, *numbers: str, recipient: str = "1") -> None:
    """Commit messages of these numbers."""
    uow = database.uow(clock)  # type: ignore[arg-type]
    for n in numbers:
        uow.add_notice(Notice(f"id{n}", "reply", "chat", recipient, {"n": n}, f"key{n}"))
    await uow.commit()


def deliverer(database: Database, clock: Clock, channel: Recorder) -> Deliverer:
    """Return a deliverer of the channel "chat"."""
    made = Deliverer("chat", database.outbox, channel.send, clock, at_once=8)  # type: ignore[arg-type]
    database.on_commit = made.take
    made.start()
    return made


async def test_sent_right_after_the_commit_in_order(opened: Database) -> None:
    """Messages to one recipient go out in their order, once, and are marked."""
    clock, channel = Clock(), Recorder()
    made = deliverer(opened, clock, channel)
    await stage(opened, clock, *[str(n) for n in range(20)])
    await until(lambda: len(channel.sent) == 20)
    await made.stop(5)
    assert channel.sent == [str(n) for n in range(20)]
    assert await opened.outbox.counts() == {"pending": 0, "sent": 20, "dead": 0}


async def test_retry_keeps_the_order(opened: Database) -> None:
    """A message that fails for now holds those behind it, and all go out later in order."""
    clock, channel = Clock(), Recorder()
    channel.answer = lambda row: Retry(row.id, row.fence, clock.time + timedelta(minutes=1), "no network")
    made = deliverer(opened, clock, channel)
    await stage(opened, clock, "1", "2", "3")
    await asyncio.sleep(0)
    made.wake()
    channel.answer = lambda row: Sent(row.id, row.fence, {})
    clock.time += timedelta(minutes=2)

    def woken() -> bool:
        made.wake()
        return len(channel.sent) == 3

    await until(woken)
    await made.stop(5)
    assert channel.sent == ["1", "2", "3"]


async def test_dead_message_does_not_hold_the_next(opened: Database) -> None:
    """A message refused for good is set aside and the next goes out."""
    clock, channel = Clock(), Recorder()
    channel.answer = lambda row: Dead(row.id, row.fence, "400") if row.data["n"] == "1" else Sent(row.id, row.fence, {})
    made = deliverer(opened, clock, channel)
    await stage(opened, clock, "1", "2")
    await until(lambda: channel.sent == ["2"])
    await made.stop(5)
    assert (await opened.outbox.counts())["dead"] == 1


async def test_stop_gives_back_what_was_not_sent(opened: Database) -> None:
    """At the stop the message in hand is finished and the others are given back for the next start."""
    clock, channel = Clock(), Recorder()
    channel.gate.clear()
    made = deliverer(opened, clock, channel)
    await stage(opened, clock, "1", "2", "3")
    await asyncio.sleep(0)
    stopping = asyncio.create_task(made.stop(5))
    await asyncio.sleep(0)
    channel.gate.set()
    await stopping
    after = Recorder()
    again = deliverer(opened, clock, after)
    await until(lambda: len(channel.sent) + len(after.sent) == 3)
    await again.stop(5)
    assert sorted(channel.sent + after.sent) == ["1", "2", "3"]
