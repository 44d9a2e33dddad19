"""Files with personal data or secrets that others on the machine can read."""

import asyncio
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from bot.cli.checks.line import Line
from bot.config import Settings
from bot.vaults import vault_folders
from storage.backup import database_file
from storage.vault import KEY_FILE

_PIECE = "Права"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST = 10


async def check_loose(settings: Settings, config: Path) -> list[Line]:
    """Name what is not its owner's alone, with the command that mends it; no line where nothing is loose."""
    found = await asyncio.to_thread(lambda: [path for path in _private(settings, config) if _is_loose(path)])
    if not found:
        return []
    named = " ".join(shlex.quote(str(path)) for path in found[:_MOST])
    more = " (и так же остальные: проверьте ещё раз)" if len(found) > _MOST else ""
    return [Line("warn", _PIECE, f"это может читать не только бот, закройте: chmod -R go-rwx {named}{more}")]


def _private(settings: Settings, config: Path) -> Iterator[Path]:
    """Yield the configuration, the database with its companions and copies, the key, the folders of both vaults."""
    yield config
    file = database_file(settings.database.url)
    if file is not None:
        # What SQLite and the bot keep beside the database begins with its name; a copy has a manifest.
        copies = {path.with_suffix("") for path in file.parent.glob("*.manifest")}
        yield from sorted(path for path in {*file.parent.glob(f"{file.name}*"), *copies} if path.suffix != ".lock")
    folders = vault_folders(settings)
    yield folders[0].with_name(KEY_FILE)
    yield from folders


def _is_loose(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False
