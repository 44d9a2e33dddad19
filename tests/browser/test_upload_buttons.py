"""The documents' page in Chromium: Russian buttons choose the files, a phone has the camera too."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Site
from tests.browser.looking import DESK, PHONE, looked_at, visiting
from tests.browser.test_questionnaire import come_in, picture, tell_data
from tests.pictures import document_picture
from tests.scenarios.page_steps import placed_secret


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_files_are_chosen_by_our_own_button(site: Site, width: int) -> None:
    """The browser's button is not seen, ours opens the files; a phone takes a photo too, a desk offers no camera."""
    secret = await placed_secret(site.stage)
    async with visiting(site.chromium, width) as page:
        await come_in(page, site, secret)
        await tell_data(page)
        document = page.locator("#document-diploma")
        assert await page.locator("#file-diploma").evaluate("input => input.offsetWidth") <= 1
        camera = document.get_by_text("Сфотографировать")
        await expect(camera).to_have_count(1 if width == PHONE else 0)
        opener = camera if width == PHONE else document.get_by_text("Выбрать файлы")
        async with page.expect_file_chooser() as choosing:
            await opener.click()
        await (await choosing.value).set_files([picture("разворот.jpg", document_picture("ДИПЛОМ"))])
        await document.get_by_text("разворот.jpg").wait_for()
        await document.get_by_role("button", name="Убрать").wait_for()
        await looked_at(page)
