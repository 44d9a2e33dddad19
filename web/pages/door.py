"""What stands before every page behind a link: the proof by four digits, a new link by mail, the way out."""

from collections.abc import Awaitable, Callable
from typing import Literal

from aiohttp import web

from school.errors import BadAnswer
from school.use_cases.prove_link import LinkLocked
from school.use_cases.request_link import LinkSentLately, request_link
from school.use_cases.visit_page import Door, end_visit, open_door, prove_on_page
from web import errors
from web.limits import NEW_LINKS
from web.page import Handler, Page, page
from wording.plurals import plural
from wording.problems import explain

Where = Literal["q", "me"]


BehindHandler = Callable[[Page, Door], Awaitable[web.StreamResponse]]


def where(here: Page) -> Where:
    """Return which page the request is of: the questionnaire or the person's own."""
    return "me" if here.request.path.startswith("/me/") else "q"


async def find_door(here: Page) -> Door:
    """Return what the address leads to, proved or not. Raises `LinkDead`, `LinkLocked`."""
    return await open_door(here.uow, here.token, here.now, here.visit)


def behind(handler: BehindHandler) -> Handler:
    """Let the handler see only proved doors; the others get the question for the digits."""

    async def guarded(here: Page) -> web.StreamResponse:
        door = await find_door(here)
        if not door.open_for(here.visit):
            return ask(here, door)
        return await handler(here, door)

    return guarded


def ask(here: Page, door: Door, *, told: str = "", status: int = 200) -> web.Response:
    """Return the page that asks for the last four digits and shows nothing else; `told`: what was wrong."""
    telegram = here.settings.deep_link(f"q_{here.token}") if door.about is not None else ""
    path = f"/{where(here)}/{here.token}"
    return here.show("proof.html", status, path=path, told=told, telegram=telegram, student=door.about is not None)


async def _prove(here: Page) -> web.StreamResponse:
    door = await find_door(here)
    path = f"/{where(here)}/{here.token}"
    if door.open_for(here.visit):
        return here.go(path)
    try:
        visit, left = await prove_on_page(here.uow, door, here.visit, here.field("digits"), here.now)
    except BadAnswer as problem:
        return ask(here, door, told=explain(problem), status=400)
    if visit is not None:
        here.enter(visit)
        return here.go(path)
    if not left:
        title, what, status = errors.WORDS[LinkLocked.code]
        return here.show("refused.html", status, title=title, what=what, line=None)
    tries = plural(left, "попытка", "попытки", "попыток")
    told = f"Не совпало с телефоном в заявке. {'Осталась' if left == 1 else 'Осталось'} {tries}."
    return ask(here, door, told=told, status=403)


async def _new_link(here: Page) -> web.StreamResponse:
    """Send a new link to the address in the order; whoever asks learns nothing but that."""
    line = here.field("line")
    await request_link(here.uow, line, here.now, "page:")
    if here.site.limits.wait("new_link", line, NEW_LINKS):
        raise LinkSentLately
    return here.show(
        "refused.html",
        title="Новую ссылку отправили",
        what="Она придёт на почту из заявки. Прежние ссылки больше не действуют.",
        line=None,
    )


async def _leave(here: Page) -> web.StreamResponse:
    end_visit(here.uow, here.visit, here.now)
    return here.show(
        "refused.html", title="Вы вышли", what="Чтобы вернуться, откройте ссылку из письма ещё раз.", line=None
    )


ROUTES = [
    web.post("/q/{token}/proof", page(_prove)),
    web.post("/me/{token}/proof", page(_prove)),
    web.post("/new-link", page(_new_link)),
    web.post("/leave", page(_leave)),
]
