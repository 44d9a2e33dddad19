"""A copy of an SQLite database and back, by SQLite's own online backup, checked before it counts."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from storage.free_name import free_name
from storage.gaps import leave_gaps
from storage.manifest import ManifestBroken, checksum, manifest_of, read_manifest, write_manifest
from storage.schema import is_newer

_COMPANIONS = ("-wal", "-shm", "-journal")
_PRIVATE = 0o600  # personal data: nobody else on the machine reads a copy


class BackupFailed(Exception):
    """The copy was not made or not put back; nothing has changed.

    `code` is one of not_sqlite, absent, exists, damaged, foreign, newer, changed, manifest, in_use, file; `detail` is
    the system's answer, or the file or revision that is meant.
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
    """Copy the database to a new file, while the bot runs too, with a manifest beside it, and return its size in bytes.

    Raises `BackupFailed`.
    """
    source = _sqlite_file(url)
    if not source.exists():
        raise BackupFailed("absent", str(source))
    if target.exists():
        raise BackupFailed("exists", str(target))
    part = target.with_name(target.name + ".part")
    revision = copy_checked(source, part)
    part.replace(target)
    write_manifest(target, revision, datetime.now(UTC).isoformat(timespec="seconds"))
    return target.stat().st_size


def prepare(url: str, source: Path) -> Path:
    """Copy the copy beside the database, verified, and return the file; the database itself is not touched.

    Raises `BackupFailed`: newer where a newer version of the bot made it, changed where its manifest tells of another
    file, manifest where that cannot be read.
    """
    target = _sqlite_file(url)
    if not source.exists():
        raise BackupFailed("absent", str(source))
    _verify(source)
    part = target.with_name(target.name + ".part")
    revision = copy_checked(source, part)
    if is_newer(revision):
        drop(part)
        raise BackupFailed("newer", revision)
    return part


def put_in_place(url: str, part: Path) -> Path | None:
    """Put a prepared file in place of the database, past whose numbers its own are moved; the bot must not run.

    Returns the file in which the former database is kept, None when there was none. Raises `BackupFailed`, and then
    nothing has changed.
    """
    target = _sqlite_file(url)
    try:
        with _locked(target):
            _close_down(target)
            leave_gaps(part, target)
            kept = _keep(target)
            part.replace(target)
    except sqlite3.Error as error:
        raise BackupFailed("damaged", str(error)) from error
    except OSError as error:
        raise BackupFailed("file", error.strerror or "") from error
    finally:
        drop(part)
    return kept


def drop(part: Path) -> None:
    """Remove a prepared file with its companions."""
    for ending in ("", *_COMPANIONS):
        part.with_name(part.name + ending).unlink(missing_ok=True)


def _verify(source: Path) -> None:
    try:
        manifest = read_manifest(source)
    except ManifestBroken as error:
        raise BackupFailed("manifest", str(manifest_of(source))) from error
    if manifest is not None and manifest.sha256 != checksum(source):
        raise BackupFailed("changed", str(manifest_of(source)))


def _keep(target: Path) -> Path | None:
    """Put the former database aside under a name of its own, with what a kill may have left beside it."""
    if not target.exists():
        return None
    kept = free_name(target, "before-restore", datetime.now(UTC))
    for ending in _COMPANIONS:
        beside = target.with_name(target.name + ending)
        if beside.exists():
            beside.replace(kept.with_name(kept.name + ending))
    try:
        # A second name first: a kill in between leaves the database where it was.
        kept.hardlink_to(target)
    except OSError:  # a file system without links
        target.replace(kept)
    kept.chmod(_PRIVATE)
    return kept


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Hold the lock that a running bot holds (`bot.starting.lock_file`)."""
    with target.with_name(f"{target.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupFailed("in_use") from error
        yield


def _sqlite_file(url: str) -> Path:
    file = database_file(url)
    if file is None:
        raise BackupFailed("not_sqlite")
    return file


def copy_checked(source: Path, part: Path) -> str:
    """Copy an open database or a closed one, check the copy and return the revision of its schema.

    Raises `BackupFailed`; what fails leaves no file behind.
    """
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
        where = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(where, uri=True)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
            return _check(new)
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise BackupFailed("damaged", str(error)) from error
    except OSError as error:
        raise BackupFailed("file", error.strerror or "") from error
    except BackupFailed:
        part.unlink(missing_ok=True)
        raise


def _check(copy: sqlite3.Connection) -> str:
    # One file that opens anywhere: without WAL there are no companions to lose.
    copy.execute("PRAGMA journal_mode = DELETE").close()
    answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise BackupFailed("damaged", answer.splitlines()[0])
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        raise BackupFailed("foreign")
    revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(revision[0]) if revision else ""


def _close_down(target: Path) -> None:
    """Fold the WAL into the file; SQLite refuses while anybody else has the database open."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").close()
    except sqlite3.OperationalError as error:
        raise BackupFailed("in_use", str(error)) from error
    except sqlite3.DatabaseError:
        return  # a damaged database is the very reason to restore
