"""Steps of a start that may have to wait or to be refused."""

import asyncio
import fcntl
import logging
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bot.config import Settings
from bot.database_words import database_fault, is_away
from bot.system_words import system_fault
from bot.vaults import VaultRefused, open_database
from storage.database import Database

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0  # seconds between two questions to a server that is away, doubled each time
LONGEST_PAUSE = 15.0


class StartError(Exception):
    """The bot cannot start; the message is one line for the operator."""


def lock_file(path: Path, held: ExitStack) -> None:
    """Keep a second process off the SQLite file: it would take over the messages that this one is sending.

    The lock lasts until `held` closes. Raises `StartError`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = held.enter_context(path.with_name(f"{path.name}.lock").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StartError(f"бот уже запущен на базе {path}: остановите его или укажите другой database.url") from error
    except OSError as error:
        raise StartError(
            f"в папку базы {path.parent} не записать ({system_fault(error)}): поправьте database.url или права"
        ) from error


async def open_when_there(settings: Settings, waits: Callable[[str], None]) -> Database:
    """Open the database and bring its schema up to date; a server that is away is asked until it answers.

    `waits` hears each time what is waited for. Raises `StartError` for what waiting does not mend.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return await _opened(settings)
        except VaultRefused as error:
            raise StartError(str(error)) from error
        except Exception as error:
            words = database_fault(error)
            if settings.database.url.startswith("sqlite") or not is_away(error):
                raise StartError(f"база данных не открылась: {words}") from error
        waits(words)
        log.warning("база данных недоступна: %s; спросим снова через %.0f с", words, pause)
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)


async def _opened(settings: Settings) -> Database:
    database = await open_database(settings)
    try:
        await database.migrate()
    except BaseException:
        await database.close()
        raise
    return database
