"""`/catalog`: the administrator takes the catalogue as XLSX, sends it back changed, looks at it and applies it."""

import asyncio
from collections.abc import Callable
from io import BytesIO

from openpyxl import Workbook, load_workbook
from sqlalchemy import text

from sandbox.client import Message, Person
from school.catalogue import Catalogue
from tests.samples import catalogue
from tests.scenarios.admission_steps import file_from
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import WHOLE, place


async def take(stage: Stage, admin: Person) -> bytes:
    """Take the catalogue out."""
    await admin.send("/catalog")
    message, content = await file_from(stage, admin)
    assert "3 курса" in message.text
    return content


async def changed(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    """Change the workbook as a person would."""

    def work() -> bytes:
        book: Workbook = load_workbook(BytesIO(content))
        change(book)
        out = BytesIO()
        book.save(out)
        return out.getvalue()

    return await asyncio.to_thread(work)


async def send(admin: Person, content: bytes, said: str) -> Message:
    """Send a workbook and wait for what is said of it."""
    await admin.upload(content, "katalog.xlsx")
    return await admin.wait_for(said, timeout=40)


async def present(stage: Stage) -> Catalogue:
    """Read the catalogue anew."""
    return await stage.app.database.uow(stage.clock).catalogue()


def dearer(book: Workbook) -> None:
    """Raise the first price, drop a tariff, and add a run."""
    book["Тарифы"]["D2"] = 30_000
    book["Тарифы"].delete_rows(7)
    book["Потоки"].append(["", "44fz", "01.09.2027", "01.10.2027", "", ""])


async def test_out_changed_and_applied(stage: Stage) -> None:
    """The preview says what changes; applied, new orders take the new terms and old ones keep theirs."""
    client = await stage.client()
    await place(client, WHOLE)
    admin = await stage.admin()
    content = await changed(await take(stage, admin), dearer)
    shown = await send(admin, content, "Проверьте изменения")
    for words in ("Добавится: 1", "поток 44fz, 1 сентября – 1 октября 2027", "Изменится: 1", "Больше не предлагаем: 1"):
        assert words in shown.text
    assert "цена 24 500 ₽ → 30 000 ₽" in shown.text.replace("\u00a0", " ")
    assert (await present(stage)).tariff("osno-a-base") == catalogue().tariff("osno-a-base")
    await admin.press("Применить", shown)
    await admin.wait_for("добавлено 1, изменено 1, закрыто 1", timeout=40)
    now = await present(stage)
    tariff = now.tariff("osno-a-base")
    assert tariff is not None
    assert tariff.price == 3_000_000
    assert now.run("44fz-2027-09-01") is not None
    assert now.tariff("44fz-plus") is None
    order = await stage.app.database.uow(stage.clock).order_by_number("0123-0001")
    assert order is not None
    assert order.lines[0].price == 2_450_000
    query = text("SELECT action, subject FROM audit WHERE action LIKE 'catalogue.%' ORDER BY id")
    told = await stage.app.database.run(lambda c: [tuple(row) for row in c.execute(query)])
    assert told == [
        ("catalogue.tariff", "osno-a-base"), ("catalogue.tariff", "44fz-plus"), ("catalogue.run", "44fz-2027-09-01"),
    ]  # fmt: skip
    await admin.press("Применить", shown)
    await admin.wait_for("уже записаны или отменены", timeout=40)


def reworded(book: Workbook) -> None:
    """Give the ordered course another title, tariff name, price and days."""
    book["Курсы"]["C2"], book["Тарифы"]["C2"], book["Тарифы"]["D2"] = "Новое название", "Новый тариф", "30 000,50"
    book["Потоки"]["C2"], book["Потоки"]["D2"] = "05.04.2027", "05.05.2027"


async def test_an_order_placed_before_keeps_its_terms(stage: Stage) -> None:
    """The preview names the three things that change, nothing else; the order keeps its titles, price and days."""
    await place(await stage.client(), WHOLE)
    before = await stage.app.database.uow(stage.clock).order_by_number("0123-0001")
    assert before is not None
    assert (before.lines[0].course, before.lines[0].run, before.lines[0].tariff) == (
        "osno-a", "osno-a-0", "osno-a-base",
    )  # fmt: skip
    admin, manager = await stage.admin(), await stage.manager()
    shown = await send(admin, await changed(await take(stage, admin), reworded), "Проверьте изменения")
    assert "Изменится: 3" in shown.text
    assert "Добавится" not in shown.text
    assert "Больше не предлагаем" not in shown.text
    await admin.press("Применить", shown)
    await admin.wait_for("изменено 3", timeout=40)
    now = await present(stage)
    course, run, tariff = now.course("osno-a"), now.run("osno-a-0"), now.tariff("osno-a-base")
    assert course is not None
    assert run is not None
    assert tariff is not None
    assert (course.title, tariff.title, tariff.price) == ("Новое название", "Новый тариф", 3_000_050)
    assert (run.starts.isoformat(), run.ends.isoformat()) == ("2027-04-05", "2027-05-05")
    assert await stage.app.database.uow(stage.clock).order_by_number("0123-0001") == before
    await manager.send("/status 0123-0001")
    said = await manager.wait_for("1 ученик", timeout=40)
    assert "Бухгалтерский учёт при ОСНО (код А), 30 марта – 29 апреля 2027" in said.text
    await send(admin, await take(stage, admin), "менять нечего")


async def test_faults_and_an_untouched_file(stage: Stage) -> None:
    """Faults are told all at once and nothing is taken; an untouched file changes nothing; other files are refused."""
    admin = await stage.admin()
    content = await take(stage, admin)

    def spoil(book: Workbook) -> None:
        book["Тарифы"]["D2"] = "дорого"
        book["Потоки"]["C2"] = "<скоро>"

    shown = await send(admin, await changed(content, spoil), "В файле 2 ошибки")
    assert "Тарифы, строка 2, «Цена, ₽»" in shown.text
    assert "«<скоро>»" in shown.text
    await send(admin, content, "менять нечего")
    await send(admin, b"hello", "не открывается как таблица")
    await admin.send("что дальше?")
    await admin.press("Отменить", await admin.wait_for("Пришлите сюда изменённый каталог", timeout=40))
    await admin.wait_for("каталог не изменили", timeout=40)
    assert (await present(stage)).tariffs == catalogue().tariffs


async def test_a_catalogue_loaded_meanwhile_wins(stage: Stage) -> None:
    """A preview of a catalogue that was changed meanwhile is not applied."""
    admin = await stage.admin()
    shown = await send(admin, await changed(await take(stage, admin), dearer), "Проверьте изменения")
    await stage.app.database.replace_catalogue(catalogue())
    await admin.press("Применить", shown)
    await admin.wait_for("за это время изменился", timeout=40)
    assert (await present(stage)).tariff("osno-a-base") == catalogue().tariff("osno-a-base")


async def test_the_catalogue_is_for_administrators(stage: Stage) -> None:
    """Nobody else takes the catalogue or applies one."""
    admin = await stage.admin()
    shown = await send(admin, await changed(await take(stage, admin), dearer), "Проверьте изменения")
    data = shown.data("Применить")
    for person in (await stage.manager(), await stage.curator(), await stage.sandbox.person("Никто")):
        await person.send("/catalog")
        refused = await person.wait_for("ничего не нашлось", timeout=40)
        told = {"message_id": refused.message_id, "data": data}
        await stage.sandbox.call("POST", f"people/{person.id}/press", json=told)
        await person.wait_for("ничего не нашлось", after=refused.rev, timeout=40)


async def test_text_is_answered_while_a_file_is_waited_for(stage: Stage) -> None:
    """An ИНН, an order's number and a centre's are answered though the catalogue is open; the file is taken after."""
    await place(await stage.client(), WHOLE)
    admin = await stage.admin()
    content = await take(stage, admin)
    for typed, said in (("0123-0001", "0123-0001"), ("5039002841", "0123-0001"), ("0123", "Отч")):
        await admin.send(typed)
        await admin.wait_for(said, timeout=40)
    await send(admin, content, "менять нечего")
