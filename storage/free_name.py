"""Names of files that are never overwritten."""

from datetime import datetime
from itertools import count
from pathlib import Path


def free_name(file: Path, why: str, now: datetime) -> Path:
    """Return a path beside the file that is not there yet: its name, why it is kept and the moment."""
    first = file.with_name(f"{file.name}.{why}-{now:%Y%m%d-%H%M%S}")
    names = (first if not n else first.with_name(f"{first.name}-{n}") for n in count())
    return next(path for path in names if not path.exists())
