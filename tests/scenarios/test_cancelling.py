"""An order, or one place in it, cancelled from its card: what ends with it, who is told, what is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.client import Message, Person
from school.errors import Conflict
from school.order import Order
from school.ports import UnitOfWork
from school.use_cases.billing_desk import Desk
from school.use_cases.cancel_order import cancel_line, cancel_order
from school.use_cases.receive_payment import receive
from school.use_cases.settle_payment import settle_whom
from school.use_cases.take_back import take_back
from tests.scenarios.admission_steps import come, line_of, put_order, student
from tests.scenarios.billing_steps import document, invoices_of, issue, statement, with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import NUMBER, audited, order_of, placed
from tests.scenarios.review_steps import hand_in, press_data
from tests.scenarios.review_steps import student as some_student
from tests.scenarios.steps import to_address
from tests.scenarios.student_steps import link_of, student_of
from tests.scenarios.test_admission import manager_elsewhere
from tests.scenarios.test_mail_centres import begun, echoed, says


async def card(person: Person, number: str = NUMBER) -> Message:
    """Open the order's card with the rest of its buttons."""
    await person.send(f"/status {number}")
    said = await person.wait_for(f"№ {number}", timeout=40)
    await person.press("Ещё", said)
    return await person.wait_for(lambda m: "Заметка" in m.labels(), timeout=40)


async def cancel(person: Person, number: str = NUMBER, reason: str = "Клиент передумал") -> Message:
    """Cancel the whole order from its card; return what was done."""
    await person.press("Отменить", await card(person, number))
    asked = await person.wait_for("Почему отменяем?", timeout=40)
    await person.press(reason, asked)
    return await person.wait_for("✅", timeout=40)


async def test_a_cancelled_order_leaves_everything(stage: Stage) -> None:
    """A confirmed cancel kills the link, stops the student, tells student and client once, and shows the date."""
    manager, mate = await stage.manager(), await stage.manager("Семён")
    client = await placed(stage)
    learner = await student_of(stage)
    link = await link_of(stage)
    await manager.press("Отменить", await card(manager))
    asked = await manager.wait_for("Почему отменяем?", timeout=40)
    assert "ссылки на анкеты перестанут работать" in asked.text
    assert "документы останутся у школы" in asked.text
    assert "верните деньги" not in asked.text
    await manager.press("Не отменять", asked)
    said = await manager.wait_for("Ничего не отменили", timeout=40)
    assert not (await order_of(stage)).cancelled
    await manager.press("К заявке", said)
    done = await cancel(manager)
    assert "Заявка № 0123-0001 отменена" in done.text
    assert "Повторить заявку" in done.labels()
    await client.wait_for("Заявка № 0123-0001 отменена", timeout=40)
    await learner.wait_for("Ваша запись на курс отменена", timeout=40)
    await mate.wait_for("Заявка № 0123-0001 отменена", timeout=40)
    line = (await order_of(stage)).lines[0]
    assert (line.cancelled_at, line.cancel_reason) == (stage.clock.now(), "client")
    stranger = await stage.sandbox.person("Олег")
    await stranger.start(link)
    await stranger.wait_for("не действует", timeout=40)
    await learner.send("/courses")
    await learner.wait_for(lambda m: "Бухгалтерский" not in m.text and m.sender == "bot", timeout=40)
    await client.send("/orders")
    assert "отменено" in (await client.wait_for("Заявка № 0123-0001", timeout=40)).text
    await manager.send("/status 0123-0001")
    shown = await manager.wait_for("отменена 10 марта", timeout=40)
    assert "отменено: 1 место" in shown.text
    assert (f"chat:{manager.id}", "order.cancelled", "", "client") in await audited(stage)


async def test_the_second_cancel_reads_that_it_is_done(stage: Stage) -> None:
    """Two managers who cancel the same order make one cancel: the second reads that it is cancelled already."""
    one, two = await stage.manager(), await stage.manager("Семён")
    await put_order(stage, student(stage, 0, questionnaire="not_started"))
    await one.press("Отменить", await card(one))
    first = await one.wait_for("Почему отменяем?", timeout=40)
    await two.press("Отменить", await card(two))
    second = await two.wait_for("Почему отменяем?", timeout=40)
    await one.press("Повтор", first)
    await two.press("Другое", second)
    said = [(await one.wait_for("отменена", timeout=40)).text, (await two.wait_for("отменена", timeout=40)).text]
    assert sum("✅" in text for text in said) >= 1
    assert len([row for row in await audited(stage) if row[1] == "order.cancelled"]) == 1
    await two.press("Другое", second)
    await two.wait_for("делать по ней больше ничего не нужно", timeout=40)


async def test_unpaid_invoices_go_and_money_is_named(stage: Stage) -> None:
    """Nothing paid: the invoice is cancelled. One place of two: a new edition without it. Paid: the sum is named."""
    manager = await stage.manager()
    order = await put_order(stage, student(stage, 0), student(stage, 1))
    await issue(manager, order, "57 от 5 марта, 49 000")
    await manager.press("Отменить", await card(manager))
    await manager.press("2", await manager.wait_for("Что отменить", timeout=40))
    asked = await manager.wait_for("Почему отменяем?", timeout=40)
    assert "счёт № 57 изменим" in asked.text
    await manager.press("Ошибка в заявке", asked)
    said = await manager.wait_for("Отменили в заявке", timeout=40)
    assert "отправьте клиенту новый" in said.text
    (bill,) = await invoices_of(stage, order)
    assert (bill.total, bill.edition, bill.state, len(bill.lines)) == (2_450_000, 2, "open", 1)
    await manager.send(f"/paid {order.number}")
    await manager.press("Оплачено", await manager.wait_for("Оплата", timeout=40))
    await manager.wait_for("✅", timeout=40)
    await manager.press("Отменить", await card(manager))
    asked = await manager.wait_for("Почему отменяем?", timeout=40)
    assert "По заявке оплачено 24\u00a0500\u00a0₽: верните деньги клиенту" in asked.text
    await manager.press("Клиент передумал", asked)
    said = await manager.wait_for("Заявка № 0123-0001 отменена", timeout=40)
    assert "верните деньги клиенту" in said.text
    (bill,) = await invoices_of(stage, order)
    assert (bill.state, bill.paid) == ("cancelled", 2_450_000)
    assert (await line_of(stage, order)).payment == "paid"
    await stage.sandbox.wait_letter(
        lambda letter: to_address("belova.i@yandex.ru")(letter) and "центр вернёт эти деньги" in letter["text"],
        timeout=40,
    )


async def test_a_refund_of_a_cancelled_order_is_recorded(stage: Stage) -> None:
    """The cancelled order's invoice says what was paid and takes the refund; then nothing is to be given back."""
    manager = await stage.manager()
    order = await put_order(stage, student(stage, 0))
    await issue(manager, order, "57 от 5 марта, 24 500")
    await manager.press("Оплата")
    await manager.press("сегодня", await manager.wait_for("Осталось оплатить", timeout=40))
    await manager.wait_for("✅ Записали", timeout=40)
    await cancel(manager)
    await manager.send(f"/invoice {order.number}")
    said = await manager.wait_for("отменён · оплачено 24\u00a0500\u00a0₽", timeout=40)
    await manager.press("Возврат по № 57", said)
    asked = await manager.wait_for("Возврат по счёту № 57", timeout=40)
    assert "возврат 24\u00a0500" in asked.text
    assert "Осталось" not in asked.text
    await manager.send("возврат 24 500")
    await manager.wait_for("Записали: возврат", timeout=40)
    assert (await line_of(stage, order)).payment == "unpaid"
    await manager.send(f"/paid {order.number}")
    assert "верните" not in (await manager.wait_for("Оплата · заявка", timeout=40)).text
    await manager.send(f"/invoice {order.number}")
    said = await manager.wait_for(lambda m: "отменена" in m.text and "Счёт № 57" in m.text, timeout=40)
    assert not said.buttons


async def test_letters_about_a_cancelled_order_are_told_so(stage: Stage) -> None:
    """Neither an invoice nor a payment is taken for a cancelled order; the centre's mailbox reads why."""
    order, letter = await begun(stage, 2)
    await says(stage, letter, "Счёт: 57 от 5 марта, 49 000")
    await echoed(stage, letter, "Записали счёт № 57")
    manager = await stage.manager()
    await cancel_by(stage, manager, order)
    for text, words in (
        ("Счёт: 58 от 5 марта, 24 500", "Заявка отменена"),
        ("Оплачено: 57", "Открытого счёта № 57 у вашего центра нет"),
        ("Оплачено", "Заявка отменена"),
        (f"Почта: {order.lines[0].name.split()[0]} novaya@yandex.ru", "Заявка отменена"),
    ):
        await says(stage, letter, text)
        await echoed(stage, letter, words)
    assert [one.state for one in await invoices_of(stage, order)] == ["cancelled"]
    assert {(await line_of(stage, order, place)).payment for place in (1, 2)} == {"unpaid"}


async def cancel_by(stage: Stage, manager: Person, order: Order) -> None:
    """Cancel the whole order on behalf of the manager."""
    uow = stage.app.database.uow(stage.clock)
    desk = Desk(await uow.session(manager.id), stage.clock.now(), ZoneInfo(stage.settings.school.timezone))
    await cancel_order(uow, desk, order.number, "other")
    await uow.commit()


async def test_money_given_back_is_not_asked_again(stage: Stage) -> None:
    """A refund for the cancelled one of two paid places lowers the invoice; nothing is owed, and it can be undone."""
    manager = await stage.manager()
    order = await put_order(stage, student(stage, 0), student(stage, 1))
    await issue(manager, order, "57 от 5 марта, 49 000")
    session = await stage.app.database.uow(stage.clock).session(manager.id)
    desk = Desk(session, stage.clock.now(), ZoneInfo(stage.settings.school.timezone))
    (bill,) = await invoices_of(stage, order)
    gone = order.lines[1].id

    async def done(work: Callable[[UnitOfWork], Awaitable[object]]) -> Any:
        uow = stage.app.database.uow(stage.clock)
        found = await work(uow)
        await uow.commit()
        return found

    await done(lambda uow: receive(uow, desk, bill.id, "49 000 6.03"))
    await done(lambda uow: cancel_line(uow, desk, gone, "client"))
    asked = await done(lambda uow: receive(uow, desk, bill.id, "возврат 24 500"))
    back = await done(lambda uow: settle_whom(uow, desk, asked.payment.id, gone))
    (bill,) = await invoices_of(stage, order)
    assert (bill.total, bill.paid, bill.state, len(bill.lines)) == (2_450_000, 2_450_000, "paid", 1)
    line = await line_of(stage, order, 2)
    assert (line.payment, line.price) == ("unpaid", 2_450_000)
    await done(lambda uow: take_back(uow, desk, back.undo))
    (bill,) = await invoices_of(stage, order)
    assert (bill.total, bill.paid, bill.state, len(bill.lines)) == (4_900_000, 4_900_000, "paid", 2)
    assert (await line_of(stage, order, 2)).payment == "paid"


async def test_money_that_comes_afterwards_is_shown(stage: Stage) -> None:
    """A payment of a statement for a cancelled order is not lost: it waits for the manager's word."""
    manager = await stage.manager()
    await with_seller(stage)
    order = await put_order(stage, student(stage, 0))
    await issue(manager, order, "57 от 5 марта, 24 500")
    await cancel(manager)
    await manager.upload(statement("24500.00", document("24500.00", "Оплата по счету № 57 от 05.03.2027")), "kl.txt")
    said = await manager.wait_for("Выписка", timeout=60)
    assert "Разнесли" not in said.text or "0 платежей" in said.text
    uow = stage.app.database.uow(stage.clock)
    assert [one.amount for one in await uow.unsettled_payments("0123", 10)] == [2_450_000]
    await manager.send(f"/paid {order.number}")
    said = await manager.wait_for("Оплата · заявка", timeout=40)
    assert "отменено" in said.text
    assert not [label for label in said.labels() if label.startswith("Оплачено")]
    assert (await line_of(stage, order)).payment == "unpaid"


async def test_who_studies_is_not_cancelled(stage: Stage) -> None:
    """An admitted student keeps the place and the manager reads why; of a whole order the others go."""
    manager = await stage.manager()
    order = await put_order(stage, student(stage, 0, admitted_at=stage.clock.now()), student(stage, 1))
    await manager.press("Отменить", await card(manager))
    chosen = await manager.wait_for("Что отменить", timeout=40)
    await manager.press("1", chosen)
    said = await manager.wait_for("место отменить нельзя", timeout=40)
    assert "Отчислить его может куратор" in said.text
    await manager.press("Всю заявку", chosen)
    asked = await manager.wait_for("Уже зачислены и останутся", timeout=40)
    await manager.press("Другое", asked)
    await manager.wait_for("Отменили в заявке № 0123-0001", timeout=40)
    assert [(await line_of(stage, order, n)).cancelled for n in (1, 2)] == [False, True]


async def test_queues_forget_it(stage: Stage) -> None:
    """A questionnaire that waited for a curator, and a student who was ready, wait no more; the curator may cancel."""
    curator = await stage.curator()
    handed = await hand_in(stage, "Соколова Любовь Андреевна", await some_student(stage, "Любовь"))
    ready = await put_order(stage, student(stage, 0, payment="paid", paid_at=stage.clock.now()), sequence=2)
    database, now = stage.app.database, stage.clock.now()
    assert (await database.uow(stage.clock).queue_state(now, now.date())).waiting == 1
    assert (await database.uow(stage.clock).lines_to_admit(now, registration=False, limit=9))[1] == 1
    first = await database.uow(stage.clock).order(handed.order_id)
    assert first is not None
    for order in (first, ready):
        await curator.send(f"/status {order.number}")
        said = await curator.wait_for(f"№ {order.number}", timeout=40)
        await curator.press("Отменить", said)
        asked = await curator.wait_for(f"Отменить заявку № {order.number}", timeout=40)
        await curator.press("Другое", asked)
        await curator.wait_for(f"✅ Заявка № {order.number} отменена", timeout=40)
    uow = database.uow(stage.clock)
    assert (await uow.queue_state(now, now.date())).waiting == 0
    assert await uow.next_to_review(curator.id, now) is None
    assert (await uow.lines_to_admit(now, registration=False, limit=9))[1] == 0
    assert (await uow.report_unshipped(None, now.date().replace(year=2030), 9, 0))[1] == 0


async def test_old_buttons_of_a_cancelled_student_tell_so(stage: Stage) -> None:
    """Whatever an old button would do about the student, the manager and the client read that it is cancelled."""
    manager, client = await stage.manager(), await come(stage, "Ирина")
    order = await put_order(stage, student(stage, 0, questionnaire="not_started"), placed_by=client.id)
    await cancel_by(stage, manager, order)
    line_id = order.lines[0].id
    for person, acts in ((manager, ("nudge", "link", "email", "mobile", "swap")), (client, ("nudge", "link", "want"))):
        for act in acts:
            said = await press_data(person, f"st:{act}:{line_id}:")
            assert "Заявка отменена" in said.text, (act, said.text)


async def test_who_blocked_the_bot_reads_it_by_mail(stage: Stage) -> None:
    """A client who has blocked the bot reads of it by mail, and only once though a student of the order too."""
    manager, client = await stage.manager(), await come(stage, "Ирина")
    lines = (student(stage, 0), student(stage, 1, email="Belova.I@yandex.ru"))
    order = await put_order(stage, *lines, placed_by=client.id)
    await client.block()
    await cancel_by(stage, manager, order)
    stage.app.wake()
    mine = to_address("belova.i@yandex.ru")
    await stage.sandbox.wait_letter(lambda one: mine(one) and f"{order.number} отменена" in one["text"], timeout=40)
    await stage.sandbox.wait_letter(to_address("student0@example.ru"), timeout=40)
    letters = (await stage.sandbox.letters())["letters"]
    assert len([one for one in letters if "belova" in str(one["to"]).casefold()]) == 1


async def test_strangers_cancel_nothing(stage: Stage) -> None:
    """A manager of another centre and a client neither see the buttons nor do anything by old ones."""
    order = await put_order(stage, student(stage, 0))
    alien, client = await manager_elsewhere(stage), await come(stage, "Клиент")
    for person in (alien, client):
        last = await person.last()
        for data in (f"cn:order!:{order.number}:client", f"cn:line!:{order.lines[0].id}:client"):
            await stage.sandbox.call(
                "POST", f"people/{person.id}/press", json={"message_id": last.message_id, "data": data}
            )
        await person.send("/help")
        await person.wait_for("/support", timeout=40)
    assert not (await line_of(stage, order)).cancelled


async def test_a_cancel_races_with_another_change(stage: Stage) -> None:
    """Whoever saves a line that was cancelled meanwhile gets a conflict, so that no change revives it."""
    await placed(stage)
    manager = await stage.manager()
    uow, late = stage.app.database.uow(stage.clock), stage.app.database.uow(stage.clock)
    session = await uow.session(manager.id)
    desk = Desk(session, stage.clock.now(), ZoneInfo(stage.settings.school.timezone))
    before: Order = await order_of(stage)
    late.save_line(before.id, replace(before.lines[0], mobile="+79000000000"))
    await cancel_order(uow, desk, NUMBER, "other")
    await uow.commit()
    with pytest.raises(Conflict):
        await late.commit()
    assert (await order_of(stage)).lines[0].cancelled
