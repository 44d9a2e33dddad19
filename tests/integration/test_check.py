"""`check` tells the truth, from outside: a process that looks at real servers and prints a line for each piece."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from sandbox.server import SandboxServer
from tests.integration import dovecot
from tests.integration.dovecot import PASSWORD, Dovecot
from tests.integration.process import ROOT, TOKEN, free_ports, running
from tests.tls_front import certificate_file, fronting

IMAP = (
    '[imap]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "{security}"\nusername = "{user}"\n'
    "password = '{password}'\n"
    'mailbox = "{mailbox}"\naddress = "shkola@example.ru"\n'
)


@pytest.fixture(scope="module")
def imap() -> Iterator[Dovecot]:
    """Start a mail server for all tests here."""
    with dovecot.running() as started:
        yield started


async def _check(folder: Path, more: str, **env: str) -> tuple[int, dict[str, str]]:
    """Run the command; return its code and the line of each piece."""
    config = folder / "config.toml"
    if more:
        config.write_text(
            f'[telegram]\ntoken = "{TOKEN}"\napi_server = "http://127.0.0.1:9"\n'
            f'[database]\nurl = "sqlite+aiosqlite:///{folder}/bot.db"\n'
            f'[documents]\npath = "{folder}/documents"\n{more}',
            "utf-8",
        )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "check", "--config", str(config)),
        cwd=ROOT,
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        told, _ = await process.communicate()
    lines = told.decode().splitlines()
    assert "Traceback" not in told.decode()
    return process.returncode or 0, {line.split(" ", 1)[1].partition(": ")[0]: line for line in lines}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "✅ Входящая почта: 127.0.0.1:{port} впускает, папка «INBOX» открывается"),
        ({"password": "wrong"}, "❌ Входящая почта: 127.0.0.1:{port}: сервер не принял имя или пароль"),
        ({"mailbox": "Нет такой"}, "❌ Входящая почта: 127.0.0.1:{port}: папки «Нет такой» на сервере нет"),
        ({"security": "starttls"}, "❌ Входящая почта: 127.0.0.1:{port}: сертификат не подходит"),
        ({"security": "tls"}, "❌ Входящая почта: 127.0.0.1:{port}: соединение не защищается"),
    ],
)
async def test_letters_in(tmp_path: Path, imap: Dovecot, changes: dict[str, str], words: str) -> None:
    """The mailbox is logged in to and opened; each fault has its own words and its own mend."""
    given = {"port": imap.imap, "security": "none", "user": imap.owner().user, "password": PASSWORD, "mailbox": "INBOX"}
    _, lines = await _check(tmp_path, IMAP.format(**{**given, **changes}))
    assert lines["Входящая почта"].startswith(words.format(port=imap.imap))


async def test_the_usual_port_of_letters_in(tmp_path: Path) -> None:
    """Without a port the usual one is asked, and named."""
    section = '[imap]\nhost = "127.0.0.1"\nusername = "shkola@example.ru"\npassword = "x"\n'
    code, lines = await _check(tmp_path, section)
    assert code == 2
    assert lines["Входящая почта"].startswith("❌ Входящая почта: 127.0.0.1:993: сервер недоступен")


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_letters_out_over_a_server_without_tls(tmp_path: Path, imap: Dovecot, security: str) -> None:
    """A port that does not speak TLS, or whose certificate nobody vouches for, is not called unreachable."""
    port = imap.lmtp if security == "tls" else imap.imaps
    section = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "tls"\nsender = "shkola@example.ru"\n'
    _, lines = await _check(tmp_path, section)
    words = "соединение не защищается" if security == "tls" else "сертификат не подходит"
    assert lines["Исходящая почта"].startswith(f"❌ Исходящая почта: {words}")


@asynccontextmanager
async def proxied(target: int, cut: str = "", add: str = "") -> AsyncIterator[str]:
    """Pass requests on to the port without TLS, with the path changed; yield the address."""

    async def pass_on(request: web.Request) -> web.Response:
        path = add + request.path.removeprefix(cut)
        headers = {"X-Forwarded-For": "203.0.113.7"}
        try:
            async with (
                aiohttp.ClientSession() as client,
                client.get(f"http://127.0.0.1:{target}{path}", headers=headers) as answer,
            ):
                return web.Response(status=answer.status, body=await answer.read())
        except aiohttp.ClientConnectionError:
            return web.Response(status=502)

    app = web.Application()
    app.router.add_get("/{path:.*}", pass_on)
    runner = web.AppRunner(app)
    await runner.setup()
    (port,) = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def _web(page: int, health: int, public_url: str, more: str = "") -> str:
    return f'[web]\nport = {page}\nhealth_port = {health}\npublic_url = "{public_url}"\n{more}'


async def test_the_way_from_outside(tmp_path: Path) -> None:
    """The check listens for a moment: it knows whether its own question came through, whole, and through whom."""
    page, health, other = free_ports(3)
    async with proxied(page) as url:
        code, lines = await _check(tmp_path, _web(page, health, url))
        assert lines["Страница"] == f"✅ Страница: 127.0.0.1:{page}, снаружи {url}"
        assert 'впишите trusted_proxies = ["127.0.0.1"]' in lines["Прокси"]
        assert lines["Прокси"].startswith("⚠️")
        _, lines = await _check(tmp_path, _web(page, health, url, 'trusted_proxies = ["127.0.0.1"]\n'))
        assert "Прокси" not in lines
    async with proxied(other) as url:
        code, lines = await _check(tmp_path, _web(page, health, url))
        assert code == 2
        assert f"отвечает 502, но ведёт не на 127.0.0.1:{page}" in lines["Страница"]
    async with proxied(page) as url:
        _, lines = await _check(tmp_path, _web(page, health, f"{url}/bot"))
        assert "прокси передаёт путь с «/bot»" in lines["Страница"]
    async with proxied(page, cut="/bot") as url:
        _, lines = await _check(tmp_path, _web(page, health, f"{url}/bot"))
        assert lines["Страница"].startswith("✅")
    _, lines = await _check(tmp_path, _web(page, health, f"http://127.0.0.1:{other}"))
    assert f"http://127.0.0.1:{other} не открывается" in lines["Страница"]


async def test_https(tmp_path: Path) -> None:
    """A certificate that browsers refuse is told; a good one is not, and the proxy is missed where it is not named."""
    page, health = free_ports(2)
    async with fronting() as front:
        front.target = page
        code, lines = await _check(tmp_path, _web(page, health, front.url))
        assert code == 2
        assert "сертификат" in lines["Страница"]
        file = certificate_file(tmp_path)
        _, lines = await _check(tmp_path, _web(page, health, front.url), SSL_CERT_FILE=str(file))
        assert lines["Страница"].startswith("✅")
        assert "Прокси" in lines


async def test_ports_that_others_hold(tmp_path: Path) -> None:
    """A port in use and a host of another machine are told with their keys, of the page and of health."""
    page, health = free_ports(2)
    holder = await asyncio.start_server(lambda *_: None, "127.0.0.1", page)
    code, lines = await _check(tmp_path, _web(page, health, "http://127.0.0.1:9", 'health_host = "192.0.2.1"\n'))
    holder.close()
    assert code == 2
    assert lines["Страница"] == f"❌ Страница: порт {page} занят: укажите другой в web.port"
    assert "исправьте web.health_host" in lines["Состояние"]


@pytest.mark.timeout(120)
async def test_a_running_bot_is_no_fault(tmp_path: Path) -> None:
    """Beside the running bot its ports are its own, and the page answers."""
    (api,) = free_ports(1)
    server = SandboxServer(TOKEN, limits=False)
    await server.start("127.0.0.1", api)
    async with running(tmp_path, api) as bot:
        await bot.ready(lambda status, _: status == 200)
        code, lines = await _check(tmp_path, "")
        assert "бот запущен и отвечает" in lines["Страница"]
        assert lines["База данных"].startswith("✅")
        assert (code, "Состояние" in lines) == (0, False)
    await server.stop()


@pytest.mark.parametrize("kind", ["damaged", "foreign", "older"])
async def test_a_database_is_looked_at_and_left_as_it_is(tmp_path: Path, kind: str) -> None:
    """Damaged pages, a file that is no database and an older schema are told; not a byte is changed."""
    file = tmp_path / "bot.db"
    if kind == "foreign":
        file.write_bytes(b"no database at all" * 1000)
    else:
        made = sqlite3.connect(file)
        made.execute("CREATE TABLE alembic_version (version_num TEXT)")
        made.execute("INSERT INTO alembic_version VALUES ('0001')")
        made.execute("CREATE TABLE much (text TEXT)")
        made.executemany("INSERT INTO much VALUES (?)", [("x" * 500,) for _ in range(200)])
        made.commit()
        made.close()
    if kind == "damaged":
        content = bytearray(file.read_bytes())
        content[5 * 4096 : 8 * 4096] = b"\x07" * (3 * 4096)
        file.write_bytes(content)
    before = file.read_bytes()
    code, lines = await _check(tmp_path, "[school]\n")
    words = {
        "damaged": "❌ База данных: файл повреждён; восстановите копию командой restore",
        "foreign": "❌ База данных: файл из database.url — не база SQLite",
        "older": "⚠️ База данных: от прежней версии бота, подготовьте её: python -m bot migrate",
    }
    assert lines["База данных"].startswith(words[kind])
    assert code == 2
    assert file.read_bytes() == before
