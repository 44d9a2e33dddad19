"""A start that cannot be, from outside: the process says one line that names the key, and ends with code 2."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.schema import HEAD

ROOT = Path(__file__).parents[2]
TOKEN = "4200042:token-of-the-tests-0123456789abcdef"


def _start(folder: Path, more: str = "", url: str = "", command: str = "run", **env: str) -> tuple[int, list[str]]:
    """Run the bot in its own process until it ends; return its code and the lines of what it said."""
    config = folder / "config.toml"
    url = url or f"sqlite+aiosqlite:///{folder}/bot.db"
    config.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\napi_server = "http://127.0.0.1:9"\n[database]\nurl = "{url}"\n'
        f'[documents]\npath = "{folder}/documents"\n{more}',
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "bot", command, "--config", str(config)],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A path of the database that cannot be made or written names database.url."""
    (tmp_path / "file").write_text("", "utf-8")
    for url in (f"sqlite+aiosqlite:///{tmp_path}/file/bot.db", "sqlite+aiosqlite:////proc/bot.db"):
        code, lines = _start(tmp_path, url=url)
        assert (code, len(lines)) == (2, 1), lines
        assert "database.url" in lines[0]


def test_a_newer_schema_is_refused_untouched(tmp_path: Path) -> None:
    """An older version of the bot leaves the database of a newer one alone, and says which is which."""
    file = tmp_path / "bot.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE alembic_version (version_num TEXT)")
        made.execute("INSERT INTO alembic_version VALUES ('9999')")
    made.close()
    for command in ("run", "migrate"):
        code, lines = _start(tmp_path, command=command)
        assert (code, len(lines)) == (2, 1), lines
        assert f"более новая версия бота (схема 9999, а эта знает {HEAD})" in lines[0]
    code, lines = _start(tmp_path, command="check")
    assert code == 2
    assert any(line.startswith("❌ База данных: её вела более новая версия бота (схема 9999") for line in lines)
    with sqlite3.connect(file) as kept:
        assert kept.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [("alembic_version",)]
    kept.close()


@pytest.mark.parametrize(
    ("section", "host", "words"),
    [
        ("health_", "127.0.0.1", "порт {port} занят: укажите другой в web.health_port"),
        ("health_", "192.0.2.1", "адрес 192.0.2.1 не этого компьютера: исправьте web.health_host"),
        ("health_", "no-such-host.invalid", "адрес no-such-host.invalid не этого компьютера"),
    ],
)
def test_a_place_to_listen_that_is_not_to_be_had(
    tmp_path: Path, taken: int, section: str, host: str, words: str
) -> None:
    """A port in use and a host of another machine are told apart, with the key of each."""
    web = f'[web]\n{section}host = "{host}"\n{section}port = {taken}\n'
    code, lines = _start(tmp_path, web)
    assert (code, len(lines)) == (2, 1), lines
    assert words.format(port=taken) in lines[0]


def test_every_mistake_of_the_configuration_is_told_by_the_process(tmp_path: Path) -> None:
    """Two mistakes are two lines, whatever command is run."""
    for command in ("run", "check", "migrate"):
        code, lines = _start(tmp_path, "[web]\nport = 0\nhots = 1\n", command=command)
        assert (code, len(lines)) == (2, 2), lines


def test_parameters_of_libpq_are_taken(postgresql: str, tmp_path: Path) -> None:
    """sslmode and other names of libpq do not end in a traceback, whichever way the scheme is spelt."""
    server = postgresql.replace("postgresql+asyncpg", "postgres") + "/postgres"
    code, lines = _start(tmp_path, url=f"{server}?sslmode=disable&application_name=school", command="migrate")
    assert (code, lines) == (0, ["База данных готова."])
    code, lines = _start(tmp_path, url=f"{server}?sslmode=require", command="migrate")
    assert (code, len(lines)) == (2, 1), lines
    assert "sslmode" in lines[0]
    code, lines = _start(tmp_path, url=f"{server}?sslmod=require", command="migrate")
    assert (code, len(lines)) == (2, 1), lines
    assert "database.url" in lines[0]
    code, lines = _start(tmp_path, url=server.removesuffix("postgres") + "absent", command="run")
    assert (code, len(lines)) == (2, 1), lines
    assert "такой базы на сервере нет" in lines[0]
