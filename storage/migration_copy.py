"""A copy of an SQLite database before its schema is changed: the former version of the bot can go on with it."""

from datetime import UTC, datetime
from pathlib import Path

from storage.backup import copy_checked
from storage.free_name import free_name

KEPT = 3
_WHY = "before-update"


def copy_before(file: Path) -> Path:
    """Copy the database beside itself and drop all such copies but the latest. Raises `storage.backup.BackupFailed`."""
    made = free_name(file, _WHY, datetime.now(UTC))
    part = made.with_name(f"{made.name}.part")
    copy_checked(file, part)
    part.replace(made)
    copies = sorted(file.parent.glob(f"{file.name}.{_WHY}-*"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    for old in copies[:-KEPT]:
        old.unlink(missing_ok=True)
    return made
