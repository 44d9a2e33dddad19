"""How the bot fares, for machines that watch it: bound apart from the public pages, and never shown by them."""

import json
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# People read the faults too, without a decoder of escapes.
_readable = partial(json.dumps, ensure_ascii=False)


def application(faults: Callable[[], Awaitable[list[str]]], metrics: Callable[[], Awaitable[bytes]]) -> web.Application:
    """Return the application: /healthz says that the process runs, /readyz that it can work, /metrics how it fares.

    `faults` names what stands in the way, nothing when all is well; `metrics` is the text that Prometheus reads.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        found = await faults()
        told = {"status": "waiting" if found else "ok", "faults": found}
        return web.json_response(told, status=503 if found else 200, dumps=_readable)

    async def told(_: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": METRICS_TYPE})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", told)])
    return app
