"""Pages opened inside Telegram as a Mini App: who opened them is told by Telegram and checked here, once an opening.

The answers are for `static/mini_app.js`: 204, the page is open, load it again; 200 with a new seal for the forms, the
digits are still asked; 403, the data are not Telegram's or were used by another browser.
"""

from dataclasses import replace

from aiohttp import web

from school import tokens
from school.ports import Token
from school.use_cases.prove_link import LinkLocked
from school.use_cases.visit_page import enter_by_account, find_door
from web import security
from web.mini_app import LONGEST, Opened, Untrusted, read_init_data
from web.page import Handler, Page, answer

SEEN = "init_data"


async def _text(request: web.Request) -> str:
    """Read the body up to the cap; what is longer is no init data."""
    body = b""
    while len(body) <= LONGEST and (part := await request.content.readany()):
        body += part
    if len(body) > LONGEST:
        raise web.HTTPRequestEntityTooLarge(LONGEST, len(body))
    return body.decode("utf-8", "replace")


async def _take(request: web.Request, handler: Handler) -> web.StreamResponse:
    security.check_origin(request)
    security.check_seal(request, request.headers.get(security.SEAL_HEADER, ""))
    text = await _text(request)

    async def handle(here: Page) -> web.StreamResponse:
        try:
            opened = read_init_data(text, here.settings.init_data_key, here.now)
        except Untrusted:
            raise web.HTTPForbidden from None
        await _once(here, opened)
        if here.visit.account not in (0, opened.account):
            # Another person at the same browser: what the first one proved is not theirs.
            here.visit = replace(here.visit, lines=(), orders=(), draft="")
        here.visit = replace(here.visit, account=opened.account)
        return await handler(here)

    return await answer(request, handle)


async def _once(here: Page, opened: Opened) -> None:
    """Let one opening be told once; the browser that told it may tell it again: it learns nothing new by it."""
    sha256 = tokens.digest(f"{SEEN}:{opened.seen}")
    if await here.uow.token(sha256) is None:
        here.uow.save_token(Token(sha256, SEEN, "", opened.expires_at, {}))
    elif here.visit.account != opened.account:
        raise web.HTTPForbidden


async def _opened(here: Page) -> web.StreamResponse:
    """Open the door to the account that is bound to it, else keep the account until the digits are proved."""
    door = await find_door(here.uow, here.token, here.now)
    if door.open_for(here.visit):
        return _known(here)
    visit = await enter_by_account(here.uow, door, here.visit, here.now)
    if visit is None and door.locked:
        raise LinkLocked
    if visit is None:
        return _known(here)
    here.enter(visit)
    return web.Response(status=204)


async def _ordering(here: Page) -> web.StreamResponse:
    """Keep the account: who orders inside Telegram finds the order there too."""
    return _known(here)


def _known(here: Page) -> web.Response:
    """Keep the account under a new cookie, and hand over the seal that the forms need now."""
    here.enter(here.visit)
    return web.Response(text=security.seal(here.settings, here.new_secret))


async def _behind_link(request: web.Request) -> web.StreamResponse:
    return await _take(request, _opened)


async def _of_order(request: web.Request) -> web.StreamResponse:
    return await _take(request, _ordering)


ROUTES = [
    web.post("/q/{token}/telegram", _behind_link),
    web.post("/me/{token}/telegram", _behind_link),
    web.post("/order/{centre}/telegram", _of_order),
    web.post("/order/{centre}/{discipline}/telegram", _of_order),
]
