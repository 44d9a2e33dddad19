"""The door of the page in Chromium."""

import pytest

from tests.browser.conftest import Site
from tests.browser.looking import WIDTHS, looked_at, visiting
from tests.scenarios.page_steps import placed_secret

LIGHTEST = 60 * 1024  # bytes of the first page in all


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("script", "dark"), [(True, False), (True, True), (False, False)])
async def test_door_asks_for_the_digits(site: Site, width: int, *, script: bool, dark: bool) -> None:
    """The first page asks for the digits on any screen, dark or light, and says when they are wrong."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium, width, script=script, dark=dark) as page:
        await page.goto(f"{site.base}/q/{secret}")
        await page.get_by_label("Последние четыре цифры").fill("0000")
        await page.get_by_role("button", name="Продолжить").click()
        await page.get_by_role("alert").wait_for()
        await looked_at(page, script=script)


async def test_first_page_is_light(site: Site) -> None:
    """The first page with all that it asks for weighs at most 60 KB."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium) as page:
        await page.goto(f"{site.base}/q/{secret}", wait_until="networkidle")
        sizes = await page.evaluate(
            "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            ".map((one) => one.transferSize)"
        )
        assert len(sizes) >= 2
        assert sum(sizes) <= LIGHTEST


async def test_keyboard_alone_opens_the_door(site: Site) -> None:
    """Tab, the digits and Enter are enough."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium) as page:
        await page.goto(f"{site.base}/q/{secret}")
        for _ in range(10):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.id") == "digits":
                break
        else:
            pytest.fail("Tab never comes to the field")
        await page.keyboard.type("3333")
        await page.keyboard.press("Enter")
        await page.get_by_label("Последние четыре цифры").wait_for(state="detached")
