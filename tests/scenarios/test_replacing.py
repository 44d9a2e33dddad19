"""Another student in the place, an order by its number, and questions that are over."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from school.questionnaire import Page, Questionnaire, Remark
from school.use_cases.decide_questionnaire import decline
from school.use_cases.review_questionnaire import Acting
from tests.scenarios.admission_steps import come, line_of, put_order, student
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import NUMBER, audited, change_line, open_led, open_own, order_of, placed
from tests.scenarios.steps import place
from tests.scenarios.student_steps import SOKOLOVA, link_of


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


async def test_a_replaced_student_is_told_of_no_decision(stage: Stage) -> None:
    """Replaced within the two minutes of the undo, the former student and the managers hear of no decision any more."""
    manager = await stage.manager()
    await placed(stage)
    now = stage.clock.now()
    line_id = await change_line(stage, questionnaire="submitted", submitted_at=now)
    order = await order_of(stage)
    uow = stage.app.database.uow(stage.clock)
    uow.save_questionnaire(Questionnaire(line_id, order.id, {}, state="submitted", submitted_at=now))
    await uow.commit()
    uow = stage.app.database.uow(stage.clock)
    curator = await stage.curator()
    found = await uow.questionnaire(line_id)
    assert found is not None
    acting = Acting(await uow.session(curator.id), curator.id, "Анна", now, ZoneInfo("Europe/Moscow"))
    await decline(uow, acting, line_id, found.version, Remark("", "no_education"))
    await uow.commit()
    await open_led(manager)
    await manager.press("Заменить ученика")
    await manager.wait_for("Кого записать вместо")
    await manager.send("Лебедева Татьяна Ивановна, 8 905 222-33-44, lebedeva.t@yandex.ru")
    await manager.press("Заменить", message=await manager.wait_for("Заменить: Соколова Л. А."))
    await manager.wait_for("✅ Ученика заменили")
    stage.clock.move(minutes=3)
    stage.app.wake()
    await link_of(stage, "lebedeva.t@yandex.ru")
    told = "SELECT state FROM outbox WHERE kind LIKE '%declined'"
    states = await stage.app.database.run(lambda c: c.execute(text(told)).scalars().all())
    assert list(states) == ["cancelled", "cancelled"]
    assert not any("отклонил" in message.text for message in await manager.messages())


async def test_a_manager_who_filled_in_is_not_told_as_a_client(stage: Stage) -> None:
    """An order filled in for a client is the centre's: who filled it in and left hears nothing of its students."""
    gone = await stage.manager("Пётр")
    other = await stage.manager("Вера")
    await gone.send("/order")
    await gone.wait_for("Согласие на обработку")
    await place(gone)
    uow = stage.app.database.uow(stage.clock)
    for member in await uow.centre_staff("0123"):
        if member.user_id == gone.id:
            uow.withdraw_staff(member.id, stage.clock.now())
    await uow.commit()
    await open_led(other)
    await other.press("Заменить ученика")
    await other.wait_for("Кого записать вместо")
    await other.send("Лебедева Татьяна Ивановна, 8 905 222-33-44, lebedeva.t@yandex.ru")
    await other.press("Заменить", message=await other.wait_for("Заменить: Соколова Л. А."))
    await other.wait_for("✅ Ученика заменили")
    told = await stage.app.database.run(
        lambda c: c.execute(text("SELECT count(*) FROM outbox WHERE kind = 'student_replaced'")).scalar()
    )
    assert told == 0


async def test_a_question_that_came_too_late_is_over(stage: Stage) -> None:
    """Refused once, what is typed next is not taken for an answer again; a withdrawn manager gets the same."""
    client = await placed(stage)
    manager = await stage.manager()
    await open_own(client)
    await client.press("Исправить почту")
    await client.wait_for("Новая почта ученика")
    await open_led(manager)
    await manager.press("Исправить телефон")
    await manager.wait_for("Новый телефон ученика")
    await change_line(stage, student_id=777, questionnaire="filling")
    uow = stage.app.database.uow(stage.clock)
    for member in await uow.centre_staff("0123"):
        uow.withdraw_staff(member.id, stage.clock.now())
    await uow.commit()
    await client.send("lubov.sokolova@mail.ru")
    await client.wait_for("Исправить уже нельзя")
    await client.send("lubov.sokolova@mail.ru")
    await client.wait_for("Не понял сообщение")
    await manager.send("8 905 222-33-44")
    await manager.wait_for("ничего не нашлось")
    await manager.send("8 905 222-33-44")
    await manager.wait_for(lambda said: "ничего не нашлось" not in said.text)
    line = (await order_of(stage)).lines[0]
    assert (line.mobile, line.email) == ("+79339333333", SOKOLOVA)


async def test_a_mobile_with_a_dash_is_no_order_number(stage: Stage) -> None:
    """A manager who is asked for a mobile may type it with a dash: it is not taken for an order's number."""
    await placed(stage)
    manager = await stage.manager()
    await open_led(manager)
    await manager.press("Исправить телефон")
    await manager.wait_for("Новый телефон ученика")
    await manager.send("905-2223344")
    await manager.wait_for("✅ Телефон исправили")
    assert (await order_of(stage)).lines[0].mobile == "+79052223344"


async def test_an_address_of_another_student_is_refused(stage: Stage) -> None:
    """A corrected address may not be another student's of the order; the next one is taken."""
    client = await come(stage, "Ирина")
    waiting: dict[str, Any] = {"questionnaire": "not_started", "submitted_at": None}
    order = await put_order(stage, student(stage, 1, **waiting), student(stage, 2, **waiting), placed_by=client.id)
    await client.send("/orders")
    await client.press("Ученики", await client.wait_for("Заявка №"))
    await client.press("1", await client.wait_for("Нажмите номер"))
    await client.press("Исправить почту", await client.wait_for("№ 0123-0001/1"))
    await client.wait_for("Новая почта ученика")
    await client.send("Student2@Example.ru")
    refused = await client.wait_for(lambda said: said.sender == "bot")
    assert "example.ru" in refused.text.lower()
    assert (await line_of(stage, order)).email == "student1@example.ru"
    await client.send("new.address@example.ru")
    await client.wait_for("✅ Почту исправили")
