"""`/audit`: an administrator reads who did what, when, from what to what; nobody else does."""

from io import BytesIO

from openpyxl import load_workbook

from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import hand_in
from tests.scenarios.steps import place
from wording.audit import COLUMNS


async def paid_order(stage: Stage) -> None:
    """Let a client place an order and a manager mark its payment."""
    manager = await stage.manager()
    await place(await stage.client())
    await manager.send("/paid 0123-0001")
    await manager.press("Оплачено", await manager.wait_for("0123-0001", timeout=40))
    await manager.wait_for("✅", timeout=40)


async def test_by_order_by_person_and_by_day(stage: Stage) -> None:
    """The same deed is found by the order's number, by who did it and by the day, in words."""
    await paid_order(stage)
    admin = await stage.admin()
    for asked in ("/audit 0123-0001", "/audit № 0123-0001/1", "/audit Пётр", "/audit 10.03.2027", "/audit сегодня"):
        await admin.send(asked)
        shown = await admin.wait_for("Журнал", timeout=40)
        assert "Место оплачено — ученик 0123-0001/1" in shown.text, asked
        assert "не оплачено → оплачено" in shown.text
        assert "10.03.2027 12:00 · Пётр" in shown.text


async def test_pages_and_the_way_back(stage: Stage) -> None:
    """A long day is paged, the newest first, and the menu is a tap away."""
    admin = await stage.admin()
    uow = stage.app.database.uow(stage.clock)
    for number in range(23):
        uow.audit("clock", "act.made", f"{number:032x}", after=f"0123-{number:04d}")
    await uow.commit()
    await admin.send("/audit сегодня")
    first = await admin.wait_for("Журнал за 10 марта 2027", timeout=40)
    await admin.press("Раньше ›", first)
    second = await admin.wait_for("страница 2", timeout=40)
    await admin.press("Раньше ›", second)
    third = await admin.wait_for("страница 3", timeout=40)
    assert "Раньше ›" not in str(third.buttons)
    await admin.press("К журналу", third)
    menu = await admin.wait_for("Пришлите команду с номером заявки", timeout=40)
    await admin.press("Сотрудники", menu)
    who = await admin.wait_for("Чьи действия показать", timeout=40)
    await admin.press("Ольга", who)
    await admin.wait_for("Журнал: Ольга", timeout=40)


async def test_the_table_holds_the_same(stage: Stage) -> None:
    """The XLSX holds the lines of the screen, and that it was taken out stands in the audit."""
    await paid_order(stage)
    admin = await stage.admin()
    await admin.send("/audit 0123-0001")
    shown = await admin.wait_for("Журнал: заявка", timeout=40)
    await admin.press("Скачать таблицей", shown)
    sent = await admin.wait_for("записей:", timeout=40)
    assert sent.file is not None
    sheet = load_workbook(BytesIO(await stage.sandbox.fetch(sent.file["url"]))).active
    assert sheet is not None
    rows = [tuple(one.value for one in row) for row in sheet.iter_rows()]
    assert rows[0] == COLUMNS
    deeds = {row[2]: row for row in rows[1:]}
    assert deeds["место оплачено"][1] == "Пётр"
    assert deeds["место оплачено"][4:] == ("не оплачено", "оплачено")
    assert "заявка принята" in deeds
    await admin.send("/audit Ольга")
    await admin.wait_for("Журнал действий выгружен", timeout=40)


async def test_reading_documents_is_in_it(stage: Stage) -> None:
    """A curator who opens a student's documents is found in the journal of the order."""
    curator = await stage.curator()
    handed = await hand_in(stage, "Орлова Екатерина Владимировна")
    await curator.send("/queue")
    await curator.wait_for("Анкета", timeout=40)
    admin = await stage.admin()
    order = await stage.app.database.uow(stage.clock).order(handed.order_id)
    assert order is not None
    await admin.send(f"/audit {order.number}")
    shown = await admin.wait_for("Журнал", timeout=40)
    assert "Документы ученика открыты" in shown.text
    assert "Анна" in shown.text


async def test_nobody_else_reads_it(stage: Stage) -> None:
    """A manager, a curator and a client are told what they are told of anything that is not there."""
    await paid_order(stage)
    for person in (await stage.curator(), await stage.manager("Второй"), await stage.client("Другой")):
        for asked in ("/audit", "/audit 0123-0001", "/audit Пётр", "/audit 0999-9999"):
            await person.send(asked)
            told = await person.wait_for("Здесь ничего не нашлось", timeout=40)
            assert "Журнал" not in told.text


async def test_odd_words_are_answered(stage: Stage) -> None:
    """Unknown orders, names and days get a way on."""
    admin = await stage.admin()
    for asked in ("/audit 0999-9999", "/audit Никто Такой", "/audit 45.45.2027"):
        await admin.send(asked)
        await admin.wait_for(lambda m: "ничего не нашлось" in m.text or "Такого сотрудника нет" in m.text, timeout=40)
