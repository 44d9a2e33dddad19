"""A manager of two centres: each answer holds the centre that was chosen, and what is of neither stays unseen."""

from dataclasses import replace
from io import BytesIO
from uuid import uuid4

from openpyxl import load_workbook

from sandbox.client import Message, Person
from school.billing import Invoice
from school.centre import Centre
from school.order import Order
from tests.scenarios.admission_steps import file_from
from tests.scenarios.conftest import Stage
from tests.scenarios.test_link import manages_too
from tests.scenarios.test_report import OTHER, put

THIRD = Centre("0888", "СЦ «Третий»", "third@example.ru")
FIRST_PAYER, OTHER_PAYER, THIRD_PAYER = "ООО «Первый плательщик»", "ООО «Второй плательщик»", "ООО «Посторонний»"
NOT_OURS = "ничего не нашлось"


async def bill(stage: Stage, order: Order, number: str) -> None:
    """Note an unpaid invoice of the whole order."""
    lines = tuple((line.id, line.price) for line in order.lines)
    uow = stage.app.database.uow(stage.clock)
    uow.save_invoice(
        Invoice(
            uuid4().hex, order.id, order.centre, number, stage.clock.now().date(), order.total, order.payer.inn,
            order.payer.name, lines, version=0,
        )
    )  # fmt: skip
    await uow.commit()


async def world(stage: Stage, *, first: bool = True) -> Person:
    """Put orders of three centres on the stage, two of the second; return the manager of the first two."""
    for centre in (OTHER, THIRD):
        await stage.app.database.save_centre(centre)
    if first:
        await bill(stage, await put(stage, "0123", FIRST_PAYER, paid=False), "57")
    await bill(stage, await put(stage, "0777", OTHER_PAYER, paid=False), "58")
    await bill(stage, await put(stage, "0777", OTHER_PAYER, paid=False), "59")
    await bill(stage, await put(stage, "0888", THIRD_PAYER, paid=False), "60")
    manager = await stage.manager()
    await manages_too(stage, manager, OTHER)
    return manager


async def ask(person: Person, what: str, answer: str) -> Message:
    """Ask and wait for the answer."""
    await person.send(what)
    return await person.wait_for(answer, timeout=40)


async def follow(person: Person, label: str, shown: Message, answer: str) -> Message:
    """Press a button and wait for what takes the place of its message."""
    await person.press(label, shown)
    return await person.wait_for(answer, after=shown.rev, timeout=40)


def only(said: Message, payer: str) -> None:
    """Check that of all payers only this one is named."""
    assert payer in said.text
    assert not [one for one in {FIRST_PAYER, OTHER_PAYER, THIRD_PAYER} - {payer} if one in said.text]


async def test_status_follows_the_switch(stage: Stage) -> None:
    """`/status` shows both centres or the chosen one, and its table exactly what is shown."""
    manager = await world(stage)
    both = await ask(manager, "5039002841", "3 заявки")
    assert FIRST_PAYER in both.text
    assert OTHER_PAYER in both.text
    assert THIRD_PAYER not in both.text
    first = await follow(manager, "Центр 0123", both, "№ 0123-0001")
    only(first, FIRST_PAYER)
    second = await follow(manager, "Центр 0777", first, "2 заявки")
    only(second, OTHER_PAYER)
    await manager.press("XLSX", second)
    _, content = await file_from(stage, manager)
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    text = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert text.count(OTHER_PAYER) == 2
    assert FIRST_PAYER not in text
    assert THIRD_PAYER not in text
    await ask(manager, "/status 0888-0001", "Ничего не нашли")


async def test_report_follows_the_switch(stage: Stage) -> None:
    """`/report` opens with the first centre and turns to the other and back, parts and table with it."""
    manager = await world(stage)
    first = await ask(manager, "/report", "Отчёт: СЦ «Пример»")
    assert first.has_button("Центр 0777")
    assert not first.has_button("0888")
    second = await follow(manager, "Центр 0777", first, "Отчёт: СЦ «Другой»")
    assert "Не оплачены: 2" in second.text
    part = await follow(manager, "Не оплачены", second, "счёт № 58")
    only(part, OTHER_PAYER)
    back = await follow(manager, "← К отчёту", part, "Отчёт: СЦ «Другой»")
    await manager.press("XLSX", back)
    _, content = await file_from(stage, manager)
    cells = [str(cell.value) for one in load_workbook(BytesIO(content)) for row in one.iter_rows() for cell in row]
    assert OTHER_PAYER in cells
    assert not {FIRST_PAYER, THIRD_PAYER} & set(cells)
    again = await follow(manager, "Центр 0123", back, "Отчёт: СЦ «Пример»")
    only(await follow(manager, "Не оплачены", again, "счёт № 57"), FIRST_PAYER)
    await ask(manager, "/report 0888", "Такого центра среди ваших нет")


async def test_stats_and_links_follow_the_switch(stage: Stage) -> None:
    """`/stats` counts the chosen centre's orders, `/link` gives its links, neither another's."""
    manager = await world(stage)
    first = await ask(manager, "/stats", "Статистика: 0123")
    assert "Заявки: 1 " in first.text
    second = await follow(manager, "Центр 0777", first, "Статистика: 0777")
    assert "Заявки: 2 " in second.text
    assert not second.has_button("0888")
    await ask(manager, "/stats 0888", "Такого центра среди ваших нет")
    chosen = await ask(manager, "/link", "Ссылки какого центра?")
    assert not chosen.has_button("0888")
    links = await follow(manager, "Центр 0777", chosen, "Ссылки для клиентов")
    assert "sc_0777" in links.text
    assert "sc_0123" not in links.text
    await ask(manager, "/link 0888", "Такого центра среди ваших нет")


async def test_home_counts_both_and_opens_the_one_that_owes(stage: Stage) -> None:
    """`/start` counts both centres and no third; its button opens the first of them that has something open."""
    manager = await world(stage, first=False)
    home = await ask(manager, "/start", "Здравствуйте! Вы ")
    assert "2 неоплаченных счёта" in home.text
    report = await follow(manager, "Счета и акты", home, "Отчёт: СЦ «Другой»")
    only(await follow(manager, "Не оплачены", report, "счёт № 58"), OTHER_PAYER)


async def test_invoices_of_both_and_of_no_other(stage: Stage) -> None:
    """`/invoice` opens an order of either centre; of a withdrawn role they read as absent."""
    manager = await world(stage)
    assert "0123-0001" in (await ask(manager, "/invoice 0123-0001", "№ 57")).text
    assert "0777-0002" in (await ask(manager, "/invoice 0777-0002", "№ 59")).text
    foreign, absent = [await ask(manager, f"/invoice {one}", NOT_OURS) for one in ("0888-0001", "0888-0009")]
    assert foreign.text == absent.text
    uow = stage.app.database.uow(stage.clock)
    for member in await uow.centre_staff("0777"):
        uow.withdraw_staff(member.id, stage.clock.now())
    await uow.commit()
    gone = await ask(manager, "/invoice 0777-0002", NOT_OURS)
    assert gone.text == absent.text
    left = await ask(manager, "/report", "Отчёт: СЦ «Пример»")
    assert not left.has_button("Центр 0777")
    only(await ask(manager, "5039002841", "1 ученик"), FIRST_PAYER)


async def test_a_closed_centre_is_still_led(stage: Stage) -> None:
    """The orders of a centre that was closed are its managers' to the end: they are found, reported and billed."""
    manager = await world(stage)
    await stage.app.database.save_centre(replace(OTHER, closed=True))
    said = await ask(manager, "/status 0777-0001", "1 ученик")
    only(said, OTHER_PAYER)
    assert not said.has_button("Центр")
    await ask(manager, "/report 0777", "Отчёт: СЦ «Другой»")
    await ask(manager, "/invoice 0777-0001", "№ 58")
