"""The page of the demo: every person's chat and the mailbox side by side, to play every part by hand."""

from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
FILES = (
    "app.js",
    "clock.js",
    "guide.js",
    "attach.js",
    "bubbles.js",
    "chat.js",
    "letters.js",
    "compose.js",
    "kit.js",
    "style.css",
)

_HEADERS = {
    "Cache-Control": "no-cache",
    # Letters are shown inside the page: their styles may work, their scripts and far pictures may not.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
        "img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}


def routes() -> list[web.RouteDef]:
    """Return the routes of the page itself; what it shows it asks of the control API."""
    return [web.get("/", _index), *(web.get(f"/{name}", _file) for name in FILES)]


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html", headers=_HEADERS)


async def _file(request: web.Request) -> web.FileResponse:
    # Only the listed names have a route, so the path cannot lead elsewhere.
    return web.FileResponse(STATIC / request.path.removeprefix("/"), headers=_HEADERS)
