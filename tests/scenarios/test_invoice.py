"""Invoices: typed in or made here, looked at, sent, changed and cancelled (P1)."""

import asyncio

from sandbox.client import Message, Person
from tests.papers import run, scanned, text_of
from tests.scenarios.admission_steps import come, file_from, line_of, put_order, student
from tests.scenarios.billing_steps import invoices_of, issue, with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import to_address
from tests.scenarios.test_admission import manager_elsewhere


async def made(manager: Person) -> Message:
    """Let the invoice of the only order be made here; return its card."""
    await manager.send("/invoice 0123-0001")
    await manager.press("Сделать счёт", await manager.wait_for("Счёта ещё нет", timeout=40))
    return await manager.wait_for("Составили счёт", timeout=60)


async def test_an_invoice_is_typed_in_one_line(stage: Stage) -> None:
    """Number, date and sum in one line make the invoice; its sum stands over the catalogue's, to the kopeck."""
    order = await put_order(stage, *(student(stage, n) for n in range(3)))
    manager = await stage.manager()
    card = await issue(manager, order, "ШК-57 от 5 марта, 50 000")
    assert "Счёт № ШК-57 от 5 марта · 50 000 ₽ · ⏳ не оплачен" in card.text.replace("\u00a0", " ")
    (invoice,) = await invoices_of(stage, order)
    assert (invoice.number, invoice.issued_on.isoformat(), invoice.total) == ("ШК-57", "2027-03-05", 5_000_000)
    assert [part for _, part in invoice.lines] == [1_666_667, 1_666_667, 1_666_666]
    assert [(await line_of(stage, order, place)).price for place in (1, 2, 3)] == [1_666_667, 1_666_667, 1_666_666]
    await manager.send(order.number)
    listed = await manager.wait_for("Нажмите номер ученика", timeout=40)
    assert "Счёт № ШК-57 от 5 марта" in listed.text
    assert listed.has_button("Счёт")


async def test_what_is_typed_wrong_is_named(stage: Stage) -> None:
    """A line without a sum, a day that has not come and a number that is taken are refused with their reason."""
    order = await put_order(stage, student(stage, 0))
    other = await put_order(stage, student(stage, 1), sequence=2)
    manager = await stage.manager()
    await issue(manager, other, "57 от 5 марта, 24 500")
    await manager.send("/invoice 0123-0001")
    await manager.press("Ввести счёт", await manager.wait_for("Счёта ещё нет", timeout=40))
    await manager.wait_for("Номер, дата и сумма", timeout=40)
    for said, answer in (
        ("57", "не читается"),
        ("58 от 12 марта, 24 500", "ещё не наступила"),
        ("57 от 5 марта, 24 500", "номера не повторяются"),
    ):
        await manager.send(said)
        await manager.wait_for(answer, timeout=40)
    assert await invoices_of(stage, order) == []


async def test_without_details_it_says_which_are_missing(stage: Stage) -> None:
    """Nothing is made before the centre's details are set: the missing ones and the way to set them are named."""
    await put_order(stage, student(stage, 0))
    manager = await stage.manager()
    await manager.send("/invoice 0123-0001")
    card = await manager.wait_for("Счёта ещё нет", timeout=40)
    await manager.press("Почему нельзя составить", card)
    said = await manager.wait_for("не хватает реквизитов", timeout=40)
    assert "Корреспондентский счёт" in said.text
    assert "/centres 0123, кнопка «Реквизиты»" in said.text
    assert "seller_" not in said.text
    assert "python" not in said.text


async def test_a_made_invoice_is_looked_at_and_sent(stage: Stage) -> None:
    """The manager sees the PDF with its QR first; one tap sends it by mail with the contract, and in chat."""
    client = await come(stage, "Ирина")
    order = await put_order(stage, student(stage, 0), student(stage, 1), placed_by=client.id)
    await with_seller(stage)
    manager = await stage.manager()
    card = await made(manager)
    (file,) = await manager.files()
    content = await manager.download(file)
    text = await asyncio.to_thread(text_of, content)
    assert "Счёт на оплату № 1 от 10 марта 2027 г." in text
    assert "Всего наименований 2, на сумму 49 000,00 руб." in text.replace("\u00a0", " ")
    picture = await asyncio.to_thread(run, "pdftoppm", "-r", "200", "-png", "-", given=content)
    payload = (await asyncio.to_thread(scanned, picture)).decode()
    assert "Sum=4900000" in payload
    assert "счету № 1 от 10.03.2027" in payload
    await manager.press("Отправить клиенту", card)
    await manager.wait_for("Отправили клиенту", timeout=60)
    letter = await stage.sandbox.wait_letter(to_address("belova.i@yandex.ru"), timeout=60)
    assert letter["subject"].startswith("Заявка 0123-0001: оплатите счёт № 1 не позднее 15 марта — 49")
    assert [one["name"] for one in letter["attachments"]] == ["Счёт 1.pdf", "Договор 1.pdf", "Договор 1.docx"]
    told = await client.wait_for("Оплатите счёт № 1", timeout=40)
    assert "не позднее 15 марта" in told.text
    message, _ = await file_from(stage, client)
    assert message.file is not None
    (invoice,) = await invoices_of(stage, order)
    assert invoice.sent_at == stage.clock.now()


async def test_a_change_is_a_new_edition(stage: Stage) -> None:
    """A student left out makes edition 2 of the same number, with a file of its own, and one tap brings it back."""
    order = await put_order(stage, student(stage, 0), student(stage, 1))
    await with_seller(stage)
    manager = await stage.manager()
    card = await made(manager)
    await manager.press("Изменить", card)
    await manager.press("Убрать ученика", await manager.wait_for("Что изменить", timeout=40))
    await manager.press("2", await manager.wait_for("Кого убрать", timeout=40))
    changed = await manager.wait_for("редакция 2", timeout=60)
    (invoice,) = await invoices_of(stage, order)
    assert (invoice.number, invoice.edition, invoice.total, len(invoice.lines)) == ("1", 2, 2_450_000, 1)
    assert len(await manager.files()) == 2
    await manager.press("Вернуть как было", changed)
    await manager.wait_for("Вернули как было", timeout=40)
    (invoice,) = await invoices_of(stage, order)
    assert (invoice.edition, invoice.total, len(invoice.lines)) == (3, 4_900_000, 2)


async def test_a_cancelled_number_is_not_used_again(stage: Stage) -> None:
    """Cancelling frees the students and not the number: the next invoice has the next one."""
    order = await put_order(stage, student(stage, 0))
    await with_seller(stage)
    manager = await stage.manager()
    card = await made(manager)
    await manager.press("Отменить счёт", card)
    await manager.press("Да, отменить счёт", await manager.wait_for("Отменить?", timeout=40))
    empty = await manager.wait_for("Отменили счёт", timeout=40)
    await manager.press("Сделать счёт", empty)
    await manager.wait_for("Счёт № 2", timeout=60)
    found = {one.number: one.state for one in await invoices_of(stage, order)}
    assert found == {"1": "cancelled", "2": "open"}


async def test_the_sum_is_changed_by_hand(stage: Stage) -> None:
    """A new sum is spread over the students and shown as their price."""
    order = await put_order(stage, student(stage, 0), student(stage, 1))
    manager = await stage.manager()
    card = await issue(manager, order, "57 от 5 марта, 49 000")
    await manager.press("Изменить", card)
    await manager.press("Сумму", await manager.wait_for("Что изменить", timeout=40))
    await manager.wait_for("Новая сумма", timeout=40)
    await manager.send("40 000")
    await manager.wait_for("редакция 2", timeout=40)
    assert (await line_of(stage, order)).price == 2_000_000


async def test_others_find_nothing(stage: Stage) -> None:
    """A client, a curator and another centre's manager find no invoice by command or by an old button."""
    order = await put_order(stage, student(stage, 0))
    manager = await stage.manager()
    await issue(manager, order, "57 от 5 марта, 24 500")
    for person in (await come(stage, "Чужой"), await manager_elsewhere(stage), await stage.curator()):
        await person.send("/invoice 0123-0001")
        await person.wait_for("ничего не нашлось", timeout=40)


async def test_without_chat_data_the_papers_go_to_the_mailbox(stage: Stage) -> None:
    """With personal data kept out of chats the look is a letter to the centre, and no file is sent in chat."""
    await stage.reconfigure(personal_data={"in_chat": False})
    await put_order(stage, student(stage, 0))
    await with_seller(stage)
    manager = await stage.manager()
    card = await made(manager)
    assert "ушли на почту центра" in card.text
    assert "Анна" not in card.text
    letter = await stage.sandbox.wait_letter(to_address("centre@example.ru"), timeout=60)
    assert letter["subject"].startswith("Проверьте счёт: ")
    assert await manager.files() == []
