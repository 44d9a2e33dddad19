"""One request of a page of staff: who is signed in, with the roles of this very moment, and the way to one commit.

The staff's cookie, seal and sessions are their own: what a client or a student has proved in the same browser opens
nothing here, and the other way round.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web
from multidict import MultiDictProxy

from school.centre import Role
from school.errors import BadAnswer, Conflict, SchoolError
from school.ports import CommittingUnitOfWork, Session
from school.typed import typed
from school.use_cases.find import holds, manages
from school.use_cases.review_questionnaire import Acting
from school.use_cases.sign_in import StaffVisit, find_staff_visit
from web import errors, security
from web.page import EMPTY, read_form
from web.render import render
from web.site import SITE, PageSettings, Site
from wording.problems import explain

log = logging.getLogger(__name__)

TRIES = 8
SIGN_IN_PAGE = "staff/sign_in.html"
# To whoever may not, a page looks as if it were not there.
HIDDEN = ("forbidden", "not_found")


@dataclass(slots=True)
class Visitor:
    """A request to a page of staff, of somebody signed in or not yet; `now` in UTC, `secret` the staff's cookie."""

    request: web.Request
    site: Site
    uow: CommittingUnitOfWork
    now: datetime
    secret: str
    visit: StaffVisit | None
    form: MultiDictProxy[str] = field(default_factory=lambda: EMPTY)
    new_secret: str = ""
    left: bool = False

    @property
    def settings(self) -> PageSettings:
        """The operator's settings."""
        return self.site.settings

    @property
    def today(self) -> date:
        """The date at the school."""
        return self.now.astimezone(self.settings.zone).date()

    def part(self, name: str) -> str:
        """Return a variable part of the address."""
        return self.request.match_info[name]

    def field(self, name: str) -> str:
        """Return what was sent under the name, "" for nothing. Problem: typed_long."""
        return typed(self.form.get(name, "")).strip()

    def show(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """Return the rendered page; every template knows the settings, the seal and who is signed in."""
        seal = security.seal(self.settings, self.new_secret or self.secret)
        common = {"seal": seal, "me": self.visit, "may": may(self.visit.session) if self.visit else {}}
        return render(self.settings, template, status, {**common, **values})

    def go(self, path: str) -> web.Response:
        """Return the way to another page after a form was taken: a reload then sends nothing twice."""
        return web.Response(status=303, headers={"Location": f"{self.settings.base_path}{path}"})

    def attach(self, name: str, media: str, content: bytes) -> web.Response:
        """Return a file to be saved, never shown in the page: whatever it holds runs nowhere."""
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return web.Response(body=content, content_type=media, headers=headers)


@dataclass(slots=True)
class StaffPage(Visitor):
    """A request of a member of staff who is signed in."""

    @property
    def signed(self) -> StaffVisit:
        """Whose session it is."""
        assert self.visit is not None
        return self.visit

    @property
    def session(self) -> Session:
        """What the account may do now."""
        return self.signed.session

    @property
    def acting(self) -> Acting:
        """The person at work, for the use cases."""
        return Acting(self.session, self.signed.user_id, self.signed.name, self.now, self.settings.zone)


Handler = Callable[[Visitor], Awaitable[web.StreamResponse]]
StaffHandler = Callable[[StaffPage], Awaitable[web.StreamResponse]]
Route = Callable[[web.Request], Awaitable[web.StreamResponse]]


def may(session: Session) -> dict[str, bool]:
    """Tell which pages the person has."""
    return {
        "review": holds(session, Role.CURATOR, Role.ADMIN),
        "orders": holds(session, Role.MANAGER, Role.CURATOR, Role.ADMIN),
        "manage": holds(session, Role.MANAGER),
        "people": holds(session, Role.ADMIN),
    }


async def signed_manager(
    request: web.Request, uow: CommittingUnitOfWork, now: datetime, centre: str
) -> StaffVisit | None:
    """Return who is signed in here as a manager of this very centre: staff fill in the order they place."""
    visit = await find_staff_visit(uow, security.cookie_secret(request, "staff"), now)
    return visit if visit is not None and manages(visit.session, centre) else None


def visitor_page(handler: Handler) -> Route:
    """Make a request handler of a page that stands before the sign-in: seal checked, one commit, refusals worded."""

    async def handle(request: web.Request) -> web.StreamResponse:
        form = await _checked_form(request)
        return await _run(request, handler, form, Visitor)

    return handle


def staff_page(handler: StaffHandler) -> Route:
    """Make a request handler for who is signed in; others get the sign-in form, and come back here after it."""

    async def signed_in(here: Visitor) -> web.StreamResponse:
        if not isinstance(here, StaffPage) or here.visit is None:
            return ask_sign_in_page(here, status=401)
        # The account is the same person's as in chat; the audit tells that it came by the page.
        here.uow.speak_for(f"page:{here.visit.user_id}")
        return await handler(here)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await _run(request, signed_in, await _checked_form(request), StaffPage)

    return handle


def ask_sign_in_page(here: Visitor, status: int = 200, **told: Any) -> web.Response:
    """Return the form that asks for the mailbox."""
    to = here.request.path if here.request.method == "GET" else "/staff"
    return here.show(SIGN_IN_PAGE, status, **{"problem": "", "typed": "", "sent": False, "to": to, **told})


async def _checked_form(request: web.Request) -> MultiDictProxy[str]:
    if request.method != "POST":
        return EMPTY
    form = await read_form(request)
    security.check_origin(request)
    security.check_seal(request, form.get(security.SEAL, ""), "staff")
    return form


async def _run(
    request: web.Request, handler: Handler, form: MultiDictProxy[str], kind: type[Visitor]
) -> web.StreamResponse:
    """Run the handler in a unit of work of its own and commit it; a lost version runs it again."""
    site = request.app[SITE]
    sent = security.cookie_secret(request, "staff")
    secret = sent or security.new_cookie()
    for _ in range(TRIES):
        uow, now = site.open_uow(), site.clock.now()
        here = kind(request, site, uow, now, secret, await find_staff_visit(uow, sent, now), form)
        try:
            response = await handler(here)
            await uow.commit()
        except Conflict:
            continue
        except SchoolError as error:
            uow.rollback()
            here.new_secret, here.left = "", False
            response = refused(here, error)
        _set_cookie(response, here, sent)
        return response
    log.warning("an input of staff lost its version %d times", TRIES)
    return errors.busy(site.settings)


def _set_cookie(response: web.StreamResponse, here: Visitor, sent: str) -> None:
    if here.left:
        security.drop_cookie(response, here.settings, "staff")
    elif here.new_secret or here.secret != sent:
        security.set_cookie(response, here.settings, here.new_secret or here.secret, "staff")


def refusal(error: SchoolError) -> tuple[str, str, int]:
    """Return title, what to do and the status of a refusal; what is not open looks absent."""
    if isinstance(error, BadAnswer):
        return "Проверьте ответ", explain(error), 400
    if error.code in HIDDEN:
        return errors.WORDS["not_found"]
    return errors.WORDS.get(error.code, errors.OTHER)


def refused(here: Visitor, error: SchoolError) -> web.Response:
    """Return the page that words the refusal."""
    title, what, status = refusal(error)
    return here.show("staff/refused.html", status, title=title, what=what)
