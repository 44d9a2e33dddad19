"""Payments: by hand, several at once, by a sheet and by a bank statement; whom they are for; taken back (P1)."""

import asyncio
from io import BytesIO

import pytest
from openpyxl import load_workbook

from sandbox.client import Message, Person
from school.order import Order
from tests.scenarios.admission_steps import come, file_from, line_of, put_order, student
from tests.scenarios.billing_steps import document, invoices_of, issue, statement, with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.test_admission import manager_elsewhere


async def states(stage: Stage, order: Order) -> list[str]:
    """Return who of the order is paid for."""
    return [(await line_of(stage, order, place)).payment for place in range(1, len(order.lines) + 1)]


async def two_billed(stage: Stage, manager: Person, count: int = 1) -> tuple[Order, Order]:
    """Put two orders and type invoices 57 and 58 in, 24 500 roubles a student."""
    first = await put_order(stage, *(student(stage, n) for n in range(count)))
    second = await put_order(stage, student(stage, 7), sequence=2)
    await issue(manager, first, f"57 от 5 марта, {24_500 * count}")
    await issue(manager, second, "58 от 6 марта, 24 500")
    return first, second


async def drop(manager: Person, content: bytes) -> Message:
    """Drop a statement into the chat."""
    await manager.upload(content, "kl_to_1c.txt")
    return await manager.wait_for("Выписка", timeout=60)


async def by_hand(manager: Person, order: Order, typed: str, answer: str) -> Message:
    """Record a payment of the order's invoice by hand."""
    await manager.send(f"/invoice {order.number}")
    await manager.press("Оплата", await manager.wait_for("Счёт № 57", timeout=40))
    await manager.wait_for("Осталось оплатить", timeout=40)
    await manager.send(typed)
    return await manager.wait_for(answer, timeout=40)


async def test_a_part_payment_asks_for_whom(stage: Stage) -> None:
    """Money for two of three asks for whom, a tap a student, and only those two are paid for."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager, 3)
    asked = await by_hand(manager, order, "49 000 9.03", "За кого оплачено 49")
    assert await states(stage, order) == ["unpaid"] * 3
    await manager.press("1", asked)
    asked = await manager.wait_for("За кого оплачено 24", timeout=40)
    await manager.press("3" if "3." in asked.text else "2", asked)
    await manager.wait_for("оплачено 49", timeout=40)
    assert sorted(await states(stage, order)) == ["paid", "paid", "unpaid"]
    (invoice,) = await invoices_of(stage, order)
    assert (invoice.paid, invoice.state) == (4_900_000, "open")
    first = await line_of(stage, order)
    assert first.paid_at == stage.clock.now()
    assert first.admit_by is not None


async def test_several_are_paid_in_one_line(stage: Stage) -> None:
    """«57, 58, 61 оплачены» is shown before it counts; what is not found is named; one tap takes all of it back."""
    manager = await stage.manager()
    first, second = await two_billed(stage, manager, 2)
    await manager.send("57, 58, 61 оплачены 9.03")
    shown = await manager.wait_for("Запишем: 2 оплаты", timeout=40)
    assert "Таких счетов нет: 61" in shown.text
    assert await states(stage, first) == ["unpaid", "unpaid"]
    await manager.press("Записать", shown)
    done = await manager.wait_for("Записали: 2 оплаты", timeout=40)
    assert "3 учеников" in done.text
    assert await states(stage, first) + await states(stage, second) == ["paid"] * 3
    await manager.press("Записать", shown)
    await manager.wait_for("уже записаны или отменены", timeout=40)
    stage.clock.move(hours=23)
    await manager.press("Отменить запись", done)
    await manager.wait_for("Отменили запись: 2 платежа", timeout=40)
    assert await states(stage, first) + await states(stage, second) == ["unpaid"] * 3
    assert [one.paid for one in await invoices_of(stage, first)] == [0]


async def test_after_a_day_nothing_is_taken_back(stage: Stage) -> None:
    """The way back is closed after 24 hours, and the payment stays."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    done = await by_hand(manager, order, "9.03", "Записали")
    stage.clock.move(hours=25)
    await manager.press("Отменить запись", done)
    await manager.wait_for("Отменить уже нельзя", timeout=40)
    assert await states(stage, order) == ["paid"]


async def test_a_statement_settles_what_is_certain(stage: Stage) -> None:
    """Exact hits settle themselves, part and unknown payments are suggested with a reason, repeats are dropped."""
    await with_seller(stage)
    manager = await stage.manager()
    first, second = await two_billed(stage, manager, 2)
    content = statement(
        "54000.00",
        document("24500.00", "Оплата по счету № 58 от 06.03.2027", "1"),
        document("24500.00", "Оплата по счету № 57 от 05.03.2027", "2"),
        document("5000.00", "Возмещение", "3", inn="7707083893", name="ООО «Иные»"),
    )
    said = await drop(manager, content)
    assert "Записали сами: 1 платёж" in said.text
    assert "Нужно ваше решение: 2 платежа" in said.text
    assert await states(stage, second) == ["paid"]
    again = await drop(manager, content)
    assert "Уже были записаны: 3 платежа" in again.text
    await manager.send("/bank")
    listed = await manager.wait_for("Платёж 1 из 2", timeout=40)
    if "Похожего счёта нет" not in listed.text:
        await manager.press("Дальше", listed)
        listed = await manager.wait_for("Платёж 2 из 2", timeout=40)
    assert "Похожего счёта нет" in listed.text
    await manager.press("Не наше", listed)
    await manager.wait_for("Он не наш", timeout=40)
    await manager.send("/bank")
    listed = await manager.wait_for("Платёж 1 из 1", timeout=40)
    assert "заплачено меньше, чем осталось по счёту" in listed.text
    await manager.press("57", listed)
    asked = await manager.wait_for("За кого оплачено", timeout=40)
    await manager.press("2", asked)
    done = await manager.wait_for("Записали", timeout=40)
    assert sorted(await states(stage, first)) == ["paid", "unpaid"]
    await manager.press("Отменить запись", done)
    await manager.wait_for("выбрать другой счёт можно в /bank", timeout=40)
    assert await states(stage, first) == ["unpaid", "unpaid"]


async def test_a_torn_statement_is_refused_whole(stage: Stage) -> None:
    """A statement whose sums do not agree records nothing and says what is wrong."""
    await with_seller(stage)
    manager = await stage.manager()
    _, second = await two_billed(stage, manager)
    await manager.upload(statement("1.00", document("24500.00", "Оплата по счету № 58")), "kl_to_1c.txt")
    await manager.wait_for("суммы не сходятся", timeout=60)
    assert await states(stage, second) == ["unpaid"]


async def test_whose_account_it_is_is_asked_once(stage: Stage) -> None:
    """Without details the account is asked about once; with others the statement is refused."""
    manager = await stage.manager()
    _, second = await two_billed(stage, manager)
    content = statement("24500.00", document("24500.00", "Оплата по счету № 58 от 06.03.2027"))
    asked = await drop(manager, content)
    assert "Это счёт вашего центра?" in asked.text
    assert await states(stage, second) == ["unpaid"]
    await manager.press("Да, это наш счёт", asked)
    await manager.wait_for("Запомнили счёт", timeout=40)
    assert "Записали сами: 1 платёж" in (await drop(manager, content)).text
    await with_seller(stage)
    foreign = statement("0.00", account="40602810700000000025")
    await manager.upload(foreign, "kl_to_1c.txt")
    await manager.wait_for("выписка по другому счёту", timeout=60)


async def test_another_payer_is_confirmed_first(stage: Stage) -> None:
    """A third party's payment is settled only after a second look, and one of two invoices by its typed numbers."""
    await with_seller(stage)
    manager = await stage.manager()
    first, second = await two_billed(stage, manager)
    paid = document("49000.00", "Оплата по счету № 57", "4", inn="7707083893", name="ООО «Иные»")
    await drop(manager, statement("49000.00", paid))
    await manager.send("/bank")
    listed = await manager.wait_for("Платёж 1 из 1", timeout=40)
    await manager.press("57", listed)
    doubt = await manager.wait_for("Заплатил не тот", timeout=40)
    assert await states(stage, first) == ["unpaid"]
    await manager.press("Другой счёт", doubt)
    await manager.wait_for("За какой счёт", timeout=40)
    await manager.send("57, 58")
    await manager.wait_for("Записали", timeout=40)
    assert await states(stage, first) + await states(stage, second) == ["paid", "paid"]


async def test_overpayment_and_refund(stage: Stage) -> None:
    """What no student takes is said to be left over; a refund takes the payment of a student back."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    over = await by_hand(manager, order, "25 000", "Переплата")
    assert "Переплата 500" in over.text.replace("\u00a0", " ")
    assert await states(stage, order) == ["paid"]
    await by_hand(manager, order, "возврат 24 500", "возврат 24")
    assert await states(stage, order) == ["unpaid"]


async def test_a_sheet_is_shown_and_applied(stage: Stage) -> None:
    """The sheet of open invoices comes back filled: faults are listed, the rest is recorded by one tap, once."""
    manager = await stage.manager()
    first, second = await two_billed(stage, manager)
    await manager.send("/bank")
    await manager.press("Таблица оплат", await manager.wait_for("Все платежи разобраны", timeout=40))
    _, content = await file_from(stage, manager)

    def fill() -> bytes:
        book = load_workbook(BytesIO(content))
        sheet = book.worksheets[0]
        assert [sheet.cell(row, 1).value for row in (2, 3)] == ["57", "58"]
        sheet.cell(2, 2).value, sheet.cell(2, 3).value = "09.03.2027", 24_500
        sheet.cell(3, 2).value, sheet.cell(3, 3).value = "99.03.2027", 24_500
        buffer = BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    filled = await asyncio.to_thread(fill)
    await manager.upload(filled, "oplaty.xlsx")
    shown = await manager.wait_for("Запишем: 1 оплата", timeout=60)
    assert "Строка 3" in shown.text
    await manager.press("Записать", shown)
    await manager.wait_for("Записали: 1 оплата", timeout=40)
    assert await states(stage, first) + await states(stage, second) == ["paid", "unpaid"]
    await manager.upload(filled, "oplaty.xlsx")
    assert "Уже были записаны: 1" in (await manager.wait_for("Уже были", timeout=60)).text


async def test_the_quick_way_pays_the_invoice(stage: Stage) -> None:
    """/paid of a student on an invoice records the rest of their share, and its undo takes the money back."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager, 2)
    await manager.send("/paid 0123-0001 1")
    card = await manager.wait_for("Оплата за 1 ученика отмечена", timeout=40)
    assert [one.paid for one in await invoices_of(stage, order)] == [2_450_000]
    await manager.press("Отменить", card)
    await manager.wait_for("сняли", timeout=40)
    assert [one.paid for one in await invoices_of(stage, order)] == [0]
    assert await states(stage, order) == ["unpaid", "unpaid"]


async def test_where_the_school_confirms(stage: Stage) -> None:
    """A manager's payment waits for a curator's tap; the manager's own word does not count."""
    await stage.reconfigure(billing={"confirm": "school"})
    manager, curator = await stage.manager(), await stage.curator()
    order, _ = await two_billed(stage, manager)
    await by_hand(manager, order, "24 500 9.03", "подтвердит школа")
    assert await states(stage, order) == ["unpaid"]
    await manager.send("/bank")
    await manager.press("57", await manager.wait_for("Платёж 1 из 1", timeout=40))
    await manager.wait_for("Оплату подтверждает школа", timeout=40)
    await manager.send("/paid 0123-0001 1")
    await manager.wait_for("Оплату подтверждает школа", timeout=40)
    await curator.press("Посмотреть", await curator.wait_for("Подтвердите", timeout=40))
    await curator.press("57", await curator.wait_for("Платёж 1 из 1", timeout=40))
    await curator.wait_for("Записали", timeout=40)
    assert await states(stage, order) == ["paid"]


async def test_strangers_and_other_centres_get_nothing(stage: Stage) -> None:
    """A client's and another centre's words and files touch no invoice of this centre."""
    await with_seller(stage)
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    elsewhere = await manager_elsewhere(stage)
    await elsewhere.send("57 оплачен")
    await elsewhere.wait_for("Таких счетов нет", timeout=40)
    await elsewhere.upload(statement("24500.00", document("24500.00", "Оплата по счету № 57")), "kl_to_1c.txt")
    await elsewhere.wait_for("Это счёт вашего центра?", timeout=60)
    client = await come(stage, "Чужой")
    await client.send("57 оплачен")
    await client.wait_for("откройте ссылку", timeout=40)
    await client.send("/bank")
    await client.wait_for("ничего не нашлось", timeout=40)
    assert await states(stage, order) == ["unpaid"]


@pytest.mark.parametrize("said", ["57 оплачен 31.02", "57 оплачен 11.03"])
async def test_a_day_that_cannot_be_is_named(stage: Stage, said: str) -> None:
    """A day that does not exist or has not come is refused with its reason."""
    manager = await stage.manager()
    await two_billed(stage, manager)
    await manager.send(said)
    await manager.wait_for(lambda m: "Такого дня нет" in m.text or "ещё не наступила" in m.text, timeout=40)


async def test_what_was_paid_before_the_invoice_counts(stage: Stage) -> None:
    """Who was marked as paid before the invoice was typed in is paid for on it too, and the rest is still asked."""
    manager = await stage.manager()
    order = await put_order(stage, student(stage, 0), student(stage, 1))
    await manager.send("/paid 0123-0001 1")
    await manager.wait_for("Оплата за 1 ученика отмечена", timeout=40)
    await issue(manager, order, "57 от 5 марта, 49 000")
    (invoice,) = await invoices_of(stage, order)
    assert (invoice.paid, invoice.rest) == (2_450_000, 2_450_000)
    assert await states(stage, order) == ["paid", "unpaid"]


async def test_an_admitted_students_money_is_not_taken_back(stage: Stage) -> None:
    """Once a student is admitted, the payment's way back is closed and says why."""
    manager, curator = await stage.manager(), await stage.curator()
    order, _ = await two_billed(stage, manager)
    done = await by_hand(manager, order, "24 500", "Записали")
    await curator.send("/admit")
    await curator.press("1", await curator.wait_for("Готовы к зачислению: 1", timeout=40))
    await curator.wait_for("Доступ открыт", timeout=40)
    await manager.press("Отменить запись", done)
    await manager.wait_for("доступ к обучению уже открыт", timeout=40)
    assert await states(stage, order) == ["paid"]


async def test_an_administrator_names_the_centre(stage: Stage) -> None:
    """An administrator has no centre of their own and looks at the one they name."""
    await with_seller(stage)
    manager, admin = await stage.manager(), await stage.admin()
    await two_billed(stage, manager)
    await drop(manager, statement("100.00", document("100.00", "Без номера")))
    await admin.send("/bank")
    await admin.wait_for("какого центра", timeout=40)
    await admin.send("/bank 0123")
    await admin.wait_for("Платёж 1 из 1", timeout=40)


async def test_what_does_not_fit_is_answered(stage: Stage) -> None:
    """A sticker and a voice message are answered while an invoice or a payment is waited for; /cancel ends it."""
    manager = await stage.manager()
    order, _ = await two_billed(stage, manager)
    await by_hand(manager, order, "много", "не читается")
    await manager.sticker()
    await manager.wait_for(lambda said: True, timeout=40)
    await manager.voice()
    await manager.wait_for(lambda said: True, timeout=40)
    await manager.send("24 500 11.03")
    await manager.wait_for("ещё не наступила", timeout=40)
    await manager.send("/cancel")
    await manager.wait_for("нечего отменять", timeout=40)
    await manager.send("24 500")
    await manager.wait_for(lambda said: "Записали" not in said.text, timeout=40)
    assert await states(stage, order) == ["unpaid"]


async def test_without_files_in_chat_a_statement_is_not_taken(stage: Stage) -> None:
    """With personal data kept out of chats a statement is not read, and the way by words is named."""
    await stage.reconfigure(personal_data={"in_chat": False})
    manager = await stage.manager()
    _, second = await two_billed(stage, manager)
    await manager.upload(statement("24500.00", document("24500.00", "Оплата по счету № 58")), "kl_to_1c.txt")
    said = await manager.wait_for("Файлы в переписке не берём", timeout=40)
    assert "оплачены 12.05" in said.text
    assert await states(stage, second) == ["unpaid"]
