"""`/status` over HTTP: every way of asking, pages, totals, the table cell by cell, centres apart, roles, initials."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4

from openpyxl import load_workbook
from sqlalchemy import text

from sandbox.client import Message, Person
from school.centre import Centre, Role
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.use_cases.invite_staff import invite_staff
from tests.scenarios.conftest import Stage
from wording.status import COLUMNS

OTHER = Centre("0777", "СЦ «Другой»", "other@example.ru")
FIRM = Payer(
    PayerKind.ORGANISATION, "=2+2 ООО «Ромашка» <&>", "5039002841", "503901001", "127018, г. Москва, Полковая, 3"
)


def student(name: str, run: str = "osno-a-0", **changes: Any) -> OrderLine:
    """Make a student."""
    made = OrderLine(
        uuid4().hex, name, "+79339333333", f"{uuid4().hex[:8]}@yandex.ru", "osno-a", run, "osno-a-base",
        "Бухгалтерский учёт при ОСНО (код А)", "Базовый", 2_450_000, date(2027, 3, 30), date(2027, 4, 29),
    )  # fmt: skip
    return replace(made, **changes)


async def put(stage: Stage, centre: str, *lines: OrderLine, payer: Payer = FIRM) -> Order:
    """Place an order."""
    uow = stage.app.database.uow(stage.clock)
    found = await uow.centre(centre)
    assert found is not None
    order = Order(
        uuid4().hex, f"{centre}-{found.next_order:04}", centre, uuid4().hex[:12], payer,
        Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru"), lines, stage.clock.now(), 1,
    )  # fmt: skip
    uow.add_order(order)
    await uow.commit()
    return order


async def world(stage: Stage) -> None:
    """Bring two centres with orders of the same payer and surname on the stage."""
    await stage.app.database.save_centre(OTHER)
    paid: dict[str, Any] = {"payment": "paid", "paid_at": stage.clock.now()}
    await put(
        stage,
        "0123",
        student("Лебедева Татьяна Ивановна", **paid, questionnaire="approved"),
        student("Соколова Любовь Андреевна", **paid, questionnaire="submitted", admit_by=date(2027, 3, 12)),
        student("Щёголева Анна Петровна", "osno-a-1", tracking="RA123456785RU"),
    )
    await put(stage, "0777", student("Соколова Чужая Ивановна"))


async def manager_of(stage: Stage, *centres: str) -> Person:
    """Let a manager of these centres come in."""
    person = await stage.sandbox.person("Пётр")
    for centre in centres:
        uow = stage.app.database.uow(stage.clock)
        secret = await invite_staff(uow, stage.clock.now(), Role.MANAGER, centre)
        await uow.commit()
        await person.start(f"staff_{secret}")
        await person.wait_for("✅", timeout=40)
    return person


async def ask(person: Person, what: str, answer: str) -> Message:
    """Ask and wait for the answer."""
    await person.send(what)
    return await person.wait_for(answer, timeout=40)


async def test_every_way_of_asking(stage: Stage) -> None:
    """By ИНН typed bare, with КПП, number, part of a name with and without ё, a slip, and by course and dates."""
    await world(stage)
    own = await manager_of(stage, "0123")
    whole = "3 ученика: оплачено за двоих, 1 анкета на проверке"
    said = await ask(own, "5039002841", whole)
    for words in (
        "№ 0123-0001", "=2+2 ООО «Ромашка» <&>", "ИНН 5039002841 · КПП 503901001", "Лебедева Татьяна Ивановна",
        "Оплата: не оплачено · анкета: не заполнена", "Итоговый тест: не проходил · обучение: не начато",
        "Почтовое отправление: RA123456785RU", "срочнее всех: Щёголева Анна Петровна — ждём оплату",
        "анкету проверяет куратор · зачислить не позднее 12 марта",
    ):  # fmt: skip
        assert words in said.text
    assert "Чужая" not in said.text
    await ask(own, "/status 5039002841 503901001", whole)
    await ask(own, "/status 0123-0001", whole)
    await ask(own, "/status ромаш", whole)
    said = await ask(own, "/status ЩЕГОЛЕВА", "1 ученик: не оплачено")
    assert "Соколова" not in said.text
    said = await ask(own, "/status соклова", "показываем похожее: соколова")
    assert "1 ученик: оплачено, 1 анкета на проверке" in said.text
    await ask(own, "/status 5039002840", "контрольная цифра")
    await ask(own, "/status", "Что у клиента?")
    await own.press("По курсу и датам")
    await own.wait_for("Выберите курс", timeout=40)
    await own.press("1")
    said = await own.wait_for("Выберите даты", timeout=40)
    await own.press("09.05", said)
    said = await own.wait_for("1 ученик: не оплачено", timeout=40)
    assert "Щёголева" in said.text


async def test_the_order_opens_into_what_may_be_done(stage: Stage) -> None:
    """From the answer lead the students, the invoice and the payment; a manager takes the order and leaves it."""
    await world(stage)
    own, mate = await manager_of(stage, "0123"), await manager_of(stage, "0123")
    said = await ask(own, "5039002841", "3 ученика")
    assert said.labels() == ["Ученики", "Счёт", "Оплата", "Ещё"]
    await own.press("Ученики", said)
    await own.wait_for("Нажмите номер ученика", timeout=40)
    await own.press("Оплата", said)
    await own.wait_for("Оплата", timeout=40)
    await own.press("Ещё", said)
    await own.press("Взять")
    await own.wait_for("ведёт Пётр", timeout=40)
    await ask(mate, "/status 0123-0001", "ведёт Пётр")
    await mate.press("Ещё")
    await mate.press("Замещать")
    await mate.wait_for("замещает Пётр", timeout=40)
    await own.press("Больше не веду")
    await own.wait_for(lambda one: "ведёт Пётр" in one.text and "замещает" not in one.text, timeout=40)
    rows = await stage.app.database.run(
        lambda c: c.execute(text("SELECT action, after FROM audit WHERE action LIKE 'order.%'")).all()
    )
    assert [tuple(row) for row in rows] == [
        ("order.take", str(own.id)), ("order.stand", str(own.id)), ("order.leave", str(mate.id)),
    ]  # fmt: skip


async def test_pages_and_the_table(stage: Stage) -> None:
    """Twelve students go on three pages; the table holds all of them with the words of the screen, cell by cell."""
    await stage.app.database.save_centre(OTHER)
    names = [f"Ученикова{letter * 2} Анна Ивановна" for letter in "абвгдежзиклм"]
    for at in range(0, 12, 2):
        await put(stage, "0123", student(names[at]), student(names[at + 1], payment="paid"))
    own = await manager_of(stage, "0123")
    said = await ask(own, "/status ученикова", "6 заявок · 12 учеников: оплачено за шестерых")
    shown = said.text
    for page in ("2", "3"):
        await own.press("Дальше ›")
        said = await own.wait_for(f"Страница {page} из 3", timeout=40)
        shown += said.text
    await own.press("‹ Назад")
    await own.wait_for("Страница 2 из 3", timeout=40)
    await own.press("XLSX")
    message = await own.wait_for(lambda one: one.file is not None, timeout=40)
    assert message.file is not None
    sheet = load_workbook(BytesIO(await own.download(message.file)))["Статус"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert tuple(rows[0]) == COLUMNS
    assert sorted(str(row[0]) for row in rows[1:]) == sorted(names)
    for row in rows[1:]:
        assert row[1:9] == [
            row[1], "не заполнена", "не проходил", "не начато", FIRM.name, FIRM.inn, FIRM.kpp, "не отправлено",
        ]  # fmt: skip
        for value in (row[0], row[5], row[6], row[7], row[12]):
            assert str(value) in shown
    assert [row[1] for row in rows[1:]].count("оплачено") == 6
    assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row)


FIRST = (
    "=1+1 Ученикова Анна", "оплачено", "подтверждена", "сдано", "завершено", FIRM.name, "5039002841", "503901001",
    "RA123456785RU", "0123-0001/1", "+7 (916) =1+1", "1–30 апреля 2027", "зачислен", None,
)  # fmt: skip
SECOND = (
    "@Ученикова Вера", "не оплачено", "на проверке", "не сдано", "отчислен", FIRM.name, "5039002841", "503901001",
    "не отправлено", "0123-0001/2", "@SUM(A1)", "28 декабря 2026 – 15 января 2027", "отчислен", None,
)  # fmt: skip
THIRD = (
    "\t=2+2 Ученикова", "не оплачено", "не заполнена", "не проходил", "не начато", "-1+2 Ученикова Ольга", "не указан",
    "нет", "не отправлено", "0123-0002/1", "\tКурс", "5–25 мая 2027", "ждём оплату",
    "курс начинается 5 мая 2027",
)  # fmt: skip


async def test_every_cell_of_the_table(stage: Stage) -> None:
    """All the columns are what the orders say, in the order of the screen; nothing typed becomes a formula."""
    now = stage.clock.now()
    await put(
        stage,
        "0123",
        student(
            FIRST[0], payment="paid", paid_at=now, questionnaire="approved", test="passed", training="finished",
            admitted_at=now, tracking="RA123456785RU", course_title=FIRST[10], starts=date(2027, 4, 1),
            ends=date(2027, 4, 30),
        ),
        student(
            SECOND[0], questionnaire="submitted", test="failed", training="expelled", course_title=SECOND[10],
            admit_by=date(2027, 3, 12), starts=date(2026, 12, 28), ends=date(2027, 1, 15),
        ),
    )  # fmt: skip
    late = student(THIRD[0], course_title=THIRD[10], payment="unpaid", starts=date(2027, 5, 5), ends=date(2027, 5, 25))
    await put(stage, "0123", late, payer=Payer(PayerKind.INDIVIDUAL, str(THIRD[5]), None, None, "127018, г. Москва"))
    own = await manager_of(stage, "0123")
    said = await ask(own, "/status ученикова", "3 ученика")
    if not said.has_button("XLSX"):
        await own.press("Ещё", said)
    await own.press("XLSX")
    message = await own.wait_for(lambda one: one.file is not None, timeout=40)
    assert message.file is not None
    book = load_workbook(BytesIO(await own.download(message.file)))
    assert book.sheetnames == ["Статус"]
    rows = [tuple(cell.value for cell in row) for row in book["Статус"].iter_rows()]
    assert rows[0] == COLUMNS
    assert sorted(rows[1:], key=lambda row: str(row[9])) == [FIRST, SECOND, THIRD]
    texts = [cell for row in book["Статус"].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in texts} == {"s"}
    places = [said.text.index(str(row[9])) for row in rows[1:] if str(row[9]) in said.text]
    assert places == sorted(places)


async def test_centres_and_roles(stage: Stage) -> None:
    """Foreign reads as absent; the school sees all; a manager of two centres switches; a client gets nothing."""
    await world(stage)
    own = await manager_of(stage, "0123")
    foreign = await ask(own, "/status 0777-0001", "Ничего не нашли")
    absent = await ask(own, "/status 0777-0009", "Ничего не нашли")
    assert (foreign.text, foreign.labels()) == (absent.text, absent.labels())
    await ask(own, "/status чужая", "Ничего не нашли")
    both = await manager_of(stage, "0123", "0777")
    await ask(both, "5039002841", "2 заявки · 4 ученика")
    await both.press("Центр 0777")
    said = await both.wait_for("1 ученик: не оплачено", timeout=40)
    assert "Чужая" in said.text
    await both.press("Все мои центры")
    await both.wait_for("2 заявки · 4 ученика", timeout=40)
    curator, admin = await stage.curator(), await stage.admin()
    said = await ask(curator, "5039002841", "2 заявки · 4 ученика")
    assert not said.has_button("Центр")
    await curator.press("0777-0001", said)
    said = await curator.wait_for("1 ученик: не оплачено", timeout=40)
    assert said.labels()[:2] == ["Итоги", "Акт"]
    await ask(admin, "/status соколова", "2 заявки · 2 ученика")
    client = await stage.client()
    await ask(client, "/status 5039002841", "Не понял сообщение")
    rows = await stage.app.database.run(
        lambda c: c.execute(text("SELECT subject, after FROM audit WHERE action = 'status.read'")).all()
    )
    assert ("0123", "number") in [tuple(row) for row in rows]
    assert ("all", "inn") in [tuple(row) for row in rows]
    assert not any("5039002841" in "".join(row) or "соколова" in "".join(row) for row in rows)


async def test_foreign_buttons(stage: Stage) -> None:
    """A button of another centre or of a withdrawn role does nothing and tells nothing."""
    await world(stage)
    both, own = await manager_of(stage, "0123", "0777"), await manager_of(stage, "0123")
    await ask(both, "/status соколова", "2 заявки")
    await both.press("Центр 0777")
    said = await both.wait_for("1 ученик", timeout=40)
    uow = stage.app.database.uow(stage.clock)
    for member in await uow.centre_staff("0777"):
        uow.withdraw_staff(member.id, stage.clock.now())
    await uow.commit()
    await both.press("Ещё", said)
    await both.wait_for("Здесь ничего не нашлось", timeout=40)
    await ask(own, "/status соколова", "1 ученик")


async def test_initials_only(stage: Stage) -> None:
    """With personal data kept out of chats names are initials, in the table too."""
    await world(stage)
    own = await manager_of(stage, "0123")
    await stage.reconfigure(personal_data={"in_chat": False})
    said = await ask(own, "5039002841", "3 ученика")
    assert "Л. Т. И." in said.text
    assert "Татьяна" not in said.text
    await own.press("Ещё")
    await own.press("XLSX")
    message = await own.wait_for(lambda one: one.file is not None, timeout=40)
    assert message.file is not None
    sheet = load_workbook(BytesIO(await own.download(message.file)))["Статус"]
    assert "Л. Т. И." in [row[0].value for row in sheet.iter_rows()]


async def test_a_number_typed_by_a_curator(stage: Stage) -> None:
    """An order's number typed by itself opens the order's status for the school too."""
    await put(stage, "0123", student("Соколова Любовь Андреевна"))
    curator = await stage.curator()
    await curator.send("№ 0123-0001")
    await curator.wait_for("Соколова Любовь Андреевна", timeout=40)
    await curator.send("0123-0999")
    await curator.wait_for("Ничего не нашли", timeout=40)
