"""`backup` and `restore`: refused before anything is touched, repeatable, nothing overwritten, no number twice."""

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from storage import schema
from storage.migration_copy import KEPT
from storage.schema import HEAD
from tests.integration.test_cli_vault import KEY, ONE, Run, configure, run, started

__all__ = ["run"]

TWO = "b2" * 16
ADD = ["centre", "add", "0123", "--name", "СЦ «Пример»", "--email", "centre@example.ru"]


def execute(file: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Run a statement on a database that nobody has open."""
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(statement, values).fetchall()


def next_order(file: Path, centre: str = "0123") -> int:
    """Return the number that the centre's next order takes."""
    found = execute(file, "SELECT next_order FROM centres WHERE number = ?", centre)[0][0]
    assert isinstance(found, int)
    return found


def kept_before(folder: Path) -> list[Path]:
    """Return the former databases that restores have kept."""
    return sorted(path for path in folder.glob("bot.db.before-restore*") if not path.name.endswith(("-wal", "-shm")))


@pytest.fixture
def copied(run: Run, tmp_path: Path) -> Path:
    """A database with a centre that has placed seven orders, and a copy of it."""
    run(*ADD)
    started()
    execute(tmp_path / "bot.db", "UPDATE centres SET next_order = 8")
    assert run("backup", "copy.db")[0] == 0
    return tmp_path / "copy.db"


def test_a_newer_copy_is_refused_before_anything_is_touched(run: Run, tmp_path: Path, copied: Path) -> None:
    """A copy that a newer version made changes neither the database nor the folder."""
    execute(copied, "UPDATE alembic_version SET version_num = '9999'")
    copied.with_name("copy.db.manifest").unlink()
    before = {path: path.read_bytes() for path in tmp_path.glob("bot.db*")}
    code, _, err = run("restore", "copy.db")
    assert (code, err.count("\n")) == (2, 1)
    assert "более новая версия" in err
    assert "9999" in err
    assert {path: path.read_bytes() for path in tmp_path.glob("bot.db*")} == before


def test_a_copy_of_an_earlier_version_is_brought_up_to_date_first(run: Run, tmp_path: Path, copied: Path) -> None:
    """A copy whose migration fails leaves the database alone."""
    execute(copied, "UPDATE alembic_version SET version_num = '0001'")
    copied.with_name("copy.db.manifest").unlink()
    before = (tmp_path / "bot.db").read_bytes()
    code, _, err = run("restore", "copy.db")
    assert (code, err.count("\n")) == (2, 1)
    assert (tmp_path / "bot.db").read_bytes() == before
    assert not list(tmp_path.glob("*.part*"))


def test_each_restore_keeps_the_database_that_it_replaces(run: Run, tmp_path: Path, copied: Path) -> None:
    """Three restores keep three former databases, each the owner's alone, the first one as it was."""
    execute(tmp_path / "bot.db", "UPDATE centres SET name = 'Подлинный'")
    for restored in range(1, 4):
        assert run("restore", "copy.db")[0] == 0
        assert len(kept_before(tmp_path)) == restored
    names = [execute(path, "SELECT name FROM centres")[0][0] for path in kept_before(tmp_path)]
    assert names.count("Подлинный") == 1
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in [*kept_before(tmp_path), tmp_path / "bot.db"])


def test_numbers_given_out_after_the_copy_are_not_given_again(run: Run, tmp_path: Path, copied: Path) -> None:
    """Orders and invoices go on after the last number of the former database, of a centre added later too."""
    run("centre", "add", "0777", "--name", "Новый", "--email", "novyj@example.ru")
    execute(tmp_path / "bot.db", "UPDATE centres SET next_order = 31 WHERE number = '0123'")
    execute(tmp_path / "bot.db", "UPDATE centres SET next_order = 5 WHERE number = '0777'")
    execute(tmp_path / "bot.db", "INSERT INTO invoice_numbers (centre, next) VALUES ('0123', 44)")
    code, out, _ = run("restore", "copy.db")
    assert code == 0
    assert "номера" in out.casefold()
    assert 31 < next_order(tmp_path / "bot.db") <= 131
    assert 5 < next_order(tmp_path / "bot.db", "0777") <= 105
    assert "0777  Новый  novyj@example.ru  закрыт" in run("centre", "list")[1]
    ((invoice,),) = execute(tmp_path / "bot.db", "SELECT next FROM invoice_numbers WHERE centre = '0123'")
    assert isinstance(invoice, int)
    assert 44 < invoice <= 144
    reached = next_order(tmp_path / "bot.db")
    assert run("restore", "copy.db")[0] == 0
    assert next_order(tmp_path / "bot.db") > reached


@pytest.mark.parametrize("former", ["gone", "damaged"])
def test_without_the_former_database_the_gap_is_wide(run: Run, tmp_path: Path, copied: Path, former: str) -> None:
    """Where nobody can tell how far the numbers had come, a thousand are left out; damage is kept for a look."""
    (tmp_path / "bot.db").unlink()
    if former == "damaged":
        (tmp_path / "bot.db").write_bytes(b"no database at all " * 100)
    assert run("restore", "copy.db")[0] == 0
    assert next_order(tmp_path / "bot.db") == 1008
    assert len(kept_before(tmp_path)) == (1 if former == "damaged" else 0)
    started()


def test_a_copy_that_has_changed_since_is_refused(run: Run, tmp_path: Path, copied: Path) -> None:
    """The manifest beside the copy tells a byte that has changed, and a manifest that is spoilt."""
    manifest = copied.with_name("copy.db.manifest")
    told = json.loads(manifest.read_text("utf-8"))
    assert told["schema"] == HEAD
    assert stat.S_IMODE(manifest.stat().st_mode) == 0o600
    execute(copied, "UPDATE centres SET next_order = 1")
    before = (tmp_path / "bot.db").read_bytes()
    for spoil in (lambda: None, lambda: manifest.write_text("{", "utf-8")):
        spoil()
        code, _, err = run("restore", "copy.db")
        assert (code, err.count("\n")) == (2, 1)
        assert "copy.db.manifest" in err
        assert (tmp_path / "bot.db").read_bytes() == before
    manifest.unlink()
    assert "сверить не с чем" in run("restore", "copy.db")[1]


def test_restore_verifies_each_document(run: Run, tmp_path: Path) -> None:
    """Every document that the copy knows is opened; how many are missing or damaged is said."""
    run(*ADD)
    started(ONE, TWO)
    for number, page in enumerate((ONE, TWO)):
        execute(
            tmp_path / "bot.db",
            "INSERT INTO documents_of_school (id, title, folded, kind, version, media, size, sha256, page_id, "
            "added_by, added_at, series) "
            "VALUES (?, ?, ?, 'offer', 1, 'application/pdf', 9, '00', ?, 7, '2027-05-03', ?)",
            f"d{number}", f"Оферта {number}", f"оферта {number}", page, f"d{number}",
        )  # fmt: skip
    run("backup", "copy.db")
    assert "Документы: 2, все на месте." in run("restore", "copy.db")[1]
    (tmp_path / "documents/a1/a1" / ONE).write_bytes(b"damaged")
    assert "Документы: 2, не открываются: 1" in run("restore", "copy.db")[1]
    configure(tmp_path, key=KEY + "!")
    assert "Документы: 2, не открываются: 2" in run("restore", "copy.db")[1]


def test_what_the_copy_had_recorded_is_not_erased(run: Run, tmp_path: Path) -> None:
    """A file whose row came after the copy is unknown after the restore, not dropped."""
    started(ONE)
    run("backup", "copy.db")
    assert run("restore", "copy.db")[0] == 0
    assert execute(tmp_path / "bot.db", "SELECT * FROM vault_files") == []


def test_a_running_bot_is_not_restored_under(run: Run, tmp_path: Path, copied: Path) -> None:
    """While a process holds the lock of the database, a restore is refused, damaged or not."""
    import fcntl

    (tmp_path / "bot.db").write_bytes(b"damaged")
    with (tmp_path / "bot.db.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert run("restore", "copy.db")[::2] == (2, "база занята: остановите бота и повторите\n")


EARLIER = "0010"


def earlier_database(file: Path) -> bytes:
    """Return a database as an earlier version made it."""
    config = Config()
    config.set_main_option("script_location", str(Path(str(schema.__file__)).parent / "migrations").replace("%", "%%"))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, EARLIER)
    engine.dispose()
    return file.read_bytes()


def test_a_migration_takes_a_copy_first(run: Run, tmp_path: Path) -> None:
    """A new database needs no copy, nor one that is up to date; an older one is copied, and a few copies are kept."""
    run(*ADD)
    assert not list(tmp_path.glob("bot.db.before-update*"))
    earlier = earlier_database(tmp_path / "earlier.db")
    for _ in range(KEPT + 2):
        for left in tmp_path.glob("bot.db-*"):
            left.unlink()
        (tmp_path / "bot.db").write_bytes(earlier)
        assert run("migrate")[0] == 0
        assert run("migrate")[0] == 0
    copies = list(tmp_path.glob("bot.db.before-update*"))
    assert len(copies) == KEPT
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in copies)
    assert all(execute(path, "SELECT version_num FROM alembic_version") == [(EARLIER,)] for path in copies)
    assert run("restore", copies[0].name)[0] == 0
    assert execute(tmp_path / "bot.db", "SELECT version_num FROM alembic_version") == [(HEAD,)]
