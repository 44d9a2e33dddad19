"""An order begun in chat, taken up on the page by a link that opens once (DESIGN: one form, whichever the face)."""

from dataclasses import replace

from aiohttp import web

from school.centre import Centre
from school.use_cases.hand_draft import find_handed, handed_to, take_handed
from school.use_cases.prove_link import LinkDead
from web.page import Page, page
from web.pages.order import at_centre, frame, path

DEAD = "Она открывается один раз, в течение часа. Возьмите новую в чате: нажмите там «Продолжить на странице»."


async def _handed(here: Page, centre: Centre) -> web.StreamResponse:
    """Ask before the order begun in chat is taken up: opening a link alone uses nothing up."""
    try:
        await find_handed(here.uow, here.token, here.now)
    except LinkDead:
        return await _taken_before(here)
    return here.show("order/from.html", **frame(here, centre), token=here.token)


async def _take_handed(here: Page, centre: Centre) -> web.StreamResponse:
    try:
        draft = await take_handed(here.uow, here.token, here.now)
    except LinkDead:
        return await _taken_before(here)
    here.enter(replace(here.visit, draft=draft.id))
    return here.go(f"/order/{draft.centre}")


async def _taken_before(here: Page) -> web.StreamResponse:
    """Lead the browser that has taken it up on to the order (a step back, a second press); tell the others."""
    if not await handed_to(here.uow, here.token, here.visit.draft):
        return here.show("refused.html", 410, title="Эта ссылка уже не действует", what=DEAD, line=None)
    return here.go(path(here))


ROUTES = [
    web.get("/order/{centre}/from/{token}", page(at_centre(_handed))),
    web.post("/order/{centre}/from/{token}", page(at_centre(_take_handed))),
]
