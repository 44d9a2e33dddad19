"""What a vault's folder says of itself: whose it is, how far it has come, and with which key it is kept."""

import json
import logging
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "vault.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Marker:
    """`identity` is the database's, `generation` counts sweeps, `key_check` is `storage.vault.key_check` of the key."""

    identity: str
    generation: int
    key_check: str


def read_marker(folder: Path) -> Marker | None:
    """Return the marker, None where there is none or it cannot be read."""
    try:
        told = json.loads((folder / FILE).read_text("utf-8"))
        return Marker(str(told["identity"]), int(told["generation"]), str(told["key_check"]))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        log.error("%s is damaged and is not counted", folder / FILE)
        return None


def write_marker(folder: Path, marker: Marker) -> None:
    """Keep the marker durably, in place of the former one."""
    draft = folder / f".{FILE}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(marker), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / FILE)
    finally:
        draft.unlink(missing_ok=True)
