"""When orders are looked at, what is then known of them, and what was planned: on both databases."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, text

from school.facts import OrderFacts, QuestionnaireFacts, Reminder, Snooze
from school.order import Order
from storage import reads_reminders
from storage import tables_money as m
from storage.database import Database
from tests.integration.money_samples import act, invoice, unit
from tests.integration.storage_samples import CLOCK, NOW, commit, keep, line, prepare, questionnaire

DUE = date(2027, 5, 12)
LATER = NOW + timedelta(hours=5)
MUCH_LATER = NOW + timedelta(days=9)


def reminder(of: Order, kind: str = "unpaid", due_on: date = DUE) -> Reminder:
    """Make a reminder about an order."""
    return Reminder(of.id, of.id, kind, due_on, "manager", NOW)


async def looks(database: Database, now: datetime = NOW) -> list[str]:
    """Return what is to be looked at by then."""
    return list(await unit(database).orders_to_look(now, 10))


async def rest(database: Database, *orders: Order, at: datetime | None = MUCH_LATER) -> None:
    """Look at the orders and find nothing to do before a moment."""
    uow = database.uow(CLOCK)
    await uow.facts([order.id for order in orders])
    uow.set_looks([(order.id, at) for order in orders])
    await uow.commit()


async def test_new_order_is_looked_at_at_once_and_the_longest_waiting_first(database: Database) -> None:
    """An order just placed is looked at now; of several those that wait longest come first, within the limit."""
    await prepare(database)
    placed = [await keep(database, line(), sequence=number) for number in (1, 2, 3)]
    for order, hours in zip(placed, (3, 2, 1), strict=True):
        at = NOW - timedelta(hours=hours)
        await commit(database, lambda u, o=order, at=at: u.look_at(o.id, at))  # type: ignore[misc]
    assert await looks(database) == [order.id for order in placed]
    assert await unit(database).orders_to_look(NOW, 2) == [placed[0].id, placed[1].id]
    assert await looks(database, NOW - timedelta(hours=2)) == [placed[0].id, placed[1].id]


async def test_earlier_moment_wins_unless_forced(database: Database) -> None:
    """A look that was planned earlier is kept, also within one unit; a forced one counts as it is; None is never."""
    await prepare(database)
    placed = await keep(database, line())
    await rest(database, placed)
    assert await looks(database) == []
    await commit(database, lambda u: u.look_at(placed.id, LATER), lambda u: u.look_at(placed.id, MUCH_LATER))
    assert await looks(database, LATER) == [placed.id]
    await commit(database, lambda u: u.look_at(placed.id, MUCH_LATER))
    assert await looks(database, LATER) == [placed.id]
    await commit(database, lambda u: u.look_at(placed.id, MUCH_LATER, force=True))
    assert await looks(database, LATER) == []
    await rest(database, placed, at=None)
    assert await looks(database, MUCH_LATER) == []
    await commit(database, lambda u: u.look_at(placed.id, LATER))
    assert await looks(database, LATER) == [placed.id]


async def test_whatever_is_saved_makes_the_order_be_looked_at(database: Database) -> None:
    """A line, a questionnaire, an invoice, an act, a pause or a snooze that is saved is seen at once."""
    await prepare(database)
    placed = await keep(database, line())
    saves = (
        lambda u: u.save_line(placed.id, placed.lines[0]),
        lambda u: u.save_questionnaire(questionnaire(placed.lines[0], order_id=placed.id)),
        lambda u: u.save_invoice(invoice(placed)),
        lambda u: u.save_act(act(placed)),
        lambda u: u.pause_order(placed.id, DUE),
        lambda u: u.snooze(placed.id, Snooze(placed.id, "unpaid", DUE)),
    )
    for save in saves:
        await rest(database, placed)
        assert await looks(database) == []
        await commit(database, save)
        assert await looks(database) == [placed.id]


async def test_fact_that_arrives_while_an_order_is_looked_at_is_not_lost(database: Database) -> None:
    """What is saved between reading the facts and setting the next moment leaves the order to be looked at again."""
    await prepare(database)
    placed, other = await keep(database, line(), sequence=1), await keep(database, line(), sequence=2)
    uow = database.uow(CLOCK)
    await uow.facts([placed.id, other.id])
    await commit(database, lambda u: u.save_invoice(invoice(placed)))
    uow.set_looks([(placed.id, MUCH_LATER), (other.id, MUCH_LATER)])
    await uow.commit()
    assert await looks(database) == [placed.id]


async def test_facts_are_whole(database: Database) -> None:
    """An order comes with its invoices, acts, questionnaires, pause and snoozes, in the order asked for."""
    await prepare(database)
    placed, bare = await keep(database, line(), line(), sequence=1), await keep(database, line(), sequence=2)
    first, second = placed.lines
    sent_back = questionnaire(first, order_id=placed.id, state="returned", decided_at=NOW)
    filling = questionnaire(second, order_id=placed.id)
    await commit(
        database,
        lambda u: u.save_questionnaire(sent_back),
        lambda u: u.save_questionnaire(filling),
        lambda u: u.save_invoice(invoice(placed, "58", issued_on=DUE)),
        lambda u: u.save_invoice(invoice(placed, "57")),
        lambda u: u.save_act(act(placed)),
        lambda u: u.pause_order(placed.id, DUE),
        lambda u: u.snooze(placed.id, Snooze(first.id, "diploma", DUE)),
        lambda u: u.snooze(placed.id, Snooze(first.id, "diploma", DUE + timedelta(days=1))),
    )
    uow = unit(database)
    empty, whole = await uow.facts([bare.id, "unknown", placed.id])
    assert empty == OrderFacts(bare)
    assert whole == OrderFacts(
        order=placed,
        invoices=tuple(await uow.invoices_of_order(placed.id)),
        acts=tuple(await uow.acts_of_order(placed.id)),
        questionnaires=whole.questionnaires,
        paused_until=DUE,
        snoozes=(Snooze(first.id, "diploma", DUE + timedelta(days=1)),),
    )
    assert [bill.number for bill in whole.invoices] == ["57", "58"]
    assert set(whole.questionnaires) == {
        QuestionnaireFacts(first.id, "returned", NOW),
        QuestionnaireFacts(second.id, "filling", None),
    }
    await commit(database, lambda u: u.pause_order(placed.id, None))
    (again,) = await uow.facts([placed.id])
    assert again.paused_until is None


async def test_reminder_is_planned_once(database: Database) -> None:
    """A reminder of the same subject, kind and date is dropped in silence, the others beside it are kept."""
    await prepare(database)
    placed = await keep(database, line())
    await commit(database, lambda u: u.add_reminders([reminder(placed)]))
    again = [reminder(placed), reminder(placed, "overdue"), reminder(placed, due_on=DUE + timedelta(days=1))]
    await commit(database, lambda u: u.add_reminders(again), lambda u: u.add_reminders([]))
    assert await unit(database).planned([placed.id, "unknown"]) == {
        (placed.id, "unpaid", DUE),
        (placed.id, "overdue", DUE),
        (placed.id, "unpaid", DUE + timedelta(days=1)),
    }


def fill(connection: Connection) -> None:
    """Put 100,000 watched orders in, a thousand of them never to be looked at again, none due at NOW."""
    rows = [
        {
            "order_id": f"o{number:06}",
            "look_at": None if number % 100 == 0 else NOW + timedelta(minutes=number),
            "paused_until": None,
            "seen": 0,
        }
        for number in range(100_000)
    ]
    for at in range(0, len(rows), 10_000):
        connection.execute(insert(m.order_watch), rows[at : at + 10_000])
    connection.execute(text("ANALYZE"))


async def test_idle_look_is_a_search_in_the_index(database: Database) -> None:
    """Among 100,000 orders of which none is due the query reads the partial index only, whatever their number."""
    await database.write(fill)
    bare = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "

    def plan(connection: Connection) -> str:
        compiled = reads_reminders.TO_LOOK.compile(connection.engine)
        given = {"now": NOW.replace(tzinfo=None) if database.dialect == "sqlite" else NOW, "limit": 500}
        names = compiled.positiontup or list(compiled.params)
        values = tuple({**compiled.params, **given}[name] for name in names)
        rows = connection.exec_driver_sql(bare + str(compiled), values).all()
        return "\n".join(str(row[-1]) for row in rows)

    found = await database.run(plan)
    assert "ix_order_watch_look_at" in found, found
    assert "SCAN" not in found.upper().replace("INDEX ONLY SCAN", "").replace("INDEX SCAN", ""), found
    assert "SORT" not in found.upper(), found
    assert "TEMP B-TREE" not in found, found
    assert await looks(database) == []
    due = await unit(database).orders_to_look(NOW + timedelta(minutes=150), 1000)
    assert due == [f"o{number:06}" for number in range(151) if number % 100]


async def test_many_orders_are_looked_at_in_batches(database: Database) -> None:
    """More orders than a statement may hold are read and set in one unit, each once."""
    await prepare(database)
    placed = await keep(database, line())
    await database.write(fill)
    count = 1200
    ids = [f"o{number:06}" for number in range(count)]
    uow = database.uow(CLOCK)
    assert [facts.order.id for facts in await uow.facts([*ids, placed.id, placed.id])] == [placed.id]
    uow.set_looks([(order_id, None) for order_id in ids])
    await uow.commit()
    assert await uow.orders_to_look(NOW + timedelta(minutes=count - 1), 5) == [placed.id]
    assert await uow.orders_to_look(NOW + timedelta(minutes=count), 5) == [placed.id]
