"""A person's own page in Chromium: the student's courses and the client's order, inside Telegram and outside."""

import json
from urllib.parse import quote

import pytest

from tests.browser.conftest import Site
from tests.browser.looking import WIDTHS, looked_at, visiting
from tests.browser.test_questionnaire import come_in
from tests.scenarios.page_steps import placed_secret


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", [True, False])
async def test_student_sees_what_blocks(site: Site, width: int, *, script: bool) -> None:
    """The student's page names what is to be done next and leads to the questionnaire."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium, width, script=script) as page:
        await page.goto(f"{site.base}/me/{secret}")
        await page.get_by_label("Последние четыре цифры").fill("3333")
        await page.get_by_role("button", name="Продолжить").click()
        await page.get_by_role("heading", name="Мои вебинары и курсы").wait_for()
        await looked_at(page, script=script)
        assert await page.locator(f'a[href$="/q/{secret}"]').count() >= 1


@pytest.mark.parametrize(
    "theme",
    [
        {"bg_color": "#17212b", "text_color": "#f5f5f5", "button_color": "#5288c1", "button_text_color": "#ffffff"},
        {"bg_color": "#ffffff", "text_color": "#000000", "button_color": "#40a7e3", "button_text_color": "#ffffff"},
        {"bg_color": "#777777", "text_color": "#787878", "button_color": "#777777", "button_text_color": "#777777"},
    ],
)
async def test_theme_of_telegram_is_taken_over_and_stays_readable(site: Site, theme: dict[str, str]) -> None:
    """Opened as a Mini App the page takes Telegram's colours, but never ones that cannot be read."""
    secret = await placed_secret(site.stage)
    data = quote("user=%7B%22id%22%3A1%7D&auth_date=1&hash=00")
    hash_ = f"#tgWebAppData={data}&tgWebAppVersion=8.0&tgWebAppThemeParams={quote(json.dumps(theme))}"
    async with visiting(site.chromium) as page:
        await page.goto(f"{site.base}/q/{secret}{hash_}")
        await page.get_by_label("Последние четыре цифры").wait_for()
        await looked_at(page)


async def test_pages_of_a_visit_ask_once(site: Site) -> None:
    """Who has proved on the questionnaire's page sees the own page without being asked again."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium) as page:
        await come_in(page, site, secret)
        await page.goto(f"{site.base}/me/{secret}")
        await page.get_by_role("heading", name="Мои вебинары и курсы").wait_for()
