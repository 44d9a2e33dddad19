"""What the tests of the sandbox stand on, and that it answers at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, MultipartWriter

from sandbox.client import Person, Sandbox
from sandbox.server import SandboxServer
from sandbox.updates import Json

TOKEN = "4200042:token-of-the-tests-0123456789abcdef"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@dataclass
class Table:
    """A running sandbox with a person who has written, and a bare HTTP client in the bot's place."""

    server: SandboxServer
    sandbox: Sandbox
    session: ClientSession
    person: Person

    async def raw(self, method: str, values: Json | None = None, token: str = TOKEN) -> Json:
        """Call a method with JSON; return the whole answer."""
        url = f"{self.server.base_url}/bot{token}/{method}"
        async with self.session.post(url, json=values or {}) as response:
            told: Json = await response.json()
            assert response.status == (200 if told["ok"] else told["error_code"])
            return told

    async def ok(self, method: str, **values: Any) -> Any:
        """Call a method that must go well; return its result."""
        told = await self.raw(method, values)
        assert told["ok"], told
        return told["result"]

    async def say(self, text: str = "Здравствуйте", **more: Any) -> Any:
        """Send a message to the person."""
        return await self.ok("sendMessage", chat_id=self.person.id, text=text, **more)


@asynccontextmanager
async def table(*, limits: bool = False, started: bool = True) -> AsyncIterator[Table]:
    """Start a sandbox; stop it at the end."""
    server = SandboxServer(TOKEN, limits=limits)
    await server.start()
    try:
        async with Sandbox(server.base_url) as sandbox, ClientSession() as session:
            person = await sandbox.person("Ирина", last_name="Белова", phone="+79161234567")
            if started:
                await person.start()
            yield Table(server, sandbox, session, person)
    finally:
        await server.stop()


async def test_it_tells_who_the_bot_is() -> None:
    """The bot's id is the number of its token, and the call is counted."""
    async with table() as t:
        me = await t.ok("getMe")
        assert me["id"] == 4200042
        assert me["is_bot"] is True
        assert await t.sandbox.calls() == {"getMe": 1}


async def test_an_unknown_token_and_method_are_refused() -> None:
    """An unknown token is 401, an unknown method 404, and names of methods know no case."""
    async with table() as t:
        assert await t.raw("getMe", token="1:x") == {"ok": False, "error_code": 401, "description": "Unauthorized"}
        assert (await t.raw("getNothing"))["error_code"] == 404
        assert (await t.raw("GETME"))["ok"]
        async with t.session.get(f"{t.server.base_url}/file/bot1:x/file") as response:
            assert response.status == 401


async def test_a_query_a_form_and_parts_are_read_alike() -> None:
    """A call is understood as a query, a form and a multipart form with nested JSON as text."""
    async with table() as t:
        url = f"{t.server.base_url}/bot{TOKEN}/sendMessage"
        board = '{"inline_keyboard":[[{"text":"Да","callback_data":"y"}]]}'
        values = {"chat_id": str(t.person.id), "text": "Привет", "reply_markup": board}
        with MultipartWriter("form-data") as parts:
            for name, value in values.items():
                parts.append(value).set_content_disposition("form-data", name=name)
        ways: list[dict[str, Any]] = [{"params": values}, {"data": values}, {"data": parts}]
        for way in ways:
            async with t.session.post(url, **way) as response:
                assert (await response.json())["result"]["text"] == "Привет"
            assert (await t.person.last()).has_button("Да")
