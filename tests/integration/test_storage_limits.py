"""Counters of letters, mailboxes that confirmed, and held orders, on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from school.errors import Conflict
from school.order import Order
from school.ports_limits import Bucket
from storage.database import Database
from tests.integration.storage_samples import CLOCK, NOW, order, prepare

DAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
A, B = Bucket("a", DAY), Bucket("b", DAY)


async def count(database: Database, bucket: Bucket, amount: int, most: int | None = None) -> None:
    """Count in a unit of work of its own."""
    unit = database.uow(CLOCK)
    unit.count(bucket, amount, most)
    await unit.commit()


async def held(database: Database, since: datetime, why: str = "stranger") -> Order:
    """Store an order that waits since then; return it as stored."""
    unit = database.uow(CLOCK)
    centre = await unit.centre("0123")
    assert centre is not None
    made = order(centre.next_order, held_since=since, held_why=why)
    unit.add_order(made)
    await unit.commit()
    found = await database.uow(CLOCK).order(made.id)
    assert found is not None
    return found


async def test_counters_add_up_and_begin_anew_with_a_window(database: Database) -> None:
    """Amounts add up by key; a later window counts from nothing in the same row, an old one is seen as nothing."""
    await prepare(database)
    await count(database, A, 3)
    await count(database, A, 4)
    unit = database.uow(CLOCK)
    unit.count_each([A, A, B])
    await unit.commit()
    assert await database.uow(CLOCK).counts([A, B]) == {"a": 9, "b": 1}
    tomorrow = Bucket("a", DAY + timedelta(days=1))
    assert await database.uow(CLOCK).counts([tomorrow]) == {"a": 0}
    await count(database, tomorrow, 2)
    assert await database.uow(CLOCK).counts([tomorrow]) == {"a": 2}


async def test_a_cap_filled_meanwhile_is_a_conflict(database: Database) -> None:
    """Of units that all saw room, no more get in than the cap lets: the others conflict and keep nothing."""
    await prepare(database)
    await count(database, A, 5, 10)
    with pytest.raises(Conflict):
        await count(database, A, 6, 10)
    outcomes: Sequence[object] = await asyncio.gather(
        *(count(database, A, 2, 10) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, Conflict) for one in outcomes) == 4
    assert await database.uow(CLOCK).counts([A]) == {"a": 9}
    await count(database, Bucket("a", DAY + timedelta(days=1)), 10, 10)


async def test_old_counters_are_forgotten(database: Database) -> None:
    """Counters whose window began before the moment go, the others stay."""
    await prepare(database)
    await count(database, A, 1)
    await count(database, Bucket("b", DAY + timedelta(days=1)), 1)
    await database.forget_buckets(DAY + timedelta(hours=1))
    assert await database.uow(CLOCK).counts([A, Bucket("b", DAY + timedelta(days=1))]) == {"a": 0, "b": 1}


async def test_a_mailbox_is_known_once(database: Database) -> None:
    """A mailbox is known after its commit, and knowing it again changes nothing."""
    await prepare(database)
    assert not await database.uow(CLOCK).knows_mailbox("hash")
    for _ in range(2):
        unit = database.uow(CLOCK)
        unit.know_mailbox("hash", NOW)
        await unit.commit()
    assert await database.uow(CLOCK).knows_mailbox("hash")
    assert not await database.uow(CLOCK).knows_mailbox("another")


async def test_a_held_order_is_stored_and_let_go(database: Database) -> None:
    """Why and since when an order waits is stored; releasing it compares the version, so that it is done once."""
    await prepare(database)
    waiting = await held(database, NOW)
    assert waiting.held
    released = replace(waiting, released_at=NOW, released_by="mail:belova@example.ru")
    first, second = database.uow(CLOCK), database.uow(CLOCK)
    for unit in (first, second):
        unit.save_held(released)
    await first.commit()
    with pytest.raises(Conflict):
        await second.commit()
    found = await database.uow(CLOCK).order(waiting.id)
    assert found is not None
    assert not found.held
    assert found == replace(released, version=waiting.version + 1)


async def test_orders_to_confirm(database: Database) -> None:
    """Those that wait for their orderers are listed, the longest first: no capped, reminded or released ones."""
    await prepare(database)
    day = timedelta(days=1)
    older, newer = await held(database, NOW - 3 * day), await held(database, NOW - 2 * day)
    await held(database, NOW)
    await held(database, NOW - 3 * day, "cap")
    unit = database.uow(CLOCK)
    unit.save_held(replace(await held(database, NOW - 3 * day), held_nudged_at=NOW))
    unit.save_held(replace(await held(database, NOW - 3 * day), released_at=NOW))
    await unit.commit()
    assert await database.orders_to_confirm(NOW - day, 10) == [older.id, newer.id]
    assert await database.orders_to_confirm(NOW - day, 1) == [older.id]
