"""The order page in Chromium: filled in and sent on any screen, with scripts and without."""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Site
from tests.browser.looking import WIDTHS, looked_at, visiting
from tests.scenarios.held_steps import confirmed
from tests.scenarios.letter_steps import letter_to
from tests.scenarios.steps import ORGANISATION, play


async def agree(page: Page, site: Site) -> None:
    """Open the centre's order page and agree."""
    await page.goto(f"{site.base}/order/0123")
    await page.get_by_role("button", name="Даю согласие").click()
    await page.locator("#order").wait_for()


async def fill_student(page: Page, number: int, name: str, mobile: str, email: str) -> None:
    """Fill in one student and choose the first run and tariff that are offered."""
    box = page.locator(f"#student-{number}")
    await box.locator('[name$=".name"]').fill(name)
    await box.locator('[name$=".mobile"]').fill(mobile)
    await box.locator('[type="email"]').fill(email)
    await box.locator('select[name$=".run"]').select_option(index=1)
    tariff = box.locator('select[name$=".tariff"]')
    offered = tariff.locator("option:not([value=''])")
    usable = [
        await offered.nth(at).get_attribute("value")
        for at in range(await offered.count())
        if not await offered.nth(at).evaluate("(one) => one.parentElement.disabled")
    ]
    await tariff.select_option(usable[0])


async def fill_payer(page: Page) -> None:
    """Fill in the organisation that pays and the person who orders."""
    await page.get_by_label("Юридическое лицо").check()
    for name, text in (
        ("payer_name", "ООО «Ромашка»"),
        ("payer_inn", "5039002841"),
        ("payer_kpp", "503901001"),
        ("payer_address", "127018, г. Москва, Сущёвский Вал, дом 18, 11 этаж"),
        ("orderer_name", "Белова Ирина Петровна"),
        ("orderer_mobile", "8 (916) 123-45-67"),
        ("orderer_email", "belova.i@yandex.ru"),
    ):
        await page.locator(f'[name="{name}"]').fill(text)
    await page.locator('input[name="education"]').check()
    await page.locator('input[name="rights"]').check()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", [True, False])
async def test_order_of_two_students_is_sent(site: Site, width: int, *, script: bool) -> None:
    """Consent, an order with a second student added, its faults shown and mended, a last look: it is sent."""
    async with visiting(site.chromium, width, script=script) as page:
        await page.goto(f"{site.base}/order/0123")
        await page.get_by_role("button", name="Даю согласие").wait_for()
        await looked_at(page, script=script)
        await agree(page, site)
        await looked_at(page, script=script)
        await fill_payer(page)
        await fill_student(page, 0, "Соколова Любовь Андреевна", "8 933 933-33-33", "sokolova.l@yandex.ru")
        await page.locator('[name="payer_inn"]').fill("5039002840")
        await page.get_by_role("button", name="+ Добавить ученика").click()
        await page.locator("#student-1").wait_for()
        await fill_student(page, 1, "Лебедева Татьяна Игоревна", "8 933 111-22-33", "lebedeva.t@yandex.ru")
        await page.get_by_role("button", name="Проверить").last.click()
        await page.get_by_role("alert").first.wait_for()
        await looked_at(page, script=script)
        assert await page.locator('[name="payer_inn"]').input_value() == "5039002840"
        await page.locator('[name="payer_inn"]').fill("5039002841")
        await page.get_by_role("button", name="Проверить").last.click()
        await page.get_by_role("button", name="Отправить заявку").wait_for()
        await looked_at(page, script=script)
        await page.get_by_role("button", name="Отправить заявку").click()
        await page.get_by_text("0123-0001").first.wait_for()
        await looked_at(page, script=script)
    await confirmed(site.stage, site.base)
    letter = await site.stage.sandbox.wait_letter(lambda found: "lebedeva.t@yandex.ru" in found["to"], timeout=20)
    assert f"{site.base}/q/" in letter["text"]


async def test_fields_of_an_organisation_go_for_a_person(site: Site) -> None:
    """With scripts КПП is hidden once a person pays, and comes back for an organisation."""
    async with visiting(site.chromium) as page:
        await agree(page, site)
        kpp = page.locator('[name="payer_kpp"]')
        await page.get_by_label("Физическое лицо").check()
        assert not await kpp.is_visible()
        await page.get_by_label("Юридическое лицо").check()
        assert await kpp.is_visible()


async def check(page: Page) -> None:
    """Press the button that a person sees, not the hidden one for Enter."""
    await page.get_by_role("button", name="Проверить").last.click()


@pytest.mark.parametrize("script", [True, False])
async def test_list_is_pasted_and_doubts_are_settled(site: Site, *, script: bool) -> None:
    """A list with a bad line and a likely typo: the line stays to be mended, the address is asked about once."""
    async with visiting(site.chromium, script=script) as page:
        await agree(page, site)
        await fill_payer(page)
        await page.get_by_text("Вставить весь список").click()
        lines = (
            "Жуков Георгий Львович, 8 933 933-33-44, zhukov.g@yandx.ru",
            "Иванова Анна",
            "Гусев Пётр Ильич, 8 933 933-33-55, gusev.p@yandex.ru",
        )
        await page.get_by_label("Список учеников").fill("\n".join(lines))
        await page.get_by_role("button", name="Добавить список").click()
        await page.get_by_text("Записали: 2").wait_for()
        await looked_at(page, script=script)
        assert await page.get_by_label("Список учеников").input_value() == "Иванова Анна"
        await page.get_by_label("Список учеников").fill("")
        await fill_student(page, 0, lines[0].split(",")[0], "8 933 933-33-44", "zhukov.g@yandx.ru")
        await page.get_by_role("button", name="Всем как у ученика 1").click()
        await page.get_by_label("Исправить на zhukov.g@yandex.ru").wait_for()
        await looked_at(page, script=script)
        await page.get_by_label("Исправить на zhukov.g@yandex.ru").check()
        await check(page)
        await page.get_by_role("button", name="Отправить заявку").wait_for()
        assert await page.get_by_text("zhukov.g@yandex.ru").count() == 1


async def test_many_students_stand_in_lines(site: Site) -> None:
    """Of 30 students most stand in a line each; one is opened by its button and has the focus."""
    async with visiting(site.chromium) as page:
        await agree(page, site)
        await fill_payer(page)
        abc = "абвгдежзиклмнопрст"
        lines = [
            f"Иванов{abc[i % 16]}{abc[i // 16]} Пётр Ильич, 8 933 933-33-{i:02d}, ivanov.{i}@yandex.ru"
            for i in range(30)
        ]
        await page.get_by_text("Вставить весь список").click()
        await page.get_by_label("Список учеников").fill("\n".join(lines))
        await page.get_by_role("button", name="Добавить список").click()
        await page.get_by_text("Записали: 30").wait_for()
        await looked_at(page)
        await page.get_by_role("button", name="Изменить ученика 25").click()
        await page.locator('[name="students.24.name"]:focus').wait_for()
        await looked_at(page)


@pytest.mark.parametrize("width", WIDTHS)
async def test_order_of_a_chat_ends_on_the_page(site: Site, width: int) -> None:
    """An order begun in chat is taken up, sent; it is told sent when opened again; its own page has its conditions."""
    client = await site.stage.client()
    await play(client, ORGANISATION)
    await client.press("Отменить")
    await client.press("Продолжить на странице", await client.wait_for("Отменить заявку?"))
    given = await client.wait_for("открывается один раз")
    address = next(str(button["url"]) for row in given.buttons for button in row if "url" in button)
    async with visiting(site.chromium, width) as page:
        await page.goto(address)
        await page.get_by_role("button", name="Продолжить здесь").wait_for()
        await looked_at(page)
        await page.get_by_role("button", name="Продолжить здесь").click()
        await page.locator("#order").wait_for()
        await fill_payer(page)
        await fill_student(page, 0, "Соколова Любовь Андреевна", "8 933 933-33-33", "sokolova.l@yandex.ru")
        await page.get_by_role("button", name="Продолжить в Telegram").click()
        await page.get_by_role("link", name="Открыть Telegram").wait_for()
        await looked_at(page)
        await page.get_by_role("link", name="Вернуться к заявке").click()
        await check(page)
        await page.get_by_role("button", name="Отправить заявку").click()
        await page.get_by_text("0123-0001").first.wait_for()
        await page.goto(f"{site.base}/order/0123")
        await page.get_by_role("button", name="Новая заявка").wait_for()
        await looked_at(page)
        await page.get_by_role("button", name="Открыть заявку").click()
        await page.get_by_role("link", name="Открыть заявку").click()
        await page.get_by_text("Соколова").first.wait_for()
        await looked_at(page)
    await opened_by_letter(site, width)


async def opened_by_letter(site: Site, width: int) -> None:
    """Open the order by the letter's link in another browser: the orderer's digits first, then the order."""
    letter: dict[str, Any] = await letter_to(site.stage, "belova.i@yandex.ru", "0123-0001")
    link = next(word for word in letter["text"].split() if f"{site.base}/me/" in word)
    async with visiting(site.chromium, width) as page:
        await page.goto(link)
        await page.get_by_label("Последние четыре цифры").fill("4567")
        await page.get_by_role("button", name="Продолжить").click()
        await page.get_by_text("Соколова").first.wait_for()
        await looked_at(page)
