"""What stands beside a copy: when it was made, of which schema, and the checksum by which it is known again."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


class ManifestBroken(Exception):
    """The manifest cannot be read."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`made_at` is ISO in UTC, `size` in bytes."""

    made_at: str
    schema: str
    size: int
    sha256: str


def manifest_of(copy: Path) -> Path:
    """Return where the manifest of a copy lies."""
    return copy.with_name(f"{copy.name}.manifest")


def write_manifest(copy: Path, schema: str, made_at: str) -> None:
    """Write the manifest of a copy that has just been made."""
    made = Manifest(made_at, schema, copy.stat().st_size, checksum(copy))
    path = manifest_of(copy)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(made), file, indent=2)


def read_manifest(copy: Path) -> Manifest | None:
    """Return the manifest of a copy, None where there is none. Raises `ManifestBroken`."""
    try:
        told = json.loads(manifest_of(copy).read_text("utf-8"))
        return Manifest(str(told["made_at"]), str(told["schema"]), int(told["size"]), str(told["sha256"]))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise ManifestBroken from error


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
