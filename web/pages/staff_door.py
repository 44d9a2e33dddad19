"""The way in for staff: the mailbox asked for, the link's button, the sessions and the way out."""

import re
from datetime import datetime

from aiohttp import web

from school.errors import BadAnswer
from school.mailboxes import parse_email
from school.use_cases.sign_in import ask_sign_in, end_own_visits, sign_in, sign_out, visits_of
from web import askers, errors, security
from web.limits import SIGN_INS
from web.staff import StaffPage, Visitor, ask_sign_in_page, staff_page, visitor_page
from wording.problems import explain

_WITHIN = re.compile(r"/staff(?:/[a-z0-9_-]+)*")
_BROWSERS = (("Edg", "Edge"), ("YaBrowser", "Яндекс Браузер"), ("Firefox", "Firefox"), ("Chrome", "Chrome"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"))


async def _ask(here: Visitor) -> web.StreamResponse:
    """Send the link where the mailbox is registered; whoever asks is answered in the same words."""
    typed, to = here.field("email")[:254], _within(here.field("to"))
    if wait := askers.wait(here.request, "sign_in", SIGN_INS):
        response = errors.told(here.settings, errors.OFTEN)
        response.headers["Retry-After"] = str(wait)
        return response
    try:
        # A mailbox that is asked for too often gets no more letters, and the answer stays the same.
        if not here.site.limits.wait("sign_in_box", parse_email(typed).lower(), SIGN_INS):
            await ask_sign_in(here.uow, typed, f"{here.settings.public_url}/staff/in/", here.now, to)
    except BadAnswer as problem:
        return ask_sign_in_page(here, 400, problem=explain(problem), typed=typed, to=to)
    return ask_sign_in_page(here, sent=True, to=to)


def _within(path: str) -> str:
    """Return a path of the page of staff, never an address elsewhere."""
    return path if _WITHIN.fullmatch(path) else "/staff"


async def _link(here: Visitor) -> web.StreamResponse:
    """Show the button: mail scanners open links, and must not spend them."""
    return here.show("staff/enter.html", secret=here.part("secret"))


async def _enter(here: Visitor) -> web.StreamResponse:
    here.new_secret = security.new_cookie()
    browser = _browser(here.request.headers.get("User-Agent", ""))
    _, to = await sign_in(here.uow, here.part("secret"), here.new_secret, browser, here.now)
    return here.go(_within(to))


def _browser(agent: str) -> str:
    """Name the browser and the system as people do."""
    found = [next((words for mark, words in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(words for words in found if words) or "Другой браузер"


async def _sessions(here: StaffPage) -> web.StreamResponse:
    found = await visits_of(here.uow, here.signed.user_id, here.now)
    return here.show("staff/sessions.html", sessions=[_session(here, token.data, token.sha256) for token in found])


def _session(here: StaffPage, data: dict[str, str], sha256: str) -> dict[str, object]:
    since = datetime.fromisoformat(data["since"]).astimezone(here.settings.zone)
    return {"browser": data["browser"], "since": since, "own": sha256 == here.signed.token.sha256}


async def _leave(here: StaffPage) -> web.StreamResponse:
    await sign_out(here.uow, here.signed, here.now)
    here.left = True
    return here.go("/staff")


async def _leave_all(here: StaffPage) -> web.StreamResponse:
    await end_own_visits(here.uow, here.signed, here.now)
    here.left = True
    return here.go("/staff")


ROUTES = [
    web.post("/staff/sign-in", visitor_page(_ask)),
    web.get("/staff/in/{secret}", visitor_page(_link)),
    web.post("/staff/in/{secret}", visitor_page(_enter)),
    web.get("/staff/sessions", staff_page(_sessions)),
    web.post("/staff/leave", staff_page(_leave)),
    web.post("/staff/leave-all", staff_page(_leave_all)),
]
