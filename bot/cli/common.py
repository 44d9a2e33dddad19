"""What the commands share: their mistakes, the clock, the open database."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import Settings
from bot.config_load import DEFAULT_PATH, load
from bot.database_words import database_fault
from bot.system_words import system_fault
from bot.vaults import VaultRefused, open_database
from storage.backup import database_file
from storage.database import Database


class OperatorError(Exception):
    """A mistake that the operator can mend; the text is for the operator, mostly one line."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


def settings_of(config: Path | None) -> Settings:
    """Load the configuration. Raises `bot.config_words.ConfigError`."""
    return load(config, os.environ)


def config_name(config: Path | None) -> str:
    """Say where the configuration came from."""
    file = config or DEFAULT_PATH
    return str(file) if file.exists() else "только переменные окружения"


def today(settings: Settings) -> date:
    """Return the date in the school's zone."""
    return SystemClock().now().astimezone(ZoneInfo(settings.school.timezone)).date()


def make_folder(settings: Settings) -> None:
    """Make the folder of the SQLite file. Raises `OperatorError`."""
    file = database_file(settings.database.url)
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = system_fault(error)
        raise OperatorError(f"папка {file.parent} не создаётся: {why}; поправьте database.url") from error


@asynccontextmanager
async def opened(settings: Settings, *, anew: bool = False) -> AsyncIterator[Database]:
    """Open the database, brought up to date, and close it. Raises `OperatorError`.

    A database that is not there is made, beside the vault of a former one only with `anew`.
    """
    make_folder(settings)
    database = None
    try:
        database = await (Database.open(settings.database.url) if anew else open_database(settings))
        await database.migrate()
    except VaultRefused as error:
        raise OperatorError(str(error)) from error
    except Exception as error:  # each driver has a family of errors of its own, all mean this
        if database is not None:
            await database.close()
        raise OperatorError(f"база данных не открылась: {database_fault(error)}") from error
    try:
        yield database
    finally:
        await database.close()
