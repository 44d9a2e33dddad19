"""Clients hand the signed act back by mail and in chat: it is the scan, or one tap of the manager makes it one (C1)."""

from dataclasses import replace
from typing import Any

from sandbox.client import Person
from school.closing import Act
from school.order import Order
from tests.pictures import document_picture
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage
from tests.scenarios.letter_steps import answers, count_letters, letter_to, open_mail
from tests.scenarios.test_acts import acts, ended, finished, only, press_through, tick

CLIENT = "belova.i@yandex.ru"


async def sent(stage: Stage, order: Order, manager: Person) -> dict[str, Any]:
    """Let the run end and an act of the centre's own be sent to the client; return the letter."""
    await ended(stage, order)
    await press_through(manager, "Загрузить свой")
    await manager.wait_for("Пришлите акт", timeout=40)
    await manager.upload(document_picture("АКТ НА ПОДПИСЬ"), "act.jpg", "photo")
    await manager.press("Отправить клиенту", await manager.wait_for("Приняли как акт", timeout=40))
    await manager.wait_for("Ждём акт от клиента", timeout=60)
    return await letter_to(stage, CLIENT, "акт")


async def reminded(stage: Stage) -> int:
    """Let two weeks pass day by day, and return how many letters the client got meanwhile."""
    before = await count_letters(stage, CLIENT)
    for _ in range(14):
        stage.clock.move(days=1)
        await tick(stage)
    return await count_letters(stage, CLIENT) - before


async def test_a_scan_in_answer_to_the_acts_letter_is_at_the_centre(stage: Stage) -> None:
    """The client is thanked, the manager gets the file with the next step, and nobody asks the client any more."""
    await open_mail(stage)
    order = await finished(stage)
    manager = await stage.manager()
    letter = await sent(stage, order, manager)
    pages = [("IMG_1.jpg", document_picture("ПОДПИСЬ 1")), ("IMG_2.jpg", document_picture("ПОДПИСЬ 2"))]
    await answers(stage, letter, "Добрый день, подписали", pages, sender=CLIENT)
    thanks = await letter_to(stage, CLIENT, "Спасибо, подписанный акт № 0123-0001 получили")
    assert thanks["id"] > letter["id"]
    told = await manager.wait_for("Клиент прислал подписанный акт № 0123-0001", timeout=40)
    assert told.has_button("Загружен в Клиент-Сервис")
    assert told.has_button("Отменить")
    await manager.wait_for(lambda said: said.file is not None and said.sender == "bot", timeout=40)
    # What nobody asked for comes as pictures; the file itself when it is downloaded.
    kinds = {said.file["kind"] for said in await manager.messages() if said.sender == "bot" and said.file}
    assert kinds == {"photo"}
    passed = await letter_to(stage, CENTRE.email, "прислал подписанный акт № 0123-0001")
    assert len(passed["attachments"]) == 2
    act = await only(stage, order)
    assert (act.scan, len(act.scan_pages)) == ("at_centre", 2)
    assert await reminded(stage) == 0
    assert {page.id for page in act.scan_pages} <= set(await stage.app.vaults.documents.ids())


async def test_a_client_who_has_not_answered_is_reminded(stage: Stage) -> None:
    """Without the scan the client is asked for it again, so that silence after it means something."""
    await open_mail(stage)
    order = await finished(stage)
    await sent(stage, order, await stage.manager())
    assert await reminded(stage) > 0


async def test_the_manager_takes_a_wrong_file_back(stage: Stage) -> None:
    """«Отменить» below the client's file brings the act back to where it was."""
    await open_mail(stage)
    order = await finished(stage)
    manager = await stage.manager()
    letter = await sent(stage, order, manager)
    await answers(stage, letter, "", [("IMG_1.jpg", document_picture("ПОДПИСЬ"))], sender=CLIENT)
    await manager.press("Отменить", await manager.wait_for("Клиент прислал подписанный акт", timeout=40))
    await manager.wait_for("Изменение отменили", timeout=40)
    assert (await only(stage, order)).scan == "none"


async def test_an_invoice_in_answer_is_no_scan(stage: Stage) -> None:
    """A file that is named as another paper is passed on as before, and the act waits."""
    await open_mail(stage)
    order = await finished(stage)
    manager = await stage.manager()
    letter = await sent(stage, order, manager)
    await answers(stage, letter, "", [("Счет на оплату.jpg", document_picture("СЧЁТ"))], sender=CLIENT)
    await manager.wait_for("Заказчик ответил на письмо", timeout=40)
    assert (await only(stage, order)).scan == "none"


async def test_of_two_acts_the_manager_says_which(stage: Stage) -> None:
    """A file that may be of either act is one tap; it stays in the vault until then, and is taken once."""
    await open_mail(stage)
    order, manager, letter = await two_acts(stage)
    await answers(stage, letter, "", [("IMG_1.jpg", document_picture("ПОДПИСЬ"))], sender=CLIENT)
    offer = await manager.wait_for("Клиент прислал файл", timeout=40)
    assert [act.scan for act in await acts(stage, order)] == ["none", "none"]
    for _ in range(3):
        await tick(stage)
    await manager.press("Принять как скан акта № 0123-0001-2", offer)
    await manager.wait_for("Скан приняли", timeout=40)
    first, second = sorted(await acts(stage, order), key=lambda act: act.number)
    assert (first.scan, second.scan) == ("none", "at_centre")
    assert second.scan_page in await stage.app.vaults.documents.ids()
    await manager.press("Принять как скан акта № 0123-0001-1", offer)
    await manager.wait_for("уже приняли", timeout=40)


async def test_an_act_named_in_the_letter_is_certain(stage: Stage) -> None:
    """Of two acts the one whose number the client writes gets the scan."""
    await open_mail(stage)
    order, _, letter = await two_acts(stage)
    await answers(stage, letter, "Акт 0123-0001-1", [("1.jpg", document_picture("ПОДПИСЬ"))], sender=CLIENT)
    await letter_to(stage, CLIENT, "Спасибо, подписанный акт № 0123-0001-1 получили")
    found = sorted(await acts(stage, order), key=lambda act: act.number)
    assert [act.scan for act in found] == ["at_centre", "none"]


async def two_acts(stage: Stage) -> tuple[Order, Person, dict[str, Any]]:
    """Put an order with two acts that were both sent; return it, its manager and a letter about it."""
    order = await finished(stage, 2)
    manager = await stage.manager()
    letter = await sent(stage, order, manager)
    uow = stage.app.database.uow(stage.clock)
    (first,) = await uow.acts_of_order(order.id)
    uow.save_act(replace(first, number="0123-0001-1"))
    uow.save_act(replace(first, id="9" * 32, run="osno-a-1", number="0123-0001-2", version=0))
    await uow.commit()
    return order, manager, letter


async def came_in(stage: Stage, name: str = "Ирина") -> Person:
    """Let a client come to the bot."""
    client = await stage.sandbox.person(name)
    await client.send("/help")
    await client.wait_for("Я помогаю", timeout=40)
    return client


async def test_a_scan_sent_in_chat_is_at_the_centre(stage: Stage) -> None:
    """An album of the client is one scan; they are thanked once, and the manager sees each page."""
    client = await came_in(stage)
    order = await finished(stage, placed_by=client.id)
    manager = await stage.manager()
    await sent(stage, order, manager)
    await client.album([(document_picture("ПОДПИСЬ 1"), "1.jpg"), (document_picture("ПОДПИСЬ 2"), "2.jpg")])
    await client.wait_for("подписанный акт № 0123-0001 получили: 2 страницы", timeout=60)
    await manager.wait_for("Клиент прислал подписанный акт № 0123-0001", timeout=40)
    act = await only(stage, order)
    assert (act.scan, len(act.scan_pages)) == ("at_centre", 2)
    assert sum("подписанный акт" in one.text for one in await client.messages() if one.sender == "bot") == 1
    await tick(stage)
    assert sum("Клиент прислал подписанный акт" in one.text for one in await manager.messages()) == 1


async def test_of_two_orders_the_client_is_asked_which(stage: Stage) -> None:
    """A file that may be of either order is asked about; with the number below it, it is the scan."""
    client = await came_in(stage)
    first = await finished(stage, placed_by=client.id)
    second = await finished(stage, sequence=2, placed_by=client.id)
    await stage.manager()
    stage.clock.move(days=1)
    await tick(stage)
    await mark_sent(stage, await only(stage, first))
    await mark_sent(stage, await only(stage, second))
    await client.upload(document_picture("ПОДПИСЬ"), "1.jpg", "photo")
    await client.wait_for("К какой заявке этот файл?", timeout=40)
    await client.upload(document_picture("ПОДПИСЬ"), "1.jpg", "photo", caption="0123-0002")
    await client.wait_for("подписанный акт № 0123-0002 получили", timeout=40)
    assert [(await only(stage, one)).scan for one in (first, second)] == ["none", "at_centre"]


async def mark_sent(stage: Stage, act: Act) -> None:
    """Note that the act was sent to the client."""
    uow = stage.app.database.uow(stage.clock)
    uow.save_act(replace(act, paper="generated", sent_at=stage.clock.now()))
    await uow.commit()


async def test_with_nobody_in_chat_the_mailbox_gets_the_file(stage: Stage) -> None:
    """A centre that works by mail gets the client's file from chat as a letter."""
    client = await came_in(stage)
    order = await finished(stage, placed_by=client.id)
    await mark_sent(stage, await ended(stage, order))
    await client.upload(document_picture("ПОДПИСЬ"), "1.jpg", "photo")
    await client.wait_for("подписанный акт № 0123-0001 получили", timeout=40)
    passed = await letter_to(stage, CENTRE.email, "прислал подписанный акт № 0123-0001")
    assert len(passed["attachments"]) == 1


async def test_with_data_kept_out_of_chats_the_letter_is_named(stage: Stage) -> None:
    """Where chats carry no documents the client is told to answer the letter, and nothing is taken."""
    await stage.reconfigure(personal_data={"in_chat": False})
    client = await came_in(stage)
    order = await finished(stage, placed_by=client.id)
    await mark_sent(stage, await ended(stage, order))
    await client.upload(document_picture("ПОДПИСЬ"), "1.jpg", "photo")
    await client.wait_for("Пришлите скан подписанного акта ответом на письмо", timeout=40)
    assert (await only(stage, order)).scan == "none"
