"""A copy of an SQLite database and back, by SQLite's own online backup, checked before it counts."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

_PRIVATE = 0o600  # personal data: nobody else on the machine reads a copy


class BackupFailed(Exception):
    """The copy was not made or not put back; nothing has changed.

    `code` is one of not_sqlite, absent, exists, damaged, foreign, in_use, file; `detail` is the system's answer.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def database_file(url: str) -> Path | None:
    """Return the file of an SQLite URL, None for any other database."""
    parsed = make_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def backup(url: str, target: Path) -> int:
    """Copy the database to a new file, while the bot runs too, and return its size in bytes. Raises `BackupFailed`."""
    source = _sqlite_file(url)
    if not source.exists():
        raise BackupFailed("absent", str(source))
    if target.exists():
        raise BackupFailed("exists", str(target))
    part = target.with_name(target.name + ".part")
    _copy(source, part)
    part.replace(target)
    return target.stat().st_size


def restore(url: str, source: Path) -> Path | None:
    """Put the copy in place of the database; the bot must not run.

    Returns the file in which the former database is kept, None when there was none. Raises `BackupFailed`.
    """
    target = _sqlite_file(url)
    if not source.exists():
        raise BackupFailed("absent", str(source))
    part = target.with_name(target.name + ".part")
    _copy(source, part)
    kept = None
    try:
        if target.exists():
            _close_down(target)
            kept = target.with_name(target.name + ".before-restore")
            target.replace(kept)
        part.replace(target)
    except OSError as error:
        raise BackupFailed("file", error.strerror or "") from error
    finally:
        part.unlink(missing_ok=True)
    return kept


def _sqlite_file(url: str) -> Path:
    file = database_file(url)
    if file is None:
        raise BackupFailed("not_sqlite")
    return file


def _copy(source: Path, part: Path) -> None:
    """Copy and check; what fails leaves no file behind."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
        where = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(where, uri=True)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
            _check(new)
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise BackupFailed("damaged", str(error)) from error
    except OSError as error:
        raise BackupFailed("file", error.strerror or "") from error
    except BackupFailed:
        part.unlink(missing_ok=True)
        raise


def _check(copy: sqlite3.Connection) -> None:
    # One file that opens anywhere: without WAL there are no companions to lose.
    copy.execute("PRAGMA journal_mode = DELETE").close()
    answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise BackupFailed("damaged", answer.splitlines()[0])
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        raise BackupFailed("foreign")


def _close_down(target: Path) -> None:
    """Fold the WAL into the file; SQLite refuses while anybody else has the database open."""
    try:
        with closing(sqlite3.connect(target, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").close()
    except sqlite3.OperationalError as error:
        raise BackupFailed("in_use", str(error)) from error
    except sqlite3.DatabaseError:
        return  # a damaged database is the very reason to restore
