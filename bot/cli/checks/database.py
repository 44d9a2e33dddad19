"""The database: it opens, is whole, of this version, and can be written; the catalogue and the centres in it."""

import asyncio
import os
from pathlib import Path

from bot.cli.checks.line import Line
from bot.cli.common import SystemClock, today
from bot.config import Settings
from bot.database_words import database_fault
from school.catalogue import Catalogue
from storage.backup import database_file
from storage.database import Database
from storage.health import revision
from storage.peek import Damaged, peek
from storage.schema import HEAD, SchemaNewer, is_newer
from wording.plurals import plural

_PIECE = "База данных"
_LIMIT = 15.0  # seconds
_NOT_ALL = Line("warn", _PIECE, "файл большой, проверен не весь; целиком его проверит команда backup")


async def check_database(settings: Settings) -> list[Line]:
    """Look at the database; an SQLite file is first read without being opened for writing."""
    try:
        async with asyncio.timeout(_LIMIT):
            file = database_file(settings.database.url)
            looked = await asyncio.to_thread(_file, file) if file is not None else True
            if isinstance(looked, Line):
                return [looked]
            return [*await _opened(settings), *([] if looked else [_NOT_ALL])]
    except TimeoutError:
        return [Line("bad", _PIECE, "не отвечает, проверьте database.url и не занята ли база другой программой")]
    except Damaged:
        return [Line("bad", _PIECE, "файл повреждён; восстановите копию командой restore")]
    except Exception as error:  # noqa: BLE001 - each driver has a family of errors of its own, all mean this
        return [Line("bad", _PIECE, database_fault(error))]


def _file(file: Path) -> Line | bool:
    """Return what keeps the file from being used, or whether all its pages were looked at, and are whole.

    Raises what SQLite raises, `Damaged`.
    """
    if not file.exists():
        return Line("warn", _PIECE, f"файла {file} ещё нет, появится при первом запуске")
    peeked = peek(file)
    if is_newer(peeked.revision):
        return Line("bad", _PIECE, database_fault(SchemaNewer(peeked.revision)))
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        return Line("bad", _PIECE, f"файл {file} или его папку нельзя менять, проверьте права")
    return _unready(peeked.revision) if peeked.revision != HEAD else peeked.whole


def _unready(found: str) -> Line:
    words = "от прежней версии бота" if found else "ещё пустая"
    return Line("warn", _PIECE, f"{words}, подготовьте её: python -m bot migrate")


async def _opened(settings: Settings) -> list[Line]:
    database = await Database.open(settings.database.url)
    try:
        found = await revision(database)
        if is_newer(found):
            return [Line("bad", _PIECE, database_fault(SchemaNewer(found)))]
        if found != HEAD:
            return [_unready(found)]
        catalogue = await database.uow(SystemClock()).catalogue()
        centres = await database.centres()
    finally:
        await database.close()
    opened = {c.number for c in centres if not c.closed}
    return [
        Line("ok", _PIECE, "доступна, схема свежая"),
        _catalogue(catalogue, settings),
        _centres(opened, len(centres), settings.school.default_centre),
    ]


def _catalogue(catalogue: Catalogue, settings: Settings) -> Line:
    day = today(settings)
    courses = catalogue.offered_courses(day)
    past = sum(run.ends < day for run in catalogue.runs)
    if not courses:
        return Line("warn", "Каталог", "заказать нечего, загрузите курсы: python -m bot catalog load ФАЙЛ")
    runs = sum(len(catalogue.offered_runs(course.key, day)) for course in courses)
    on_sale = (
        f"{plural(len(courses), 'курс', 'курса', 'курсов')}, {plural(runs, 'поток', 'потока', 'потоков')} в продаже"
    )
    return Line("ok", "Каталог", on_sale + (f", прошедших потоков: {past}" if past else ""))


def _centres(open_ones: set[str], total: int, default: str | None) -> Line:
    if not open_ones:
        return Line("warn", "Центры", "открытых нет, добавьте: python -m bot centre add НОМЕР --name ИМЯ --email АДРЕС")
    if default is not None and default not in open_ones:
        return Line(
            "warn", "Центры", f"открытого центра {default} из school.default_centre нет, добавьте или исправьте"
        )
    closed = total - len(open_ones)
    return Line("ok", "Центры", f"открыто: {len(open_ones)}" + (f", закрыто: {closed}" if closed else ""))
