"""Acts and invoices where things go another way: no documents in chat, a bad template, long scans, clients by mail."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC
from typing import Any

from sandbox.client import Person
from school.reminder_kinds import matters
from tests.papers import SETTINGS
from tests.pictures import document_picture
from tests.samples import CENTRE
from tests.scenarios.admission_steps import line_of, put_order, student
from tests.scenarios.billing_steps import with_seller
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import to_address
from tests.scenarios.test_acts import ENDED, ended, finished, only, press_through


async def begun(stage: Stage, **settings: str) -> Person:
    """Let the run of the usual order end at a centre that has its details; return the manager."""
    await stage.app.database.save_centre(replace(CENTRE, settings={**SETTINGS, **settings}))
    order = await finished(stage, 2)
    manager = await stage.manager()
    await ended(stage, order)
    return manager


async def test_with_documents_out_of_chats_the_act_is_made_by_mail(stage: Stage) -> None:
    """Where chats carry no documents the act goes to the centre's mailbox for a look, and to the client by letter."""
    await stage.reconfigure(personal_data={"in_chat": False})
    manager = await begun(stage)
    await manager.press("Сделать акт", await manager.wait_for(ENDED, timeout=40))
    card = await manager.wait_for("Акт готов", timeout=90)
    assert any("ушло на почту центра" in message.text for message in await manager.messages())
    look = await stage.sandbox.wait_letter(
        lambda one: to_address(CENTRE.email)(one) and "подпишите и верните акт" in one["subject"], timeout=60
    )
    assert len(look["attachments"]) == 2
    await manager.press("Отправить клиенту", card)
    await manager.wait_for("Ждём акт от клиента", timeout=60)
    letter = await stage.sandbox.wait_letter(to_address("belova.i@yandex.ru"), timeout=60)
    assert letter["attachments"] == look["attachments"]
    assert not await manager.files()


async def test_a_template_that_cannot_be_filled_is_named(stage: Stage) -> None:
    """An own template that went bad makes no act and marks none as made: the manager is told what to do instead."""
    manager = await begun(stage, act_template=b64encode(b"not a document").decode())
    await manager.press("Сделать акт", await manager.wait_for(ENDED, timeout=40))
    told = await manager.wait_for("шаблон центра не подходит", timeout=60)
    assert told.has_button("Открыть акт")
    await manager.send("/act 0123-0001")
    await manager.wait_for("Акт: ещё не сделан", timeout=40)


async def test_a_long_scan_and_then_diadoc(stage: Stage) -> None:
    """Of twelve photos what is taken is told, the rest is refused with a way; Диадок after a scan closes everything."""
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await press_through(manager, "Скан у меня")
    await manager.wait_for("Пришлите скан", timeout=40)
    for number in range(12):
        await manager.upload(document_picture(f"АКТ {number}"), f"{number}.jpg", "photo")
        await manager.wait_for(lambda said: "страниц" in said.text or "файл" in said.text.lower(), timeout=60)
    act = await only(stage, order)
    assert act.scan == "at_centre"
    assert len(act.scan_pages) >= 10
    await press_through(manager, "Подписан в Диадоке")
    await manager.press("Сегодня", await manager.wait_for("Когда акт подписан в Диадоке?", timeout=40))
    card = await manager.wait_for("Всё закрыто: акт подписан в Диадоке", timeout=40)
    assert "Акт: ещё не сделан" not in card.text
    await manager.press("Отменить", card)
    await manager.wait_for("Изменение отменили", timeout=40)
    assert (await only(stage, order)).scan_pages == act.scan_pages


async def test_no_chat_is_named_where_the_client_has_none(stage: Stage) -> None:
    """An invoice of an order that staff have filled in goes by mail alone, and nothing else is claimed."""
    await with_seller(stage)
    manager = await stage.manager()
    order = await put_order(stage, student(stage, 0), placed_by=999)
    await manager.send(f"/invoice {order.number}")
    await manager.press("Сделать счёт", await manager.wait_for("Счёта ещё нет", timeout=40))
    await manager.press("Отправить клиенту", await manager.wait_for("Составили счёт", timeout=60))
    card = await manager.wait_for("Отправили клиенту", timeout=60)
    assert "в переписку" not in card.text
    await stage.sandbox.wait_letter(to_address("belova.i@yandex.ru"), timeout=60)


async def test_an_act_opened_early_waits_for_latecomers(stage: Stage) -> None:
    """An act opened while only one student was admitted is about both once both are, and nothing is due twice."""
    now = stage.clock.now()
    paid: dict[str, Any] = {"payment": "paid", "paid_at": now}
    order = await put_order(stage, student(stage, 0, **paid, admitted_at=now), student(stage, 1, **paid))
    manager = await stage.manager()
    await manager.send("/act 0123-0001")
    await manager.wait_for("1 ученик", timeout=40)
    uow = stage.app.database.uow(stage.clock)
    uow.save_line(order.id, replace(await line_of(stage, order, 2), admitted_at=now))
    await uow.commit()
    (facts,) = await stage.app.database.uow(stage.clock).facts([order.id])
    subjects = {matter.subject for matter in matters(facts, UTC) if matter.kind == "scan_due"}
    assert subjects == {(await only(stage, order)).id}
    await manager.send("/act 0123-0001")
    await manager.wait_for("2 ученика", timeout=40)
    act = await only(stage, order)
    assert (len(act.line_ids), act.total) == (2, 4_900_000)
    await press_through(manager, "Загружен")
    await manager.wait_for("Отметили: скан загружен", timeout=40)
