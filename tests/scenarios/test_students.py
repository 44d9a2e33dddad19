"""What the client and the managers do about the students of a placed order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from sandbox.client import Person
from school.draft import Visitor
from school.order import Order
from school.questionnaire import Page, Questionnaire, Remark
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import FINISH, ORGANISATION, STUDENT, WHOLE, place, to_address
from tests.scenarios.student_steps import SOKOLOVA, link_of

NUMBER = "0123-0001"


async def placed(stage: Stage) -> Person:
    """Place the usual order of one student; return the client."""
    client = await stage.client()
    await place(client, WHOLE)
    return client


async def order_of(stage: Stage) -> Order:
    """Read the order as stored."""
    found = await stage.app.database.uow(stage.clock).order_by_number(NUMBER)
    assert found is not None
    return found


async def change_line(stage: Stage, **values: Any) -> str:
    """Change the first student as other parts of the bot would; return the line's id."""
    order = await order_of(stage)
    uow = stage.app.database.uow(stage.clock)
    uow.save_line(order.id, replace(order.lines[0], **values))
    await uow.commit()
    return order.lines[0].id


async def open_own(client: Person) -> None:
    """Open the first student from the client's orders."""
    await client.send("/orders")
    await client.wait_for("Заявка №")
    await client.press("Ученики")
    await client.wait_for("Нажмите номер")
    await client.press("1")
    await client.wait_for("№ 0123-0001/1")


async def open_led(manager: Person) -> None:
    """Open the first student by the order's number."""
    await manager.send(NUMBER)
    await manager.wait_for("Нажмите номер")
    await manager.press("1")
    await manager.wait_for("№ 0123-0001/1")


async def audited(stage: Stage) -> list[tuple[str, ...]]:
    """Return the audit: who, what, from what, to what."""
    rows = await stage.app.database.run(
        lambda c: c.execute(text("SELECT actor, action, before, after FROM audit")).all()
    )
    return [tuple(row) for row in rows]


async def letters_to(stage: Stage, address: str) -> list[dict[str, Any]]:
    """Return all letters to the address."""
    return [letter for letter in (await stage.sandbox.letters())["letters"] if to_address(address)(letter)]


async def test_orders_say_first_what_blocks(stage: Stage) -> None:
    """Every condition stands in the card, the one that blocks first, and the date once it is known."""
    client = await placed(stage)
    await client.send("/orders")
    card = (await client.wait_for("Заявка №")).text
    assert card.index("оплатите счёт") < card.index("заполните анкету")
    day = stage.clock.now().date()
    paid = {"payment": "paid", "paid_at": stage.clock.now()}
    await change_line(stage, **paid, questionnaire="submitted", submitted_at=stage.clock.now(), admit_by=day)
    await client.send("/orders")
    card = (await client.wait_for("зачислим не позднее 10 марта")).text
    assert card.index("⏳ анкету проверяет куратор") < card.index("✅ оплачено")
    await change_line(stage, questionnaire="approved", admitted_at=stage.clock.now(), training="studying")
    await client.send("/orders")
    card = (await client.wait_for("✅ зачислен, доступ открыт")).text
    assert "обучение: учится" in card
    assert "оплачено" not in card


async def test_client_sees_states_only(stage: Stage) -> None:
    """Neither a reason of return nor a surname or a diploma reaches the client."""
    client = await placed(stage)
    line_id = await change_line(stage, questionnaire="returned")
    order = await order_of(stage)
    uow = stage.app.database.uow(stage.clock)
    remarks = (Remark("diploma", "other", "печать чужая"),)
    answers = {"diploma_surname": "Иванова"}
    uow.save_questionnaire(Questionnaire(line_id, order.id, answers, state="returned", remarks=remarks))
    await uow.commit()
    await open_own(client)
    await client.send("/orders")
    await client.wait_for("анкету исправляет ученик")
    told = " ".join(message.text for message in await client.messages())
    assert not [word for word in ("печать", "Иванова", "иплом") if word in told.partition("принята")[2]]


async def test_two_quick_nudges_send_one(stage: Stage) -> None:
    """A student is reminded once a day, and hears who asks; later once more."""
    client = await placed(stage)
    await open_own(client)
    await client.press("Напомнить")
    await client.wait_for("✅ Напомнили")
    await client.press("Напомнить")
    await client.wait_for("Сегодня этому ученику уже напоминали")
    letter = await stage.sandbox.wait_letter(lambda found: "Белова Ирина Петровна" in found["text"])
    assert SOKOLOVA in letter["to"]
    reminders = [found for found in await letters_to(stage, SOKOLOVA) if "просит" in found["text"]]
    assert len(reminders) == 1
    stage.clock.move(days=1)
    await client.press("Напомнить")
    await client.wait_for("✅ Напомнили")


async def test_nudge_finds_the_student_in_chat(stage: Stage) -> None:
    """A student who has proved who they are is reminded in chat; one who has handed in is not reminded at all."""
    client = await placed(stage)
    student = await stage.sandbox.person("Любовь")
    uow = stage.app.database.uow(stage.clock)
    uow.save_visitor(Visitor(student.id, student.id, "Любовь"))
    await uow.commit()
    await change_line(stage, student_id=student.id, questionnaire="filling")
    await open_own(client)
    card = await client.last()
    assert not card.has_button("Исправить почту")
    await student.send("/courses")
    await student.wait_for("закончите анкету")
    await client.press("Напомнить")
    await client.wait_for("✅ Напомнили")
    await student.wait_for("Белова Ирина Петровна напоминает", after=0)
    await change_line(stage, questionnaire="submitted", nudged_at=None)
    await client.press("Напомнить")
    await client.wait_for("Напоминать не о чем")


async def test_link_is_sent_again_to_the_address_only(stage: Stage) -> None:
    """A new link goes to the address in the order and ends the old one; not twice within ten minutes."""
    client = await placed(stage)
    old = await link_of(stage)
    await open_own(client)
    await client.press("Прислать ссылку")
    await client.wait_for("✅ Отправили новую ссылку")
    await client.press("Прислать ссылку")
    await client.wait_for("недавно отправили")
    await stage.sandbox.wait_letter(
        lambda found: found["id"] > 1 and "q_" in found["text"] and old not in found["text"]
    )
    student = await stage.sandbox.person("Любовь")
    await student.start(old)
    await student.wait_for("не действует")
    stage.clock.move(minutes=11)
    await client.press("Прислать ссылку")
    await client.wait_for("✅ Отправили новую ссылку")


async def test_corrected_address_voids_the_old_link(stage: Stage) -> None:
    """An address nobody stands behind yet is checked like the order's and corrected; the old link opens nothing."""
    client = await placed(stage)
    old = await link_of(stage)
    await open_own(client)
    await client.press("Исправить почту")
    await client.wait_for("Новая почта ученика")
    for bad, said in (
        ("buh@romashka.ru", "похож на общий"),
        ("centre@example.ru", "centre@example.ru"),
        ("belova.i@yandex.ru", "belova.i@yandex.ru"),
    ):
        await client.send(bad)
        await client.wait_for(said)
    await client.send("sokolova.l@yandx.ru")
    await client.wait_for("Возможно, опечатка")
    await client.press("Да, исправить")
    await client.wait_for("✅ Почту исправили")
    await client.press("Исправить почту")
    await client.wait_for("Новая почта ученика")
    await client.send("lubov.sokolova@mail.ru")
    await client.wait_for("✅ Почту исправили")
    new = await link_of(stage, "lubov.sokolova@mail.ru")
    assert (await order_of(stage)).lines[0].email == "lubov.sokolova@mail.ru"
    student = await stage.sandbox.person("Любовь")
    await student.start(old)
    await student.wait_for("не действует")
    await student.start(new)
    await student.wait_for("последние четыре цифры")


async def test_bound_student_keeps_their_address(stage: Stage) -> None:
    """An old button corrects nothing once the student stands behind the link."""
    client = await placed(stage)
    await open_own(client)
    await change_line(stage, student_id=777)
    await client.press("Исправить почту")
    await client.wait_for("Исправить уже нельзя")


async def test_manager_corrects_the_mobile(stage: Stage) -> None:
    """After «Телефон в заявке не мой» the manager corrects it, and a new link with new tries goes out."""
    client = await placed(stage)
    manager = await stage.manager()
    await open_own(client)
    assert not (await client.last()).has_button("Исправить телефон")
    await open_led(manager)
    await manager.press("Исправить телефон")
    await manager.wait_for("Новый телефон ученика")
    await manager.send("8 495 123-45-67")
    await manager.wait_for("мобильн")
    await manager.send("8 903 765-43-21")
    await manager.wait_for("✅ Телефон исправили")
    student = await stage.sandbox.person("Любовь")
    await stage.sandbox.wait_letter(lambda found: to_address(SOKOLOVA)(found) and found["id"] > 2)
    letters = [letter for letter in await letters_to(stage, SOKOLOVA) if "start=q_" in letter["text"]]
    await student.start(await link_of(stage, after=letters[-1]["id"] - 1))
    await student.wait_for("последние четыре цифры")
    await student.send("4321")
    await student.wait_for("заполните анкету", after=0)


async def test_client_asks_for_a_replacement_and_the_manager_replaces(stage: Stage) -> None:
    """A replacement keeps what was bought, erases the former student's papers and tells the client, in chat."""
    manager = await stage.manager()
    client = await placed(stage)
    old = await link_of(stage)
    paid = {"payment": "paid", "paid_at": stage.clock.now(), "student_id": 777, "questionnaire": "submitted"}
    line_id = await change_line(stage, **paid, submitted_at=stage.clock.now(), admit_by=stage.clock.now().date())
    before = await order_of(stage)
    page = Page("page-of-the-test", "0" * 64, "image/jpeg", 10, "диплом.jpg")
    uow = stage.app.database.uow(stage.clock)
    uow.save_questionnaire(Questionnaire(line_id, before.id, {"diploma": []}, state="submitted"))
    uow.save_document(line_id, "diploma", page)
    await uow.commit()
    await open_own(client)
    await client.press("Попросить замену")
    await client.wait_for("✅ Передали менеджеру")
    await client.press("Попросить замену")
    await manager.wait_for("Клиент просит заменить", after=0)
    asked = [m for m in await manager.messages() if "просит заменить" in m.text]
    assert len(asked) == 1
    assert "Любовь" not in asked[0].text
    await manager.press("Заменить ученика")
    await manager.wait_for("Кого записать вместо")
    await manager.send("Лебедева Татьяна Ивановна")
    await manager.wait_for("телефон")
    await manager.send("8 905 222-33-44")
    await manager.wait_for("почта")
    await manager.send("belova.i@yandex.ru")
    await manager.wait_for("belova.i@yandex.ru")
    await manager.send("lebedeva.t@yandex.ru")
    sure = await manager.wait_for("Заменить: Соколова Л. А.")
    await manager.press("Заменить", message=sure)
    await manager.wait_for("✅ Ученика заменили")
    told = await client.wait_for("Ученика заменили", after=0)
    assert "Соколова Л. А." in told.text
    line = (await order_of(stage)).lines[0]
    assert (line.name, line.mobile, line.email) == ("Лебедева Татьяна Ивановна", "+79052223344", "lebedeva.t@yandex.ru")
    assert (line.run, line.price, line.payment) == (before.lines[0].run, before.lines[0].price, "paid")
    assert (line.questionnaire, line.student_id, line.submitted_at, line.admit_by) == ("not_started", None, None, None)
    uow = stage.app.database.uow(stage.clock)
    assert await uow.questionnaire(line_id) is None
    assert page.id not in await uow.document_ids()
    assert (f"chat:{manager.id}", "student.replaced", "Соколова Л. А.", "Лебедева Т. И.") in await audited(stage)
    stranger = await stage.sandbox.person("Олег")
    await stranger.start(old)
    await stranger.wait_for("не действует")
    await stranger.start(await link_of(stage, "lebedeva.t@yandex.ru"))
    await stranger.wait_for("последние четыре цифры")
    await manager.press("Заменить", message=sure)
    await manager.wait_for("уже нельзя")


async def test_replacement_in_one_message_ends_with_admission(stage: Stage) -> None:
    """The newcomer may be named in one message; nobody takes the place of an admitted student."""
    await placed(stage)
    manager = await stage.manager()
    await open_led(manager)
    await manager.press("Заменить ученика")
    await manager.wait_for("Кого записать вместо")
    await manager.send("Лебедева Татьяна Ивановна, 8 905 222-33-44, lebedeva.t@yandex.ru")
    sure = await manager.wait_for("Заменить: Соколова Л. А.")
    await change_line(stage, admitted_at=stage.clock.now())
    await manager.press("Заменить", message=sure)
    await manager.wait_for("уже зачислен")
    assert (await order_of(stage)).lines[0].name == "Соколова Любовь Андреевна"


async def test_order_number_opens_own_orders_only(stage: Stage) -> None:
    """A typed number opens the centre's order; a foreign one and an absent one read the same."""
    await placed(stage)
    manager = await stage.manager()
    await manager.send("№ 0123-0001")
    await manager.wait_for("Соколова")
    said = []
    for number in ("0123-0099", "0999-0001"):
        await manager.send(number)
        said.append((await manager.wait_for("ничего не нашлось")).text)
    assert said[0] == said[1]
    admin = await stage.admin()
    await admin.send(NUMBER)
    await admin.wait_for("Соколова")


@pytest.mark.parametrize("act", ["one", "list", "nudge", "link", "email", "mobile", "swap", "want", "number", "stop"])
async def test_strangers_find_nothing(stage: Stage, act: str) -> None:
    """A student's buttons do nothing for another client, a curator and a stranger: the student is not found."""
    client = await placed(stage)
    await open_own(client)
    order = await order_of(stage)
    key = {"list": order.id, "number": NUMBER}.get(act, order.lines[0].id)
    told = []
    for person in (await stage.client("Олег"), await stage.curator(), await stage.sandbox.person("Никто")):
        await stage.sandbox.call("POST", f"people/{person.id}/send", json={"text": "/help"})
        message = await person.wait_for("/support", after=0)
        await forge(stage, person, message.message_id, f"st:{act}:{key}:")
        told.append((await person.wait_for("ничего не нашлось", after=0)).text)
    assert not any("Соколова" in words for words in told)


async def forge(stage: Stage, person: Person, message_id: int, data: str) -> None:
    """Press a button that the person was never shown."""
    await stage.sandbox.call("POST", f"people/{person.id}/press", json={"message_id": message_id, "data": data})


async def test_withdrawn_manager_loses_the_orders_of_clients(stage: Stage) -> None:
    """What a manager placed for a client stays with the centre."""
    manager = await stage.manager()
    await manager.send("/order")
    await manager.wait_for("Согласие на обработку")
    await place(manager)
    uow = stage.app.database.uow(stage.clock)
    for member in await uow.centre_staff("0123"):
        uow.withdraw_staff(member.id, stage.clock.now())
    await uow.commit()
    await manager.send("/orders")
    told = await manager.wait_for("ведёт сервисный центр")
    assert "Соколова" not in told.text


async def test_many_students_page(stage: Stage) -> None:
    """An order of many shows a short card, and its students page by page."""
    client = await stage.client()
    more = [
        ("press", "Добавить ученика"),
        (
            "send",
            "\n".join(f"Лебедева Татьяна Ивановна, 8 905 222-33-{n:02}, lebedeva.t{n}@yandex.ru" for n in range(24)),
        ),
    ]
    await place(client, (*ORGANISATION, *STUDENT, *more, ("press", "Всем"), *FINISH))
    await client.send("/orders")
    card = await client.wait_for("Заявка №")
    assert "…и ещё 21 ученик" in card.text
    await client.press("Ученики")
    await client.wait_for("10. ")
    await client.press("Ещё")
    await client.wait_for("20. ")
    await client.press("12")
    await client.wait_for("0123-0001/12")
    await client.press("Все ученики")
    await client.wait_for("10. ")


async def test_admitted_student_finds_the_way_to_learn(stage: Stage) -> None:
    """`/courses` shows the course card, and after admission the link and the e-mail to sign in with."""
    await placed(stage)
    student = await stage.sandbox.person("Любовь")
    await change_line(stage, student_id=student.id)
    await student.send("/courses")
    card = await student.wait_for("заполните анкету")
    assert "260 часов" in card.text
    assert "36 занятий" in card.text
    assert "ждём оплату от заказчика" in card.text
    assert card.has_button("Заполнить анкету")
    await change_line(stage, admitted_at=stage.clock.now() + timedelta(days=1))
    await student.send("/courses")
    card = await student.wait_for("https://example.ru/k")
    assert SOKOLOVA in card.text


async def test_no_personal_data_in_chat(stage: Stage) -> None:
    """Where chats hold no personal data, initials stand for names and nothing is asked by typing."""
    client = await placed(stage)
    manager = await stage.manager()
    await stage.reconfigure(personal_data={"in_chat": False})
    await open_own(client)
    card = await client.last()
    assert "Соколова Л. А." in card.text
    assert SOKOLOVA not in card.text
    assert not card.has_button("Исправить почту")
    line = (await order_of(stage)).lines[0]
    await open_led(manager)
    await forge(stage, manager, (await manager.last()).message_id, f"st:swap:{line.id}:")
    await manager.wait_for("не собираем", after=0)


async def test_audit_holds_no_address(stage: Stage) -> None:
    """A correction is audited, without the address."""
    client = await placed(stage)
    await open_own(client)
    await client.press("Исправить почту")
    await client.wait_for("Новая почта ученика")
    await client.send("lubov.sokolova@mail.ru")
    await client.wait_for("✅ Почту исправили")
    assert (f"chat:{client.id}", "student.email_corrected", "", "") in await audited(stage)


async def test_second_question_drops_the_first(stage: Stage) -> None:
    """Two taps on «Исправить почту» ask once: what is typed after the answer goes nowhere."""
    client = await placed(stage)
    await open_own(client)
    for _ in range(2):
        await client.press("Исправить почту")
        await client.wait_for("Новая почта ученика")
    await client.send("lubov.sokolova@mail.ru")
    await client.wait_for("✅ Почту исправили")
    await client.send("another.address@mail.ru")
    await client.wait_for("Не понял сообщение")
    assert (await order_of(stage)).lines[0].email == "lubov.sokolova@mail.ru"
