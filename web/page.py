"""One request of a page: its surroundings, and the way from it to one commit."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from school.errors import Conflict, SchoolError
from school.ports import CommittingUnitOfWork
from school.typed import LIST, LONGEST, clipped, readable, typed
from school.use_cases.visit_page import Visit, find_visit, keep_visit, renewed
from web import errors, security
from web.render import render
from web.site import SITE, PageSettings, Site

log = logging.getLogger(__name__)

TRIES = 8
LONGEST_FORM = 512 * 1024  # bytes: 200 students are about 100 KB
PASTED = "list"  # the one field that takes a list
MOST_FIELDS = 10_000  # 200 students are about 2 000
EMPTY: MultiDictProxy[str] = MultiDictProxy(MultiDict())


@dataclass(slots=True)
class Page:
    """One request's surroundings; `now` in UTC, `form` what was sent, `visit` what this browser has proved.

    `secret` is the cookie's; `new_secret` replaces it after the commit.
    """

    request: web.Request
    site: Site
    uow: CommittingUnitOfWork
    now: datetime
    visit: Visit
    secret: str
    form: MultiDictProxy[str] = field(default_factory=lambda: EMPTY)
    new_secret: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> PageSettings:
        """The operator's settings."""
        return self.site.settings

    @property
    def today(self) -> date:
        """The date at the school."""
        return self.now.astimezone(self.settings.zone).date()

    @property
    def token(self) -> str:
        """The secret in the address."""
        return str(self.request.match_info["token"])

    def field(self, name: str, longest: int = LONGEST) -> str:
        """Return what was sent under the name, "" for nothing. Problem: typed_long."""
        return typed(self.form.get(name, ""), longest).strip()

    def url(self, path: str) -> str:
        """Return the address of a path within the site, as the browser is to ask for it."""
        return f"{self.settings.base_path}{path}"

    def enter(self, visit: Visit) -> None:
        """Keep what the visit has proved under a new cookie."""
        self.new_secret = security.new_cookie()
        self.visit = renewed(self.uow, visit, self.new_secret, self.now)
        keep_visit(self.uow, self.visit, self.now)

    def keep(self, visit: Visit) -> None:
        """Keep the visit under the cookie it has."""
        self.visit = visit
        keep_visit(self.uow, visit, self.now)

    def show(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """Return the rendered page; every template knows the settings, the seal and the way to links."""
        seal = security.seal(self.settings, self.new_secret or self.secret)
        return render(self.settings, template, status, {"seal": seal, **self.values, **values})

    def go(self, path: str) -> web.Response:
        """Return the way to another page after a form was taken: a reload then sends nothing twice."""
        return web.Response(status=303, headers={"Location": self.url(path)})


Handler = Callable[[Page], Awaitable[web.StreamResponse]]


def page(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make a request handler: form read and seal checked before, one commit after, refusals in people's words."""

    async def handle(request: web.Request) -> web.StreamResponse:
        form = await read_form(request) if request.method == "POST" else EMPTY
        if request.method == "POST":
            security.check_origin(request)
            security.check_seal(request, form.get(security.SEAL, "") or request.headers.get(security.SEAL_HEADER, ""))
        return await answer(request, handler, form)

    return handle


async def answer(
    request: web.Request, handler: Handler, form: MultiDictProxy[str] = EMPTY, values: Mapping[str, Any] | None = None
) -> web.StreamResponse:
    """Run the handler in a unit of work of its own and commit it; a lost version runs it again.

    For handlers that read the body themselves: they check origin and seal before.
    """
    site = request.app[SITE]
    secret = security.cookie_secret(request) or security.new_cookie()
    for _ in range(TRIES):
        uow = site.open_uow()
        now = site.clock.now()
        visit = await find_visit(uow, secret, now)
        here = Page(request, site, uow, now, visit, secret, form, values=dict(values or {}))
        try:
            response = await handler(here)
            await uow.commit()
        except Conflict:
            continue
        except SchoolError as error:
            uow.rollback()
            here.new_secret = ""
            response = errors.refused(here, error)
        if here.new_secret or secret != security.cookie_secret(request):
            security.set_cookie(response, site.settings, here.new_secret or secret)
        return response
    log.warning("a page's input lost its version %d times", TRIES)
    return errors.busy(site.settings)


async def read_form(request: web.Request) -> MultiDictProxy[str]:
    """Read a form's texts without marks that nobody sees, each no longer than its refusal takes; no files.

    Not by `request.post`: that believes any character set that a sender names, and takes no more than 1 000 fields.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        return EMPTY
    try:
        body = await request.clone(client_max_size=LONGEST_FORM).read()
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except (ValueError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None
    return MultiDictProxy(MultiDict((key, _words(key, value)) for key, value in pairs))


def _words(name: str, value: str) -> str:
    return readable(clipped(value.replace("\x00", ""), LIST if name == PASTED else LONGEST))
