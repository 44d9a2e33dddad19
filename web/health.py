"""How the bot fares, for machines that watch it: bound apart from the public pages, and never shown by them."""

from collections.abc import Awaitable, Callable

from aiohttp import web

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def application(faults: Callable[[], Awaitable[list[str]]], metrics: Callable[[], Awaitable[bytes]]) -> web.Application:
    """Return the application: /healthz says that the process runs, /readyz that it can work, /metrics how it fares.

    `faults` names what stands in the way, nothing when all is well; `metrics` is the text that Prometheus reads.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        found = await faults()
        return web.json_response(
            {"status": "waiting" if found else "ok", "faults": found}, status=503 if found else 200
        )

    async def told(_: web.Request) -> web.Response:
        return web.Response(body=await metrics(), headers={"Content-Type": METRICS_TYPE})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", told)])
    return app
