"""Addresses of pages with forged numbers, NUL and whatever is no id: no page of ours, never a defect."""

import logging

import pytest

from school.centre import Role
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import browsing, open_pages, placed_secret, proved
from tests.scenarios.staff_steps import signed_in, with_mailbox
from tests.scenarios.test_page_abuse import seal_of
from web.pages import PAGE_ROUTES

FORGED = ("9" * 20, "9" * 5000, "-1", "%00", "%D9%A3", "%C2%B2", "a%0Ab")
QUERIES = ("offset", "page", "done", "line", "asked", "centre", "to", "count", "at", "version")


async def test_no_forged_address_is_a_defect(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Every route, each part of its address and the known queries forged in turn, by people who have come in."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    await with_mailbox(stage, Role.ADMIN, "Ольга", "olga@shkola.example")
    async with browsing(base) as person:
        await signed_in(stage, person, "olga@shkola.example")
        await proved(person, secret)
        headers = {"X-CSRF": seal_of(person)}
        with caplog.at_level(logging.ERROR):
            for route in PAGE_ROUTES:
                for path in forged_paths(route.path, secret):
                    method = "GET" if route.method == "*" else route.method
                    async with person.session.request(method, f"{base}{path}", headers=headers, data=None) as answer:
                        assert answer.status < 500, (method, path[:100])
                    stage.clock.move(seconds=1)
    assert [one.getMessage() for one in caplog.records if "a page failed" in one.getMessage()] == []


def forged_paths(path: str, secret: str) -> list[str]:
    """Return the route's address with one part forged at a time, the others as a person has them."""
    known = {"{token}": secret, "{centre}": "0123"}
    parts = path.split("/")
    usual = [known.get(part, "x") if part.startswith("{") else part for part in parts]
    found = []
    for value in FORGED:
        for at, part in enumerate(parts):
            if part.startswith("{"):
                found.append("/".join([*usual[:at], value, *usual[at + 1 :]]))
        found.append(f"{'/'.join(usual)}?{'&'.join(f'{key}={value[:200]}' for key in QUERIES)}")
    long = "9" * 5000
    return [*found, f"{'/'.join(usual)}?offset={long}", f"{'/'.join(usual)}?page={long}"]
