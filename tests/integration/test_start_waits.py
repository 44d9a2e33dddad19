"""A start without Telegram or PostgreSQL, from outside: the process stays, says what is missing, and comes to life."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.client import Sandbox
from sandbox.server import SandboxServer
from storage.database import Database
from tests.integration.conftest import make_database
from tests.integration.process import TOKEN, free_ports, running
from tests.samples import CENTRE, catalogue


async def _with_a_centre(folder: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{folder}/bot.db")
    await database.migrate()
    await database.replace_catalogue(catalogue())
    await database.save_centre(CENTRE)
    await database.close()


@pytest.mark.timeout(180)
async def test_a_start_without_telegram(tmp_path: Path) -> None:
    """Pages are served and /readyz says what is missing; when Telegram is back people are answered.

    The name is remembered: a later start without Telegram, by the webhook now, has it, and connects when it can.
    """
    await _with_a_centre(tmp_path)
    (api,) = free_ports(1)
    for mode in ("polling", "webhook"):
        async with running(tmp_path, api, mode=mode) as bot:
            told = await bot.ready(lambda status, text: status == 503 and "telegram: " in text)
            assert "Телеграм не отвечает" in told
            async with aiohttp.ClientSession() as client, client.get(f"{bot.page}/order/0123") as page:
                assert page.status == 200
            async with _telegram(api) as sandbox:
                await bot.ready(lambda status, _: status == 200)
                person = await sandbox.person("Ирина")
                await person.start("sc_0123")
                await person.wait_for("Согласие", timeout=60)
            assert "telegram.api_server" in bot.log()
            assert TOKEN not in bot.log()
            # Only the first start, which did not know the bot's name, is put together anew.
            assert ("put together anew" in bot.log()) is (mode == "polling")


@asynccontextmanager
async def _telegram(port: int) -> AsyncIterator[Sandbox]:
    server = SandboxServer(TOKEN, limits=False)
    await server.start("127.0.0.1", port)
    try:
        async with Sandbox(server.base_url) as sandbox:
            yield sandbox
    finally:
        await server.stop()


@pytest.mark.timeout(180)
async def test_a_start_without_postgresql(tmp_path: Path, postgresql: str) -> None:
    """The port of health is open at once and says what is waited for; once the server is there all goes on."""
    url = await make_database(postgresql)
    port = int(url.rpartition(":")[2].partition("/")[0])
    (door, api) = free_ports(2)
    server = SandboxServer(TOKEN, limits=False)
    await server.start("127.0.0.1", api)
    try:
        async with running(tmp_path, api, url.replace(f":{port}/", f":{door}/")) as bot:
            await bot.ready(lambda status, text: status == 503 and "database: сервер не отвечает" in text)
            assert "база данных недоступна: сервер не отвечает" in bot.log()
            assert "Traceback" not in bot.log()
            doorway = await _forward(door, port)
            await bot.ready(lambda status, _: status == 200)
        doorway.close()
    finally:
        await server.stop()


async def _forward(door: int, port: int) -> asyncio.Server:
    """Let connections to the port `door` through to `port`."""

    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()

    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, back), copy(there, writer))

    return await asyncio.start_server(through, "127.0.0.1", door)
