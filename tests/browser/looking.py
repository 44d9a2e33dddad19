"""What every page has to stand: no fault in the console, nothing wider than the screen, nothing serious for axe."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

PHONE, DESK = 360, 1280
WIDTHS = (PHONE, DESK)
LIMIT = 20_000  # milliseconds that a step may take
_GRAVE = ("serious", "critical")


@asynccontextmanager
async def visiting(
    chromium: Browser, width: int = PHONE, *, script: bool = True, dark: bool = False
) -> AsyncIterator[Page]:
    """Open a browser of one's own; fail when a page complained in the console or asked another host for anything."""
    context = await chromium.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=script,
        locale="ru-RU",
        color_scheme="dark" if dark else "light",
        has_touch=width == PHONE,
    )
    context.set_default_timeout(LIMIT)
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    hosts: set[str] = set()
    page.on("request", lambda asked: hosts.add(asked.url.split("/")[2]) if asked.url.startswith("http") else None)
    try:
        yield page
        # A refusal of ours (a wrong answer, a lost connection made on purpose) is told by its status alone.
        told = [fault for fault in faults if not fault.startswith("Failed to load resource")]
        assert told == []
        assert len(hosts) <= 1, f"other hosts were asked: {hosts}"
    finally:
        await context.close()


async def fits(page: Page) -> None:
    """Fail where the page is wider than its screen: nobody scrolls a form sideways."""
    width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width <= 0, f"{page.url} is {width} px wider than the screen"


async def accessible(page: Page) -> None:
    """Fail where axe finds something serious."""
    found = await Axe().run(page)
    grave = [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found.response["violations"]
        if one["impact"] in _GRAVE
    ]
    assert grave == []


async def looked_at(page: Page, *, script: bool = True) -> None:
    """Fail where the page does not fit or is not accessible (axe needs scripts)."""
    await fits(page)
    if script:
        await accessible(page)
