"""Where an error came from, without its message: messages quote what people typed, and addresses hold the token."""

import traceback
from pathlib import Path

FRAMES = 4


def where(error: BaseException) -> str:
    """Return the error's type, the database's code of it, and the last places it passed, fit for a log."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return f"{named(error)} at " + " > ".join(f"{Path(f.filename).name}:{f.lineno}" for f in frames)


def named(error: BaseException) -> str:
    """Return the error's type, and the database's code where it has one: SQLITE_FULL, a sqlstate."""
    code = database_code(error)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def database_code(error: BaseException) -> str:
    """Return the name that SQLite gives the error, or PostgreSQL's sqlstate; empty for an error of another kind."""
    cause = getattr(error, "orig", None) or error
    return str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")
