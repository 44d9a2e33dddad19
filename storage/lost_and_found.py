"""Files of a vault that its database knows nothing of: moved aside by the day, not erased at once."""

import contextlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

FOLDER = "lost-and-found"
_PLACES = "????-??-??"


def find(vault: Path, document_id: str) -> Path | None:
    """Return where a file that was moved aside lies, None where it was not."""
    return next((path for day in _days(vault) if (path := vault / FOLDER / day / document_id).exists()), None)


def move_aside(vault: Path, paths: Iterable[Path], day: date) -> None:
    """Move files out of the vault into the folder of this day."""
    place = vault / FOLDER / day.isoformat()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # another replica has moved it
            path.replace(place / path.name)


def erase_before(vault: Path, day: date) -> list[str]:
    """Erase what was moved aside before this day, and return its ids."""
    erased = []
    for name in _days(vault):
        if name >= day.isoformat():
            continue
        for path in (vault / FOLDER / name).iterdir():
            path.unlink(missing_ok=True)
            erased.append(path.name)
    _drop_empty(vault)
    return erased


def _drop_empty(vault: Path) -> None:
    for name in _days(vault):
        place = vault / FOLDER / name
        if not any(place.iterdir()):
            place.rmdir()


def _days(vault: Path) -> list[str]:
    return sorted(path.name for path in (vault / FOLDER).glob(_PLACES))
