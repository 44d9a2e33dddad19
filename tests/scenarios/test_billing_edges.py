"""Money where two things meet: a tap and a statement, an undo and an invoice, two managers at once (P1)."""

import asyncio
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from school.errors import BadAnswer, Conflict
from school.use_cases.billing_desk import Desk
from school.use_cases.issue_invoice import one_invoice
from school.use_cases.receive_payment import parse_several, receive, receive_sum
from tests.scenarios.admission_steps import put_order, student
from tests.scenarios.billing_steps import document, invoices_of, issue, statement, with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.test_payments import by_hand, drop, states, two_billed


def test_a_number_named_twice_is_paid_once() -> None:
    """«57, № 57 и 58» is two invoices, whatever stands before a number."""
    rows = parse_several("57, № 57 и 58 оплачены 9.03", date(2027, 3, 10))
    assert rows is not None
    assert [row.number for row in rows] == ["57", "58"]


async def test_one_invoice_typed_twice_takes_no_double_money(stage: Stage) -> None:
    """A payment that is settled by «57, 57» pays invoice 57 once, the rest is told as left over."""
    await with_seller(stage)
    manager = await stage.manager()
    first, _ = await two_billed(stage, manager)
    await drop(manager, statement("60000.00", document("60000.00", "Без номера", inn="7707083893")))
    await manager.send("/bank")
    await manager.press("Другой счёт", await manager.wait_for("Платёж 1 из 1", timeout=40))
    await manager.wait_for("За какой счёт", timeout=40)
    await manager.send("57, 57")
    told = await manager.wait_for("Переплата", timeout=40)
    assert "Переплата 35" in told.text
    assert [one.paid for one in await invoices_of(stage, first)] == [2_450_000]


async def test_what_is_not_ours_does_not_come_back(stage: Stage) -> None:
    """«Не наше» holds against the same and an overlapping statement, until it is taken back; then it waits again."""
    await with_seller(stage)
    manager = await stage.manager()
    await two_billed(stage, manager)
    alien = document("5000.00", "Возмещение", "3", inn="7707083893", name="ООО «Иные»")
    await drop(manager, statement("5000.00", alien))
    await manager.send("/bank")
    await manager.press("Не наше", await manager.wait_for("Платёж 1 из 1", timeout=40))
    aside = await manager.wait_for("Он не наш", timeout=40)
    ours = document("24500.00", "Оплата по счету № 58 от 06.03.2027", "4")
    said = await drop(manager, statement("29500.00", alien, ours))
    assert "Записали сами: 1 платёж" in said.text
    assert "Уже были записаны: 1 платёж" in said.text
    assert "Нужно ваше решение" not in said.text
    await manager.press("Отменить запись", aside)
    await manager.wait_for("Вернули платёж", timeout=40)
    assert "Уже были записаны: 2 платежа" in (await drop(manager, statement("29500.00", alien, ours))).text
    await manager.send("/bank")
    await manager.press("Не наше", await manager.wait_for("Платёж 1 из 1", timeout=40))
    await manager.wait_for("Он не наш", timeout=40)
    assert "Нужно ваше решение" not in (await drop(manager, statement("5000.00", alien))).text


async def test_the_next_payment_is_dealt_after_each_decision(stage: Stage) -> None:
    """A decision stays with its way back, and the next payment stands below it; after the last nothing is left."""
    await with_seller(stage)
    manager = await stage.manager()
    await two_billed(stage, manager)
    one = document("5000.00", "Возмещение", "3", inn="7707083893", name="ООО «Иные»")
    two = document("9950.00", "За обучение", "4")
    await drop(manager, statement("14950.00", one, two))
    await manager.send("/bank")
    dealt = await manager.wait_for("Платёж 1 из 2", timeout=40)
    await manager.press("Не наше" if "Иные" in dealt.text else "Дальше ›", dealt)
    if "Иные" not in dealt.text:
        dealt = await manager.wait_for("Платёж 2 из 2", timeout=40)
        await manager.press("Не наше", dealt)
    left = await manager.wait_for("Платёж 1 из 1", timeout=40)
    assert "9 950 ₽" in left.text.replace("\u00a0", " ")
    aside = next(said for said in await manager.messages() if said.message_id == dealt.message_id)
    assert aside.has_button("Отменить запись")
    labels = [button["text"].replace("\u00a0", " ") for row in left.buttons for button in row]
    assert not any("24 500" in label for label in labels), labels
    await manager.press("Не наше", left)
    await manager.wait_for("Все платежи разобраны", timeout=40)


async def test_recorded_by_hand_and_then_in_the_statement(stage: Stage) -> None:
    """Money that a manager has recorded is not counted again: the list says that its invoice is paid already."""
    await with_seller(stage)
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    await by_hand(manager, order, "24 500 9.03", "Записали")
    said = await drop(manager, statement("24500.00", document("24500.00", "Оплата по счету № 57 от 05.03.2027")))
    assert "Нужно ваше решение: 1 платёж" in said.text
    await manager.send("/bank")
    listed = await manager.wait_for("Платёж 1 из 1", timeout=40)
    assert "Оплата по счёту № 57 уже записана" in listed.text
    assert "номер счёта другой или не указан" in listed.text
    assert [one.paid for one in await invoices_of(stage, order)] == [2_450_000]


async def test_half_by_hand_and_the_same_half_by_statement(stage: Stage) -> None:
    """A sum that a manager has recorded does not settle the invoice's other half by itself when it comes again."""
    await with_seller(stage)
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager, 2)
    asked = await by_hand(manager, order, "24 500 9.03", "За кого оплачено")
    await manager.press("1", asked)
    await manager.wait_for("Записали", timeout=40)
    paid = document("24500.00", "Оплата по счету № 57 от 05.03.2027")
    assert "Нужно ваше решение: 1 платёж" in (await drop(manager, statement("24500.00", paid))).text
    await manager.send("/bank")
    listed = await manager.wait_for("Платёж 1 из 1", timeout=40)
    assert "Оплата по счёту № 57 уже записана" in listed.text
    await manager.press("57", listed)
    await manager.wait_for("Записали", timeout=40)
    assert await states(stage, order) == ["paid", "paid"]


async def test_a_mark_before_the_invoice_is_taken_back_with_its_money(stage: Stage) -> None:
    """The undo of a mark that an invoice has meanwhile taken up leaves no money on that invoice."""
    manager = await stage.manager()
    order = await put_order(stage, student(stage, 0), student(stage, 1))
    await manager.send("/paid 0123-0001 1")
    marked = await manager.wait_for("Оплата за 1 ученика отмечена", timeout=40)
    stage.clock.move(hours=1)
    await issue(manager, order, "57 от 5 марта, 49 000")
    assert [one.paid for one in await invoices_of(stage, order)] == [2_450_000]
    await manager.press("Отменить", marked)
    await manager.wait_for("сняли", timeout=40)
    assert await states(stage, order) == ["unpaid", "unpaid"]
    assert [(one.paid, one.state) for one in await invoices_of(stage, order)] == [(0, "open")]


async def test_an_old_undo_erases_no_payment_after_a_refund(stage: Stage) -> None:
    """A refund does not open the way back of a payment that is older than a day."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    await manager.send("/paid 0123-0001 1")
    marked = await manager.wait_for("Оплата за 1 ученика отмечена", timeout=40)
    stage.clock.move(hours=48)
    await by_hand(manager, order, "возврат 24 500", "возврат 24")
    await manager.press("Отменить", marked)
    await manager.wait_for("Отменить уже нельзя", timeout=40)
    (invoice,) = await invoices_of(stage, order)
    payments = await stage.app.database.uow(stage.clock).payments_of_invoice(invoice.id)
    assert sorted(one.amount for one in payments) == [-2_450_000, 2_450_000]


async def test_two_managers_record_one_payment_at_once(stage: Stage) -> None:
    """The same tap of two managers at once is one payment; the second hears that nothing is left."""
    one, two = await stage.manager(), await stage.manager("Олег")
    order, _ = await two_billed(stage, one)
    asked = []
    for manager in (one, two):
        await manager.send(f"/invoice {order.number}")
        await manager.press("Оплата", await manager.wait_for("Счёт № 57", timeout=40))
        asked.append(await manager.wait_for("Осталось оплатить", timeout=40))
    await asyncio.gather(one.press("сегодня", asked[0]), two.press("сегодня", asked[1]))
    answers = [await manager.wait_for(lambda said: "Осталось" not in said.text, timeout=40) for manager in (one, two)]
    assert sum("Записали" in said.text for said in answers) == 1
    assert sum("счёт уже оплачен" in said.text.lower() for said in answers) == 1
    (invoice,) = await invoices_of(stage, order)
    assert invoice.paid == invoice.total
    assert len(await stage.app.database.uow(stage.clock).payments_of_invoice(invoice.id)) == 1


async def test_a_payment_between_two_reads_of_another_is_no_overpayment(stage: Stage) -> None:
    """«Остаток» that another manager pays between the reads of an input is a conflict: the input runs again, anew."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    (invoice,) = await invoices_of(stage, order)
    late, first = stage.app.database.uow(stage.clock), stage.app.database.uow(stage.clock)
    desk = Desk(await late.session(manager.id), stage.clock.now(), ZoneInfo(stage.settings.school.timezone))
    _, seen = await one_invoice(late, desk, invoice.id)
    await receive(first, desk, invoice.id, "сегодня")
    await first.commit()
    await receive_sum(late, desk, seen, seen.rest, desk.today)
    with pytest.raises(Conflict):
        await late.commit()
    with pytest.raises(BadAnswer, match="invoice_paid"):
        await receive(stage.app.database.uow(stage.clock), desk, invoice.id, "сегодня")


async def test_a_paid_invoice_is_neither_cancelled_nor_made_smaller(stage: Stage) -> None:
    """Money on an invoice holds it: no cancelling, no sum below what was paid; the way out is named."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    await by_hand(manager, order, "20 000,50 9.03", "Записали")
    await manager.send(f"/invoice {order.number}")
    card = await manager.wait_for("Счёт № 57", timeout=40)
    await manager.press("Отменить счёт", card)
    await manager.press("Да, отменить", await manager.wait_for("Отменить?", timeout=40))
    await manager.wait_for("Сначала верните или отмените оплату", timeout=40)
    await manager.send(f"/invoice {order.number}")
    await manager.press("Изменить", await manager.wait_for("Счёт № 57", timeout=40))
    await manager.press("Сумму", await manager.wait_for("Что изменить", timeout=40))
    await manager.wait_for("Новая сумма", timeout=40)
    await manager.send("20 000,49")
    await manager.wait_for("Сначала верните или отмените оплату", timeout=40)
    await manager.send("20 000,50")
    await manager.wait_for("редакция 2", timeout=40)
    (invoice,) = await invoices_of(stage, order)
    assert (invoice.total, invoice.paid, invoice.edition) == (2_000_050, 2_000_050, 2)
    assert await states(stage, order) == ["paid"]


async def test_a_second_apply_says_where_to_look(stage: Stage) -> None:
    """«Записать» pressed again sends the manager to the payments, not to the curator's lists."""
    manager = await stage.manager()
    await two_billed(stage, manager)
    await manager.send("57 оплачен")
    shown = await manager.wait_for("Запишем", timeout=40)
    await manager.press("Записать", shown)
    await manager.wait_for("Записали", timeout=40)
    await manager.press("Записать", shown)
    told = await manager.wait_for("уже записаны или отменены", timeout=40)
    assert "/bank" in told.text
    assert "/results" not in told.text


async def test_an_overpayment_given_back_leaves_the_student_paid(stage: Stage) -> None:
    """A refund takes what was paid too much before it takes anybody's payment, and then nothing waits in /bank."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    await by_hand(manager, order, "25 000", "Переплата")
    await manager.send("/bank")
    listed = await manager.wait_for("не разобрано: 500", timeout=40)
    assert not listed.has_button("Не наше")
    await by_hand(manager, order, "возврат 500", "возврат 500")
    assert await states(stage, order) == ["paid"]
    assert [(one.paid, one.state) for one in await invoices_of(stage, order)] == [(2_450_000, "paid")]
    await manager.send("/bank")
    await manager.wait_for("Все платежи разобраны", timeout=40)
    await by_hand(manager, order, "возврат 24 500", "возврат 24")
    assert await states(stage, order) == ["unpaid"]


async def test_a_slip_beside_an_admitted_student_is_taken_back(stage: Stage) -> None:
    """The undo of a payment's second part takes that part alone: the first student, admitted since, stays paid for."""
    await with_seller(stage)
    manager, curator = await stage.manager(), await stage.curator()
    order, _ = await two_billed(stage, manager, 3)
    await drop(manager, statement("49000.00", document("49000.00", "Оплата по счету № 57 от 05.03.2027")))
    await manager.send("/bank")
    await manager.press("57", await manager.wait_for("Платёж 1 из 1", timeout=40))
    asked = await manager.wait_for("За кого оплачено 49", timeout=40)
    await manager.press("1", asked)
    second = await manager.wait_for("За кого оплачено 24", timeout=40)
    await curator.send("/admit")
    await curator.press("1", await curator.wait_for("Готовы к зачислению: 1", timeout=40))
    await curator.wait_for("Доступ открыт", timeout=40)
    await manager.press("2", second)
    done = await manager.wait_for("Записали", timeout=40)
    assert sorted(await states(stage, order)) == ["paid", "paid", "unpaid"]
    await manager.press("Отменить запись", done)
    await manager.wait_for("Отменили: 1 платёж", timeout=40)
    assert sorted(await states(stage, order)) == ["paid", "unpaid", "unpaid"]
    assert [one.paid for one in await invoices_of(stage, order)] == [2_450_000]
    await manager.send("/bank")
    await manager.wait_for("не разобрано: 24", timeout=40)


async def test_what_the_school_has_confirmed_the_centre_does_not_erase(stage: Stage) -> None:
    """Where the school confirms, a manager takes back a payment only until the school has said its word."""
    await stage.reconfigure(billing={"confirm": "school"})
    manager, curator = await stage.manager(), await stage.curator()
    order, _ = await two_billed(stage, manager)
    first = await by_hand(manager, order, "100", "подтвердит школа")
    await manager.press("Отменить запись", first)
    await manager.wait_for("Отменили запись: 1 платёж", timeout=40)
    done = await by_hand(manager, order, "24 500 9.03", "подтвердит школа")
    await curator.send("/bank 0123")
    await curator.press("57", await curator.wait_for("Платёж 1 из 1", timeout=40))
    await curator.wait_for("Записали", timeout=40)
    await manager.press("Отменить запись", done)
    await manager.wait_for("Школа уже подтвердила эту оплату", timeout=40)
    assert await states(stage, order) == ["paid"]
