"""Inbox and outbox on both databases: nothing twice, nothing out of order, nothing by a sender that came too late."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from school.errors import Conflict
from school.notices import Notice
from storage import tables as t
from storage.database import Database
from storage.inbox import NewUpdate
from storage.outbox import Dead, OutboxRow, Retry, Sent
from tests.integration.storage_samples import CLOCK, NOW, notice, visitor

LATER = NOW + timedelta(minutes=2)


async def put(database: Database, *notices: Notice) -> None:
    """Commit the notices in one unit."""
    unit = database.uow(CLOCK)
    for one in notices:
        unit.add_notice(one)
    await unit.commit()


async def claim(database: Database, limit: int = 100, at: object = NOW) -> list[OutboxRow]:
    """Lease chat messages for a minute."""
    return await database.outbox.claim("chat", limit, 60, at)  # type: ignore[arg-type]


async def test_update_is_stored_once_in_order_of_arrival(database: Database) -> None:
    """An update that comes again, or twice in a batch, is stored once; another bot's of the same number is another.

    One that comes again is told while it is pending.
    """
    batch = [NewUpdate(number, 7, f'{{"n":{number}}}') for number in (12, 11, 12)]
    first = await database.inbox.store(1, batch)
    again = await database.inbox.store(1, [*batch, NewUpdate(5, 7, "{}")])
    other = await database.inbox.store(2, [NewUpdate(11, 7, "{}")])
    assert [row.update_id for row in first] == [12, 11]
    assert [row.update_id for row in again] == [12, 11, 5]
    assert await database.inbox.store(1, []) == []
    assert await database.inbox.pending(10) == [*again, *other]
    assert await database.inbox.pending(1) == first[:1]


async def test_handled_mark_commits_with_the_effects_and_once(database: Database) -> None:
    """A handled update waits no more, and effects of a second handling are refused with its mark."""
    (row,) = await database.inbox.store(1, [NewUpdate(1, 7, "{}")])
    unit = database.uow(CLOCK)
    unit.mark_handled(row.id)
    await unit.commit()
    assert await database.inbox.pending(10) == []
    second = database.uow(CLOCK)
    second.add_notice(notice())
    second.mark_handled(row.id)
    with pytest.raises(Conflict):
        await second.commit()
    assert (await database.outbox.counts())["pending"] == 0


async def test_poisoned_update_is_counted_and_set_aside(database: Database) -> None:
    """Failures are counted; an update set aside waits for a person, a pending one for its turn: both stay."""
    poisoned, waiting = await database.inbox.store(1, [NewUpdate(1, 7, "{}"), NewUpdate(2, 7, "{}")])
    assert await database.inbox.failed(poisoned.id, "KeyError") == 1
    assert await database.inbox.failed(poisoned.id, "KeyError") == 2
    assert (await database.inbox.pending(1))[0].attempts == 2
    await database.inbox.set_aside(poisoned.id, "KeyError")
    assert await database.inbox.failed(poisoned.id, "KeyError") == 0
    await database.inbox.forget(NOW + timedelta(days=36500))
    assert await database.inbox.pending(10) == [waiting]
    assert [one.id for one in await database.inbox.aside(10, 0)] == [poisoned.id]
    assert await database.inbox.drop(poisoned.id)
    assert not await database.inbox.take_up(poisoned.id)
    await database.inbox.forget(NOW + timedelta(days=36500))
    assert await database.run(lambda c: c.execute(select(t.inbox.c.id)).scalars().all()) == [waiting.id]


async def test_an_update_that_was_set_aside_is_taken_up_again(database: Database) -> None:
    """It is pending anew with no tries, and the sweep finds it beside those that are held."""
    poisoned, held = await database.inbox.store(1, [NewUpdate(1, 7, "{}"), NewUpdate(2, 7, "{}")])
    await database.inbox.failed(poisoned.id, "KeyError")
    await database.inbox.set_aside(poisoned.id, "KeyError")
    assert await database.inbox.aside_count() == 1
    assert await database.inbox.strays({held.id}) == []
    assert await database.inbox.take_up(poisoned.id)
    assert await database.inbox.strays({held.id}) == [poisoned]
    assert await database.inbox.waits(poisoned.id)


async def test_notice_of_a_known_key_is_dropped(database: Database) -> None:
    """A second notice of one dedupe key is dropped in silence, in the same unit and in a later one."""
    await put(database, notice(dedupe="order-1"), notice(dedupe="order-1"))
    await put(database, notice(dedupe="order-1"))
    assert await database.outbox.counts() == {"pending": 1, "sent": 0, "dead": 0}


async def test_claim_takes_answers_before_bulk_in_order(database: Database) -> None:
    """Messages are leased answers first, each class in the order it was written, and not twice while leased."""
    bulk, first, second = notice(bulk=True), notice("1"), notice("2")
    await put(database, bulk, first, second)
    assert await database.outbox.claim("mail", 10, 60, NOW) == []
    assert await database.outbox.claim("chat", 10, 60, NOW - timedelta(seconds=1)) == []
    taken = await claim(database)
    assert [row.id for row in taken] == [first.id, second.id, bulk.id]
    assert (taken[0].data, taken[0].attempts, taken[0].fence) == (first.data, 0, 1)
    assert await claim(database) == []


async def test_order_is_kept_for_each_recipient(database: Database) -> None:
    """A later message waits while an earlier one of its recipient is leased or put off; others do not wait."""
    first, second, other = notice("1"), notice("1"), notice("2")
    await put(database, first, second, other)
    (taken,) = await claim(database, 1)
    assert taken.id == first.id
    assert [row.id for row in await claim(database)] == [other.id]
    await database.outbox.finish([Retry(first.id, taken.fence, LATER, "429")])
    assert await claim(database) == []
    both = await claim(database, at=LATER)
    assert [row.id for row in both if row.recipient == "1"] == [first.id, second.id]
    assert both[0].attempts == 1


async def test_lost_fence_changes_nothing(database: Database) -> None:
    """A sender whose lease has run out and was given to another records nothing."""
    await put(database, one := notice())
    (slow,) = await claim(database)
    (quick,) = await claim(database, at=LATER)
    assert quick.fence > slow.fence
    await database.outbox.finish([Dead(one.id, slow.fence, "late")])
    assert (await database.outbox.counts())["dead"] == 0
    await database.outbox.finish([Sent(one.id, quick.fence, {"message_id": 5})])
    await database.outbox.finish([Dead(one.id, quick.fence, "twice")])
    assert await database.outbox.result(one.id) == {"message_id": 5}
    assert await database.outbox.counts() == {"pending": 0, "sent": 1, "dead": 0}


async def test_outcomes_are_recorded_together(database: Database) -> None:
    """A batch of outcomes of every sort is recorded; the dead are listed, the unknown have no result."""
    sent, retried, dead = notice("1"), notice("2"), notice("3")
    await put(database, sent, retried, dead)
    fences = {row.id: row.fence for row in await claim(database)}
    await database.outbox.finish(
        [
            Sent(sent.id, fences[sent.id], {}),
            Retry(retried.id, fences[retried.id], LATER, "timeout"),
            Dead(dead.id, fences[dead.id], "chat not found"),
        ],
    )
    await database.outbox.finish([])
    assert await database.outbox.counts() == {"pending": 1, "sent": 1, "dead": 1}
    assert [row.id for row in await database.outbox.dead(5)] == [dead.id]
    assert await database.outbox.result(sent.id) == {}
    assert await database.outbox.result(retried.id) is None
    assert await database.outbox.result("absent") is None


async def test_leases_of_a_dead_process_are_dropped(database: Database) -> None:
    """After release_all what was leased is leased again at once, and the old fence is worth nothing."""
    await put(database, one := notice())
    (before,) = await claim(database)
    await database.outbox.release_all()
    (after,) = await claim(database)
    assert after.id == one.id
    assert after.fence > before.fence


async def test_rows_are_announced_leased_after_the_commit(database: Database) -> None:
    """With a listener the rows inserted come to it leased, in order, dropped ones left out."""
    heard: list[list[OutboxRow]] = []
    database.on_commit = heard.append
    first, second = notice("1", dedupe="a"), notice("2")
    await put(database, first, notice("1", dedupe="a"), second)
    await put(database, notice("1", dedupe="a"))
    assert [[row.id for row in rows] for rows in heard] == [[first.id, second.id]]
    assert await claim(database) == []
    await database.outbox.finish([Sent(row.id, row.fence, {}) for row in heard[0]])
    assert (await database.outbox.counts())["sent"] == 2


async def test_many_notices_of_one_unit_keep_their_order(database: Database) -> None:
    """Numbers of notices staged together grow in the order they were staged."""
    notices = [notice("1") for _ in range(300)]
    await put(database, *notices)
    assert [row.id for row in await claim(database, 1000)] == [one.id for one in notices]


async def test_account_that_stopped_the_bot_is_noted(database: Database) -> None:
    """An account marked unreachable says since when."""
    unit = database.uow(CLOCK)
    unit.save_visitor(visitor())
    await unit.commit()
    await database.outbox.set_unreachable(77, NOW)
    seen = (await database.uow(CLOCK).session(77)).visitor
    assert seen is not None
    assert seen.blocked_at == NOW


async def test_claim_of_another_process_in_order(database: Database, database_url: str) -> None:
    """Two processes that claim side by side never take one message twice."""
    await put(database, *(notice(str(number)) for number in range(40)))
    other = await Database.open(database_url)
    try:
        taken = [*await claim(database, 15), *await claim(other, 15), *await claim(database, 15)]
    finally:
        await other.close()
    assert len({row.id for row in taken}) == len(taken) == 40


async def test_naive_moment_is_refused(database: Database) -> None:
    """A moment without a zone never reaches the database."""
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="without a zone"):
        await database.write(lambda c: c.execute(update(t.visitors).values(blocked_at=naive)).close())
