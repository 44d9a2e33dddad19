"""The pages by https in Chromium: the cookie is kept and a form is taken, in a tab and in a frame of Telegram's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, Route

from tests.browser.looking import LIMIT
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import open_pages, placed_secret
from tests.tls_front import fronting

TELEGRAM = "https://web.telegram.org/k/"


@asynccontextmanager
async def https_page(stage: Stage, chromium: Browser) -> AsyncIterator[tuple[Page, str]]:
    """Open a tab that takes the proxy's own certificate, and the pages behind the proxy; yield it and their address."""
    async with fronting() as front:
        stage.front = front
        base = await open_pages(stage)
        context = await chromium.new_context(ignore_https_errors=True, locale="ru-RU")
        context.set_default_timeout(LIMIT)
        try:
            yield await context.new_page(), base
        finally:
            await context.close()


async def prove(page: Page | FrameLocator) -> None:
    """Fill in the digits, send the form and see what is behind it."""
    await page.get_by_label("Последние четыре цифры").fill("3333")
    await page.get_by_role("button", name="Продолжить").click()
    await page.get_by_role("heading", name="Мои вебинары и курсы").wait_for()


async def cookies(context: BrowserContext) -> list[tuple[str, str, bool]]:
    """Return name, SameSite and Secure of each cookie that the browser keeps."""
    return [(one["name"], one["sameSite"], one["secure"]) for one in await context.cookies()]


async def test_browser_keeps_the_cookie_and_sends_the_form(stage: Stage, chromium: Browser) -> None:
    """In a tab the digits open the page, and opened again it does not ask for them."""
    async with https_page(stage, chromium) as (page, base):
        address = f"{base}/me/{await placed_secret(stage)}"
        await page.goto(address)
        await prove(page)
        assert await cookies(page.context) == [("__Host-visit", "None", True)]
        await page.goto(address)
        await page.get_by_role("heading", name="Мои вебинары и курсы").wait_for()


async def test_frame_of_telegram_keeps_the_cookie(stage: Stage, chromium: Browser) -> None:
    """In a frame of Telegram's web client, another site, the cookie has a jar of its own and the form is taken."""
    async with https_page(stage, chromium) as (page, base):
        secret = await placed_secret(stage)

        async def client(route: Route) -> None:
            await route.fulfill(content_type="text/html", body=f'<iframe src="{base}/me/{secret}"></iframe>')

        # Chromium asks before a page of the Internet may frame one of this machine.
        await page.context.grant_permissions(["local-network-access"], origin=TELEGRAM)
        await page.route(f"{TELEGRAM}**", client)
        await page.goto(TELEGRAM)
        await prove(page.frame_locator("iframe"))
        await page.goto(TELEGRAM)
        await page.frame_locator("iframe").get_by_role("heading", name="Мои вебинары и курсы").wait_for()
        # Partitioned: in a tab the same browser has proved nothing yet.
        await page.goto(f"{base}/me/{secret}")
        await page.get_by_label("Последние четыре цифры").wait_for()
