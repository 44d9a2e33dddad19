"""Where an error came from, without its message: messages quote what people typed, and addresses hold the token."""

import traceback
from pathlib import Path

FRAMES = 4


def where(error: BaseException) -> str:
    """Return the error's type and the last places it passed, fit for a log."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return f"{type(error).__name__} at " + " > ".join(f"{Path(f.filename).name}:{f.lineno}" for f in frames)
