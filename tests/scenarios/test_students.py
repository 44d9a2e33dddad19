"""What the client and the managers do about the students of a placed order."""

from datetime import timedelta

import pytest

from sandbox.client import Person
from school.draft import Visitor
from school.questionnaire import Questionnaire, Remark
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import NUMBER, audited, change_line, letters_to, open_led, open_own, order_of, placed
from tests.scenarios.steps import FINISH, ORGANISATION, STUDENT, place, to_address
from tests.scenarios.student_steps import SOKOLOVA, link_of


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
    assert "С. Л. А." in card.text
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
