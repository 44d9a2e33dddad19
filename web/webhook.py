"""The webhook: Telegram's updates by HTTP, told by the secret header, answered 200 only when they are stored."""

import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

PATH = "/telegram"
LARGEST = 1024 * 1024  # bytes
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name


Take = Callable[[Sequence[dict[str, Any]]], Awaitable[None]]


def route(secret: str, take: Take) -> web.RouteDef:
    """Return the route that takes updates; `take` returns when they are durable."""

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode()):
            return web.Response(status=403)
        try:
            # The pages beside it take more.
            update = json.loads(await request.clone(client_max_size=LARGEST).text())
        except ValueError:
            return web.Response(status=400)
        if not isinstance(update, dict):
            return web.Response(status=400)
        await take([update])
        return web.Response()

    return web.post(PATH, receive)


def application(secret: str, take: Take) -> web.Application:
    """Return an application of the webhook alone, for a bot without pages."""
    app = web.Application()
    app.add_routes([route(secret, take)])
    return app
