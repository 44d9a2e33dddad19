"""Messages that wait for their moment, on both databases: nothing waits for them, and they may be taken back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from school.errors import Conflict
from school.notices import Notice
from storage import tables as t
from storage.database import Database
from storage.outbox import OutboxRow, Retry
from tests.integration.storage_samples import CLOCK, NOW, FixedClock, commit, notice

LATER = NOW + timedelta(minutes=2)


def delayed(recipient: str = "1", dedupe: str = "decision") -> Notice:
    """Make a notice that is not to be sent before LATER."""
    return replace(notice(recipient, dedupe=dedupe), after=LATER)


async def claim(database: Database, at: datetime) -> list[str]:
    """Lease chat messages for ten seconds; their ids."""
    return [row.id for row in await database.outbox.claim("chat", 100, 10, at)]


async def test_delayed_message_waits_and_holds_nobody_up(database: Database) -> None:
    """A message with a moment is not leased before it, and later messages of its recipient go out meanwhile."""
    waiting, behind, bulk = delayed(), notice("1"), notice("1", bulk=True)
    await commit(database, *(lambda u, one=one: u.add_notice(one) for one in (waiting, behind, bulk)))
    assert await claim(database, NOW) == [behind.id, bulk.id]
    assert await claim(database, LATER - timedelta(minutes=1, seconds=1)) == [behind.id, bulk.id]
    assert await claim(database, LATER) == [waiting.id, behind.id, bulk.id]


async def test_delayed_message_once_tried_holds_its_recipient(database: Database) -> None:
    """A delayed message that failed when its moment had come keeps its recipient's order like any other."""
    first = delayed()
    await commit(database, lambda u: u.add_notice(first))
    (row,) = await database.outbox.claim("chat", 9, 60, LATER)
    await commit(database, lambda u: u.add_notice(notice("1")))
    again = LATER + timedelta(minutes=1)
    await database.outbox.finish([Retry(row.id, row.fence, again, "429")])
    assert await claim(database, LATER) == []
    assert (await claim(database, again))[0] == first.id


async def test_delayed_message_is_not_announced(database: Database) -> None:
    """The listener of commits hears only of what is to be sent now."""
    heard: list[list[OutboxRow]] = []
    database.on_commit = heard.append
    waiting, prompt = delayed(), notice("1")
    await commit(database, lambda u: u.add_notice(waiting), lambda u: u.add_notice(prompt))
    await commit(database, lambda u: u.add_notice(delayed(dedupe="another")))
    assert [[row.id for row in rows] for rows in heard] == [[prompt.id]]
    assert waiting.id in await claim(database, LATER)


async def test_waiting_message_is_taken_back(database: Database) -> None:
    """What is taken back is never sent, is no dead letter, keeps no words, and frees its key."""
    await commit(database, lambda u: u.add_notice(delayed()))
    await commit(database, lambda u: u.cancel_notice("decision"))
    assert await claim(database, LATER) == []
    assert await database.outbox.counts() == {"pending": 0, "sent": 0, "dead": 0}
    assert await database.outbox.dead(9) == []
    assert await database.run(lambda c: c.execute(select(t.outbox.c.data)).scalars().all()) == [{}]
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.cancel_notice("decision"))
    await commit(database, lambda u: u.add_notice(delayed()))
    last = delayed()
    await commit(database, lambda u: u.cancel_notice("decision"), lambda u: u.add_notice(last))
    assert await claim(database, LATER) == [last.id]


async def test_message_that_a_sender_has_seen_is_not_taken_back(database: Database) -> None:
    """Once leased a message cannot be taken back, not even when the lease has run out or was dropped."""
    await commit(database, lambda u: u.add_notice(delayed()))
    assert len(await claim(database, LATER)) == 1
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.cancel_notice("decision"))
    await database.outbox.release_all()
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.cancel_notice("decision"))
    assert (await database.outbox.counts())["pending"] == 1


async def test_message_taken_back_by_one_of_two(database: Database) -> None:
    """Of two that take one message back the second raises Conflict and keeps nothing."""
    await commit(database, lambda u: u.add_notice(delayed()))
    first, second = database.uow(CLOCK), database.uow(FixedClock(LATER))
    first.cancel_notice("decision")
    second.cancel_notice("decision")
    second.add_notice(notice())
    await first.commit()
    with pytest.raises(Conflict):
        await second.commit()
    assert (await database.outbox.counts())["pending"] == 0
