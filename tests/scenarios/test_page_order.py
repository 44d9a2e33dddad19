"""An order on the centre's page: the whole form at once, students, doubts, repeats, and chat beside it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from sandbox.client import Message
from school.order import Order
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage
from tests.scenarios.held_steps import confirmed
from tests.scenarios.letter_steps import letter_to
from tests.scenarios.order_steps import order_of
from tests.scenarios.page_steps import PageClient, Shown, browsing, open_pages
from tests.scenarios.steps import ORGANISATION, play

AT = "/order/0123"
PAYER: dict[str, Any] = {
    "payer_kind": "organisation",
    "payer_name": "ООО «Ромашка»",
    "payer_inn": "5039002841",
    "payer_kpp": "503901001",
    "payer_address": "127018, г. Москва, Сущёвский Вал, дом 18, 11 этаж",
}
ORDERER: dict[str, Any] = {
    "orderer_name": "Белова Ирина Петровна",
    "orderer_mobile": "8 (916) 123-45-67",
    "orderer_email": "belova.i@yandex.ru",
    "education": "да",
    "rights": "да",
}


def student(
    number: int, name: str, email: str, course: str = "osno-a", mobile: str = "8 933 933-33-33"
) -> dict[str, Any]:
    """Return one student's fields."""
    tariff = TARIFFS[course]
    values = {"name": name, "mobile": mobile, "email": email, "run": f"{course}-1", "tariff": tariff}
    return {f"students.{number}.{key}": value for key, value in values.items()}


TARIFFS: dict[str, Any] = {"osno-a": "osno-a-base"}
KEPT: dict[str, Any] = {"keep.orderer_email": "belova.i@yandx.ru"}
FIRST = student(0, "Соколова Любовь Андреевна", "sokolova.l@yandex.ru")
WHOLE = PAYER | ORDERER | FIRST


async def begun(person: PageClient, at: str = AT) -> Shown:
    """Open the page and give the consent."""
    await person.open(at)
    return await person.press("Даю согласие")


async def sent(person: PageClient, **fields: Any) -> Shown:
    """Fill the form in, check and send it."""
    shown = await person.press("Проверить", **fields)
    assert "Проверьте заявку" in shown.text, shown.text
    return await person.press("Отправить заявку")


def choose(shown: Shown, value: str) -> None:
    """Let the button of this value be the one that is pressed among those of the same words."""
    shown.form("Проверить").buttons.sort(key=lambda button: button[1] != value)


async def counted(stage: Stage, table: str) -> int:
    """Count rows."""
    return int(await stage.app.database.run(lambda c: c.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))  # noqa: S608


async def test_organisation_with_two_students(stage: Stage) -> None:
    """An organisation orders for two: a total, the number, letters to the centre, the students and the orderer."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        asked = await person.open(AT)
        assert "Согласие" in asked.text
        assert await counted(stage, "drafts") == 0
        await person.press("Даю согласие")
        shown = await person.press("+ Добавить ученика", **WHOLE)
        assert "Ученик 2" in shown.text
        second = student(1, "Жуков Георгий Львович", "zhukov.g@yandex.ru", mobile="8 933 933-33-44")
        shown = await sent(person, **second)
        assert "Заявка № 0123-0001 принята" in shown.text
        order = await order_of(stage)
        assert [line.name for line in order.lines] == ["Соколова Любовь Андреевна", "Жуков Георгий Львович"]
        assert order.placed_by == 0
        shown = await person.open(shown.links["Открыть заявку"])
        assert "Подтвердите" not in shown.text
        assert "Жуков" in shown.text
    await letter_to(stage, CENTRE.email, "0123-0001")
    await confirmed(stage, base)
    await letter_to(stage, "sokolova.l@yandex.ru")
    await letter_to(stage, "zhukov.g@yandex.ru")
    letter = await letter_to(stage, "belova.i@yandex.ru", "0123-0001")
    assert f"{base}/me/" in letter["text"]


async def test_sole_trader_and_individual(stage: Stage) -> None:
    """An ИП needs an ИНН and no КПП, an individual neither; the one who pays may study."""
    base = await open_pages(stage)
    for kind, inn, name in (
        ("sole_trader", "500100732259", "Соколова Любовь Андреевна"),
        ("individual", "", "Гусева Анна Ильинична"),
    ):
        async with browsing(base) as person:
            await begun(person)
            who = {"payer_kind": kind, "payer_name": name, "payer_inn": inn, "payer_kpp": "", "orderer_name": name}
            who["students.0.name"] = name
            own = {"orderer_email": "sokolova.l@yandex.ru", "rights": None}
            shown = await sent(person, **(WHOLE | who | own))
            assert "принята" in shown.text


async def test_every_problem_at_once_and_nothing_lost(stage: Stage) -> None:
    """All that is wrong or missing is told at once, what was typed stays, after a restart of the bot too."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        wrong = WHOLE | {"payer_inn": "5039002842", "students.0.mobile": "12", "orderer_email": "", "rights": None}
        shown = await person.press("Проверить", **wrong)
        assert shown.status == 400
        assert "4 поля нужно поправить" in shown.text
        for path in ("payer_inn", "students-0-mobile", "orderer_email", "rights"):
            assert f'href="#{path}"' in shown.html
        await stage.restart()
        fields = (await person.open(AT)).form("Проверить").fields
        assert fields["payer_inn"] == ["5039002842"]
        assert fields["students.0.mobile"] == ["12"]
        assert fields["students.0.run"] == [WHOLE["students.0.run"]]
        assert "Проверьте заявку" in (await person.press("Проверить", **WHOLE)).text


async def test_students_pasted_removed_and_alike(stage: Stage) -> None:
    """A pasted list fills students in, bad lines stay to be mended; one is removed, one gets the first one's course."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        lines = (
            "Жуков Георгий Львович, 8 933 933-33-44, zhukov.g@yandex.ru\nИванова Анна\n"
            "Гусев Пётр Ильич, 8 933 933-33-55, gusev.p@yandex.ru"
        )
        shown = await person.press("Добавить список", list=lines, **WHOLE)
        assert "Записали: 2 ученика" in shown.text
        assert "Строка 2" in shown.text
        assert shown.form("Проверить").fields["list"] == ["Иванова Анна"]
        choose(shown, "remove:1")
        shown = await person.press("Убрать", list="")
        removed = [b for b in shown.form("Проверить").buttons if b[2] == "Убрать"]
        assert len(removed) == 2
        shown = await person.press("Как у ученика 1")
        assert shown.form("Проверить").fields["students.1.run"] == [WHOLE["students.0.run"]]
        await sent(person)
    assert len((await order_of(stage)).lines) == 2


async def test_doubt_is_asked_once(stage: Stage) -> None:
    """A likely typo is asked with both ways out; what the person stands by is taken and not asked again."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        shown = await person.press("Проверить", **(WHOLE | {"orderer_email": "belova.i@yandx.ru"}))
        assert "Исправить на belova.i@yandex.ru" in shown.text
        assert "Адрес верный, оставить" in shown.text
        shown = await person.press("Проверить", **KEPT)
        assert "Проверьте заявку" in shown.text
        await person.open(AT)
        assert "Проверьте заявку" in (await person.press("Проверить")).text
        assert "belova.i@yandx.ru" in (await person.open(f"{AT}/check")).text


async def test_repeat_is_asked_and_double_submit_is_one_order(stage: Stage) -> None:
    """Sending twice and going back make one order; the same once more is asked about first."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        await person.press("Проверить", **WHOLE)
        summary = person.page
        await person.press("Отправить заявку")
        person.page = summary
        assert summary is not None
        sealed = (await person.open(AT)).forms[0].fields["csrf"]
        summary.forms[0].fields["csrf"] = sealed
        person.page = summary
        assert "0123-0001 принята" in (await person.press("Отправить заявку")).text
        shown = await person.open(AT)
        assert "отправлена" in shown.text
        assert "принята" in (await person.press("Открыть заявку")).text
        assert await counted(stage, "orders") == 1
        await person.open(AT)
        await person.press("Новая заявка")
        await person.press("Даю согласие")
        await person.press("Проверить", **WHOLE)
        shown = await person.press("Отправить заявку")
        assert "Похожая заявка уже есть" in shown.text
        assert await counted(stage, "orders") == 1
        assert "0123-0002" in (await person.press("Отправить заявку", repeat="yes")).text


async def test_unknown_and_closed_centre(stage: Stage) -> None:
    """A closed centre takes no order, an unknown one is told apart from it."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        assert (await person.open("/order/0999")).status == 404
        await begun(person)
        await stage.app.database.save_centre(replace(CENTRE, closed=True))
        assert "не принимает заявки" in (await person.press("Проверить", **WHOLE)).text
    assert await counted(stage, "orders") == 0


async def test_draft_is_of_one_visit_and_expires(stage: Stage) -> None:
    """Another browser does not see a draft; a draft left alone is erased, and no chat is written to."""
    base = await open_pages(stage)
    async with browsing(base) as person, browsing(base) as other:
        await begun(person)
        await person.press("Сохранить", **WHOLE)
        assert "Ромашка" not in (await other.open(AT)).html
        stage.clock.time += timedelta(hours=4)
        await stage.app.ticker.tick_now()
        stage.clock.time += timedelta(days=14)
        await stage.app.ticker.tick_now()
        assert await stage.app.database.drafts_to_expire(stage.clock.now(), 10) == []
        kinds = await stage.app.database.run(lambda c: c.execute(text("SELECT kind FROM outbox")).scalars().all())
        assert not [kind for kind in kinds if kind.startswith("draft_")]
        # The visit itself is over by now; the order's address begins anew.
        shown = await person.open(AT)
        assert "Согласие" in shown.text
        assert "Ромашка" not in shown.html


async def test_from_chat_to_page_and_back(stage: Stage) -> None:
    """An order begun in chat goes on on the page and ends in chat; each link opens once."""
    base = await open_pages(stage)
    client = await stage.client()
    await play(client, ORGANISATION)
    await client.press("Отменить")
    await client.press("Продолжить на странице", await client.wait_for("Отменить заявку?"))
    given = await client.wait_for("открывается один раз")
    path = next(str(b) for b in _urls(given))
    async with browsing(base) as person, browsing(base) as other:
        await person.open(path)
        shown = await person.press("Продолжить здесь")
        assert shown.form("Проверить").fields["payer_name"] == ["ООО «Ромашка»"]
        assert (await other.open(path)).status == 410
        shown = await person.press("Продолжить в Telegram", **(FIRST | {"students.0.tariff": ""}))
        secret = re.search(r"start=(o_[\w-]+)", shown.html)
        assert secret is not None
        await client.start(secret[1])
        assert "тариф" in (await client.wait_for("Какой тариф", timeout=40)).text
        await client.press("Базовый")
        await client.press("Дальше", await client.wait_for("В заявке"))
        await client.press("Подтверждаю", await client.wait_for("Подтвердите"))
        await client.press("Отправить", await client.wait_for("Проверьте заявку"))
        await client.wait_for("принята", timeout=40)
        assert "отправлена" in (await person.open(AT)).text
        stranger = await stage.sandbox.person("Чужой")
        await stranger.start(secret[1])
        await stranger.wait_for("уже не действует", timeout=40)
    found: Order = await order_of(stage)
    assert found.placed_by != 0


def _urls(message: Message) -> list[str]:
    """Return the addresses of the buttons: by https they open inside Telegram."""
    buttons = [button for row in message.buttons for button in row]
    return [button.get("url") or button["web_app"] for button in buttons if "url" in button or "web_app" in button]


async def test_chat_without_personal_data_gives_the_page(stage: Stage) -> None:
    """Where chats take no personal data, the page's link to chat leads back to the page and stays good."""
    base = await open_pages(stage, personal_data={"in_chat": False})
    async with browsing(base) as person:
        await begun(person)
        shown = await person.press("Продолжить в Telegram", **WHOLE)
        secret = re.search(r"start=(o_[\w-]+)", shown.html)
        assert secret is not None
        client = await stage.sandbox.person("Ирина")
        await client.start(secret[1])
        said = await client.wait_for("Продолжите заявку на странице", timeout=40)
        assert "Ромашка" not in said.text
        await person.open(_urls(said)[0])
        assert "Ромашка" in (await person.press("Продолжить здесь")).html
        assert len(shown.body) < 60 * 1024
