"""A look at an SQLite file that changes nothing, not even its journal."""

import sqlite3
from contextlib import closing
from pathlib import Path

BUSY_SECONDS = 5.0


class Damaged(Exception):
    """The file's pages do not fit together."""


def peek(file: Path) -> str:
    """Return the revision of the schema, empty for a file without one. Raises `sqlite3.Error`, `Damaged`."""
    where = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(where, uri=True, timeout=BUSY_SECONDS)) as connection:
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise Damaged
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        if known is None:
            return ""
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(found[0]) if found is not None else ""
