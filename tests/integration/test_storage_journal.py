"""SQLite's journal: a long reader makes it grow, and it shrinks once that is gone; a read of ours ends in time."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from storage import engines
from storage.database import Database
from storage.engines import MOST_JOURNAL

ROW = "x" * 1024 * 1024


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[Database]:
    """A database on SQLite with a table of its own."""
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'school.db'}")
    await opened.write(lambda c: c.execute(text("CREATE TABLE big (words TEXT)")).close())
    yield opened
    await opened.close()


def _grow(connection: Connection) -> None:
    connection.execute(text("INSERT INTO big VALUES (:words)"), {"words": ROW}).close()


async def test_the_journal_is_emptied_once_a_long_reader_is_gone(base: Database, tmp_path: Path) -> None:
    """While another program reads, the journal stays and writes go on; after that a fold empties it, nothing lost."""
    journal, reader = tmp_path / "school.db-wal", sqlite3.connect(tmp_path / "school.db")
    reader.execute("BEGIN").close()
    assert reader.execute("SELECT count(*) FROM big").fetchone() == (0,)
    rows = MOST_JOURNAL // len(ROW) + 4
    for _ in range(rows):
        await base.write(_grow)
    await base.fold()
    assert journal.stat().st_size > MOST_JOURNAL
    await base.write(_grow)
    reader.close()
    await base.fold()
    assert journal.stat().st_size == 0
    assert await base.run(lambda c: c.execute(text("SELECT count(*) FROM big")).scalar()) == rows + 1


async def test_a_small_journal_is_left_alone(base: Database, tmp_path: Path) -> None:
    """A fold costs a sync of the disk: a journal of the usual size is not folded."""
    await base.write(_grow)
    await base.fold()
    assert (tmp_path / "school.db-wal").stat().st_size > len(ROW)


async def test_a_read_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that lasts too long raises, and the reads after it go on."""
    monkeypatch.setattr(engines, "LONGEST_READ", 0.2)
    base = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'school.db'}")
    endless = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    with pytest.raises(OperationalError, match="interrupted"):
        await base.run(lambda c: c.execute(endless).scalar())
    assert await base.run(lambda c: c.execute(text("SELECT 1")).scalar()) == 1
    await base.close()
