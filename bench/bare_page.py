"""The floor of `bench.page`: a bare aiohttp handler that answers ready bytes, and reads a form and redirects."""

import argparse
import asyncio
import contextlib

import uvloop
from aiohttp import web


def application(size: int) -> web.Application:
    """Return the application; its page is of so many bytes."""
    body = b"x" * size

    async def page(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="text/html")

    async def form(request: web.Request) -> web.Response:
        await request.post()
        return web.Response(status=303, headers={"Location": "/"})

    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/", form)])
    return app


async def _serve(port: int, size: int) -> None:
    runner = web.AppRunner(application(size), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and serve until the process is stopped."""
    parser = argparse.ArgumentParser(prog="python -m bench.bare_page", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size", type=int, required=True, help="bytes of the page")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_serve(given.port, given.size))


if __name__ == "__main__":
    main()
