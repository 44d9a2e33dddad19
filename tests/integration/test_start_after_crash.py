"""A start after a crash looks at the file of the database, and a damaged one is not used."""

import itertools
import signal
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.starting import StartError, lock_file
from sandbox.server import SandboxServer
from storage.peek import peek
from tests.integration.process import TOKEN, free_ports, running
from tests.integration.test_start_refusals import _start

LOCK = "bot.db.lock"


def _make(file: Path, *, damaged: bool) -> None:
    """Write a database of several pages, its middle overwritten where it is to be damaged."""
    made = sqlite3.connect(file)
    made.execute("CREATE TABLE alembic_version (version_num TEXT)")
    made.execute("CREATE TABLE much (text TEXT)")
    made.executemany("INSERT INTO much VALUES (?)", [("x" * 500,) for _ in range(5000)])
    made.commit()
    made.close()
    if damaged:
        content = bytearray(file.read_bytes())
        content[5 * 4096 : 8 * 4096] = b"\x07" * (3 * 4096)
        file.write_bytes(content)


async def _killed(folder: Path, api: int) -> None:
    """Kill the bot when it runs; nobody is left to stop cleanly then."""
    async with running(folder, api) as bot:
        await bot.ready(lambda status, _: status == 200)
        bot.process.send_signal(signal.SIGKILL)
        await bot.process.wait()


async def test_a_process_marks_its_run_until_a_clean_stop(tmp_path: Path) -> None:
    """The lock says that the bot runs; a clean stop empties it, a kill does not: the next start looks and goes on."""
    (api,) = free_ports(1)
    server = SandboxServer(TOKEN, limits=False)
    await server.start("127.0.0.1", api)
    lock = tmp_path / LOCK
    async with running(tmp_path, api) as bot:
        await bot.ready(lambda status, _: status == 200)
        assert lock.read_text() == "running"
    assert lock.read_text() == ""
    with pytest.raises(ProcessLookupError):
        await _killed(tmp_path, api)
    assert lock.read_text() == "running"
    async with running(tmp_path, api) as bot:
        await bot.ready(lambda status, _: status == 200)
        assert "остановился аварийно; файл базы цел" in bot.log()
    assert lock.read_text() == ""
    await server.stop()


def test_a_damaged_file_is_refused_after_a_crash(tmp_path: Path) -> None:
    """Every start says one line that names database.url and restore, until a copy is restored; nothing is written."""
    file = tmp_path / "bot.db"
    _make(file, damaged=True)
    (tmp_path / LOCK).write_text("running", "utf-8")
    before = file.read_bytes()
    for _ in range(2):
        code, lines = _start(tmp_path)
        assert (code, len(lines)) == (2, 1), lines
        assert f"файл {file} из database.url повреждён: восстановите копию: python -m bot restore ФАЙЛ" in lines[0]
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_after_a_crash(tmp_path: Path) -> None:
    """What SQLite cannot read at all is named too."""
    (tmp_path / "bot.db").write_bytes(b"no database at all" * 1000)
    (tmp_path / LOCK).write_text("running", "utf-8")
    with ExitStack() as held, pytest.raises(StartError, match="не база SQLite"):
        lock_file(tmp_path / "bot.db", held).look_after_crash()


def test_a_clean_stop_needs_no_look(tmp_path: Path) -> None:
    """After a clean stop, and before there is a file, nothing is read; the mark is there from then on."""
    file = tmp_path / "bot.db"
    for words in ("", "running"):
        (tmp_path / LOCK).write_text(words, "utf-8")
        with ExitStack() as held:
            lock = lock_file(file, held)
            lock.look_after_crash()
            assert (tmp_path / LOCK).read_text("utf-8") == "running"
            lock.stopped()
            assert (tmp_path / LOCK).read_text("utf-8") == ""
        if not words:
            _make(file, damaged=True)
            (tmp_path / LOCK).write_text("", "utf-8")
            with ExitStack() as held:
                lock_file(file, held).look_after_crash()
            file.unlink()


@pytest.mark.parametrize(("clock", "whole"), [(lambda: 0.0, True), (itertools.count(0, 6).__next__, False)])
def test_the_look_at_the_pages_ends_in_time(tmp_path: Path, clock: Callable[[], float], whole: bool) -> None:
    """A file too big for the limit is not called damaged: its schema is read, and the rest is left unsaid."""
    _make(tmp_path / "bot.db", damaged=False)
    peeked = peek(tmp_path / "bot.db", 10.0, clock)
    assert (peeked.revision, peeked.whole) == ("", whole)
