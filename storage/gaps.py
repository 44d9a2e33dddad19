"""Numbers that clients know are left out after a restore: one that was given out is never given to another client."""

import sqlite3
from contextlib import closing
from pathlib import Path

NARROW = 10  # where the former database tells how far the numbers had come
WIDE = 1000  # where nobody knows

_IDENTITY = "SELECT value FROM {0}.service_state WHERE key = 'vault:identity'"
_REACHED = """
UPDATE centres SET next_order = max(next_order, coalesce(
    (SELECT past.next_order FROM former.centres AS past WHERE past.number = centres.number), 0))
"""
# A centre added after the copy: closed, so that nothing is ordered there unseen, and its numbers are not begun anew.
_CENTRES = """
INSERT INTO centres (number, name, email, closed, next_order, settings)
SELECT number, name, email, 1, next_order, settings FROM former.centres WHERE number NOT IN (SELECT number FROM centres)
"""
_INVOICES = """
INSERT INTO invoice_numbers (centre, next) SELECT centre, next FROM former.invoice_numbers WHERE true
ON CONFLICT (centre) DO UPDATE SET next = max(next, excluded.next)
"""


def leave_gaps(copy: Path, former: Path) -> None:
    """Move every sequence of the copy past what the former database has given out, as far as it can be read.

    What the copy has recorded of its vaults is dropped: since then its files may have got rows. Raises `sqlite3.Error`.
    """
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=rw", uri=True)) as connection:
        known = _follow(connection, former)
        gap = NARROW if known else WIDE
        with connection:
            connection.execute("UPDATE centres SET next_order = next_order + ?", (gap,))
            connection.execute("UPDATE invoice_numbers SET next = next + ?", (gap,))
            connection.execute("DELETE FROM vault_files")


def _follow(connection: sqlite3.Connection, former: Path) -> bool:
    """Take over how far the former database had come; False where it is not there, not readable or another's."""
    if not former.exists():
        return False
    try:
        connection.execute("ATTACH DATABASE ? AS former", (f"{former.absolute().as_uri()}?mode=ro",))
        own, other = (connection.execute(_IDENTITY.format(name)).fetchone() for name in ("main", "former"))
        if own is None or own != other:
            return False
        with connection:
            for statement in (_REACHED, _CENTRES, _INVOICES):
                connection.execute(statement)
    except sqlite3.DatabaseError:
        return False
    finally:
        if any(row[1] == "former" for row in connection.execute("PRAGMA database_list").fetchall()):
            connection.execute("DETACH DATABASE former")
    return True
