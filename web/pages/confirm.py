"""The page that confirms an order by the link of its letter: a button to press, since mail scanners open links."""

from typing import Any

from aiohttp import web

from school.use_cases.confirm_order import Confirmed, confirm_by_link, find_confirmation
from web.page import Page, page
from wording.held import confirmed_words


async def _ask(here: Page) -> web.StreamResponse:
    """Show which order it is, without a name of anybody: the link alone has proved no person."""
    _, found = await find_confirmation(here.uow, here.token, here.now)
    return _show(here, found)


async def _confirm(here: Page) -> web.StreamResponse:
    return _show(here, await confirm_by_link(here.uow, here.token, here.settings.caps, here.now))


def _show(here: Page, found: Confirmed) -> web.Response:
    waits = found.state == "waits"
    said = "" if waits else confirmed_words(found.state, found.students, changed=found.changed)
    values: dict[str, Any] = {"number": found.order.number, "students": found.students, "waits": waits, "said": said}
    return here.show("order/confirm.html", path=f"/confirm/{here.token}", good=found.state == "released", **values)


ROUTES = [
    web.get("/confirm/{token}", page(_ask)),
    web.post("/confirm/{token}", page(_confirm)),
]
