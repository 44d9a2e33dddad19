"""A database put back from an older copy, or another one in its place: no document is erased because of it."""

from pathlib import Path

import pytest

from bot.starting import StartError
from sandbox.client import Person
from storage import backup
from storage.database import Database
from tests.scenarios.conftest import Stage
from tests.scenarios.test_documents import FIRST, SECOND, add, get


def put_back(stage: Stage, copy: Path) -> None:
    """Put the copy in place of the database by hand, as an operator without the command does."""
    file = backup.database_file(stage.settings.database.url)
    assert file is not None
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    file.write_bytes(copy.read_bytes())


async def swept(stage: Stage) -> None:
    """Let every tick run three times, ten minutes apart."""
    for _ in range(3):
        await stage.app.ticker.tick_now()
        stage.clock.move(minutes=10)
    stage.app.wake()


async def with_copy(stage: Stage, folder: Path) -> tuple[Person, Path]:
    """Add a document, copy the database, add another, and stop the bot."""
    admin = await stage.admin()
    await add(admin, "Оферта", FIRST)
    copy = folder / "copy.db"
    backup.backup(stage.settings.database.url, copy)
    await add(admin, "Правила", SECOND)
    await swept(stage)
    await stage.app.stop()
    return admin, copy


async def test_what_an_older_copy_does_not_know_is_not_erased(stage: Stage, tmp_path: Path) -> None:
    """Sweeps after an older copy was put back move the newer file aside and tell the administrator once."""
    admin, copy = await with_copy(stage, tmp_path)
    file = backup.database_file(stage.settings.database.url)
    assert file is not None
    newer = file.read_bytes()
    put_back(stage, copy)
    await stage.restart()
    await swept(stage)
    told = await admin.wait_for("lost-and-found", timeout=40)
    assert "1 файл" in told.text
    await swept(stage)
    client = await stage.sandbox.person("Клиент")
    assert (await get(stage, client))[1] == FIRST
    aside = list((tmp_path / "documents/lost-and-found").glob("*/*"))
    assert len(aside) == 1
    # The newer database is found again: so is its document.
    await stage.app.stop()
    file.write_bytes(newer)
    await stage.restart()
    assert (await get(stage, client, "/documents правила"))[1] == SECOND
    await swept(stage)
    assert not list((tmp_path / "documents/lost-and-found").glob("*/*"))
    assert sum("lost-and-found" in message.text for message in await admin.messages()) == 1


async def test_what_was_set_aside_goes_after_thirty_days(stage: Stage, tmp_path: Path) -> None:
    """What nobody looked for in thirty days is erased."""
    _, copy = await with_copy(stage, tmp_path)
    put_back(stage, copy)
    await stage.restart()
    await swept(stage)
    assert list((tmp_path / "documents/lost-and-found").glob("*/*"))
    stage.clock.move(days=29)
    await swept(stage)
    assert list((tmp_path / "documents/lost-and-found").glob("*/*"))
    stage.clock.move(days=2)
    await swept(stage)
    assert not list((tmp_path / "documents/lost-and-found").iterdir())


async def test_another_database_does_not_start_beside_the_documents(stage: Stage, tmp_path: Path) -> None:
    """A database of another installation is refused in a line, and every document stays."""
    await with_copy(stage, tmp_path)
    kept = sorted(path.name for path in (tmp_path / "documents").glob("??/??/*"))
    other = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/other.db")
    await other.migrate()
    await other.close()
    stage.settings = stage.settings.model_copy(
        update={
            "database": stage.settings.database.model_copy(update={"url": f"sqlite+aiosqlite:///{tmp_path}/other.db"})
        }
    )
    with pytest.raises(StartError, match=r"database\.url.*documents adopt") as refused:
        await stage.restart()
    assert "\n" not in str(refused.value)
    assert sorted(path.name for path in (tmp_path / "documents").glob("??/??/*")) == kept


async def test_a_dropped_document_is_erased_as_before(stage: Stage, tmp_path: Path) -> None:
    """A file that this database put into the vault and that no row names goes for good, and nobody is told."""
    admin = await stage.admin()
    await add(admin, "Оферта", FIRST)
    await stage.app.vaults.documents.put("ab" * 16, b"left over")
    await swept(stage)
    assert "ab" * 16 not in await stage.app.vaults.documents.ids()
    assert not list((tmp_path / "documents/lost-and-found").glob("*/*"))
    assert (await get(stage, await stage.sandbox.person("Клиент")))[1] == FIRST
