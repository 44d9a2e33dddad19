"""Whether the database takes reads and writes, has the right schema, and is still the file that was opened."""

import asyncio
from pathlib import Path

from bot.database_words import database_fault
from bot.watch.troubles import Trouble
from storage.database import Database
from storage.health import schema_state
from storage.service import ServiceState

ANSWER_SECONDS = 3.0
_SLOW = "не отвечает дольше 3 секунд: другая программа держит её, или диск и сервер перегружены"


class DatabaseLook:
    """Reads the schema and writes a row; one write is under way at most, however long the database is locked."""

    def __init__(self, database: Database, file: Path | None) -> None:
        self._database = database
        self._state = ServiceState(database)
        self._file = file
        self._opened = _identity(file)
        self._probe: asyncio.Task[None] | None = None

    async def __call__(self) -> Trouble | None:
        """Return the trouble; never waits longer than a few seconds."""
        if self._file is not None and _identity(self._file) != self._opened:
            return Trouble(
                "database",
                f"файл базы {self._file} удалён или подменён, новое в нём не сохраняется: "
                "остановите бота и верните файл или копию",
            )
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                state = await schema_state(self._database)
                await self._written()
        except TimeoutError:
            return Trouble("database", f"база данных {_SLOW}")
        except Exception as error:  # noqa: BLE001 - each driver has a family of errors of its own, all mean this
            return Trouble("database", f"база данных: {database_fault(error)}")
        if state != "current":
            return Trouble("schema", "схема базы от другой версии бота: обновите его и перезапустите")
        return None

    async def _written(self) -> None:
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._state.probe())
        await asyncio.shield(self._probe)


def _identity(file: Path | None) -> tuple[int, int] | None:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found is not None else None
