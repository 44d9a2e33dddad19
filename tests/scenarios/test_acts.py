"""Closing documents: a run ends, the act is made once, and each clock is stopped as the regulations say (C1–C3)."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any, cast
from uuid import uuid4

from docx import Document

from paper.act import act_template
from sandbox.client import Message, Person
from school.billing import Invoice, InvoiceState
from school.closing import Act
from school.order import Order
from school.seller_dated import with_detail
from tests.papers import SETTINGS
from tests.pictures import document_picture
from tests.samples import CENTRE
from tests.scenarios.admission_steps import put_order, student
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import to_address
from tests.scenarios.test_admission import manager_elsewhere

ENDED = "Курс закончился: заявка 0123-0001"


async def finished(stage: Stage, students: int = 1, *, sequence: int = 1, placed_by: int = 1) -> Order:
    """Put an order whose students were admitted and whose run ends today."""
    now = stage.clock.now()
    paid: dict[str, Any] = {"payment": "paid", "paid_at": now, "admitted_at": now}
    lines = [student(stage, number, **paid) for number in range(students)]
    return await put_order(stage, *lines, sequence=sequence, placed_by=placed_by)


async def acts(stage: Stage, order: Order) -> list[Act]:
    """Read the order's acts anew."""
    return list(await stage.app.database.uow(stage.clock).acts_of_order(order.id))


async def only(stage: Stage, order: Order) -> Act:
    """Read the order's only act."""
    (act,) = await acts(stage, order)
    return act


async def tick(stage: Stage) -> None:
    """Let everything that ticks run once."""
    await stage.app.ticker.tick_now()


async def ended(stage: Stage, order: Order) -> Act:
    """Let the run end and the act be made."""
    stage.clock.move(days=1)
    await tick(stage)
    return await only(stage, order)


async def with_scan(stage: Stage, manager: Person) -> None:
    """Send an album of two pages as the scan of the usual order's act."""
    await manager.send("/act 0123-0001")
    await manager.press("Скан у меня", await manager.wait_for("Акт № 0123-0001", timeout=40))
    await manager.wait_for("Пришлите скан", timeout=40)
    await manager.album([(document_picture("АКТ 1"), "1.jpg"), (document_picture("АКТ 2"), "2.jpg")])
    await manager.wait_for("2 страницы", timeout=60)


async def test_the_act_is_made_once_when_the_run_ends(stage: Stage) -> None:
    """The day after the run ends the act is there and the managers know the scan's day; never twice, never early."""
    order = await finished(stage, 5)
    manager = await stage.manager()
    await tick(stage)
    assert await acts(stage, order) == []
    act = await ended(stage, order)
    told = await manager.wait_for(ENDED, timeout=40)
    # 10 March 2027 is a Wednesday: ten working days end on the 24th.
    assert "5 учеников" in told.text
    assert "Скан акта — до 24 марта" in told.text
    assert (act.number, act.total, len(act.line_ids)) == ("0123-0001", 12_250_000, 5)
    await stage.restart()
    stage.clock.move(days=3)
    await tick(stage)
    assert await only(stage, order) == act
    assert sum(ENDED in m.text for m in await manager.messages()) == 1


async def test_after_downtime_and_at_night_nobody_is_woken(stage: Stage) -> None:
    """What ended while the bot stood is caught up; found on a Saturday night it is told on Monday morning."""
    order = await finished(stage)
    manager = await stage.manager()
    stage.clock.move(days=3, hours=12)
    await tick(stage)
    assert (await only(stage, order)).number == "0123-0001"
    assert not any(ENDED in m.text for m in await manager.messages())
    stage.clock.move(days=1, hours=15)
    await manager.wait_for(ENDED, timeout=40)


async def test_only_the_upload_stops_the_scan_clock(stage: Stage) -> None:
    """A scan by album is one document with a way back; the clock runs until «Загружен в Клиент-Сервис»."""
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await with_scan(stage, manager)
    act = await only(stage, order)
    assert (act.scan, len(act.scan_pages)) == ("at_centre", 2)
    await manager.send("/act")
    waits = await manager.wait_for("Закрывающие документы: 1", timeout=40)
    assert "Загрузите скан в Клиент-Сервис — до 24 марта" in waits.text
    await manager.press("1", waits)
    card = await manager.wait_for("у центра с 11 марта", timeout=40)
    await manager.press("Загружен", card)
    changed = await manager.wait_for("Срок по скану больше не идёт", timeout=40)
    assert "Отправьте оригинал — до 12 апреля" in changed.text
    assert (await only(stage, order)).scan == "uploaded"
    for _ in range(3):
        await tick(stage)
    await manager.send("/act 0123-0001")
    await manager.press("Скачать скан", await manager.wait_for("загружен в Клиент-Сервис 11 марта", timeout=40))
    await manager.wait_for(lambda said: said.file is not None, timeout=40)


async def test_undo_brings_the_former_scan_back(stage: Stage) -> None:
    """«Отменить» takes the whole album back, once; after other changes and after a day it says why it cannot."""
    order = await finished(stage)
    manager = await stage.manager()
    before = await ended(stage, order)
    await with_scan(stage, manager)
    await manager.press("Отменить")
    await manager.wait_for("Изменение отменили", timeout=40)
    act = await only(stage, order)
    assert replace(act, version=before.version) == before
    await manager.send("/act 0123-0001")
    card = await manager.wait_for("Сделайте акт", timeout=40)
    await manager.press("Ещё", card)
    await manager.press("Загружен", await manager.wait_for(button("Загружен"), timeout=40))
    done = await manager.wait_for("Отметили: скан загружен", timeout=40)
    stage.clock.move(hours=25)
    await manager.press("Отменить", done)
    await manager.wait_for("Прошли сутки", timeout=40)
    assert (await only(stage, order)).scan == "uploaded"


async def test_a_replaced_scan_is_kept_while_it_may_come_back(stage: Stage) -> None:
    """The sweep leaves the former scan alone for a day, so that «Отменить» brings back what can be downloaded."""
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await with_scan(stage, manager)
    former = (await only(stage, order)).scan_pages
    await press_through(manager, "Заменить скан")
    await manager.wait_for("Пришлите скан", timeout=40)
    await manager.upload(document_picture("ДРУГОЙ"), "3.jpg", "photo")
    kept = await manager.wait_for("1 страница", timeout=40)
    for _ in range(3):
        await tick(stage)
    assert {page.id for page in former} < set(await stage.app.vaults.documents.ids())
    await manager.press("Отменить", kept)
    await manager.wait_for("Изменение отменили", timeout=40)
    assert (await only(stage, order)).scan_pages == former
    stage.clock.move(days=2)
    for _ in range(3):
        await tick(stage)
    assert {page.id for page in former} == set(await stage.app.vaults.documents.ids())


async def test_the_invoices_sum_is_the_acts(stage: Stage) -> None:
    """The act's sum is that of the invoice, which overrides the catalogue; a cancelled one does not count (P1)."""
    order = await finished(stage, 2)
    lines = [line.id for line in order.lines]
    uow = stage.app.database.uow(stage.clock)
    for number, state, sums in (("57", "open", (2_000_000, 2_100_000)), ("58", "cancelled", (1, 1))):
        invoice = Invoice(
            uuid4().hex, order.id, CENTRE.number, number, stage.clock.now().date(), sum(sums), None, "ООО «Ромашка»",
            tuple(zip(lines, sums, strict=True)), version=0, state=cast("InvoiceState", state),
        )  # fmt: skip
        uow.save_invoice(invoice)
    await uow.commit()
    assert (await ended(stage, order)).total == 4_100_000


async def test_diadoc_promised_stops_nothing_and_signed_closes_both(stage: Stage) -> None:
    """«Подпишут» leaves both clocks running; «Подписан» with its typed date closes scan and original (C2)."""
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    act_id = (await only(stage, order)).id
    await manager.send("/act 0123-0001")
    for label in ("Ещё", "Подпишут в Диадоке"):
        await manager.press(label, await manager.wait_for(button(label), timeout=40))
    promised = await manager.wait_for("Сроки пока идут", timeout=40)
    assert "Скан: нет, до 24 марта" in promised.text
    stage.clock.move(days=1)
    await press_through(manager, "Подписан в Диадоке")
    await manager.wait_for("Когда акт подписан в Диадоке?", timeout=40)
    for wrong, words in (
        ("31 апреля", "Такого дня нет"),
        ("1 мая", "ещё не наступила"),
        ("05.01.2027", "слишком ранняя"),
    ):
        await manager.send(wrong)
        await manager.wait_for(words, timeout=40)
    await manager.send("вчера")
    closed = await manager.wait_for("Всё закрыто: акт подписан в Диадоке", timeout=40)
    assert "Диадок: подписан 11 марта" in closed.text
    act = await stage.app.database.uow(stage.clock).act(act_id)
    assert act is not None
    assert act.diadoc == "signed"
    await manager.send("/act")
    await manager.wait_for("ничего не ждём", timeout=40)


def button(label: str) -> Callable[[Message], bool]:
    """Match messages with this button."""
    return lambda message: message.has_button(label)


def changed_card(seen: Message) -> Callable[[Message], bool]:
    """Match the act's card once it is not what was seen."""
    return lambda card: "Акт № 0123-0001" in card.text and (card.text, card.buttons) != (seen.text, seen.buttons)


async def press_through(person: Person, label: str) -> None:
    """Press a button of the act's card, through «Ещё» where it is behind it."""
    await person.send("/act 0123-0001")
    shown = await person.wait_for("Акт № 0123-0001", timeout=40)
    for _ in range(4):
        if shown.has_button(label):
            break
        await person.press("Ещё", shown)
        shown = await person.wait_for(changed_card(shown), timeout=40)
    await person.press(label, shown)


async def test_the_original_is_posted_with_a_checked_id_and_received(stage: Stage) -> None:
    """A wrong postal id is refused with what is wrong; a right one and its day are kept; the school notes receipt."""
    await stage.reconfigure(school={"originals_address": "101000, г. Москва, ул. Примерная, дом 1"})
    order = await finished(stage)
    manager, curator = await stage.manager(), await stage.curator()
    await ended(stage, order)
    await press_through(manager, "Загружен")
    await manager.wait_for("Адрес для оригиналов: 101000", timeout=40)
    await press_through(manager, "Подписан")
    await manager.press("Сегодня", await manager.wait_for("Когда подписан акт?", timeout=40))
    await manager.wait_for("Записали дату подписания", timeout=40)
    await press_through(manager, "Оригинал отправлен")
    await manager.wait_for("номер почтового отправления", timeout=40)
    await manager.send("10283512004232")
    await manager.wait_for("контрольн", timeout=40)
    await manager.send("10283512004231")
    await manager.press("Сегодня", await manager.wait_for("Когда отправлен оригинал?", timeout=40))
    await manager.wait_for("Оригинал в пути", timeout=40)
    act = await only(stage, order)
    assert (act.tracking, act.posted_on, act.signed_on) == ("10283512004231", act.signed_on, act.signed_on)
    await press_through(curator, "Оригинал получен")
    await curator.press("Сегодня", await curator.wait_for("Когда получен оригинал?", timeout=40))
    await curator.wait_for("Всё закрыто: скан и оригинал у школы", timeout=40)


async def test_the_school_returns_a_scan_with_a_reason(stage: Stage) -> None:
    """The centre hears the reason in chat and by letter and the clock runs again; an undone return is told too."""
    order = await finished(stage)
    manager, curator = await stage.manager(), await stage.curator()
    await ended(stage, order)
    await with_scan(stage, manager)
    await manager.press("Загружен")
    await manager.wait_for("Срок по скану больше не идёт", timeout=40)
    await press_through(curator, "Вернуть")
    await curator.wait_for("Почему возвращаете скан?", timeout=40)
    await curator.send("Нет печати на <второй> странице")
    await curator.press("Не подписан", await curator.wait_for("Пояснение записали", timeout=40))
    done = await curator.wait_for("Скан вернули", timeout=40)
    told = await manager.wait_for("Школа вернула скан акта", timeout=40)
    assert "Нет печати на <второй> странице" in told.text
    letter = await stage.sandbox.wait_letter(
        lambda one: to_address(CENTRE.email)(one) and "вернула скан" in one["subject"], timeout=60
    )
    assert "0123-0001" in letter["subject"]
    assert (await only(stage, order)).scan == "returned"
    await curator.press("Отменить", done)
    await manager.wait_for("школа отменила возврат", timeout=40)
    assert (await only(stage, order)).scan == "uploaded"
    await press_through(curator, "Вернуть")
    await curator.press("Не читается", await curator.wait_for("Почему возвращаете скан?", timeout=40))
    await manager.wait_for("Причина: скан не читается.", timeout=40)
    await press_through(curator, "Оригинал получен")
    await curator.wait_for("Когда получен оригинал?", timeout=40)


async def test_two_runs_of_an_order_end_separately(stage: Stage) -> None:
    """Seven students on two runs make two acts, each when its run ends; the later one may be made earlier by hand."""
    now = stage.clock.now()
    paid: dict[str, Any] = {"payment": "paid", "paid_at": now, "admitted_at": now}
    later: dict[str, Any] = {**paid, "run": "osno-a-1", "ends": now.date() + timedelta(days=30)}
    order = await put_order(
        stage,
        *(student(stage, number, **paid) for number in range(4)),
        *(student(stage, number, **later) for number in range(4, 7)),
    )
    manager = await stage.manager()
    first = await ended(stage, order)
    assert (first.number, len(first.line_ids)) == ("0123-0001-1", 4)
    await manager.wait_for("Курс закончился: заявка 0123-0001, 4 ученика", timeout=40)
    await manager.send("/act 0123-0001")
    both = await manager.wait_for("Акты по заявке № 0123-0001", timeout=40)
    await manager.press("2", both)
    card = await manager.wait_for("Акт № 0123-0001-2", timeout=40)
    assert "Обучение идёт до" in card.text
    stage.clock.move(days=31)
    await tick(stage)
    assert [(act.number, len(act.line_ids)) for act in await acts(stage, order)] == [
        ("0123-0001-1", 4),
        ("0123-0001-2", 3),
    ]


async def test_a_generated_act_is_looked_at_and_sent_to_the_client(stage: Stage) -> None:
    """PDF and DOCX come to the manager first; after the look the client gets them by letter and in chat."""
    await stage.app.database.save_centre(replace(CENTRE, next_order=1, settings=SETTINGS))
    client = await stage.sandbox.person("Ирина")
    await client.send("/help")
    await client.wait_for("Я помогаю", timeout=40)
    order = await finished(stage, 2, placed_by=client.id)
    manager = await stage.manager()
    await ended(stage, order)
    await manager.press("Сделать акт", await manager.wait_for(ENDED, timeout=40))
    card = await manager.wait_for("Акт готов. Проверьте его", timeout=90)
    names = sorted(str(file["name"]) for file in await manager.files())
    assert names == ["Акт 0123-0001.docx", "Акт 0123-0001.pdf"]
    await manager.press("Отправить клиенту", card)
    await manager.wait_for("Ждём акт от клиента", timeout=60)
    letter = await stage.sandbox.wait_letter(to_address("belova.i@yandex.ru"), timeout=60)
    assert "подпишите и верните акт до 24 марта" in letter["subject"]
    assert sorted(one["name"] for one in letter["attachments"]) == names
    told = await client.wait_for(lambda said: said.file is not None, timeout=40)
    assert "Подпишите его и верните" in told.text
    act = await only(stage, order)
    await manager.press("Отправить клиенту", card)
    await manager.wait_for("только что отправили клиенту", timeout=40)
    assert (act.paper, act.issued_on, act.sent_at) == ("generated", act.ends, stage.clock.now())


async def test_a_centre_may_have_its_own_template(stage: Stage) -> None:
    """Of a centre's own template the act is made as DOCX, and nothing of ours goes beside it."""
    own = b64encode(act_template()).decode()
    await stage.app.database.save_centre(replace(CENTRE, settings={**SETTINGS, "act_template": own}))
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await manager.press("Сделать акт", await manager.wait_for(ENDED, timeout=40))
    await manager.wait_for("Акт готов. Проверьте его", timeout=90)
    assert [file["name"] for file in await manager.files()] == ["Акт 0123-0001.docx"]


async def test_without_the_centres_details_an_own_act_is_loaded(stage: Stage) -> None:
    """Missing details are named; the manager sends an act of their own, and exactly it goes to the client."""
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await manager.press("Сделать акт", await manager.wait_for(ENDED, timeout=40))
    gaps = await manager.wait_for("не заполнены реквизиты центра", timeout=40)
    assert "— БИК банка" in gaps.text
    await manager.press("Загрузить свой", gaps)
    await manager.wait_for("Пришлите акт", timeout=40)
    await manager.upload(document_picture("АКТ"), "act.jpg", "photo")
    await manager.press("Отправить клиенту", await manager.wait_for("Приняли как акт", timeout=40))
    await manager.wait_for("Ждём акт от клиента", timeout=60)
    letter = await stage.sandbox.wait_letter(to_address("belova.i@yandex.ru"), timeout=60)
    assert [one["name"] for one in letter["attachments"]] == ["Акт 0123-0001 1.jpeg"]


async def test_a_file_with_the_number_under_it_is_the_scan(stage: Stage) -> None:
    """A photo sent with the order's number as its caption is taken for the scan without a button."""
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await manager.upload(document_picture("АКТ"), "act.jpg", "photo", caption="скан акта 0123-0001")
    kept = await manager.wait_for("Приняли как скан акта № 0123-0001", timeout=40)
    assert kept.has_button("Отменить")
    assert (await only(stage, order)).scan == "at_centre"


async def test_roles_and_foreign_centres(stage: Stage) -> None:
    """Another centre's manager and a client find nothing; a curator checks scans but moves nothing else."""
    order = await finished(stage)
    manager, curator = await stage.manager(), await stage.curator()
    stranger = await manager_elsewhere(stage)
    await ended(stage, order)
    client = await stage.sandbox.person("Чужой")
    for person in (stranger, client):
        await person.send("/act 0123-0001")
        await person.wait_for("ничего не нашлось", timeout=40)
    await stranger.send("/act")
    await stranger.wait_for("ничего не ждём", timeout=40)
    await client.send("/act")
    await client.wait_for("ничего не нашлось", timeout=40)
    await curator.send("/act 0123-0001")
    seen = await curator.wait_for("Акт № 0123-0001", timeout=40)
    assert not seen.has_button("Загружен в Клиент-Сервис")
    await manager.send("/act 0123-0001")
    card = await manager.wait_for("Акт № 0123-0001", timeout=40)
    assert not card.has_button("Подтвердить скан")


async def test_with_data_kept_out_of_chats_no_scan_is_taken(stage: Stage) -> None:
    """With personal data kept out of chats no document is taken or shown, the mailbox is named; states move."""
    await stage.reconfigure(personal_data={"in_chat": False})
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await press_through(manager, "Скан у меня")
    await manager.wait_for(CENTRE.email, timeout=40)
    await manager.upload(document_picture("АКТ"), "act.jpg", "photo", caption="0123-0001")
    await manager.wait_for("Документы с подписями в переписке не берём", timeout=40)
    await press_through(manager, "Загружен")
    await manager.wait_for("Отметили: скан загружен", timeout=40)
    act = await only(stage, order)
    assert (act.scan, act.scan_pages) == ("uploaded", ())


async def test_with_data_kept_out_of_chats_a_mistyped_answer_is_not_repeated(stage: Stage) -> None:
    """Words typed where a day is due are told to be wrong without being said again in a closed chat."""
    await stage.reconfigure(personal_data={"in_chat": False})
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await press_through(manager, "Загружен")
    await manager.wait_for("Отметили: скан загружен", timeout=40)
    await press_through(manager, "Подписан")
    await manager.wait_for("Когда подписан акт?", timeout=40)
    await manager.send("Соколова Любовь")
    answer = await manager.wait_for("не похоже на дату", timeout=40)
    assert "Соколова" not in answer.text


async def test_an_act_bears_the_vat_of_its_own_date(stage: Stage) -> None:
    """Details that changed after the act's date are not in it, however late it is made (C1)."""
    settings = with_detail(
        {**SETTINGS, "seller_vat": "5"}, "seller_vat", "22", stage.clock.now().date() + timedelta(days=1)
    )
    await stage.app.database.save_centre(replace(CENTRE, next_order=1, settings=settings))
    order = await finished(stage)
    manager = await stage.manager()
    await ended(stage, order)
    await manager.press("Сделать акт", await manager.wait_for(ENDED, timeout=40))
    await manager.wait_for("Акт готов. Проверьте его", timeout=90)
    made = next(m for m in await manager.messages() if m.file and str(m.file["name"]).endswith(".docx"))
    assert made.file is not None
    paper = Document(BytesIO(await manager.download(made.file)))
    texts = [one.text for one in paper.paragraphs] + [c.text for t in paper.tables for r in t.rows for c in r.cells]
    said = "".join("".join(texts).split())
    assert "НДС5%" in said
    assert "22%" not in said
