"""The folder of documents can be written, and where the key is."""

import asyncio
import os
from pathlib import Path

from bot.cli.checks.line import Line
from bot.config import Settings
from storage.vault import KEY_FILE

_PIECE = "Документы"


async def check_documents(settings: Settings) -> list[Line]:
    """Look at the folder and at the key."""
    return [await asyncio.to_thread(_documents, settings)]


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
