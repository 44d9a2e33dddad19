"""Each route of the pages by each role: whoever may not, changes nothing, gets no file and learns nothing."""

import re
from dataclasses import dataclass
from io import BytesIO

import aiohttp
import pytest
from openpyxl import load_workbook

from bot.site import page_settings
from sandbox.browser import browsing
from school.centre import Role
from school.ports import Token
from school.tokens import digest, new_secret
from school.use_cases.renew_link import new_link
from school.use_cases.sign_in import VISIT as STAFF_VISIT
from school.use_cases.sign_in import VISIT_LASTS
from school.use_cases.visit_page import new_client_link
from tests.scenarios.access_steps import NAME, OTHER, World, come, state, withdraw, world_of
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import open_pages, proved
from tests.scenarios.review_steps import Handed, hand_in
from web import security
from web.pages import PAGE_ROUTES
from web.site import PageSettings

ALL = frozenset(
    {
        "stranger", "student", "other_student", "client", "other_client", "manager", "other_manager", "curator",
        "admin", "withdrawn_manager", "withdrawn_curator",
    }
)  # fmt: skip
STAFF = frozenset({"manager", "other_manager", "curator", "admin"})
REVIEWERS = frozenset({"curator", "admin"})
LEADERS = frozenset({"manager", "admin"})
LOOKERS = LEADERS | REVIEWERS

# Who gets past the door of a route, by the beginning of "METHOD /path": the longest that fits counts. What begins with
# nothing of this list has nobody who may: a new route fails below until somebody says whose it is.
MAY: dict[str, frozenset[str]] = {
    "POST /q/{token}/proof": ALL,
    "POST /q/{token}/telegram": ALL,
    "POST /me/{token}/proof": ALL,
    "POST /me/{token}/telegram": ALL,
    "POST /new-link": ALL,
    "POST /leave": ALL,
    "GET /order/": ALL,
    "GET /confirm/{token}": ALL,
    "POST /confirm/{token}": ALL,
    "POST /order/": ALL,
    "GET /order/{centre}/done/{token}": frozenset({"client"}),
    "GET /q/{token}": frozenset({"student"}),
    "POST /q/{token}": frozenset({"student"}),
    "PUT /q/{token}": frozenset({"student"}),
    "GET /me/{token}": frozenset({"client"}),
    "POST /me/{token}": frozenset({"client"}),
    "POST /staff/sign-in": ALL,
    "GET /staff/in/{secret}": ALL,
    "POST /staff/in/{secret}": ALL,
    "GET /staff": STAFF,
    "GET /staff/sessions": STAFF,
    "POST /staff/leave": STAFF,
    "GET /staff/orders": STAFF,
    "POST /staff/orders": STAFF,
    "GET /staff/orders/{order}": LOOKERS,
    "POST /staff/orders/{order}": LOOKERS,
    "POST /staff/orders/{order}/accept": LEADERS,
    "GET /staff/queue": REVIEWERS,
    "POST /staff/queue": REVIEWERS,
    "GET /staff/admit": REVIEWERS,
    "POST /staff/admit": REVIEWERS,
    "GET /staff/students": LEADERS,
    "POST /staff/students": LEADERS,
    "GET /staff/people": frozenset({"admin"}),
    "POST /staff/people": frozenset({"admin"}),
}
# What pages may not show to foreigners; shorter ones could stand in a seal by chance.
PERSONAL = (NAME, "Соколова", "79339333333", "933 933", "Ромашка", "Белова")
# What may stand behind a link of one's own and be of another order.
FOREIGN_ID = re.compile(r"\{token\}.*\{(line|invoice|upload)\}")
# What everybody signed in may ask for shows each person their own; foreigners ask for it too, and it is read for leaks.
OWN_LISTS = frozenset({"GET /staff", "GET /staff/orders", "POST /staff/orders", "POST /staff/orders/xlsx"})


@dataclass(frozen=True)
class Caller:
    """Whoever asks: the cookies of their browser, and the link that they hold themselves, if any."""

    cookies: dict[str, str]
    own: str = ""


@dataclass(frozen=True)
class Links:
    """The secrets of the links to the student's and to the client's page of one order."""

    student: str
    client: str


def keys() -> list[str]:
    """Return every route of the pages as "METHOD /path"."""
    return [f"{route.method} {route.path}" for route in PAGE_ROUTES]


def may(key: str) -> frozenset[str]:
    """Return who gets past the door of a route."""
    fits = [start for start in MAY if key.startswith(start)]
    return MAY[max(fits, key=len)] if fits else frozenset()


def test_every_route_has_its_people() -> None:
    """No route is without a line of who may use it, and no line is without a route."""
    assert [key for key in keys() if not any(key.startswith(start) for start in MAY)] == []
    assert [start for start in MAY if not any(key.startswith(start) for key in keys())] == []


async def links_to(stage: Stage, handed: Handed) -> Links:
    """Make both links of an order."""
    uow = stage.app.database.uow(stage.clock)
    order = await uow.order(handed.order_id)
    assert order is not None
    line = next(line for line in order.lines if line.id == handed.line_id)
    student = new_link(uow, order, line, stage.clock.now())
    client = new_client_link(uow, order, stage.clock.now())
    await uow.commit()
    return Links(student, client)


async def visitor(base: str, secret: str, digits: str, page: str) -> Caller:
    """Prove a link in a browser."""
    async with browsing(base) as person:
        shown = await proved(person, secret, digits, page)
        assert shown.status == 200
        cookies = {one.key: one.value for one in person.session.cookie_jar}
    assert cookies
    return Caller(cookies, secret)


async def at_desk(stage: Stage, role: Role, name: str, centre: str | None = None, *, withdrawn: bool = False) -> Caller:
    """Let a member of staff sign in, and lose the role afterwards where that is asked for."""
    person = await come(stage, role, name, centre)
    secret, now = new_secret(), stage.clock.now()
    uow = stage.app.database.uow(stage.clock)
    uow.save_token(Token(digest(secret), STAFF_VISIT, str(person.id), now + VISIT_LASTS, {"signed": now.isoformat()}))
    await uow.commit()
    if withdrawn:
        await withdraw(stage, person)
    return Caller({"staff": secret})


async def callers(stage: Stage, base: str, own: Links, others: Links) -> dict[str, Caller]:
    """Bring everyone on the stage."""
    await stage.app.database.save_centre(OTHER)
    return {
        "stranger": Caller({"visit": new_secret(), "staff": new_secret()}),
        "student": await visitor(base, own.student, "3333", "q"),
        "other_student": await visitor(base, others.student, "3333", "q"),
        "client": await visitor(base, own.client, "4567", "me"),
        "other_client": await visitor(base, others.client, "4567", "me"),
        "manager": await at_desk(stage, Role.MANAGER, "Менеджер", "0123"),
        "other_manager": await at_desk(stage, Role.MANAGER, "Сосед", OTHER.number),
        "curator": await at_desk(stage, Role.CURATOR, "Куратор"),
        "admin": await at_desk(stage, Role.ADMIN, "Админ"),
        "withdrawn_manager": await at_desk(stage, Role.MANAGER, "Бывший", "0123", withdrawn=True),
        "withdrawn_curator": await at_desk(stage, Role.CURATOR, "Бывшая", withdrawn=True),
    }


class Asking:
    """Asks for routes as one caller, each form with the seal of that caller's own cookie."""

    def __init__(self, base: str, settings: PageSettings, world: World, links: Links) -> None:
        self.base, self.settings, self.world, self.links = base, settings, world, links

    def path(self, key: str, token: str = "") -> str:
        """Return a route's path about the world; `token` stands for the link instead of the world's own."""
        link = token or (self.links.student if "/q/" in key else self.links.client)
        parts = {
            "token": link, "line": self.world.handed.line_id, "order": self.world.order_id, "centre": "0123",
            "invoice": self.world.invoice, "paper": "invoice", "document": "diploma", "discipline": "bukhuchet",
            "secret": new_secret(), "upload": "0" * 32, "page": "0" * 32,
        }  # fmt: skip
        return re.sub(r"\{(\w+)[^}]*\}", lambda found: parts.get(found[1], self.world.act), key.partition(" ")[2])

    async def ask(self, key: str, caller: Caller, token: str = "") -> tuple[int, bytes, str]:
        """Return status, body and content type of one request; whatever the route needs stands in the form."""
        method = key.partition(" ")[0]
        cookie = caller.cookies.get("staff" if "/staff" in key else "visit", "")
        seal = security.seal(self.settings, cookie)
        form = {
            "csrf": seal, "line": self.world.handed.line_id, "version": str(self.world.version), "confirmed": "yes",
            "asked": "5039002841", "text": "Проверка", "reason": "client", "field": "diploma", "channel": "mail",
            "name": "Лебедева Татьяна Ивановна", "email": "lebedeva.t@yandex.ru", "mobile": "89052223344",
            "member": self.world.member_id, "mailbox": "lebedeva.t@yandex.ru", "agree": "yes",
        }  # fmt: skip
        async with aiohttp.ClientSession(cookies=caller.cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            session.cookie_jar.update_cookies(caller.cookies)
            answer = await session.request(
                method,
                f"{self.base}{self.path(key, token)}",
                data=None if method == "GET" else form,
                headers={security.SEAL_HEADER: seal},
                allow_redirects=False,
            )
            return answer.status, await answer.read(), answer.content_type


def leaks(body: bytes) -> list[str]:
    """Return what a body tells of the world."""
    words = body.decode("utf-8", "replace")
    return [secret for secret in PERSONAL if secret in words]


def cells(workbook: bytes) -> str:
    """Return all words of a workbook."""
    sheets = load_workbook(BytesIO(workbook)).worksheets
    return " ".join(str(value) for sheet in sheets for row in sheet.iter_rows(values_only=True) for value in row)


@pytest.mark.timeout(400)
async def test_each_route_by_each_role(stage: Stage) -> None:
    """A route asked for by whoever may not use it changes no row, gives no file and tells nothing personal."""
    base = await open_pages(stage)
    settings = page_settings(stage.settings, "test_bot")
    assert settings is not None
    handed, foreign = await hand_in(stage, NAME), await hand_in(stage, "Орлова Анна Петровна")
    links, others = await links_to(stage, handed), await links_to(stage, foreign)
    cast = await callers(stage, base, links, others)
    member = (await stage.app.database.uow(stage.clock).centre_staff("0123"))[0]
    asking = Asking(base, settings, await world_of(stage, handed, member.id), links)
    for who, caller in cast.items():
        stage.clock.move(seconds=61)  # the limits of an address and of a link begin anew
        before = await state(stage)
        for key in keys():
            tokens = [""] if who not in may(key) else []
            if caller.own and who.startswith("other") and FOREIGN_ID.search(key):
                tokens.append(caller.own)
            for token in tokens:
                status, body, kind = await asking.ask(key, caller, token)
                assert status < 500, (who, key, status)
                assert status >= 400 or "/staff" not in key, (who, key, status)
                assert kind == "text/html" or status >= 400 or not body, (who, key, kind)
                assert not leaks(body), (who, key, status, leaks(body))
        assert await state(stage) == before, who
    for who in ("other_manager", "withdrawn_manager", "withdrawn_curator"):
        for key in OWN_LISTS:
            _, body, kind = await asking.ask(key, cast[who])
            shown = cells(body) if kind != "text/html" else body.decode()
            # Shorter words stand in the hints of the search as samples.
            assert not [secret for secret in (NAME, handed.line_id, asking.world.number) if secret in shown], (who, key)
