"""The searches of `/status` on both databases: every way of asking, centres apart, words kept up to date."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from school.centre import Centre
from school.errors import Conflict
from school.order import Order, Payer
from school.payer import PayerKind
from school.ports_status import Hits
from school.status import Query, read_query, rows_of
from storage.database import Database
from tests.integration.storage_samples import CLOCK, commit, line, order, prepare
from tests.integration.test_storage_migration import to_second

OTHER = Centre("0777", "СЦ «Другой»", "sc0777@example.ru")


async def put(database: Database, placed: Order) -> Order:
    """Store an order."""
    await commit(database, lambda u: u.add_order(placed))
    return placed


async def world(database: Database) -> dict[str, Order]:
    """Store orders of two centres."""
    await prepare(database)
    await database.save_centre(OTHER)
    firm = Payer(PayerKind.ORGANISATION, "ООО «Тёплый дом плюс»", "6663003127", "667101001", "127018, г. Москва, 1")
    own = await put(database, order(1, line(), line("Лебедева Татьяна Ивановна", run="44fz-0701")))
    dom = await put(database, order(2, line("Римский-Корсаков Пётр Ильич"), payer=firm))
    foreign = order(1, line(), number="0777-0001", centre="0777")
    return {"own": own, "dom": dom, "foreign": await put(database, foreign)}


async def ask(database: Database, query: Query, *centres: str, limit: int = 10) -> Hits:
    """Search in these centres, without any in all."""
    return await database.uow(CLOCK).find_status(query, centres or None, limit)


def numbers(hits: Hits, query: Query) -> Sequence[str]:
    """Return references of the students found, by order."""
    rows = rows_of(hits.orders, query, hits.alternatives, registration=False)
    return sorted(row.order.reference(row.line.id) for row in rows)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("5039002841", ["0123-0001/1", "0123-0001/2"]),
        ("5039002841 / 503901001", ["0123-0001/1", "0123-0001/2"]),
        ("5039002841 / 503901002", []),
        ("0123-0002", ["0123-0002/1"]),
        ("№ 0777-0001", []),
        ("соколова", ["0123-0001/1"]),
        ("СОКОЛ", ["0123-0001/1"]),
        ("сколова", ["0123-0001/1"]),
        ("соклоова", ["0123-0001/1"]),
        ("соколову", ["0123-0001/1"]),
        ("Соколова Любовь", ["0123-0001/1"]),
        ("Любовь Соколова", ["0123-0001/1"]),
        ("Соколова Анна", []),
        ("корсаков", ["0123-0002/1"]),
        ("машк", ["0123-0001/1", "0123-0001/2"]),
        ("ООО ромашка", ["0123-0001/1", "0123-0001/2"]),
        ("ромашка лебедева", ["0123-0001/2"]),
        ("теплый", ["0123-0002/1"]),
        ("Дом ТЁПЛЫЙ", ["0123-0002/1"]),
        ("тёплый ромашка", []),
        ("неттаких", []),
    ],
)
async def test_every_way_of_asking(database: Database, asked: str, found: list[str]) -> None:
    """A centre's own orders are found by requisites, number and names: with ё, in any case, in part, with one slip."""
    await world(database)
    query = read_query(asked)
    assert numbers(await ask(database, query, "0123"), query) == found


async def test_centres_apart(database: Database) -> None:
    """Asked of one centre, of several and of all, only those centres' orders come; a limit says there are more."""
    await world(database)
    for query in (read_query("5039002841"), read_query("соколова"), Query("run", "usn-0620")):
        own = {"0123-0001/1", "0123-0001/2", "0123-0002/1"} & set(numbers(await ask(database, query, "0123"), query))
        assert own
        assert numbers(await ask(database, query, "0777"), query) == ["0777-0001/1"]
        both = sorted({*own, "0777-0001/1"})
        assert numbers(await ask(database, query, "0123", "0777"), query) == both
        assert numbers(await ask(database, query), query) == both
        cut = await ask(database, query, limit=1)
        assert (len(cut.orders), cut.more) == (1, True)
    by_run = Query("run", "44fz-0701")
    assert numbers(await ask(database, by_run, "0123"), by_run) == ["0123-0001/2"]


async def test_words_follow_the_line(database: Database) -> None:
    """Another student in a place is found, the former one no longer; a save of the same name adds nothing."""
    orders = await world(database)
    first = orders["own"].lines[0]
    await commit(database, lambda u: u.save_line(orders["own"].id, replace(first, name="Щукина Анна Петровна")))
    for asked, found in (("щукина", ["0123-0001/1"]), ("соколова", [])):
        query = read_query(asked)
        assert numbers(await ask(database, query, "0123"), query) == found
    count = text("SELECT count(*) FROM search_words")
    before = await database.run(lambda c: c.execute(count).scalar())
    changed = replace(first, name="Щукина Анна Петровна", version=2)
    await commit(database, lambda u: u.save_line(orders["own"].id, changed))
    assert await database.run(lambda c: c.execute(count).scalar()) == before


async def test_who_leads_is_compared(database: Database) -> None:
    """An order's `extra` is saved by its version: of two who take it at once the slower makes a conflict."""
    orders = await world(database)
    taken = replace(orders["own"], extra={**orders["own"].extra, "owner": "1"})
    await commit(database, lambda u: u.save_order_extra(taken))
    found = await database.uow(CLOCK).order(taken.id)
    assert found is not None
    assert (found.extra["owner"], found.version) == ("1", 2)
    with pytest.raises(Conflict):
        await commit(database, lambda u: u.save_order_extra(taken))


async def test_migration_fills_the_words(database_url: str) -> None:
    """Orders of an earlier release are found by payer and by student after the migration, more than a page of them."""
    opened = await Database.open(database_url)
    try:
        await opened.write(to_second)
        await opened.migrate()
        query = read_query("соколва")
        assert len(numbers(await ask(opened, query, "0123"), query)) == 5201
        assert numbers(await ask(opened, read_query("0123-0001"), "0777"), query) == []
    finally:
        await opened.close()


async def test_no_search_reads_a_whole_table(database: Database) -> None:
    """On SQLite every search goes by an index, of one centre and of all."""
    if database.dialect != "sqlite":
        return
    await world(database)
    plans: list[str] = []

    def watch(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(lambda sql: plans.append(sql) if sql.startswith("SELECT") else None)

    await database.run(watch)
    for query in (read_query("5039002841"), read_query("соколва любовь"), Query("run", "usn-0620")):
        for centres in (("0123",), ("0123", "0777"), ()):
            await ask(database, query, *centres)
    asked = list(plans)
    assert len(asked) > 10

    def explain(connection: Connection) -> list[str]:
        rows = [row for sql in asked for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()]
        return [row[3] for row in rows]

    steps = await database.run(explain)
    assert not [step for step in steps if step.startswith("SCAN") and "SUBQUERY" not in step], steps
