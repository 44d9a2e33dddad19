"""`/start` for staff: what waits, with buttons there."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

from sqlalchemy import text

from school.billing import Invoice
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import hand_in
from tests.scenarios.test_report import OTHER, put, world


async def test_a_manager_sees_bills_and_acts(stage: Stage) -> None:
    """A manager is told of the own centre's open invoices and acts, and one tap opens the report."""
    await world(stage)
    manager = await stage.manager()
    await manager.send("/start")
    home = await manager.wait_for("Здравствуйте! Вы менеджер центра 0123", timeout=40)
    assert "1 неоплаченный счёт" in home.text
    assert "анкет" not in home.text
    await manager.press("Счета и акты", home)
    report = await manager.wait_for("Не оплачены: 1", timeout=40)
    assert "Чужой" not in report.text


async def test_acts_are_told_with_their_day(stage: Stage) -> None:
    """Acts that are due within a week come first, with the day of the most urgent."""
    await world(stage)
    manager = await stage.manager()
    stage.clock.move(hours=1)
    await stage.app.ticker.tick_now()
    await manager.send("/start")
    home = await manager.wait_for("Здравствуйте! Вы ", timeout=40)
    lines = home.text.splitlines()
    assert lines[1].startswith("⚠️")
    assert "акт" in lines[1]
    assert "до " in lines[1]


async def test_other_centres_do_not_count(stage: Stage) -> None:
    """What waits in another centre is not told."""
    await stage.app.database.save_centre(OTHER)
    await put(stage, "0777", "ООО «Чужой»", ends=date(2027, 6, 1), paid=False)
    manager = await stage.manager()
    await manager.send("/start")
    assert "Неоплаченных счетов и срочных актов нет" in (await manager.wait_for("Здравствуйте! Вы ", timeout=40)).text


async def test_a_curator_sees_the_queue(stage: Stage) -> None:
    """A curator is told how many questionnaires wait and whom to admit, and the buttons lead there."""
    await hand_in(stage, "Орлова Екатерина Владимировна")
    stage.clock.move(minutes=1)
    await hand_in(stage, "Петрова Анна Ивановна")
    curator = await stage.curator()
    await curator.send("/start")
    home = await curator.wait_for("В очереди 2 анкеты", timeout=40)
    await curator.press("Проверить анкеты", home)
    await curator.wait_for("Орлова", timeout=40)


async def test_an_administrator_sees_troubles(stage: Stage) -> None:
    """An administrator is told of messages given up and of what was set aside."""
    admin = await stage.admin()
    dead = text("UPDATE outbox SET state = 'dead'")
    await stage.app.database.write(lambda c: c.execute(dead).close())
    await admin.send("/start")
    home = await admin.wait_for("Вы администратор", timeout=40)
    assert "Не доставлено" in home.text


async def test_nothing_waits(stage: Stage) -> None:
    """Where nothing waits the screen says so, without buttons."""
    manager = await stage.manager()
    await manager.send("/start")
    home = await manager.wait_for("Неоплаченных счетов и срочных актов нет", timeout=40)
    assert not home.buttons


async def test_an_invoice_that_comes_is_counted(stage: Stage) -> None:
    """The counts are as of now: an invoice issued a moment ago is in them."""
    order = await put(stage, "0123", "ООО «Свой»", ends=date(2027, 6, 1), paid=False)
    manager = await stage.manager()
    uow = stage.app.database.uow(stage.clock)
    lines = ((order.lines[0].id, 2_450_000),)
    bill = Invoice(uuid4().hex, order.id, "0123", "9", date(2027, 3, 9), 2_450_000, None, "ООО «Свой»", lines, 0)
    uow.save_invoice(bill)
    uow.save_invoice(replace(bill, id=uuid4().hex, number="10"))
    await uow.commit()
    await manager.send("/start")
    await manager.wait_for("2 неоплаченных счёта", timeout=40)


async def test_an_order_without_an_invoice_is_told(stage: Stage) -> None:
    """An unpaid order that has no invoice is told of, and its button opens the order; another centre's is not."""
    await stage.app.database.save_centre(OTHER)
    await put(stage, "0777", "ООО «Чужой»", ends=date(2027, 6, 1), paid=False)
    await put(stage, "0123", "ООО «Свой»", ends=date(2027, 6, 1), paid=False)
    manager = await stage.manager()
    await manager.send("/start")
    home = await manager.wait_for("1 заявка без счёта", timeout=40)
    assert home.labels() == ["Заявка 0123-0001"]
    await manager.press("Заявка 0123-0001", home)
    await manager.wait_for("ООО «Свой»", timeout=40)
