"""The pages behind a proxy that nobody named in the configuration: told once in the log, and nobody locks out all."""

import logging

import pytest

from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import PageClient, browsing, open_pages
from web.limits import PAGES
from web.proxies import WIDE


async def status(person: PageClient, hops: str) -> int:
    """Ask for a page through a proxy that appends this."""
    async with person.session.get(f"{person.base}/robots.txt", headers={"X-Forwarded-For": hops}) as answer:
        return answer.status


async def test_one_visitor_locks_out_no_other(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Behind an unnamed proxy a flood by one visitor stops that one, whatever it forges; the log says so."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        with caplog.at_level(logging.WARNING):
            found = [await status(person, f"198.51.100.{at % 250}, 203.0.113.7") for at in range(PAGES.most + 20)]
        assert found == [200] * PAGES.most + [429] * 20
        assert await status(person, "203.0.113.8") == 200
    told = [one.getMessage() for one in caplog.records if "web.trusted_proxies" in one.getMessage()]
    assert len(told) == 1
    assert "127.0.0.1" in told[0]
    assert "203.0.113" not in told[0]


async def test_all_together_are_limited(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever new addresses in the header gain no more than the wide limit of the whole proxy."""
    monkeypatch.setattr("web.askers.WIDE", 1)
    base = await open_pages(stage)
    async with browsing(base) as person:
        found = [await status(person, f"10.1.{at // 250}.{at % 250}") for at in range(PAGES.most + 1)]
    assert WIDE > 1
    assert found == [200] * PAGES.most + [429]


async def test_trusted_proxy_and_no_proxy_are_no_warning(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a proxy that is trusted nor a visitor without one is told of."""
    for trusted in ([], ["127.0.0.1"]):
        base = await open_pages(stage, web={"trusted_proxies": trusted})
        async with browsing(base) as person:
            if trusted:
                assert await status(person, "203.0.113.8") == 200
            await person.open("/order/0123")
    assert "trusted_proxies" not in caplog.text
