"""An order on the page where things go wrong: many students, other windows, the chat beside it, odd requests."""

import asyncio
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from sandbox.client import Person
from tests.papers import scanned
from tests.samples import CENTRE, catalogue
from tests.scenarios.admission_steps import file_from
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import order_of
from tests.scenarios.page_steps import PageClient, Shown, browsing, open_pages
from tests.scenarios.steps import ORGANISATION, play
from tests.scenarios.test_page_order import AT, FIRST, ORDERER, PAYER, WHOLE, begun, counted, sent, student

ABC = "абвгдежзиклмнопрст"
CHOSEN: dict[str, Any] = {"students.0.run": "osno-a-1", "students.0.tariff": "osno-a-base"}


def listed(count: int) -> str:
    """Return so many lines to be pasted."""
    return "\n".join(
        f"Иванов{ABC[i % 16]}{ABC[i // 16]} Пётр Ильич, 8 933 933-{i // 100:02d}-{i % 100:02d}, ivanov.{i}@yandex.ru"
        for i in range(count)
    )


async def taken_up(stage: Stage, person: PageClient) -> Person:
    """Begin an order in chat and go on with it on the page; return who has begun it."""
    client = await stage.client()
    await play(client, ORGANISATION)
    await client.press("Отменить")
    await client.press("Продолжить на странице", await client.wait_for("Отменить заявку?"))
    given = await client.wait_for("открывается один раз")
    path = next(str(b["url"]) for row in given.buttons for b in row if "url" in b)
    await person.open(path)
    await person.press("Продолжить здесь")
    # A step back to the link that is used up leads on to the order.
    assert "Плательщик" in (await person.open(path)).text
    return client


async def test_two_hundred_students(stage: Stage) -> None:
    """A pasted list of 200 gets its course by one button, stays a light page, each may be opened, all are ordered."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        shown = await person.press("Добавить список", list=listed(200), **PAYER, **ORDERER)
        assert "Записали: 200 учеников" in shown.text
        shown = await person.press("Всем как у ученика 1")
        assert "Сначала выберите курс" in shown.text
        shown = await person.press("Проверить", **CHOSEN)
        assert shown.status == 400
        assert len(shown.body) < 350 * 1024
        assert shown.html.count("Нужно поправить.") == 200 - 1 - 18
        shown = await person.press("Всем как у ученика 1")
        assert len(shown.body) < 250 * 1024
        choose_value(shown, "Изменить", "open:150")
        shown = await person.press("Изменить")
        assert 'id="students-150-name"' in shown.html
        assert 'id="students-149-name"' not in shown.html
        named: dict[str, Any] = {"students.150.name": "Гусев Пётр Ильич"}
        shown = await sent(person, **named)
        assert "200 учеников" in shown.text
    order = await order_of(stage)
    assert len(order.lines) == 200
    assert order.lines[150].name == "Гусев Пётр Ильич"


def choose_value(shown: Shown, words: str, value: str) -> None:
    """Let the button of this value be the one that is pressed among those of the same words."""
    shown.form(words).buttons.sort(key=lambda button: button[1] != value)


async def test_doubtful_address_of_a_pasted_line_is_asked(stage: Stage) -> None:
    """A likely typo in a pasted list stays in its field and is asked about: nobody types it again."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        line = "Жуков Георгий Львович, 8 933 933-33-44, zhukov.g@yandx.ru"
        shown = await person.press("Добавить список", list=line, **PAYER, **ORDERER, **CHOSEN)
        assert "Исправить на zhukov.g@yandex.ru" in shown.text
        assert shown.form("Проверить").fields["students.0.email"] == ["zhukov.g@yandx.ru"]
        fixed: dict[str, Any] = {"fix.students.0.email": "zhukov.g@yandex.ru"}
        await sent(person, **CHOSEN, **fixed)
    assert (await order_of(stage)).lines[0].email == "zhukov.g@yandex.ru"


async def test_refused_line_comes_back_as_it_was_typed(stage: Stage) -> None:
    """A line of a pasted list that is refused keeps its phone in the list's field."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        bad = "Ким Олег, 8 933 933-33-55, info@vector.example"
        both = f"{bad}\nЖуков Георгий Львович, 8 933 933-33-44, zhukov.g@yandex.ru"
        shown = await person.press("Добавить список", list=both, **PAYER, **ORDERER, **CHOSEN)
        assert "Записали: 1 ученик" in shown.text
        assert bad in shown.html


async def test_doubts_stay_with_their_student(stage: Stage) -> None:
    """What a person stands by is that student's still when an empty one before falls out; another's is asked."""
    base = await open_pages(stage)
    two = student(1, "Жуков Георгий Львович", "zhukov.g@yandx.ru", mobile="8 933 933-33-44")
    three = student(2, "Гусев Пётр Ильич", "gusev.p@gmial.com", mobile="8 933 933-33-55")
    async with browsing(base) as person:
        await begun(person)
        await person.press("+ Добавить ученика", **PAYER, **ORDERER)
        await person.press("+ Добавить ученика", **two)
        kept: dict[str, Any] = {"keep.students.1.email": "zhukov.g@yandx.ru"}
        shown = await person.press("Проверить", **three, **kept)
        assert "Похоже на опечатку: gusev.p@gmial.com" in shown.text
        assert "Похоже на опечатку: zhukov" not in shown.text
        kept = {"keep.students.1.email": "gusev.p@gmial.com"}
        shown = await person.press("Проверить", **kept)
        assert "Проверьте заявку" in shown.text


async def test_chat_asks_anew_after_the_page(stage: Stage) -> None:
    """What is typed to a question that the page has answered is not taken for another: chat asks the present one."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        client = await taken_up(stage, person)
        await person.press("Сохранить", **PAYER)
        await client.send("Иванов Иван Иванович")
        said = await client.wait_for("прежний вопрос уже не нужен", timeout=40)
        assert said.text.endswith(":")
        shown = await person.open(AT)
        assert "Иванов Иван" not in shown.html
        await client.send("Белова Ирина Петровна")
        await client.wait_for("телефон", timeout=40)
        assert "Белова Ирина" in (await person.open(AT)).html


async def test_older_window_loses_nothing(stage: Stage) -> None:
    """A form opened before another window added a student keeps that student, says so, and goes on after a look."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        older = await begun(person)
        await person.press("+ Добавить ученика", **WHOLE)
        second = student(1, "Жуков Георгий Львович", "zhukov.g@yandex.ru", mobile="8 933 933-33-44")
        await person.press("Сохранить", **second)
        person.page = older
        shown = await person.press("Сохранить", payer_name="ООО «Василёк»")
        assert shown.status == 409
        assert "в другом окне" in shown.text
        assert shown.form("Проверить").fields["payer_name"] == ["ООО «Василёк»"]
        await sent(person)
    order = await order_of(stage)
    assert order.payer.name == "ООО «Василёк»"
    assert len(order.lines) == 2


async def test_cancelled_in_chat_while_the_page_is_open(stage: Stage) -> None:
    """An order given up in chat is told to be gone on the page; its answers are kept nowhere."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        client = await taken_up(stage, person)
        await client.send("/cancel")
        await client.press("Да, отменить", await client.wait_for("Отменить заявку?", timeout=40))
        await client.wait_for("Заявку отменили", timeout=40)
        shown = await person.press("Проверить", **WHOLE)
        assert "больше не хранится" in shown.text
        found = await stage.app.database.run(lambda c: c.execute(text("SELECT answers FROM drafts")).scalars().all())
        assert not [one for one in found if "Ромашка" in str(one)]


async def test_offer_changed_after_the_last_look(stage: Stage) -> None:
    """A price raised after the last look is shown before it is agreed to; closed dates are told at their field."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        await person.press("Проверить", **WHOLE)
        offered = catalogue()
        dearer = tuple(replace(t, price=t.price + 100_00) for t in offered.tariffs)
        await stage.app.database.replace_catalogue(replace(offered, tariffs=dearer))
        shown = await person.press("Отправить заявку")
        assert "Заявка изменилась" in shown.text
        closed = tuple(replace(r, closed=True) if r.key == "osno-a-1" else r for r in offered.runs)
        await stage.app.database.replace_catalogue(replace(offered, runs=closed))
        shown = await person.press("Отправить заявку")
        assert shown.status == 400
        assert 'href="#students-0-run"' in shown.html
        assert await counted(stage, "orders") == 0


async def test_odd_requests_are_no_fault(stage: Stage) -> None:
    """Endless numbers, lone surrogates, zero bytes, long values, buttons of nobody are answered in words."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        odd: dict[str, Any] = {
            f"keep.students.{'9' * 5000}.email": "x",
            "keep.students.٣.email": "x",
            "fix.consent": "x",
            "students.00.name": "Лишний",
            "students.0.name": "а" * 20_000,
            "payer_name": "ООО\x00 «Ромашка»",
        }
        shown = await person.press("Проверить", **odd)
        assert shown.status == 400
        assert "Лишний" not in shown.html
        form = shown.form("Проверить")
        for act in ("remove:99", "same:-1", "payer:5", "open:x", "add:1:2", "bogus"):
            form.buttons[0] = ("do", act, "Проверить")
            person.page = shown
            assert (await person.press("Проверить", **FIRST)).status in (200, 409)
        raw = "csrf=" + form.fields["csrf"][0] + "&do=save&payer_name=%ED%A0%80%00%FF"
        headers = {"Origin": "null", "Content-Type": "application/x-www-form-urlencoded"}
        for address in ("/order/%00", "/order/%ED%A0%80", f"/order/{'9' * 3000}", f"{AT}/done/%00", f"{AT}/from/%00"):
            assert (await person.open(address)).status in (404, 410)
        assert (await person.session.post(f"{base}{AT}", data=raw, headers=headers)).status == 200


async def test_link_of_a_centre_leads_to_the_page_where_chats_take_no_orders(stage: Stage) -> None:
    """Where chats take no personal data `/link`, its picture and the text to forward hold the page's address alone."""
    base = await open_pages(stage, personal_data={"in_chat": False})
    manager = await stage.manager()
    await manager.send("/link")
    shown = await manager.wait_for("Ссылки для клиентов", timeout=40)
    assert f"{base}/order/{CENTRE.number}/bukhuchet" in shown.text
    assert "t.me" not in shown.text
    await manager.press("QR: Школа бухгалтера", shown)
    message, content = await file_from(stage, manager)
    assert scanned(content).decode() == f"{base}/order/{CENTRE.number}/bukhuchet"
    assert f"{base}/order/{CENTRE.number}/bukhuchet" in message.text
    assert "Telegram" not in message.text


async def test_order_is_dropped_on_the_page(stage: Stage) -> None:
    """Whoever does not want the order any more erases it on the page; a form sent to it afterwards says so."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        kept = await person.press("Сохранить", **WHOLE)
        assert "Продолжить можно в этом же браузере до" in kept.text
        shown = await person.press("Удалить заявку", **WHOLE)
        assert "Заявку удалили" in shown.text
        found = await stage.app.database.run(lambda c: c.execute(text("SELECT answers FROM drafts")).scalars().all())
        assert not [one for one in found if "Ромашка" in str(one)]
        person.page = kept
        shown = await person.press("Проверить", **WHOLE)
        assert "больше не хранится" in shown.text
        assert await counted(stage, "orders") == 0


async def test_two_presses_at_once_are_one_order(stage: Stage) -> None:
    """Three sends that arrive together make one order, and all lead to it."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        form = (await person.press("Проверить", **WHOLE)).form("Отправить заявку")
        data = {key: values[0] for key, values in form.fields.items()}
        presses = [person.session.post(f"{base}{form.action}", data=data, headers={"Origin": "null"}) for _ in range(3)]
        answers = await asyncio.gather(*presses)
        assert [one.status for one in answers] == [200, 200, 200]
        for one in answers:
            assert "0123-0001" in await one.text()
        assert await counted(stage, "orders") == 1


async def test_used_up_link_of_a_chat_says_where_a_new_one_is(stage: Stage) -> None:
    """Another browser with the same link from chat is told that it opens once and where to take a new one."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        shown = await person.open(f"{AT}/from/none")
        assert shown.status == 410
        assert "Возьмите новую в чате" in shown.text
