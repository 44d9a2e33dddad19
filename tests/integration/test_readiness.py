"""/readyz of a running process tells what befell it, and recovers: its database, its disk, its token."""

import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.server import SandboxServer
from tests.integration.process import TOKEN, Run, free_ports, running

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[tuple[Run, SandboxServer, int]]:
    """A bot that is ready, its Telegram and the port of that."""
    (api,) = free_ports(1)
    server = SandboxServer(TOKEN, limits=False)
    await server.start("127.0.0.1", api)
    async with running(tmp_path, api) as run:
        await run.ready(lambda status, _: status == 200)
        yield run, server, api
    await server.stop()


async def test_a_locked_database(bot: tuple[Run, SandboxServer, int], tmp_path: Path) -> None:
    """While another program holds the database /readyz says so; nothing is left of it afterwards."""
    run, _, _ = bot
    with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        await run.ready(lambda status, text: status == 503 and "database: база данных" in text)
        holder.execute("ROLLBACK")
    await run.ready(lambda status, _: status == 200)


async def test_a_full_disk(bot: tuple[Run, SandboxServer, int]) -> None:
    """When nothing can be written /readyz says so with a reason, and is content when there is room again."""
    run, _, _ = bot
    kept = resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (1, kept[1]))
    told = await run.ready(lambda status, _: status == 503)
    assert "database: база данных: диск не читается или не пишется" in told
    resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, kept)
    await run.ready(lambda status, _: status == 200)


async def test_a_deleted_database(bot: tuple[Run, SandboxServer, int], tmp_path: Path) -> None:
    """A file that was deleted or replaced under the bot is told: what is written then is lost."""
    run, _, _ = bot
    (tmp_path / "bot.db").rename(tmp_path / "away.db")
    told = await run.ready(lambda status, _: status == 503)
    assert "удалён или подменён" in told
    (tmp_path / "away.db").rename(tmp_path / "bot.db")
    await run.ready(lambda status, _: status == 200)


async def test_a_revoked_token(bot: tuple[Run, SandboxServer, int]) -> None:
    """A token that Telegram takes no more is told by /readyz, with the mend and without the token."""
    run, server, api = bot
    await server.stop()
    other = SandboxServer("4200042:another-token-of-the-tests-012345", limits=False)
    await other.start("127.0.0.1", api)
    try:
        told = await run.ready(lambda status, text: status == 503 and "telegram: " in text)
        assert "Телеграм не принимает токен бота: новый даёт @BotFather" in told
        assert TOKEN not in told + run.log()
    finally:
        await other.stop()
    await server.start("127.0.0.1", api)
    await run.ready(lambda status, _: status == 200)
