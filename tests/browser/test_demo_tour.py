"""The demo's page in Chromium: all parts are seen, the tour goes on by what is done, sample data come by one click."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from bot.demo import PARTS, Stage, people
from bot.story import ORDER, SETTLE, is_answer, picture
from sandbox.client import Person, Sandbox
from tests.browser.looking import DESK, PHONE, fits
from tests.browser.test_demo import demo, opened
from tests.browser.test_questionnaire import picture as jpeg

__all__ = ["demo"]

PATIENCE = 30.0  # seconds


async def step(page: Page, number: int) -> None:
    """Wait until the tour asks for this step."""
    await expect(page.locator("#guide")).to_contain_text(f"Шаг {number} из 6", timeout=PATIENCE * 1000)


async def order(client: Person) -> None:
    """Place the story's order in chat."""
    for how, what in ORDER:
        await (client.send(what) if how == "send" else client.press(what, settle=SETTLE))
        await client.wait_for(is_answer, timeout=PATIENCE)
    await client.wait_for("принята", after=0, timeout=PATIENCE)


async def fill_in(page: Page, student: Person) -> None:
    """Open the link of the student's letter as the student by clicks, and fill in the questionnaire in chat."""
    await page.locator("#letters button", has_text="sokolova.l@yandex.ru").click()
    await page.frame_locator("#letter iframe").locator("a[href*='start=q_']").first.click()
    await page.locator("#chooser").get_by_role("button", name="Любовь Соколова").click()
    await expect(page.locator("#letter")).to_be_hidden()
    await student.wait_for("последние четыре цифры", timeout=PATIENCE)
    await student.send("3333")
    await student.wait_for("Согласие на обработку", timeout=PATIENCE)
    for label, until in (
        ("Даю согласие", "образование"),
        ("Высшее", "Фамилия в дипломе"),
        ("Та же", "Пришлите диплом"),
    ):
        await student.press(label, settle=SETTLE)
        await student.wait_for(until, timeout=PATIENCE)
    await student.upload(picture(1), "диплом.jpg", "photo")
    await student.wait_for("Диплом: 1 страница", timeout=PATIENCE)
    await student.press("Готово", settle=SETTLE)
    await student.wait_for("Проверьте анкету", timeout=PATIENCE)
    await student.press("Отправить", settle=SETTLE)


async def test_the_tour_goes_on_when_a_step_is_done(demo: Stage, chromium: Browser) -> None:
    """From the centre's link to the admission: each deed brings the next step, and the end says that it is one."""
    async with Sandbox(demo.server.base_url) as sandbox, opened(chromium, demo) as page:
        played = await people(sandbox, demo)
        await step(page, 1)
        await page.get_by_role("region", name="Ирина Белова").get_by_role("button", name="Открыть ссылку").click()
        await step(page, 2)
        await order(played["Клиент"])
        await step(page, 3)
        await fill_in(page, played["Ученик"])
        await step(page, 4)
        curator, manager = played["Куратор"], played["Менеджер"]
        await page.get_by_role("region", name="Анна Орлова").get_by_role("button", name="Открыть ссылку").click()
        await curator.wait_for("куратор", after=0, timeout=PATIENCE)
        await curator.send("/queue")
        await curator.wait_for("Анкета", timeout=PATIENCE)
        await curator.press("Подтвердить", settle=SETTLE)
        await step(page, 5)
        await page.get_by_role("region", name="Пётр Лебедев").get_by_role("button", name="Открыть ссылку").click()
        await manager.wait_for("менеджер", after=0, timeout=PATIENCE)
        await manager.send("/paid 0123-0001")
        await manager.wait_for("Оплачено: 0 из 2", timeout=PATIENCE)
        await manager.press("Оплачено за всех", settle=SETTLE)
        await step(page, 6)
        await demo.clock.move(timedelta(minutes=3))
        await curator.send("/admit")
        await curator.wait_for("Соколова", timeout=PATIENCE)
        await curator.press("1", settle=SETTLE)
        await expect(page.locator("#guide")).to_contain_text("от заявки до зачисления", timeout=PATIENCE * 1000)


@pytest.mark.parametrize("width", [DESK, PHONE])
async def test_sample_data_come_by_one_click(demo: Stage, chromium: Browser, width: int) -> None:
    """«Наполнить данными» makes 40 orders, 30 questionnaires and 10 payments, says so, and cannot be pressed twice."""
    async with Sandbox(demo.server.base_url) as sandbox, opened(chromium, demo, width) as page:
        await people(sandbox, demo)
        await page.get_by_role("button", name="Наполнить данными").click()
        done = page.get_by_text("Готово: 40 заявок, 30 анкет, 10 оплат.")
        await expect(done).to_be_visible(timeout=4 * PATIENCE * 1000)
        await expect(page.get_by_role("button", name="Наполнить данными")).to_be_hidden()
        await page.reload()
        await expect(done).to_be_visible()
        await fits(page)


async def test_everybody_is_seen_at_once(demo: Stage, chromium: Browser) -> None:
    """At 1280 px the five parts and the mail are whole on the screen, each with a button to begin."""
    async with Sandbox(demo.server.base_url) as sandbox, opened(chromium, demo) as page:
        await people(sandbox, demo)
        columns = page.locator(".column")
        await expect(columns).to_have_count(len(PARTS) + 1)
        edges = await columns.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
        assert max(edges) <= DESK
        await expect(page.get_by_role("button", name=re.compile("^(Открыть ссылку|Начать)$"))).to_have_count(len(PARTS))


async def test_a_phone_reaches_everybody_by_tabs(demo: Stage, chromium: Browser) -> None:
    """At 360 px each tab shows its part alone, and «Показать, где» leads to the part of the step."""
    async with Sandbox(demo.server.base_url) as sandbox, opened(chromium, demo, PHONE) as page:
        await people(sandbox, demo)
        for part in (*PARTS, "Почта"):
            await page.locator("#tabs").get_by_role("button", name=part).click()
            await expect(page.locator(".column:visible")).to_have_count(1)
            await expect(page.locator(".column:visible")).to_contain_text(part)
        await fits(page)
        await page.get_by_role("button", name="Показать, где").click()
        await expect(page.locator(".column:visible")).to_contain_text("Клиент")


async def test_the_clock_of_every_tab_is_the_same(demo: Stage, chromium: Browser) -> None:
    """A day's move in one tab is seen in the other."""
    async with opened(chromium, demo) as page, opened(chromium, demo) as other:
        before = await other.locator("#clock-now").inner_text()
        await page.locator("#clock summary").click()
        await page.get_by_role("button", name="+1 день").click()
        await expect(page.locator("#clock-now")).not_to_have_text(before)
        after = await page.locator("#clock-now").inner_text()
        await expect(other.locator("#clock-now")).to_contain_text(after.split(" в ")[0])


async def test_chat_is_played_by_clicks_alone(demo: Stage, chromium: Browser) -> None:
    """The menu, a button under a message, a file and a reply do what they say."""
    async with Sandbox(demo.server.base_url) as sandbox, opened(chromium, demo) as page:
        await people(sandbox, demo)
        chat = page.get_by_role("region", name="Ирина Белова")
        await chat.get_by_role("button", name="Открыть ссылку").click()
        await chat.get_by_role("button", name="Даю согласие").click()
        await expect(chat.get_by_role("button", name="Юридическое лицо")).to_be_visible()
        bubble = chat.locator(".bubble.bot").last
        await bubble.hover()
        await bubble.get_by_role("button", name="Ответить").click()
        await expect(chat.get_by_text("Ответ боту")).to_be_visible()
        await chat.get_by_role("textbox").fill("Здравствуйте")
        await chat.get_by_role("button", name="Отправить", exact=True).click()
        await expect(chat.locator(".bubble.person .quote")).to_be_visible()
        await chat.locator("summary[title='Прикрепить']").click()
        async with page.expect_file_chooser() as choosing:
            await chat.get_by_role("button", name="Фото или файлы").click()
        await (await choosing.value).set_files(jpeg("карточка.jpg", picture(1)))
        await chat.get_by_role("button", name="Отправить", exact=True).click()
        await expect(chat.get_by_role("img", name="карточка.jpg")).to_be_visible()
        await chat.locator("summary[title='Меню']").click()
        await chat.locator(".drop button").first.click()
        await expect(chat.locator(".bubble.person", has_text=re.compile(r"^/"))).not_to_have_count(1)
