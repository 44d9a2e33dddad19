"""The command line beside a vault: what is refused at a start, what the refusal says, and the deliberate way on."""

import asyncio
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.common import SystemClock, settings_of
from bot.vaults import Vaults, open_database, open_vaults
from school.errors import NotFound
from school.ports_mail import RawFacts
from storage.database import Database
from storage.vault import open_vault

TOKEN = "4200042:token-of-the-tests-0123456789abcdef"
KEY = "an invented secret of the tests"
ONE = "a1" * 16
ROOT = Path(__file__).parents[2]

Run = Callable[..., tuple[int, str, str]]


def configure(folder: Path, *, database: str = "bot.db", key: str | None = KEY) -> Path:
    """Write a configuration without any server."""
    secret = f'key = "{key}"\n' if key is not None else ""
    file = folder / "config.toml"
    file.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\napi_server = "http://127.0.0.1:9"\n'
        f'[database]\nurl = "sqlite+aiosqlite:///{folder}/{database}"\n'
        f'[documents]\npath = "{folder}/documents"\n{secret}',
        "utf-8",
    )
    return file


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a folder with a configuration."""
    monkeypatch.chdir(tmp_path)
    configure(tmp_path)

    def command(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return command


def started(*files: str) -> None:
    """Do with the database and the vaults what a start does, put files and stop."""

    async def start() -> None:
        settings = settings_of(None)
        database = await open_database(settings)
        try:
            await database.migrate()
            vaults: Vaults = await open_vaults(settings, database, SystemClock())
            for file in files:
                await vaults.documents.put(file, b"a diploma")
        finally:
            await database.close()

    asyncio.run(start())


def refused(run: Run, *words: str) -> str:
    """See that `run` ends in one line with these words, and return it."""
    code, out, err = run("run")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert all(word in err for word in words), err
    return err


MISSING = ["gone", "empty", "a typo"]


@pytest.mark.parametrize("how", MISSING)
def test_a_database_is_not_made_anew_beside_its_documents(run: Run, tmp_path: Path, how: str) -> None:
    """A missing or empty file is refused by every command that opens it, with the key and the mend; all stays."""
    started(ONE)
    before = sorted(tmp_path.rglob("*"))
    if how == "a typo":
        configure(tmp_path, database="bto.db")
        before = sorted(tmp_path.rglob("*"))
    else:
        (tmp_path / "bot.db").unlink()
        before.remove(tmp_path / "bot.db")
    if how == "empty":
        (tmp_path / "bot.db").touch()
    refused(run, "database.url", "restore ФАЙЛ", "documents adopt")
    for argv in (["migrate"], ["centre", "list"]):
        code, _, err = run(*argv)
        assert (code, err.count("\n")) == (2, 1)
        assert "database.url" in err
    left = [path for path in sorted(tmp_path.rglob("*")) if path.suffix != ".lock"]
    assert [path for path in left if path not in before] == ([tmp_path / "bot.db"] if how == "empty" else [])
    assert open_vault(tmp_path / "documents", KEY).folder.exists()


def test_a_key_alone_is_enough_to_refuse(run: Run, tmp_path: Path) -> None:
    """Where only the file of the key is left, a former database is missed all the same."""
    configure(tmp_path, key=None)
    started()
    shutil.rmtree(tmp_path / "documents")
    shutil.rmtree(tmp_path / "documents-letters")
    (tmp_path / "bot.db").unlink()
    refused(run, "database.url", "documents.key")


def test_adopting_begins_with_an_empty_database_on_purpose(run: Run, tmp_path: Path) -> None:
    """`documents adopt` makes the database and takes the folders over, and says what will become of the files."""
    started(ONE)
    (tmp_path / "bot.db").unlink()
    code, out, _ = run("documents", "adopt")
    assert code == 0
    assert "Ещё 1 файл база не знает" in out
    started()
    assert asyncio.run(open_vault(tmp_path / "documents", KEY).get(ONE)) == b"a diploma"


def test_another_database_is_refused(run: Run, tmp_path: Path) -> None:
    """A database of another installation, and documents of another, are refused by a line that names both keys."""
    started(ONE)
    shutil.move(tmp_path / "documents", tmp_path / "own")
    shutil.move(tmp_path / "bot.db", tmp_path / "own.db")
    shutil.move(tmp_path / "documents-letters", tmp_path / "own-letters")
    started(ONE)
    shutil.copy(tmp_path / "own.db", tmp_path / "bot.db")
    refused(run, "database.url", "documents.path", "documents adopt")
    assert run("documents", "adopt")[0] == 0
    started()


def test_a_wrong_key_is_told(run: Run, tmp_path: Path) -> None:
    """Another `documents.key` is refused at the start, adopting or not: silence would hide every document."""
    started(ONE)
    configure(tmp_path, key=KEY + "!")
    refused(run, "documents.key", "не подходит")
    code, _, err = run("documents", "adopt")
    assert (code, err.count("\n")) == (2, 1)
    assert "documents.key" in err
    with pytest.raises(NotFound):
        asyncio.run(open_vault(tmp_path / "documents", KEY + "!").get(ONE))


def test_a_key_given_after_a_start_without_one_is_told(run: Run, tmp_path: Path) -> None:
    """A key put into the configuration after the bot has made its own does not open what is there."""
    configure(tmp_path, key=None)
    started(ONE)
    configure(tmp_path)
    refused(run, "documents.key")


@pytest.mark.parametrize("content", [b"", b"short", "ключ ключ ключ ключ".encode()])
def test_a_spoilt_file_of_the_key_is_refused(run: Run, tmp_path: Path, content: bytes) -> None:
    """An empty, cut or foreign file of the key is refused before anything is kept with it."""
    configure(tmp_path, key=None)
    started(ONE)
    (tmp_path / "documents.key").write_bytes(content)
    refused(run, "documents.key", "испорчен")


KEYS = [("", "слишком короткий"), (" " * 20, "слишком короткий"), ("a" * 20, "образец")]


@pytest.mark.parametrize(("key", "words"), [*KEYS, ("zamenite-na-dlinnyy-sluchaynyy-klyuch", "образец")])
def test_a_key_that_everybody_knows_is_refused(run: Run, tmp_path: Path, key: str, words: str) -> None:
    """An empty key and the example's are refused by name."""
    configure(tmp_path, key=key)
    refused(run, "documents.key", words)


def test_files_are_the_owners_alone_from_the_first_moment(tmp_path: Path) -> None:
    """Whatever a command makes, nobody else can read it, although the shell's umask lets them."""
    config = configure(tmp_path, database="deep/bot.db", key=None)
    for argv in (["migrate"], ["documents", "adopt"], ["backup", "copy.db"], ["letters", "preview", "letters"]):
        command = [sys.executable, "-m", "bot", *argv, "--config", str(config)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=tmp_path, check=True, umask=0o022, env=environment, stdout=subprocess.DEVNULL)
    made = [path for path in tmp_path.rglob("*") if path != config]
    assert {"bot.db", "copy.db", "documents", "documents.key"} <= {path.name for path in made}
    assert [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def checked(run: Run) -> str:
    """Run `check` and return the line of the documents."""
    _, out, _ = run("check")
    (line,) = [line for line in out.splitlines() if " Документы: " in line]
    return line


def test_check_tells_what_a_start_would_refuse(run: Run, tmp_path: Path) -> None:
    """A wrong key, documents of another database and a missing database are told; no folder, file or key is made."""
    config = configure(tmp_path, key=None)
    assert "ключ лежит рядом" in checked(run)
    assert sorted(tmp_path.iterdir()) == [config]
    configure(tmp_path)
    started(ONE)
    before = sorted(tmp_path.rglob("*"))
    assert checked(run).startswith("✅ Документы: ")
    configure(tmp_path, key=KEY + "!")
    assert checked(run).startswith("❌ Документы: ключ documents.key не подходит к файлам")
    configure(tmp_path, key=None)
    assert checked(run).startswith("❌ Документы: ключа документов нет: верните файл")
    configure(tmp_path, database="bto.db")
    line = checked(run)
    assert line.startswith(f"❌ Документы: файла базы {tmp_path}/bto.db нет или он пуст")
    assert "restore ФАЙЛ" in line
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == []
    shutil.move(tmp_path / "bot.db", tmp_path / "own.db")
    for folder in ("documents", "documents-letters"):
        shutil.move(tmp_path / folder, tmp_path / f"own-{folder}")
    configure(tmp_path)
    started(ONE)
    shutil.copy(tmp_path / "own.db", tmp_path / "bot.db")
    assert "файлы не той базы, что в database.url" in checked(run)


def test_check_misses_files_that_the_database_knows(run: Run, tmp_path: Path) -> None:
    """A folder of raw letters that is gone, while the database refers to them, is told and not made."""
    started()
    facts = RawFacts(1, 1, ONE, "<1@example.ru>", "f", "s@example.ru", "", datetime(2027, 5, 3, tzinfo=UTC))

    async def take() -> None:
        database = await Database.open(settings_of(None).database.url)
        await database.mail_inbox.take(facts)
        await database.close()

    asyncio.run(take())
    for folder in ("documents", "documents-letters"):
        shutil.rmtree(tmp_path / folder)
    assert "нет файлов, которые знает база" in checked(run)
    assert not (tmp_path / "documents").exists()


def test_check_names_loose_files_with_the_mend(run: Run, tmp_path: Path) -> None:
    """What others may read is named with the command that closes it; after that command the line is gone."""
    configure(tmp_path, key=None)
    own = os.umask(0o077)
    try:
        started(ONE)
    finally:
        os.umask(own)
    assert run("backup", "copy.db")[0] == 0
    (tmp_path / "bot.db.before-restore-20270620-120000").touch(mode=0o644)
    (tmp_path / "config.toml").chmod(0o600)
    for name, mode in (("bot.db", 0o644), ("copy.db", 0o640), ("documents", 0o755), ("documents.key", 0o604)):
        (tmp_path / name).chmod(mode)
    (tmp_path / "bot.db.before-restore-20270620-120000").chmod(0o644)
    (line,) = [one for one in run("check")[1].splitlines() if " Права: " in one]
    assert line.startswith("⚠️ Права: это может читать не только бот, закройте: chmod -R go-rwx ")
    named = line.partition("go-rwx ")[2].split()
    companions = ("-wal", "-shm")  # those of the check itself, while it looks at the database
    assert sorted(Path(one).name for one in named if not one.endswith(companions)) == [
        "bot.db",
        "bot.db.before-restore-20270620-120000",
        "copy.db",
        "documents",
        "documents.key",
    ]
    subprocess.run(["chmod", "-R", "go-rwx", *(one for one in named if not one.endswith(companions))], check=True)
    assert " Права: " not in run("check")[1]
