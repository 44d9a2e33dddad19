"""Clients that are slow on purpose, or many: cut by the servers of the running bot, while others are answered."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import uvloop
from aiohttp import ClientSession, web

from bot.site import serve
from tests.scenarios.conftest import Stage, stage
from tests.scenarios.page_steps import browsing, free_port, open_pages
from web.gate import Patience
from web.proxies import WIDE
from web.render import STATIC

__all__ = ["stage"]

LIMIT = 20  # seconds
SOON = Patience(headers=0.2, body=0.2, rate=10_000_000, idle=0.2, stalled=0.2, step=0.05, connections=1)
WHOLE = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n"
FORM = (
    b"POST /new-link HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\n"
)


@asynccontextmanager
async def connected(base: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a connection to the pages, or to another server of the bot."""
    address = urlsplit(base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def until_cut(reader: asyncio.StreamReader) -> bytes:
    """Read until the server ends the connection; return what it had sent."""
    found = b""
    async with asyncio.timeout(LIMIT):
        with contextlib.suppress(ConnectionResetError):
            while part := await reader.read(65536):
                found += part
    return found


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow:", FORM, FORM + b"csrf="])
async def test_slow_request_is_cut(stage: Stage, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """A connection without a request, half of the headers or half of the body is ended without an answer."""
    monkeypatch.setattr("web.gate.PATIENCE", SOON)
    base = await open_pages(stage)
    async with connected(base) as (reader, writer):
        writer.write(sent)
        assert await until_cut(reader) == b""
    async with browsing(base) as person:
        assert (await person.open("/order/0123")).status == 200


async def test_headers_that_drip_are_cut(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header a moment keeps no connection open: the time runs from the first byte."""
    monkeypatch.setattr("web.gate.PATIENCE", SOON)
    base = await open_pages(stage)
    async with connected(base) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n")
        cut = asyncio.create_task(until_cut(reader))
        with contextlib.suppress(OSError):
            while not cut.done():
                writer.write(b"X-Slow: 1\r\n")
                await writer.drain()
                await asyncio.sleep(0.05)
        assert await cut == b""


async def test_kept_connection_is_answered_again_and_ended_when_idle(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two requests in one connection are both answered; then it is ended."""
    monkeypatch.setattr("web.gate.PATIENCE", SOON)
    base = await open_pages(stage)
    async with connected(base) as (reader, writer):
        for _ in range(2):
            writer.write(WHOLE)
            await reader.readuntil(b"Disallow: /\n")
        assert await until_cut(reader) == b""


async def test_address_holds_so_many_connections(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One connection too many is ended at once; when another ends there is room again."""
    monkeypatch.setattr("web.gate.PATIENCE", Patience(connections=1))
    base = await open_pages(stage)
    async with contextlib.AsyncExitStack() as held:
        first = await held.enter_async_context(connected(base))
        for _ in range(WIDE - 1):
            await held.enter_async_context(connected(base))
        first[1].write(WHOLE)
        await first[0].readuntil(b"Disallow: /\n")
        async with connected(base) as (reader, _):
            assert await until_cut(reader) == b""
        first[1].close()
        await first[1].wait_closed()
        async with asyncio.timeout(LIMIT):
            while not await _is_answered(base):  # noqa: ASYNC110 - the server tells nobody when it has room
                await asyncio.sleep(0.05)


async def test_trusted_proxy_holds_as_many_as_it_likes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cap is not for a proxy that is trusted: all come through it."""
    monkeypatch.setattr("web.gate.PATIENCE", Patience(connections=1))
    base = await open_pages(stage, web={"trusted_proxies": ["127.0.0.1"]})
    async with contextlib.AsyncExitStack() as held:
        for _ in range(WIDE + 5):
            reader, writer = await held.enter_async_context(connected(base))
            writer.write(WHOLE)
            await reader.readuntil(b"Disallow: /\n")


async def _is_answered(base: str) -> bool:
    async with connected(base) as (reader, writer):
        try:
            writer.write(WHOLE)
            return b" 200 " in await reader.readline()
        except ConnectionResetError:
            return False


@pytest.mark.parametrize("asked", [WHOLE, b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", b"nonsense\r\n\r\n"])
async def test_no_server_names_its_software(stage: Stage, asked: bytes) -> None:
    """Neither the pages, nor the webhook, nor health name their software, for a request that cannot be parsed too."""
    telegram = {"mode": "webhook", "secret": "s" * 32}
    base = await open_pages(stage, telegram=telegram)
    section = stage.settings.web
    assert section is not None
    for where in (base, f"http://127.0.0.1:{section.health_port}"):
        for sent in (asked, asked.replace(b"GET /nothing", b"POST /telegram")):
            async with connected(where) as (reader, writer):
                writer.write(sent)
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert head.startswith("http/1.")
            assert "\nserver:" not in head
            assert "aiohttp" not in head


def test_the_loop_of_the_bot_serves_behind_gates() -> None:
    """By uvloop, which the bot runs on, a file is sent, a large body taken, and a slow client cut."""

    async def size(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def file(_: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "style.css")

    async def play() -> None:
        app, port = web.Application(client_max_size=10_000_000), free_port()
        app.add_routes([web.get("/file", file), web.post("/size", size)])
        base = f"http://127.0.0.1:{port}"
        async with contextlib.AsyncExitStack() as closing, ClientSession() as session:
            await serve(closing, app, "127.0.0.1", port, "web")
            for _ in range(2):
                async with session.get(f"{base}/file") as answer:
                    assert await answer.read() == (STATIC / "style.css").read_bytes()
                async with session.post(f"{base}/size", data=io.BytesIO(bytes(5_000_000))) as answer:
                    assert await answer.text() == "5000000"
            async with connected(base) as (reader, writer):
                writer.write(FORM.replace(b"/new-link", b"/size"))
                assert await until_cut(reader) == b""

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("web.gate.PATIENCE", replace(SOON, connections=200, body=2))
        uvloop.run(play())
