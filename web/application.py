"""The public application: the pages under their guards, and the webhook beside them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from web import askers, errors, webhook
from web.limits import PAGES, PER_LINK, POSTS
from web.limits import PIECES as PIECES_RATE
from web.pages import PAGE_ROUTES
from web.pages.uploads import AT_ONCE, PIECES, READ_AT_ONCE, READERS, TURNS
from web.pieces import Pieces
from web.render import STATIC
from web.security import Forged, guard
from web.site import SITE, Site

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LARGEST_BODY = 32 * 1024 * 1024  # bytes; each handler has a smaller cap of its own
FRAMED = ("/q/", "/order/", "/me/", "/new-link", "/leave")
_YEAR = "public, max-age=31536000, immutable"


def application(site: Site, hooks: Iterable[web.RouteDef] = ()) -> web.Application:
    """Return the application of the public pages; `hooks` stand beside them and answer to machines."""
    app = web.Application(middlewares=[_guarded, _limited, _worded], client_max_size=LARGEST_BODY)
    app[SITE] = site
    app[askers.TOLD] = set()
    app[PIECES] = Pieces(site.clock)
    app[TURNS] = asyncio.Semaphore(AT_ONCE)
    app[READERS] = asyncio.Semaphore(READ_AT_ONCE)
    app.add_routes([*PAGE_ROUTES, *hooks])
    app.add_routes([web.get("/static/{name:[a-z0-9_.-]+}", _static), web.get("/robots.txt", _robots)])
    return app


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    guard(response, request.app[SITE].settings, framed=request.path.startswith(FRAMED))
    return response


@web.middleware
async def _limited(request: web.Request, handler: Handler) -> web.StreamResponse:
    site = request.app[SITE]
    if request.path.startswith("/static/") or request.path == webhook.PATH:
        return await handler(request)
    if any(waits := _waits(request)):
        response = errors.told(site.settings, errors.OFTEN)
        response.headers["Retry-After"] = str(max(waits))
        return response
    return await handler(request)


def _waits(request: web.Request) -> list[int]:
    """Count the request; return how many seconds each limit wants it to wait, 0 for none."""
    if request.method == "PUT":  # only pieces of files are put
        return [askers.wait(request, "pieces", PIECES_RATE)]
    waits = [askers.wait(request, "pages", PAGES)]
    if request.method != "GET":
        waits.append(askers.wait(request, "posts", POSTS))
    if token := request.match_info.get("token"):
        waits.append(request.app[SITE].limits.wait("link", token, PER_LINK))
    return waits


@web.middleware
async def _worded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what the framework and defects raise into pages for people."""
    settings = request.app[SITE].settings
    try:
        if _is_forged(request):
            raise web.HTTPNotFound
        return await handler(request)
    except Forged:
        return errors.told(settings, errors.FORGED)
    except web.HTTPRequestEntityTooLarge:
        return errors.told(settings, errors.TOO_BIG)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return errors.told(settings, errors.WORDS["not_found"])
    except web.HTTPBadRequest:
        return errors.told(settings, errors.TORN)
    except web.HTTPForbidden:
        return errors.told(settings, errors.WORDS["forbidden"])
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - a defect is told as a page too, and logged without words
        if request.transport is not None:  # else the browser has gone, and nobody is to be told
            log.error("a page failed: %s", errors.where(error))
        return errors.told(settings, errors.BROKEN)


def _is_forged(request: web.Request) -> bool:
    """Tell whether the address holds a NUL: no address of ours does, and PostgreSQL takes none."""
    return any("\x00" in text for text in (*request.match_info.values(), *request.query.values()))


async def _static(request: web.Request) -> web.StreamResponse:
    path = STATIC / request.match_info["name"]
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": _YEAR})


async def _robots(_: web.Request) -> web.Response:
    return web.Response(text="User-agent: *\nDisallow: /\n")
