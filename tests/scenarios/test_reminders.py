"""Reminders through the whole bot: a clock moved through an order's life, and every way in which a reminder ends."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from sandbox.client import Person
from school.billing import Invoice
from school.centre import Centre
from school.closing import Act, posted, received
from school.order import Order
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import NUMBER, change_line, order_of, placed
from tests.scenarios.steps import WHOLE, play, to_address

MOSCOW = ZoneInfo("Europe/Moscow")
STUDENT = to_address("sokolova.l@yandex.ru")


async def at(stage: Stage, moment: str) -> None:
    """Move the clock to a moment in Moscow and let everything that is due happen."""
    stage.clock.time = datetime.fromisoformat(moment).replace(tzinfo=MOSCOW)
    await stage.app.ticker.tick_now()
    stage.app.wake()


async def live_until(stage: Stage, day: str) -> None:
    """Live through every day up to this one, with a tick before and after the digest's hour."""
    now = stage.clock.now().astimezone(MOSCOW).date()
    while now < date.fromisoformat(day):
        now += timedelta(days=1)
        await at(stage, f"{now} 09:05")
        await at(stage, f"{now} 09:35")


async def invoiced(stage: Stage, order: Order, number: str = "57", **changes: Any) -> Invoice:
    """Note an invoice of the whole order, issued today in Клиент-Сервис."""
    today = stage.clock.now().astimezone(MOSCOW).date()
    lines = tuple((line.id, line.price) for line in order.lines)
    made = Invoice(
        f"{number:0>32}", order.id, order.centre, number, today, order.total, order.payer.inn, order.payer.name, lines,
        version=0,
    )  # fmt: skip
    await _save(stage, invoice=replace(made, **changes))
    return made


async def _save(stage: Stage, *, invoice: Invoice | None = None, act: Act | None = None) -> None:
    uow = stage.app.database.uow(stage.clock)
    if invoice is not None:
        uow.save_invoice(invoice)
    if act is not None:
        uow.save_act(act)
    await uow.commit()


async def paid(stage: Stage, invoice: Invoice) -> None:
    """Let the money come."""
    stored = await stage.app.database.uow(stage.clock).invoice(invoice.id)
    assert stored is not None
    await _save(stage, invoice=replace(stored, state="paid", paid=stored.total))
    await change_line(stage, payment="paid", paid_at=stage.clock.now())


async def reminders(stage: Stage) -> list[tuple[str, str]]:
    """Return kind and due date of all reminders made, in their order."""
    query = text("SELECT kind, due_on FROM reminders ORDER BY due_on, kind")
    rows = await stage.app.database.run(lambda c: c.execute(query).all())
    return [(str(kind), str(due_on)) for kind, due_on in rows]


async def said(person: Person, words: str) -> list[str]:
    """Return the person's messages that hold these words."""
    return [message.text for message in await person.messages() if words in message.text]


async def test_a_whole_life(stage: Stage) -> None:
    """From the order to the posted original, over the May holidays, each is told what is theirs."""
    manager = await stage.manager()
    client = await placed(stage)
    invoice = await invoiced(stage, await order_of(stage))
    await live_until(stage, "2027-03-12")
    letter = await stage.sandbox.wait_letter(lambda found: STUDENT(found) and "заполните анкету" in found["subject"])
    assert "q_" in letter["text"]
    await live_until(stage, "2027-03-15")
    await client.wait_for("Оплатите счёт № 57", after=0)
    assert not await said(manager, "На сегодня")
    await live_until(stage, "2027-03-17")
    digest = await manager.wait_for("На сегодня: 1 дело", after=0)
    assert "счёт № 57" in digest.text
    await paid(stage, invoice)
    student = await change_line(
        stage, questionnaire="approved", submitted_at=stage.clock.now(), admitted_at=stage.clock.now()
    )
    before = await reminders(stage)
    await live_until(stage, "2027-04-29")
    assert await reminders(stage) == before
    order = await order_of(stage)
    run = order.lines[0]
    found = await stage.app.database.uow(stage.clock).acts_of_order(order.id)
    act = found[0] if found else Act("a" * 32, order.id, order.centre, run.run, run.ends, (student,))
    if not found:
        await _save(stage, act=act)
    await live_until(stage, "2027-05-18")
    made = await reminders(stage)
    assert [day for kind, day in made if kind == "scan_due.manager"] == ["2027-05-07", "2027-05-13", "2027-05-17"]
    assert ("scan_overdue.manager", "2027-05-18") in made
    digest = await manager.wait_for("Скан акта просрочен", after=0)
    await manager.press("Скан отправлен")
    await manager.wait_for("Отметили: скан загружен")
    await live_until(stage, "2027-06-16")
    made = await reminders(stage)
    assert [day for kind, day in made if kind == "scan_overdue.manager"] == ["2027-05-18"]
    assert [day for kind, day in made if kind == "original_due.manager"] == ["2027-06-07", "2027-06-11"]
    stored = await stage.app.database.uow(stage.clock).act(act.id)
    assert stored is not None
    sent = posted(stored, date(2027, 6, 16), "10283512004231")
    await _save(stage, act=received(sent, date(2027, 6, 17)))
    await live_until(stage, "2027-07-20")
    assert await reminders(stage) == made


async def test_the_fact_stops_what_is_on_its_way(stage: Stage) -> None:
    """A letter planned while the mail server was away is not sent once the questionnaire has come, and is not dead."""
    await placed(stage)
    await stage.sandbox.wait_letter(STUDENT)
    await stage.sandbox.smtp("down")
    await at(stage, "2027-03-12 10:00")
    assert ("questionnaire_missing.student", "2027-03-12") in await reminders(stage)
    await change_line(stage, questionnaire="submitted", submitted_at=stage.clock.now())
    await stage.sandbox.smtp("up")
    query = text("SELECT state FROM outbox WHERE kind = 'reminder_student'")
    for _ in range(100):
        states = [row[0] for row in await stage.app.database.run(lambda c: c.execute(query).all())]
        if states == ["cancelled"]:
            break
        stage.clock.move(minutes=1)  # until the pause after the failed attempt is over
        stage.app.wake()
        await stage.sandbox.letters(after=1_000_000, wait=0.1)
    assert states == ["cancelled"]
    assert not [one for one in (await stage.sandbox.letters())["letters"] if "заполните" in one["subject"]]


async def test_three_days_of_downtime_are_caught_up_once(stage: Stage) -> None:
    """After days of silence each is told once, the latest step only, and a restart repeats nothing."""
    manager = await stage.manager()
    client = await placed(stage)
    await invoiced(stage, await order_of(stage), valid_until=date(2027, 3, 18))
    await stage.app.stop()
    stage.clock.time = datetime(2027, 3, 17, 12, tzinfo=MOSCOW)
    await stage.restart()
    for _ in range(3):
        await at(stage, "2027-03-17 12:00")
    await client.wait_for("Оплатите счёт № 57", after=0)
    await manager.wait_for("На сегодня", after=0)
    await stage.restart()
    await at(stage, "2027-03-17 12:05")
    assert len(await said(client, "Оплатите счёт № 57")) == 1
    assert len(await said(manager, "На сегодня")) == 1
    made = [day for kind, day in await reminders(stage) if kind == "unpaid_invoice.client"]
    assert made == ["2027-03-17"]


async def test_one_message_a_day_to_one_person(stage: Stage) -> None:
    """Two orders' reminders of one day are one message; what comes later that day waits for the next working day."""
    client = await placed(stage)
    first = await order_of(stage)
    await client.send("/order")
    await client.wait_for("Согласие на обработку")
    await play(client, WHOLE)
    await client.press("Отправить")
    await client.wait_for("Похожая заявка уже есть")
    await client.press("Всё равно отправить")
    await client.wait_for("принята")
    await invoiced(stage, first, "57")
    second = await stage.app.database.uow(stage.clock).order_by_number("0123-0002")
    assert second is not None
    await invoiced(stage, second, "58")
    await at(stage, "2027-03-15 10:00")
    told = await client.wait_for("Оплатите счёт № 57", after=0)
    assert "Оплатите счёт № 58" in told.text
    await invoiced(stage, first, "59", issued_on=date(2027, 3, 10))
    await at(stage, "2027-03-15 12:00")
    assert not await said(client, "счёт № 59")
    await at(stage, "2027-03-16 09:00")
    assert len(await said(client, "счёт № 59")) == 1


async def test_put_off_until_a_typed_day(stage: Stage) -> None:
    """«Отложить» silences the line until the day, a wrong day is asked for again, and then the line is back."""
    manager = await stage.manager()
    await placed(stage)
    await invoiced(stage, await order_of(stage))
    await at(stage, "2027-03-17 10:00")
    await manager.wait_for("На сегодня")
    await manager.press("1. Отложить")
    await manager.wait_for("До какого дня отложить")
    await manager.press("Другая дата")
    await manager.wait_for("Пришлите дату")
    await manager.send("10.03.2027")
    await manager.wait_for("только на будущее")
    await manager.send("30.03")
    await manager.wait_for("вторник, 30 марта")
    await live_until(stage, "2027-03-29")
    assert len(await said(manager, "счёт № 57 на")) == 3  # the digest, the question, the answer
    await live_until(stage, "2027-03-30")
    assert len(await said(manager, "На сегодня")) >= 2
    assert ("unpaid_invoice.manager", "2027-03-30") in await reminders(stage)


async def test_stopped_by_order_and_resumed(stage: Stage) -> None:
    """«Остановить по заявке» silences everybody about it; the same card lets the reminders go on."""
    manager = await stage.manager()
    client = await placed(stage)
    await invoiced(stage, await order_of(stage))
    await at(stage, "2027-03-17 10:00")
    await manager.wait_for("На сегодня")
    await manager.press("1. Отложить")
    await manager.wait_for("До какого дня отложить")
    await manager.press("Остановить по заявке")
    await manager.wait_for("больше не напоминаем")
    before, heard = await reminders(stage), len(await client.messages())
    await live_until(stage, "2027-03-26")
    assert await reminders(stage) == before
    assert len(await client.messages()) == heard
    await manager.press("Напоминать снова")
    await manager.wait_for("снова напоминаем")
    await live_until(stage, "2027-03-29")
    assert len(await reminders(stage)) > len(before)


async def test_a_centre_without_managers_has_the_digest_by_mail(stage: Stage) -> None:
    """Where no manager is in chat the digest goes to the centre's mailbox."""
    await placed(stage)
    await invoiced(stage, await order_of(stage))
    await at(stage, "2027-03-17 10:00")
    letter = await stage.sandbox.wait_letter(lambda found: "сводка центра 0123" in found["subject"])
    assert "centre@example.ru" in letter["to"]
    assert f"заявка № {NUMBER}" in letter["text"]


async def test_a_person_who_stopped_the_bot_is_written_to(stage: Stage) -> None:
    """What a chat refuses goes out by mail at once, and the next reminder goes there by itself."""
    client = await placed(stage)
    await invoiced(stage, await order_of(stage))
    await client.block()
    await at(stage, "2027-03-15 10:00")
    letter = await stage.sandbox.wait_letter(lambda found: "оплатите счёт № 57" in found["subject"])
    assert "belova.i@yandex.ru" in letter["to"]
    assert "centre@example.ru" in letter["text"]


async def test_not_put_off_after_all(stage: Stage) -> None:
    """«Не откладывать» ends the question about the day: what is typed next is no day."""
    manager = await stage.manager()
    await placed(stage)
    await invoiced(stage, await order_of(stage))
    await at(stage, "2027-03-17 10:00")
    await manager.wait_for("На сегодня")
    await manager.press("1. Отложить")
    await manager.wait_for("До какого дня отложить")
    await manager.press("Другая дата")
    await manager.wait_for("Пришлите дату")
    await manager.press("Не откладывать")
    await manager.wait_for("счёт № 57")
    await manager.send("30.03")
    await stage.app.ticker.tick_now()
    assert not await said(manager, "Отложили")


async def test_a_foreign_manager_can_do_nothing(stage: Stage) -> None:
    """A button of another centre's digest looks as if there were nothing."""
    manager = await stage.manager()
    await placed(stage)
    await invoiced(stage, await order_of(stage))
    await at(stage, "2027-03-17 10:00")
    await manager.wait_for("На сегодня")
    await stage.app.database.save_centre(Centre("9999", "СЦ «Другой»", "drugoy@example.ru"))
    moved = text("UPDATE staff SET centre = '9999'")
    await stage.app.database.write(lambda c: c.execute(moved).close())
    await manager.press("1. Отложить")
    await manager.wait_for("не нашлось")


async def test_an_unknown_calendar_is_told_once(stage: Stage) -> None:
    """Administrators hear once that the days off of a year are not known."""
    admin = await stage.admin()
    await at(stage, "2027-12-10 10:00")
    await at(stage, "2027-12-10 10:01")
    await admin.wait_for("Нет календаря рабочих дней на 2028", after=0)
    await stage.restart()
    await at(stage, "2027-12-13 10:00")
    assert len(await said(admin, "Нет календаря рабочих дней на 2028")) == 1
