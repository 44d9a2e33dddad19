"""Orders at the doors of admission, put into the database as the conversations before them would leave them."""

import asyncio
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp import ClientSession
from openpyxl import Workbook, load_workbook

from sandbox.client import Message, Person
from school.admission import with_term
from school.centre import Centre
from school.draft import Visitor
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.questionnaire import Questionnaire
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage

OTHER = Centre("0777", "Другой центр", "other@example.ru")
SURNAMES = ("Соколова", "Лебедева", "Орлова", "Карпова", "Белова")


def student(stage: Stage, number: int, run: str = "osno-a-0", **changes: Any) -> OrderLine:
    """Make a student of the usual run who has handed in an approved questionnaire and is not paid for."""
    now = stage.clock.now()
    made = OrderLine(
        id=uuid4().hex,
        name=f"{SURNAMES[number % len(SURNAMES)]} Анна Петровна",
        mobile=f"+7933{number:07d}",
        email=f"student{number}@example.ru",
        course="osno-a",
        run=run,
        tariff="osno-a-base",
        course_title="Бухгалтерский учёт при ОСНО (код А)",
        tariff_title="Базовый",
        price=2_450_000,
        starts=now.date(),
        ends=now.date(),
        questionnaire="approved",
        submitted_at=now,
    )
    return with_term(replace(made, **changes), ZoneInfo(stage.settings.school.timezone))


async def put_order(stage: Stage, *lines: OrderLine, sequence: int = 1, placed_by: int = 1) -> Order:
    """Put an order into the database, with the approved questionnaires of those who have one."""
    uow = stage.app.database.uow(stage.clock)
    payer = Payer(
        PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "127018, г. Москва, ул. Полковая, дом 3"
    )
    order = Order(
        id=uuid4().hex,
        number=f"{CENTRE.number}-{sequence:04d}",
        centre=CENTRE.number,
        draft_id=uuid4().hex,
        payer=payer,
        orderer=Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru"),
        lines=lines,
        placed_at=stage.clock.now(),
        placed_by=placed_by,
    )
    uow.add_order(order)
    for line in lines:
        if line.questionnaire == "approved":
            questionnaire = Questionnaire(line.id, order.id, {}, "approved", submitted_at=line.submitted_at)
            uow.save_questionnaire(questionnaire)
    await uow.commit()
    return order


async def line_of(stage: Stage, order: Order, place: int = 1) -> OrderLine:
    """Read a student of the order anew."""
    stored = await stage.app.database.uow(stage.clock).order(order.id)
    assert stored is not None
    return stored.lines[place - 1]


async def come(stage: Stage, name: str) -> Person:
    """Let a person write to the bot for the first time."""
    person = await stage.sandbox.person(name)
    await person.send("/help")
    await person.wait_for("Я помогаю", timeout=40)
    return person


async def bind(stage: Stage, order: Order, place: int, person: Person) -> None:
    """Bind the student of this place to the person's account."""
    uow = stage.app.database.uow(stage.clock)
    uow.save_visitor(Visitor(person.id, person.id, person.name))
    uow.save_line(order.id, replace(await line_of(stage, order, place), student_id=person.id))
    await uow.commit()


async def file_from(stage: Stage, person: Person) -> tuple[Message, bytes]:
    """Wait for a file from the bot and fetch it."""
    message = await person.wait_for(lambda said: said.file is not None, timeout=40)
    assert message.file is not None
    async with ClientSession() as session, session.get(f"{stage.server.base_url}{message.file['url']}") as response:
        return message, await response.read()


def rows_of(content: bytes) -> list[tuple[Any, ...]]:
    """Return the cells of the first sheet, row by row."""
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


async def filled(content: bytes, changes: dict[str, dict[str, str]]) -> bytes:
    """Fill a sheet of results in: reference → title of the column → value."""

    def fill() -> bytes:
        book: Workbook = load_workbook(BytesIO(content))
        sheet = book.worksheets[0]
        titles = {cell.value: place for place, cell in enumerate(sheet[1], 1)}
        for row in range(2, sheet.max_row + 1):
            for title, value in changes.get(str(sheet.cell(row, 1).value), {}).items():
                sheet.cell(row, titles[title]).value = value
        buffer = BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    return await asyncio.to_thread(fill)
