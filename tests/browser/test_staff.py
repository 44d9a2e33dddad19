"""The page of staff in Chromium: the sign-in by a letter, the queue, a card with its forms, orders and a student."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Page

from school.centre import Role
from tests.browser.conftest import Site
from tests.browser.looking import WIDTHS, looked_at, visiting
from tests.scenarios.review_steps import hand_in, keep
from tests.scenarios.staff_steps import link_in_letter, with_mailbox

NAME = "Соколова Любовь Андреевна"


@asynccontextmanager
async def signed_in(site: Site, role: Role, width: int, *, script: bool = True) -> AsyncIterator[Page]:
    """Let somebody of this role sign in by the letter."""
    email = f"{role.value}@shkola.example"
    await with_mailbox(site.stage, role, "Анна", email)
    async with visiting(site.chromium, width, script=script) as page:
        await page.goto(f"{site.base}/staff")
        await looked_at(page, script=script)
        await page.get_by_label("Рабочая почта").fill("нет@")
        await page.locator("form.card").evaluate("form => { form.noValidate = true }")
        await page.get_by_role("button", name="Прислать ссылку").click()
        await page.get_by_role("alert").wait_for()
        await looked_at(page, script=script)
        await page.get_by_label("Рабочая почта").fill(email)
        await page.get_by_role("button", name="Прислать ссылку").click()
        await page.get_by_role("status").wait_for()
        await looked_at(page, script=script)
        await page.goto(f"{site.base}{await link_in_letter(site.stage, email)}")
        await looked_at(page, script=script)
        await page.get_by_role("button", name="Войти").click()
        await page.get_by_role("heading", name="Что сейчас важно").wait_for()
        await looked_at(page, script=script)
        yield page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", [True, False])
async def test_curator_decides(site: Site, width: int, *, script: bool) -> None:
    """A curator takes the next questionnaire, saves its document, is told what a return lacks, and returns it."""
    await keep(site.stage, await hand_in(site.stage, NAME))
    async with signed_in(site, Role.CURATOR, width, script=script) as page:
        await page.get_by_role("link", name="Анкеты", exact=True).click()
        await looked_at(page, script=script)
        await page.get_by_role("button", name="Взять следующую").click()
        await page.get_by_role("heading", name=NAME).wait_for()
        await looked_at(page, script=script)
        async with page.expect_download() as saved:
            await page.get_by_role("link", name="Оригинал файла 1").click()
        assert (await saved.value).suggested_filename == "diplom-1.jpg"
        await page.get_by_text("Вернуть на исправление").click()
        await looked_at(page, script=script)
        await page.get_by_role("button", name="Вернуть ученику").click()
        await page.get_by_role("alert").wait_for()
        await looked_at(page, script=script)
        await page.get_by_role("group", name="Что ученик должен исправить").get_by_label("Диплом", exact=True).check()
        await page.get_by_role("button", name="Вернуть ученику").click()
        await page.get_by_text("Анкета возвращена. Ученику").wait_for()
        await looked_at(page, script=script)
        await page.get_by_label("Сообщение ученику").fill("Пришлите разворот")
        await page.get_by_role("button", name="Отправить ученику").click()
        await page.get_by_text("Сообщение отправили").wait_for()
        for path in ("/staff/admit", "/staff/sessions", "/staff/orders/absent"):
            await page.goto(f"{site.base}{path}")
            await looked_at(page, script=script)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", [True, False])
async def test_manager_replaces_a_student(site: Site, width: int, *, script: bool) -> None:
    """A manager finds an order, writes a note, and puts another student in after one more question."""
    await hand_in(site.stage, NAME)
    async with signed_in(site, Role.MANAGER, width, script=script) as page:
        await page.get_by_role("link", name="Заявки", exact=True).click()
        await page.get_by_label("ИНН, номер заявки").fill("Соколова")
        await page.get_by_role("button", name="Найти").click()
        await page.get_by_role("heading", name="Заявка №").wait_for()
        await looked_at(page, script=script)
        await page.get_by_role("link", name="Заявка №").click()
        await page.get_by_label("Новая заметка").fill("Звонила клиенту")
        await page.get_by_role("button", name="Записать заметку").click()
        await page.get_by_text("Заметку записали").wait_for()
        await looked_at(page, script=script)
        await page.get_by_role("link", name="Исправить, напомнить, заменить").click()
        await looked_at(page, script=script)
        await page.get_by_label("Фамилия, имя и отчество").fill("Лебедева")
        await page.get_by_label("Мобильный телефон").fill("8 905 222-33-44")
        await page.get_by_label("Электронная почта").fill("lebedeva.t@yandex.ru")
        await page.get_by_role("button", name="Проверить и заменить").click()
        await page.get_by_role("alert").wait_for()
        await looked_at(page, script=script)
        await page.get_by_label("Фамилия, имя и отчество").fill("Лебедева Татьяна Ивановна")
        await page.get_by_role("button", name="Проверить и заменить").click()
        await page.get_by_role("heading", name="Заменить ученика?").wait_for()
        await looked_at(page, script=script)
        await page.get_by_role("button", name="Заменить", exact=True).click()
        await page.get_by_text("Ученика заменили").wait_for()
        await looked_at(page, script=script)


@pytest.mark.parametrize("width", WIDTHS)
async def test_administrator_registers_a_mailbox(site: Site, width: int) -> None:
    """The list of staff fits a phone, and a wrong address is told beside its field."""
    await site.stage.curator("Вера")
    async with signed_in(site, Role.ADMIN, width) as page:
        await page.get_by_role("link", name="Сотрудники").click()
        await looked_at(page)
        field = page.get_by_label("Рабочая почта: Вера")
        await field.fill("admin@shkola.example")
        await page.get_by_role("button", name=re.compile("Записать.*Вера")).click()
        await page.get_by_role("alert").wait_for()
        await looked_at(page)
        await field.fill("vera@shkola.example")
        await page.get_by_role("button", name=re.compile("Записать.*Вера")).click()
        await page.get_by_text("Почту записали").wait_for()
