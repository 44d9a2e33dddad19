"""Commits on both databases: together, isolated, durable; and the schema from nothing."""

import asyncio
import importlib
import pkgutil
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, text

import storage
from school.errors import Conflict
from storage import schema
from storage import tables as t
from storage.database import Database
from storage.inbox import NewUpdate
from storage.mapping import values
from tests.integration.storage_samples import CENTRE, CLOCK, draft, notice, order, prepare, visitor


async def test_conflict_harms_no_other_of_its_group(database: Database) -> None:
    """Of units committed together the stale and the broken ones fail alone and the others are kept."""
    await prepare(database)
    units = []
    for user in range(24):
        unit = database.uow(CLOCK)
        unit.save_visitor(visitor(user))
        unit.add_notice(notice(str(user)))
        if user % 3 == 1:
            unit.save_draft(draft(user, version=5))
        units.append(unit)

    def broken(connection: Connection) -> None:
        connection.execute(insert(t.visitors), values(visitor(999)))
        connection.execute(text("SELECT nonsense"))

    outcomes = await asyncio.gather(*(unit.commit() for unit in units), database.write(broken), return_exceptions=True)
    assert [isinstance(outcome, Conflict) for outcome in outcomes[:-1]] == [user % 3 == 1 for user in range(24)]
    assert outcomes[-1] is not None
    stored = await database.run(lambda c: c.execute(text("SELECT user_id FROM visitors ORDER BY 1")).scalars().all())
    assert stored == [user for user in range(24) if user % 3 != 1]
    assert (await database.outbox.counts())["pending"] == 16


async def test_orders_placed_at_once_get_numbers_without_gaps(database: Database) -> None:
    """Sixteen people who place orders at once get sixteen numbers in a row, each after as many tries as it takes."""
    await prepare(database)

    async def place() -> None:
        while True:
            unit = database.uow(CLOCK)
            centre = await unit.centre("0123")
            assert centre is not None
            unit.add_order(order(centre.next_order))
            try:
                await unit.commit()
            except Conflict:
                continue
            return

    await asyncio.gather(*(place() for _ in range(16)))
    orders, total = await database.uow(CLOCK).orders_placed_by(77, 50, 0)
    assert total == 16
    assert sorted(one.number for one in orders) == [f"0123-{number:04}" for number in range(1, 17)]
    assert await database.uow(CLOCK).centre("0123") == replace(CENTRE, next_order=17)


async def test_two_processes_write_one_draft_once(database: Database, database_url: str) -> None:
    """Of savers in two processes that read one version exactly one wins."""
    await prepare(database)
    unit = database.uow(CLOCK)
    unit.save_draft(written := draft())
    await unit.commit()
    other = await Database.open(database_url)
    try:
        units = [opened.uow(CLOCK) for opened in (database, other) for _ in range(4)]
        for at, saver in enumerate(units):
            saver.save_draft(replace(written, version=1, cursor=str(at)))
        outcomes = await asyncio.gather(*(saver.commit() for saver in units), return_exceptions=True)
    finally:
        await other.close()
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 7


async def test_cancelled_caller_leaves_the_rest_alone(database: Database) -> None:
    """A caller cancelled while its commit waits breaks neither the others nor the commits after it."""
    cancelled = database.uow(CLOCK)
    cancelled.save_visitor(visitor(1))
    kept = database.uow(CLOCK)
    kept.save_visitor(visitor(2))
    task, other = asyncio.create_task(cancelled.commit()), asyncio.create_task(kept.commit())
    await asyncio.sleep(0)
    task.cancel()
    await other
    later = database.uow(CLOCK)
    later.save_visitor(visitor(3))
    await later.commit()
    for user in (2, 3):
        assert (await database.uow(CLOCK).session(user)).visitor == visitor(user)


async def test_what_is_committed_outlives_the_process(database: Database, database_url: str) -> None:
    """What was committed or stored is there after reopening; what was only staged is not."""
    staged, committed = database.uow(CLOCK), database.uow(CLOCK)
    staged.save_visitor(visitor(1))
    committed.save_visitor(visitor(2))
    await committed.commit()
    await database.inbox.store(1, [NewUpdate(1, 7, "{}")])
    again = await Database.open(database_url)
    try:
        await again.migrate()
        assert (await again.uow(CLOCK).session(1)).visitor is None
        assert (await again.uow(CLOCK).session(2)).visitor == visitor(2)
        assert len(await again.inbox.pending(10)) == 1
    finally:
        await again.close()


async def test_close_waits_for_the_commit_under_way(database_url: str) -> None:
    """A commit that has begun is finished before the database closes."""
    opened = await Database.open(database_url)
    await opened.migrate()
    unit = opened.uow(CLOCK)
    unit.save_visitor(visitor())
    commit = asyncio.create_task(unit.commit())
    await asyncio.sleep(0)
    await opened.close()
    await commit
    again = await Database.open(database_url)
    try:
        assert (await again.uow(CLOCK).session(77)).visitor == visitor()
    finally:
        await again.close()


async def test_migrating_twice_and_side_by_side_is_harmless(database_url: str) -> None:
    """Two processes that migrate an empty database at once, and then again, leave one good schema."""
    opened, other = await Database.open(database_url), await Database.open(database_url)
    try:
        await asyncio.gather(opened.migrate(), other.migrate())
        await opened.migrate()
        assert (await opened.uow(CLOCK).session(1)).catalogue.version == 0
    finally:
        await opened.close()
        await other.close()


async def test_migrations_make_the_tables_of_the_code(database: Database) -> None:
    """The schema that the migrations make is the one that the code declares, and HEAD is the newest revision."""

    for module in pkgutil.iter_modules(storage.__path__):
        if module.name.startswith("tables"):
            importlib.import_module(f"storage.{module.name}")  # each adds its own to the metadata

    def differences(connection: Connection) -> Any:
        return compare_metadata(MigrationContext.configure(connection), t.metadata)

    assert await database.run(differences) == []
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


async def test_sqlite_keeps_its_promises(tmp_path: Any) -> None:
    """SQLite runs in WAL with full syncs and foreign keys, and its reader cannot write."""
    opened = await Database.open(f"sqlite:///{tmp_path / 'new' / 'school.db'}")

    def pragmas(connection: Connection) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in names]

    try:
        assert await opened.write(pragmas) == ["wal", 2, 1]
        with pytest.raises(Exception, match="readonly"):
            await opened.run(lambda c: c.execute(text("CREATE TABLE t (a)")).close())
    finally:
        await opened.close()


async def test_other_urls_are_refused() -> None:
    """A database of another make, or SQLite in memory, is refused at once."""
    for url in ("mysql://localhost/x", "sqlite://", "sqlite+aiosqlite:///:memory:"):
        with pytest.raises(ValueError, match=r"database|SQLite"):
            await Database.open(url)


def test_import_loads_neither_alembic_nor_a_driver() -> None:
    """Importing storage loads no alembic and no PostgreSQL driver: start-up time is a feature."""
    code = "import sys, storage.database; sys.exit(bool({'alembic', 'asyncpg', 'mako'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
