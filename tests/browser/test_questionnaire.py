"""The questionnaire in Chromium: walked on any screen with scripts and without, and a file over a line that breaks."""

import os
import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import FilePayload, Page, Route

from tests.browser.conftest import Site
from tests.browser.looking import DESK, PHONE, looked_at, visiting
from tests.pictures import document_picture
from tests.scenarios.page_steps import placed_secret

MEGABYTE = 1024 * 1024


async def come_in(page: Page, site: Site, secret: str) -> None:
    """Open the link, prove and agree."""
    await page.goto(f"{site.base}/q/{secret}")
    await page.get_by_label("Последние четыре цифры").fill("3333")
    await page.get_by_role("button", name="Продолжить").click()
    await page.get_by_role("button", name="Даю согласие").click()


async def tell_data(page: Page) -> None:
    """Answer what the order does not know and go on to the documents."""
    await page.get_by_label("Высшее").check()
    await page.get_by_label("Та же").check()
    await page.get_by_role("button", name="Дальше").click()
    await page.locator("#document-diploma").wait_for()


def picture(name: str, content: bytes) -> FilePayload:
    """Return a file as a person chooses it."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_questionnaire_is_walked_to_its_end(site: Site, width: int, *, script: bool) -> None:
    """Consent, data, two files and a last look lead to the sent questionnaire on any screen, scripts or not."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium, width, script=script) as page:
        await page.goto(f"{site.base}/q/{secret}")
        await page.get_by_label("Последние четыре цифры").fill("3333")
        await page.get_by_role("button", name="Продолжить").click()
        await page.get_by_role("button", name="Даю согласие").wait_for()
        await looked_at(page, script=script)
        await page.get_by_role("button", name="Даю согласие").click()
        await page.get_by_label("Ваш мобильный телефон").fill("123")
        await page.get_by_role("button", name="Дальше").click()
        await page.get_by_role("alert").wait_for()
        await looked_at(page, script=script)
        assert await page.get_by_label("Ваш мобильный телефон").input_value() == "123"
        await page.get_by_label("Ваш мобильный телефон").fill("8 933 933-33-33")
        await tell_data(page)
        await page.locator("#file-diploma").set_input_files(
            [picture("разворот.jpg", document_picture("ДИПЛОМ")), picture("вкладыш.jpg", document_picture("ВКЛАДЫШ"))]
        )
        if not script:
            await page.get_by_role("button", name="Загрузить").click()
        await page.get_by_text("вкладыш.jpg").first.wait_for()
        await page.get_by_role("button", name="Убрать").nth(1).wait_for()
        await looked_at(page, script=script)
        await page.get_by_role("link", name="Дальше").click()
        await page.get_by_role("button", name="Отправить анкету").wait_for()
        await looked_at(page, script=script)
        await page.get_by_role("button", name="Отправить анкету").click()
        await page.get_by_role("heading", name="Анкета отправлена").wait_for()
        await looked_at(page, script=script)


async def test_surname_in_the_diploma_is_asked_when_it_differs(site: Site) -> None:
    """With scripts the surname in the diploma shows only under «Другая»; then its document is asked for too."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium) as page:
        await come_in(page, site, secret)
        other = page.get_by_label("Какая фамилия в дипломе?")
        await page.get_by_label("Та же").check()
        assert not await other.is_visible()
        await page.get_by_label("Другая").check()
        await other.fill("Иванова")
        await page.get_by_label("Высшее").check()
        await page.get_by_role("button", name="Дальше").click()
        await page.locator("#document-name_change").wait_for()
        await looked_at(page)


def heavy_picture() -> bytes:
    """Return a picture of about 15 MB: a page of print over noise, which does not shrink."""
    side, print_height = 2350, 1400
    image = Image.new("RGB", (side, side + print_height))
    image.paste(Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)), (0, print_height))
    image.paste(Image.open(BytesIO(document_picture("ДИПЛОМ", "PNG", (side, print_height)))), (0, 0))
    out = BytesIO()
    image.save(out, "JPEG", quality=97, subsampling=0)
    assert 13 * MEGABYTE < out.tell() < 20 * MEGABYTE, out.tell()
    return out.getvalue()


async def test_a_heavy_file_goes_on_after_the_line_broke(site: Site) -> None:
    """A file of 15 MB over a slow line that breaks in the middle is taken, and no piece is sent anew from the start."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium) as page:
        await come_in(page, site, secret)
        await tell_data(page)
        line = await page.context.new_cdp_session(page)
        slow = {"offline": False, "latency": 20, "downloadThroughput": MEGABYTE, "uploadThroughput": 3 * MEGABYTE}
        await line.send("Network.enable")
        await line.send("Network.emulateNetworkConditions", slow)
        offsets: list[int] = []
        page.on(
            "request",
            lambda asked: offsets.append(int(asked.url.rpartition("=")[2])) if asked.method == "PUT" else None,
        )
        await page.locator("#file-diploma").set_input_files([picture("диплом.jpg", heavy_picture())])
        await page.get_by_text(re.compile(r"загружено [3-9],\d из")).wait_for()
        await line.send("Network.emulateNetworkConditions", {**slow, "offline": True})
        await page.get_by_text("Связь прервалась").wait_for()
        await looked_at(page)
        await line.send("Network.emulateNetworkConditions", slow)
        await page.get_by_role("button", name="Убрать").wait_for()
        assert offsets.count(0) == 1
        assert len(offsets) - len(set(offsets)) <= 6, "pieces were sent again and again"


async def test_a_line_that_stays_broken_says_what_to_do(site: Site) -> None:
    """After its tries the page says how much is there and gives a button, which goes on when the line is back."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium) as page:
        await come_in(page, site, secret)
        await tell_data(page)
        await page.clock.install()
        broken = True
        seen = 0

        async def break_later(route: Route) -> None:
            nonlocal seen
            seen += 1
            if broken and seen > 1:
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/piece/**", break_later)
        await page.locator("#file-diploma").set_input_files(
            [picture("диплом.jpg", document_picture(size=(2400, 3300)))]
        )
        words = page.get_by_text("Нажмите «Продолжить»")
        for _ in range(40):
            await page.clock.run_for(10_000)
            if await words.count():
                break
        await words.wait_for()
        await looked_at(page)
        broken = False
        await page.get_by_role("button", name="Продолжить").click()
        await page.clock.run_for(1000)
        await page.get_by_role("button", name="Убрать").wait_for()
