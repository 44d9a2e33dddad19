"""A look at an SQLite file that changes nothing, not even its journal."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

BUSY_SECONDS = 5.0
LIMIT = 10.0  # seconds for the pages of a file
_STEPS = 2_000  # SQLite's own between two looks at the clock: less than a millisecond


class Damaged(Exception):
    """The file's pages do not fit together."""


@dataclass(frozen=True, slots=True)
class Peeked:
    """The schema's revision, empty for a file without one, and whether all pages were looked at in time."""

    revision: str
    whole: bool


def peek(file: Path, limit: float = LIMIT, clock: Callable[[], float] = time.monotonic) -> Peeked:
    """Look at the pages, for `limit` seconds at most, and at the schema. Raises `sqlite3.Error`, `Damaged`."""
    with _opened(file) as connection:
        whole = _looked_through(connection, clock() + limit, clock)
        return Peeked(_revision(connection), whole)


def peek_revision(file: Path) -> str:
    """Return the schema's revision alone, empty for a file without one. Raises `sqlite3.Error`."""
    with _opened(file) as connection:
        return _revision(connection)


def _opened(file: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS))


def _revision(connection: sqlite3.Connection) -> str:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        return ""
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found is not None else ""


def _looked_through(connection: sqlite3.Connection, until: float, clock: Callable[[], float]) -> bool:
    """Tell whether all pages were looked at before `until`. Raises `Damaged`."""
    connection.set_progress_handler(lambda: clock() >= until, _STEPS)
    try:
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise Damaged
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return False
    finally:
        connection.set_progress_handler(None, 0)
    return True
