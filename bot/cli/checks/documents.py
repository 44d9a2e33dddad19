"""The folder of documents can be written, where the key is, and that both belong to the database."""

import asyncio
import os
from pathlib import Path

from bot.cli.checks.line import Line
from bot.cli.common import SystemClock
from bot.config import Settings
from bot.vaults import VaultRefused, look_at_vaults
from storage.vault import KEY_FILE

_PIECE = "Документы"


async def check_documents(settings: Settings) -> list[Line]:
    """Look at the folder, at the key and at the database beside them; nothing is made."""
    line = await asyncio.to_thread(_documents, settings)
    if line.state == "bad":
        return [line]
    try:
        await look_at_vaults(settings, SystemClock())
    except VaultRefused as refusal:
        return [Line("bad", _PIECE, str(refusal))]
    except Exception:  # noqa: BLE001 - each driver has a family of errors of its own; the database's line tells which
        return [line, Line("warn", _PIECE, "с базой не сверены: она не открылась")]
    return [line]


def _documents(settings: Settings) -> Line:
    path = settings.documents.path
    if not os.access(path if path.exists() else _nearest(path), os.W_OK):
        return Line("bad", _PIECE, f"в папку {path} нельзя писать, проверьте documents.path и права")
    if settings.documents.key is None:
        beside = path.parent / KEY_FILE
        return Line("warn", _PIECE, f"{path}, ключ лежит рядом ({beside}): сохраните его копию отдельно")
    return Line("ok", _PIECE, f"{path}, ключ из настроек")


def _nearest(path: Path) -> Path:
    return next((parent for parent in path.absolute().parents if parent.exists()), Path("/"))
