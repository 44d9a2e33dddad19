"""Commands over the database as a whole: its copies, and the vaults that belong to it."""

from argparse import Namespace
from pathlib import Path

from bot.cli.common import OperatorError, SystemClock, make_folder, opened
from bot.config import Settings
from bot.database_words import database_fault
from bot.vaults import VaultRefused, adopt_vaults, unreadable_documents
from storage import backup
from storage.database import Database
from storage.manifest import manifest_of
from storage.schema import HEAD
from wording.plurals import plural

_COPY_FAULTS = {
    "not_sqlite": "у вас PostgreSQL: копию делает pg_dump, возвращает pg_restore",
    "absent": "файла {detail} нет, проверьте путь",
    "exists": "файл {detail} уже есть, назовите копию иначе",
    "damaged": "файл повреждён ({detail}), возьмите другую копию",
    "foreign": "это не база бота, возьмите файл, который сделала команда backup",
    "newer": f"копию сделала более новая версия бота (схема {{detail}}, а эта знает {HEAD}): обновите бота и повторите",
    "changed": "копия не та, что описана в {detail}: она изменилась или испортилась, возьмите другую",
    "manifest": "опись копии {detail} не читается: возьмите другую копию или, если уверены в этой, удалите опись",
    "in_use": "база занята: остановите бота и повторите",
    "file": "файл не записывается ({detail}), проверьте путь, права и место на диске",
}


async def make_backup(settings: Settings, arguments: Namespace) -> str:
    """Copy the database to a file, with a manifest beside it."""
    try:
        size = backup.backup(settings.database.url, arguments.file)
    except backup.BackupFailed as error:
        raise _copy_fault(error) from error
    return (
        f"Копия проверена и записана: {arguments.file}, {size // 1024} КБ; опись — {manifest_of(arguments.file)}. "
        "В ней личные данные, храните её закрыто."
    )


async def restore(settings: Settings, arguments: Namespace) -> str:
    """Put a copy, verified and brought up to date first, in place of the database; then look at every document."""
    make_folder(settings)
    described = manifest_of(arguments.file).exists()
    try:
        part = backup.prepare(settings.database.url, arguments.file)
        await _bring_up_to_date(part)
        kept = backup.put_in_place(settings.database.url, part)
    except backup.BackupFailed as error:
        raise _copy_fault(error) from error
    lines = [f"База восстановлена из {arguments.file}." + (f" Прежняя лежит в {kept}." if kept else "")]
    if not described:
        lines.append("Описи рядом с копией нет, сверить не с чем: проверили только сам файл.")
    lines.append("Номера заявок и счетов продолжатся с запасом: выданные после копии никому не достанутся.")
    lines.append(await _documents(settings))
    return "\n".join(lines)


async def _bring_up_to_date(part: Path) -> None:
    """Migrate the prepared file. Raises `OperatorError`, and then nothing is left of it."""
    database = None
    try:
        database = await Database.open(f"sqlite+aiosqlite:///{part}")
        await database.migrate(copy_first=False)
        await database.close()
    except Exception as error:  # each step of a migration has errors of its own, all mean this
        if database is not None:
            await database.close()
        backup.drop(part)
        raise OperatorError(f"копию не обновить до этой версии: {database_fault(error)}") from error


async def _documents(settings: Settings) -> str:
    async with opened(settings, anew=True) as database:
        total, bad = await unreadable_documents(settings, database, SystemClock())
    if not bad:
        return f"Документы: {total}, все на месте."
    path = settings.documents.path
    return f"Документы: {total}, не открываются: {bad}. Верните папку {path} и её ключ из их копии."


def _copy_fault(error: backup.BackupFailed) -> OperatorError:
    return OperatorError(_COPY_FAULTS[error.code].format(detail=error.detail))


async def adopt_documents(settings: Settings, _: Namespace) -> str:
    """Make both vaults this database's own; nothing is erased, what it does not know is moved aside later."""
    async with opened(settings, anew=True) as database:
        try:
            told = await adopt_vaults(settings, database, SystemClock())
        except VaultRefused as error:
            raise OperatorError(str(error)) from error
    lines = [f"{path}: теперь за этой базой, знакомых файлов: {found.known}" for path, found in told]
    unknown = sum(found.unknown for _, found in told)
    if unknown:
        count = plural(unknown, "файл", "файла", "файлов")
        lines.append(f"Ещё {count} база не знает: бот переложит их в lost-and-found и через 30 дней сотрёт.")
    return "\n".join(lines)
