"""Both vaults, of documents and of raw letters, opened beside the database that they belong to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings
from bot.system_words import system_fault
from school.errors import NotFound
from school.ports import Clock
from storage import pairing
from storage.backup import database_file
from storage.database import Database
from storage.health import schema_state
from storage.peek import peek_revision
from storage.recorded_vault import RecordedVault
from storage.schema import HEAD
from storage.vault import KEY_FILE, FileVault, VaultKeyBroken, VaultKeyMissing, open_vault, vault_there
from storage.vault_ledger import VaultLedger
from storage.vault_marker import FILE as MARKER

ADOPT = "python -m bot documents adopt"
_UNPAIRED: dict[str, str] = {
    "other": "в папке {path} файлы не той базы, что в database.url",
    "stranger": "в папке {path} файлы не той базы, что в database.url",
    "unknown_files": "в папке {path} файлы, которых база из database.url не знает",
    "no_files": "в папке {path} нет файлов, которые знает база",
}
_MEND = f": проверьте database.url и documents.path; если всё верно, выполните: {ADOPT}"


class VaultRefused(Exception):
    """The database and the vaults cannot be used together; the text is a Russian line that names the mend."""


@dataclass(frozen=True, slots=True)
class Vaults:
    """The vault of documents, and that of letters as they came."""

    documents: RecordedVault
    letters: RecordedVault


@dataclass(frozen=True, slots=True)
class _Side:
    """One vault as it is opened: its folder, its records, and what its database refers to."""

    path: Path
    ledger: VaultLedger
    known: pairing.Known


def vault_folders(settings: Settings) -> tuple[Path, Path]:
    """Return the folders of documents and of raw letters, which lies beside it."""
    path = settings.documents.path
    return path, path.with_name(f"{path.name}-letters")


def _sides(settings: Settings, database: Database, clock: Clock) -> tuple[_Side, _Side]:
    documents, letters = vault_folders(settings)
    return (
        _Side(documents, VaultLedger(database, "documents"), lambda: database.uow(clock).document_ids()),
        _Side(letters, VaultLedger(database, "letters"), database.mail_inbox.raw_ids),
    )


async def open_database(settings: Settings) -> Database:
    """Open the database. Raises `VaultRefused` where it is new and files or a key of a former one are there."""
    file = database_file(settings.database.url)
    if file is not None and (not file.exists() or not file.stat().st_size):
        _refuse_beside_vault(settings, f"файла базы {file} нет или он пуст")
    database = await Database.open(settings.database.url)
    try:
        if await database.is_new():
            _refuse_beside_vault(settings, "база из database.url пуста")
    except BaseException:
        await database.close()
        raise
    return database


def _refuse_beside_vault(settings: Settings, found: str) -> None:
    """Raise `VaultRefused` where there is a vault or a key already: they had a database."""
    folders = vault_folders(settings)
    key = folders[0].with_name(KEY_FILE)
    left = [path for path in (key, *(folder / MARKER for folder in folders)) if path.exists()]
    left += [folder for folder in folders if any(folder.glob("??/??/*"))]
    if left:
        raise VaultRefused(
            f"{found}, а {left[0]} от прежней базы есть: проверьте database.url или верните копию: "
            f"python -m bot restore ФАЙЛ; чтобы начать с пустой базой, выполните: {ADOPT}"
        )


async def open_vaults(settings: Settings, database: Database, clock: Clock) -> Vaults:
    """Open both vaults and see that they are this database's. Raises `VaultRefused`."""
    opened = []
    for side in _sides(settings, database, clock):
        files = await _open(side.path, settings)
        with _refusing(side.path):
            await pairing.pair(files, side.ledger, side.known)
        opened.append(RecordedVault(files, side.ledger, clock))
    return Vaults(*opened)


async def look_at_vaults(settings: Settings, clock: Clock) -> None:
    """See whether a start would take the database and the vaults together, and make nothing. Raises `VaultRefused`.

    A database of another version of the bot is not asked. Raises what the driver raises.
    """
    file = database_file(settings.database.url)
    if file is not None and (not file.exists() or not file.stat().st_size):
        _refuse_beside_vault(settings, f"файла базы {file} нет или он пуст")
        return
    # Opening a file of another version could change it.
    if file is not None and await asyncio.to_thread(peek_revision, file) not in ("", HEAD):
        return
    database = await Database.open(settings.database.url)
    try:
        match await schema_state(database):
            case "empty":
                _refuse_beside_vault(settings, "база из database.url пуста")
            case "current":
                for side in _sides(settings, database, clock):
                    await _look(side, settings)
    finally:
        await database.close()


async def _look(side: _Side, settings: Settings) -> None:
    with _refusing(side.path):
        files = await asyncio.to_thread(vault_there, side.path, settings.documents.secret())
        if files is not None:
            await pairing.look(files, side.ledger, side.known)
        elif await side.known():
            raise pairing.Unpaired("no_files")


async def adopt_vaults(settings: Settings, database: Database, clock: Clock) -> list[tuple[Path, pairing.Counted]]:
    """Make both vaults this database's own, and count their files. Raises `VaultRefused`."""
    told = []
    for side in _sides(settings, database, clock):
        files = await _open(side.path, settings)
        with _refusing(side.path):
            told.append((side.path, await pairing.adopt(files, side.ledger, side.known)))
    return told


async def unreadable_documents(settings: Settings, database: Database, clock: Clock) -> tuple[int, int]:
    """Return how many documents the database refers to, and how many of them the vault does not open.

    Each is read whole, so it takes as long as reading the folder. Nothing is made where there is no folder or key.
    """
    path, _ = vault_folders(settings)
    known = await database.uow(clock).document_ids()
    if not known or not path.exists():
        return len(known), len(known)
    try:
        files = await _open(path, settings)
    except VaultRefused:
        return len(known), len(known)
    bad = 0
    for document_id in known:
        try:
            await files.get(document_id)
        except NotFound:
            bad += 1
    return len(known), bad


async def _open(path: Path, settings: Settings) -> FileVault:
    with _refusing(path):
        return await asyncio.to_thread(open_vault, path, settings.documents.secret())


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Raise `VaultRefused` for what keeps this vault from being used."""
    key = path.with_name(KEY_FILE)
    try:
        yield
    except pairing.Unpaired as fault:
        raise VaultRefused(_words(fault, path)) from fault
    except OSError as error:
        raise VaultRefused(
            f"папка документов {path} не открывается ({system_fault(error)}): проверьте documents.path и права"
        ) from error
    except VaultKeyMissing as error:
        raise VaultRefused(f"ключа документов нет: верните файл {key} или впишите documents.key") from error
    except VaultKeyBroken as error:
        raise VaultRefused(
            f"ключ документов в {key} пуст или испорчен: верните файл из копии или впишите documents.key"
        ) from error


def _words(fault: pairing.Unpaired, path: Path) -> str:
    if fault.code == "key":
        key = path.with_name(KEY_FILE)
        return f"ключ documents.key не подходит к файлам в {path}: верните прежний ключ или его файл {key}"
    return _UNPAIRED[fault.code].format(path=path) + _MEND
