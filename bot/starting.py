"""Steps of a start that may have to wait or to be refused."""

import asyncio
import fcntl
import logging
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from bot.config import Settings
from bot.database_words import database_fault, is_away
from bot.system_words import system_fault
from bot.vaults import VaultRefused, open_database
from storage.database import Database
from storage.peek import Damaged, peek

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0  # seconds between two questions to a server that is away, doubled each time
LONGEST_PAUSE = 15.0
QUICK_CHECK = 20.0  # seconds for the look at a file after a crash
_RUNNING = "running"
_DAMAGED = "файл {path} из database.url повреждён: восстановите копию: python -m bot restore ФАЙЛ"


class StartError(Exception):
    """The bot cannot start; the message is one line for the operator."""


class FileLock:
    """The lock beside an SQLite file; it says "running" from a start until a clean stop."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock

    def look_after_crash(self) -> None:
        """See that the file is whole where the last stop was not clean, for `QUICK_CHECK` seconds at most.

        Raises `StartError` for a damaged file: its mark stays, so that the next start refuses it too.
        """
        self._lock.seek(0)
        if self._lock.read() and self.path.exists():
            try:
                whole = peek(self.path, QUICK_CHECK).whole
            except Damaged as error:
                raise StartError(_DAMAGED.format(path=self.path)) from error
            except sqlite3.Error as error:
                raise StartError(f"база данных не открылась: {database_fault(error)}") from error
            told = "файл базы цел" if whole else "файл базы проверен не весь; целиком его проверит команда backup"
            log.warning("в прошлый раз бот остановился аварийно; %s", told)
        self._say(_RUNNING)

    def stopped(self) -> None:
        """Note a clean stop."""
        self._say("")

    def _say(self, words: str) -> None:
        self._lock.seek(0)
        self._lock.truncate()
        self._lock.write(words)
        self._lock.flush()


def lock_file(path: Path, held: ExitStack) -> FileLock:
    """Keep a second process off the SQLite file: it would take over the messages that this one is sending.

    The lock lasts until `held` closes. Raises `StartError`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = held.enter_context(path.with_name(f"{path.name}.lock").open("a+"))
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return FileLock(path, lock)
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
