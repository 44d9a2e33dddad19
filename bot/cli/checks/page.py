"""The page: its ports are free (or the bot's own), and `public_url` leads to this very port, whole and over https.

While the port is free the check listens on it for a moment and asks for an address that nobody can guess through
`public_url`: so it sees what really arrives, and from whom.
"""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.binding import bind_fault
from bot.cli.checks.line import Line
from bot.config import Settings, Web
from web.proxies import client_address, parse_networks

_PIECE = "Страница"
_PROXY = "Прокси"
_ANSWER = 5.0  # seconds
_LOCAL = ("127.0.0.1", "localhost", "::1")
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
_ANSWERED_BY_PROXY = (502, 503, 504)


@dataclass(slots=True)
class _Arrived:
    """What came to the port through `public_url`: its path, the other end, X-Forwarded-For."""

    word: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    path: str | None = None
    remote: str = ""
    forwarded: Sequence[str] = ()
    hops: bool = False


async def check_page(settings: Settings) -> list[Line]:
    """Look at the ports and at the way to them from outside."""
    web = settings.web
    if web is None:
        return [Line("ok", _PIECE, "выключено: нет раздела [web]")]
    running = await _is_running(web)
    lines = [] if running else await _health_port(web)
    if web.public_url is None:
        return [*lines, Line("warn", _PIECE, "нет web.public_url: снаружи бота не видно, ссылок на страницу не будет")]
    arrived = _Arrived()
    if running:
        answered = await _ask(web.public_url, arrived.word)
    else:
        try:
            answered = await _ask_listening(web, web.public_url, arrived)
        except OSError as error:
            return [*lines, Line("bad", _PIECE, bind_fault(error, web.host, web.port, "web"))]
    return [*lines, _way(web, web.public_url, answered, arrived, running=running), *_proxies(web, arrived)]


async def _is_running(web: Web) -> bool:
    """Tell whether the bot itself answers on the port of health."""
    import aiohttp

    host = "127.0.0.1" if web.health_host in ("0.0.0.0", "::", "") else web.health_host  # noqa: S104 - only compared
    url = f"http://{f'[{host}]' if ':' in host else host}:{web.health_port}/healthz"
    with suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
        async with asyncio.timeout(_ANSWER), aiohttp.ClientSession() as client, client.get(url) as answer:
            return answer.status == 200 and (await answer.json()).get("status") == "ok"
    return False


async def _health_port(web: Web) -> list[Line]:
    try:
        server = await asyncio.start_server(lambda *_: None, web.health_host, web.health_port)
    except OSError as error:
        return [Line("bad", "Состояние", bind_fault(error, web.health_host, web.health_port, "web.health"))]
    server.close()
    await server.wait_closed()
    return []


async def _ask_listening(web: Web, public_url: str, arrived: _Arrived) -> str:
    """Listen on the page's port while its public address is asked. Raises OSError where nobody can listen."""
    from aiohttp import web as http

    async def note(request: http.BaseRequest) -> http.Response:
        if arrived.word in request.path:
            arrived.path, arrived.remote = request.path, request.remote or ""
            arrived.forwarded = request.headers.getall("X-Forwarded-For", [])
            arrived.hops = any(name in request.headers for name in _FORWARDED)
        return http.Response(status=204)

    runner = http.ServerRunner(http.Server(note))
    await runner.setup()
    try:
        await http.TCPSite(runner, web.host, web.port).start()
        return await _ask(public_url, arrived.word)
    finally:
        await runner.cleanup()


async def _ask(public_url: str, word: str) -> str:
    """Ask for the address; return the status, or what kept from asking: "certificate", "away"."""
    import aiohttp

    try:
        async with (
            asyncio.timeout(_ANSWER),
            aiohttp.ClientSession() as client,
            client.get(f"{public_url}/{word}", allow_redirects=False) as answer,
        ):
            return str(answer.status)
    except aiohttp.ClientConnectorCertificateError:
        return "certificate"
    except aiohttp.ClientSSLError:
        return "tls"
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return "away"


def _way(web: Web, public_url: str, answered: str, arrived: _Arrived, *, running: bool) -> Line:
    here, there = f"{web.host}:{web.port}", urlsplit(public_url)
    if answered == "certificate":
        return Line("bad", _PIECE, f"сертификат {there.netloc} не подходит: браузеры страницу не откроют, обновите его")
    if answered == "tls":
        return Line("bad", _PIECE, f"{there.netloc} не отвечает по https: настройте сертификат в прокси")
    if answered == "away":
        return Line("bad", _PIECE, f"{public_url} не открывается: проверьте web.public_url, DNS и прокси")
    if running:
        if int(answered) in _ANSWERED_BY_PROXY:
            return Line("bad", _PIECE, f"{public_url} отвечает {answered}: прокси не видит бота на {here}")
        return _https(web, public_url, f"{here}, снаружи {public_url}; бот запущен и отвечает")
    if arrived.path is None:
        return Line("bad", _PIECE, f"{public_url} отвечает {answered}, но ведёт не на {here}: проверьте прокси")
    if arrived.path != f"/{arrived.word}":
        extra = arrived.path.removesuffix(f"/{arrived.word}")
        return Line("bad", _PIECE, f"прокси передаёт путь с «{extra}»: пусть убирает его, страницы лежат в корне")
    return _https(web, public_url, f"{here}, снаружи {public_url}")


def _https(web: Web, public_url: str, words: str) -> Line:
    there = urlsplit(public_url)
    if there.scheme == "https" or there.hostname in _LOCAL:
        return Line("ok", _PIECE, words)
    return Line(
        "warn", _PIECE, f"{words}, но без https: личные данные идут открыто, и Telegram страницу в чате не откроет"
    )


def _proxies(web: Web, arrived: _Arrived) -> list[Line]:
    """Say where the visitors' addresses are not to be told apart: all of them share the limits of one then."""
    trusted: Any = parse_networks(web.trusted_proxies)
    if arrived.path is not None:
        if not arrived.hops or client_address(arrived.remote, arrived.forwarded, trusted) != arrived.remote:
            return []
        return [
            Line(
                "warn",
                _PROXY,
                f"перед ботом стоит {arrived.remote}, а в web.trusted_proxies его нет: все посетители для бота на одно "
                f'лицо, и один может закрыть страницу всем; впишите trusted_proxies = ["{arrived.remote}"]',
            )
        ]
    behind = web.public_url is not None and web.public_url.startswith("https:")
    if behind and not trusted:
        return [Line("warn", _PROXY, "https значит, что перед ботом прокси: впишите его адрес в web.trusted_proxies")]
    return []
