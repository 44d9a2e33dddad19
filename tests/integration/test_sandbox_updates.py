"""The sandbox's updates: long polling, conflicts and the webhook."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramConflictError
from aiohttp import web

from sandbox.client import Person, Sandbox
from sandbox.server import SandboxServer

TOKEN = "4200042:sandbox-test"
SECRET = "s3cret_of-tests"
Scene = tuple[SandboxServer, Sandbox, Bot, Person]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A sandbox, its client, a bot and a person who has not written."""
    server = SandboxServer(TOKEN)
    await server.start()
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(server.base_url)))
    async with Sandbox(server.base_url) as sandbox:
        yield server, sandbox, bot, await sandbox.person("Ирина")
    await bot.session.close()
    await server.stop()


async def test_a_poll_wakes_at_once_and_confirms(scene: Scene) -> None:
    """A waiting poll gets the update as it happens; it comes again until an offset confirms it."""
    _, _, bot, person = scene
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0)
    begun = time.monotonic()
    await person.start("sc_0123")
    first = (await poll)[0]
    assert time.monotonic() - begun < 5
    assert first.message is not None
    assert first.message.text == "/start sc_0123"
    assert await bot.get_updates() == [first]
    for text in ("а", "б", "в"):
        await person.send(text)
    two = await bot.get_updates(offset=first.update_id + 1, limit=2)
    assert [u.update_id - first.update_id for u in two] == [1, 2]
    last = await bot.get_updates(offset=-1)
    assert [u.message.text for u in last if u.message] == ["в"]
    assert await bot.get_updates(offset=last[0].update_id + 1) == []


async def _polled(scene: Scene) -> None:
    # The poll's call is counted when it has begun, and a count is a message away.
    while "getUpdates" not in await scene[1].calls():
        pass


async def test_the_newer_poll_wins(scene: Scene) -> None:
    """Two polls at once are a conflict, and the older one is told so."""
    bot = scene[2]
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await _polled(scene)
    assert await bot.get_updates() == []
    with pytest.raises(TelegramConflictError, match="terminated by other getUpdates request"):
        await older


async def test_stop_ends_polls_at_once(scene: Scene) -> None:
    """Stopping the server answers a waiting poll and takes no time."""
    poll = asyncio.create_task(scene[2].get_updates(timeout=50))
    await _polled(scene)
    begun = time.monotonic()
    await scene[0].stop()
    assert await poll == []
    assert time.monotonic() - begun < 3


class Hook:
    """A webhook that refuses the first calls and remembers all."""

    def __init__(self, refuse: int) -> None:
        self.refuse = refuse
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.changed = asyncio.Condition()

    async def take(self, request: web.Request) -> web.Response:
        """Answer one call."""
        body = await request.json()
        async with self.changed:
            self.calls.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), body))
            self.changed.notify_all()
        if len(self.calls) <= self.refuse:
            return web.Response(status=503)
        return web.json_response({"method": "sendMessage", "chat_id": body["message"]["chat"]["id"], "text": "принял"})

    async def wait(self, count: int) -> None:
        """Wait for so many calls."""
        async with self.changed, asyncio.timeout(10):
            await self.changed.wait_for(lambda: len(self.calls) >= count)


async def test_webhook(scene: Scene) -> None:
    """A webhook gets the updates in order with the secret, again after a failure, and polling is refused meanwhile."""
    _, _, bot, person = scene
    hook = Hook(refuse=1)
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token=SECRET)
    with pytest.raises(TelegramConflictError, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    for text in ("а", "б"):
        await person.send(text)
    await hook.wait(3)
    assert [body["message"]["text"] for _, body in hook.calls] == ["а", "а", "б"]
    assert {secret for secret, _ in hook.calls} == {SECRET}
    await person.wait_for("принял", after=0)
    assert (
        await bot.get_webhook_info()
    ).last_error_message == "Wrong response from the webhook: 503 Service Unavailable"
    await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.get_updates() == []
    await runner.cleanup()
