"""The demo's page in Chromium: whatever a newcomer clicks in a letter does what it says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.demo import Stage, stage
from sandbox.client import Sandbox
from tests.scenarios.page_steps import free_port

WIDTHS = (1280, 360)


@pytest.fixture
async def demo() -> AsyncIterator[Stage]:
    """The demo as `make demo` starts it."""
    async with stage(free_port(), limits=True) as scene:
        yield scene


@asynccontextmanager
async def opened(chromium: Browser, demo: Stage, width: int = 1280) -> AsyncIterator[Page]:
    """Open the demo's page; whatever the console complains of fails the test."""
    complaints: list[str] = []
    context = await chromium.new_context(viewport={"width": width, "height": 800}, accept_downloads=True)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{demo.server.base_url}/")
    yield page
    await context.close()
    assert complaints == []


async def letter_with_form(page: Page, demo: Stage) -> None:
    """Write a letter to the order address by the page's own dialog; open the answer, which brings a form."""
    write = page.get_by_role("button", name="Написать письмо")
    if not await write.is_visible():
        await page.get_by_role("button", name="Почта").click()
    await write.click()
    await page.get_by_label("От кого").fill("belova.i@yandex.ru")
    await page.get_by_label("Тема").fill("Хотим учиться")
    await page.get_by_label("Текст").fill("Пришлите форму")
    await page.get_by_role("button", name="Отправить", exact=True).last.click()
    await expect(page.locator("#letter")).not_to_be_visible()
    await page.get_by_role("button", name="Форма заявки на обучение").click()
    await expect(page.locator("#letter")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
async def test_letters_are_written_answered_and_their_files_saved(
    demo: Stage, chromium: Browser, tmp_path: Path, width: int
) -> None:
    """A new letter goes by a click, its answer opens, the file in it is saved, a reply with a file goes back."""
    async with opened(chromium, demo, width) as page, Sandbox(demo.server.base_url) as sandbox:
        await sandbox.person("Ирина", part="Клиент")
        await letter_with_form(page, demo)
        dialog = page.locator("#letter")
        async with page.expect_download() as saving:
            await dialog.get_by_role("link", name="Заявка на обучение.xlsx").click()
        kept = tmp_path / "form.xlsx"
        await (await saving.value).save_as(kept)
        assert kept.read_bytes().startswith(b"PK")
        await dialog.get_by_role("button", name="Ответить").click()
        await dialog.get_by_label("Ваш ответ").fill("Пустая форма")
        async with page.expect_file_chooser() as choosing:
            await dialog.get_by_role("button", name="Приложить файлы").click()
        await (await choosing.value).set_files(kept)
        await expect(dialog.get_by_text("form.xlsx")).to_be_visible()
        await dialog.get_by_role("button", name="Отправить").click()
        await expect(dialog).not_to_be_visible()
        await expect(page.get_by_role("button", name="Заявка пока не принята")).to_be_visible(timeout=20_000)


async def test_a_dialog_closes_by_its_cross_and_by_a_click_beside_it(demo: Stage, chromium: Browser) -> None:
    """The cross and the dimmed surroundings close a letter, a click on its text does not."""
    async with opened(chromium, demo) as page:
        dialog = page.locator("#letter")
        await letter_with_form(page, demo)
        await dialog.get_by_role("heading").click()
        await expect(dialog).to_be_visible()
        await dialog.get_by_role("button", name="Закрыть письмо").click()
        await expect(dialog).not_to_be_visible()
        await page.get_by_role("button", name="Форма заявки на обучение").click()
        await page.mouse.click(5, 5)
        await expect(dialog).not_to_be_visible()
