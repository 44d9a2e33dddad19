"""The reminders' tick on both databases: what it makes is kept together, repeated after a lost race, never twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from scheduler.reminders import ReminderKeeper, StillDue
from school.centre import Centre
from school.errors import Conflict
from school.reminders import DEFAULT_POLICY
from storage.database import Database
from storage.outbox import NotNeeded
from storage.uow import SqlUnitOfWork
from tests.reminder_orders import at, invoice, line, order


class MovedClock:
    """A clock that shows what it is told."""

    def __init__(self, time: datetime) -> None:
        self.time = time

    def now(self) -> datetime:
        """Return the time it shows, in UTC."""
        return self.time


MONDAY = at("2027-03-15 10:00")


def keeper(database: Database, clock: MovedClock, lose: int = 0) -> ReminderKeeper:
    """Return the tick; its first `lose` commits of messages lose their race."""
    left = [lose]

    class Racing(SqlUnitOfWork):
        """A unit of work that another was faster than."""

        async def commit(self) -> None:
            """Commit, or lose the race."""
            if self._notices and left[0]:
                left[0] -= 1
                self.rollback()
                raise Conflict
            await super().commit()

    return ReminderKeeper(lambda: Racing(database, clock), database.outbox, clock, "Europe/Moscow", DEFAULT_POLICY)


async def placed(database: Database, clock: MovedClock, count: int = 3) -> None:
    """Keep orders of different clients with an invoice each, placed on 10 March."""
    await database.save_centre(Centre("0123", "СЦ «Пример»", "centre@example.ru", settings={"timezone": "Asia/Omsk"}))
    for at_ in range(1, count + 1):
        made = order(line(id=f"l{at_}"), id=f"o{at_}", number=f"0123-{at_:04d}", draft_id=f"d{at_}", placed_by=at_)
        made = replace(made, orderer=replace(made.orderer, email=f"belova{at_}@example.ru"))
        uow = database.uow(clock)
        uow.add_order(made)
        uow.save_invoice(invoice(id=f"i{at_}", order_id=f"o{at_}", number=str(56 + at_),
                                 lines=((f"l{at_}", 2_450_000),), version=0))  # fmt: skip
        await uow.commit()


async def counted(database: Database, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    rows = await database.run(lambda c: c.execute(text(query)).all())
    return [tuple(row) for row in rows]


async def test_everything_due_is_made_once(database: Database) -> None:
    """Every client has one letter, a second tick makes nothing, and no order is looked at before its time."""
    clock = MovedClock(at("2027-03-10 12:00"))
    await placed(database, clock)
    clock.time = MONDAY
    tick = keeper(database, clock)
    await tick()
    await tick()
    made = await counted(database, "SELECT recipient FROM outbox WHERE kind = 'reminder_client' ORDER BY recipient")
    assert made == [(f"belova{at_}@example.ru",) for at_ in (1, 2, 3)]
    assert not await database.uow(clock).orders_to_look(clock.now() + timedelta(hours=1), 10)


@pytest.mark.parametrize("lose", [1, 3, 20])
async def test_a_lost_race_is_repeated(database: Database, lose: int) -> None:
    """A lost race is repeated at once, one recipient after another; what loses every time is made by a later tick."""
    clock = MovedClock(at("2027-03-10 12:00"))
    await placed(database, clock)
    clock.time = MONDAY
    tick = keeper(database, clock, lose)
    for _ in range(4):
        await tick()
    assert await counted(database, "SELECT count(*) FROM outbox WHERE kind = 'reminder_client'") == [(3,)]
    assert await counted(database, "SELECT count(*) FROM reminders WHERE kind = 'unpaid_invoice.client'") == [(3,)]


async def test_the_digest_is_of_the_centre_s_own_morning(database: Database) -> None:
    """A centre in Omsk has its digest at half past nine there; what comes later that day is told the next morning."""
    clock = MovedClock(at("2027-03-10 12:00"))
    await placed(database, clock, 1)
    tick = keeper(database, clock)
    for moment in ("2027-03-17 06:25", "2027-03-17 06:35"):
        clock.time = at(moment)
        await tick()
    digests = "SELECT count(*) FROM outbox WHERE kind = 'digest'"
    assert await counted(database, digests) == [(1,)]
    uow = database.uow(clock)
    uow.save_invoice(invoice(id="i9", order_id="o1", number="99", lines=(("l1", 2_450_000),), version=0))
    await uow.commit()
    clock.time = at("2027-03-17 12:00")
    await tick()
    assert await counted(database, digests) == [(1,)]
    clock.time = at("2027-03-18 06:35")
    await tick()
    assert await counted(database, digests) == [(2,)]


async def test_what_is_not_needed_any_more_is_neither_sent_nor_dead(database: Database) -> None:
    """A reminder whose invoice is paid before it goes out is finished without being sent."""
    clock = MovedClock(at("2027-03-10 12:00"))
    await placed(database, clock, 1)
    clock.time = MONDAY
    await keeper(database, clock)()
    (row,) = await database.outbox.claim("mail", 10, 60, clock.now())
    still = StillDue(lambda: database.uow(clock), clock, "Europe/Moscow")
    assert await still(row.data) == row.data
    stored = await database.uow(clock).invoice("i1")
    assert stored is not None
    uow = database.uow(clock)
    uow.save_invoice(replace(stored, state="paid", paid=stored.total))
    await uow.commit()
    assert await still(row.data) is None
    await database.outbox.finish([NotNeeded(row.id, row.fence)], clock.now())
    assert await counted(database, "SELECT state FROM outbox") == [("cancelled",)]
    assert (await database.outbox.counts())["dead"] == 0
