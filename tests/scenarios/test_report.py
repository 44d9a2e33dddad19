"""`/report` and the weekly one: what each centre sees of orders in several states, and once a week after a stop."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from uuid import uuid4

from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import text

from sandbox.client import Message, Person
from school.billing import Invoice
from school.centre import Centre, Role
from school.closing import Act
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.use_cases.invite_staff import invite_staff
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import to_address

OTHER = Centre("0777", "СЦ «Другой»", "other@example.ru")
ENDED = date(2027, 2, 10)
MONDAY = datetime(2027, 3, 15, 7, 0, tzinfo=UTC)


async def put(stage: Stage, centre: str, payer: str, *, ends: date = ENDED, paid: bool = True) -> Order:
    """Place an order of one admitted student, or of one who has not paid."""
    uow = stage.app.database.uow(stage.clock)
    found = await uow.centre(centre)
    assert found is not None
    now = stage.clock.now()
    one = OrderLine(
        uuid4().hex, "Соколова Любовь Андреевна", "+79339333333", f"{uuid4().hex[:8]}@yandex.ru", "osno-a", "osno-a-0",
        "osno-a-base", "Бухгалтерский учёт", "Базовый", 2_450_000, date(2027, 1, 10), ends,
        payment="paid" if paid else "unpaid", admitted_at=now if paid else None, paid_at=now if paid else None,
    )  # fmt: skip
    order = Order(
        uuid4().hex, f"{centre}-{found.next_order:04}", centre, uuid4().hex[:12],
        Payer(PayerKind.ORGANISATION, payer, "5039002841", "503901001", "127018, г. Москва, Полковая, 3"),
        Orderer("Белова Ирина Петровна", "+79161234567", "belova.i@yandex.ru"), (one,), now, 1,
    )  # fmt: skip
    uow.add_order(order)
    await uow.commit()
    return order


async def world(stage: Stage) -> dict[str, Order]:
    """Bring two centres and orders of every part on the stage."""
    await stage.app.database.save_centre(OTHER)
    owed = await put(stage, "0123", "ООО «Должник» <&>")
    unpaid = await put(stage, "0123", "ООО «Неплательщик»", ends=date(2027, 5, 1), paid=False)
    posting = await put(stage, "0123", "ООО «Почта»")
    foreign = await put(stage, "0777", "ООО «Чужой»")
    uow = stage.app.database.uow(stage.clock)
    lines = ((unpaid.lines[0].id, 2_450_000),)
    uow.save_invoice(
        Invoice(
            uuid4().hex, unpaid.id, "0123", "57", date(2027, 3, 1), 2_450_000, "5039002841", unpaid.payer.name, lines, 0
        )
    )
    act = Act(uuid4().hex, posting.id, "0123", "osno-a-0", ENDED, (posting.lines[0].id,), number="12")
    uow.save_act(replace(act, scan="uploaded", scanned_on=date(2027, 2, 12)))
    await uow.commit()
    return {"owed": owed, "unpaid": unpaid, "posting": posting, "foreign": foreign}


async def manager_of(stage: Stage, centre: str, name: str) -> Person:
    """Let a manager of this centre come in."""
    uow = stage.app.database.uow(stage.clock)
    secret = await invite_staff(uow, stage.clock.now(), Role.MANAGER, centre)
    await uow.commit()
    person = await stage.sandbox.person(name)
    await person.start(f"staff_{secret}")
    await person.wait_for("✅", timeout=40)
    return person


async def ask(person: Person, what: str = "/report", *, answer: str = "Отчёт:") -> Message:
    """Ask for the report."""
    await person.send(what)
    return await person.wait_for(answer, timeout=40)


async def told_weekly(stage: Stage) -> list[tuple[str, str]]:
    """Return (channel, recipient) of every weekly report in the outbox."""
    query = text("SELECT channel, recipient FROM outbox WHERE kind = 'report_weekly' ORDER BY channel, recipient")
    return [(row[0], row[1]) for row in await stage.app.database.run(lambda c: c.execute(query).all())]


async def test_each_centre_sees_its_own(stage: Stage) -> None:
    """A manager sees the own centre's four parts, opens an order from them, and nothing of another centre."""
    orders = await world(stage)
    own, other = await manager_of(stage, "0123", "Пётр"), await manager_of(stage, "0777", "Сосед")
    said = await ask(own)
    for words in ("Просрочены: 1", "Акты на этой неделе: 1", "Счета без отгрузки: 2", "Не оплачены: 1"):
        assert words in said.text
    await own.press("Просрочены")
    said = await own.wait_for("Срок скана или оригинала", timeout=40)
    assert "Должник» <&>" in said.text
    assert said.has_button(orders["owed"].number)
    await own.press("К отчёту")
    await own.wait_for("Не оплачены: 1", timeout=40)
    await own.press("Не оплачены")
    said = await own.wait_for("счёт № 57", timeout=40)
    assert "9 дней" in said.text
    await own.press(orders["unpaid"].number)
    await own.wait_for(f"Заявка № {orders['unpaid'].number}", timeout=40)
    said = await ask(other)
    assert "Просрочены: 1" in said.text
    assert "Не оплачены: нет" in said.text
    said = await ask(other, "/report 0123", answer="Такого центра среди ваших нет")
    assert "Должник" not in said.text
    assert "0123-" not in said.text


async def test_files_of_the_report(stage: Stage) -> None:
    """The table holds all that the screen shows, the picture is one PNG of the right size."""
    await world(stage)
    own = await manager_of(stage, "0123", "Пётр")
    said = await ask(own)
    await own.press("XLSX", said)
    message = await own.wait_for(lambda one: one.file is not None, timeout=40)
    assert message.file is not None
    book = load_workbook(BytesIO(await own.download(message.file)))
    assert [book["Сводка"].cell(at, 2).value for at in range(2, 6)] == [1, 1, 2, 1]
    assert book["Не оплачены"].cell(2, 7).value == 24_500
    await own.press("Картинка", said)
    message = await own.wait_for(lambda one: bool(one.file and one.file["name"].endswith(".png")), timeout=60)
    assert message.file is not None
    assert Image.open(BytesIO(await own.download(message.file))).size == (1080, 1350)


async def test_curators_see_all_and_choose(stage: Stage) -> None:
    """A curator and an administrator see all centres and narrow them by a typed number; a client has no report."""
    await world(stage)
    curator, admin = await stage.curator(), await stage.admin()
    said = await ask(curator)
    assert "все центры" in said.text
    assert "Просрочены: 2" in said.text
    await curator.press("Просрочены")
    said = await curator.wait_for("Срок скана", timeout=40)
    assert not any(label.startswith("0123-") for label in said.labels())
    await admin.send("/report")
    await admin.wait_for("Пришлите его номер", timeout=40)
    said = await ask(admin, "0777", answer="СЦ «Другой»")
    assert "Просрочены: 1" in said.text
    await admin.press("Все центры")
    await admin.wait_for("все центры", timeout=40)
    await ask(admin, "0999", answer="Такого центра")
    client = await stage.client()
    await client.send("/report")
    said = await client.wait_for(lambda one: one.sender == "bot" and "Согласие" not in one.text, timeout=40)
    assert "Просрочены" not in said.text


async def test_no_names_in_chats(stage: Stage) -> None:
    """With personal data kept out of chats the report has counts and the picture, no payers and no table."""
    await world(stage)
    own = await manager_of(stage, "0123", "Пётр")
    await ask(own)
    old = await own.last()
    await stage.reconfigure(personal_data={"in_chat": False})
    said = await ask(own)
    assert not said.has_button("XLSX")
    assert said.has_button("Картинка")
    await own.press("Просрочены", said)
    said = await own.wait_for("Срок скана", timeout=40)
    assert "Должник" not in said.text
    await own.press("XLSX", old)
    await own.wait_for("в переписке не отправляем", timeout=40)
    assert await own.files() == []


async def test_weekly_once_after_downtime(stage: Stage) -> None:
    """The weekly report comes once a week on a working morning, after a stop and a restart too, by letter as well."""
    await world(stage)
    own = await manager_of(stage, "0123", "Пётр")
    stage.clock.time = MONDAY.replace(hour=4)
    await stage.app.ticker.tick_now()
    before = await told_weekly(stage)
    await stage.app.stop()
    stage.clock.time = MONDAY.replace(day=30)
    await stage.restart()
    await stage.app.ticker.tick_now()
    await stage.app.ticker.tick_now()
    await stage.restart()
    await stage.app.ticker.tick_now()
    after = await told_weekly(stage)
    for one in before:
        after.remove(one)
    assert after == [("chat", str(own.id)), ("mail", "centre@example.ru"), ("mail", "other@example.ru")]
    said = await own.wait_for("Отчёт за неделю", timeout=40)
    assert "Счета без отгрузки: 2" in said.text
    await own.press("Открыть отчёт", said)
    await own.wait_for("Отчёт: СЦ «Пример»", timeout=40)
    letter = await stage.sandbox.wait_letter(to_address("centre@example.ru"), timeout=40)
    assert letter["attachments"][0]["name"].endswith(".xlsx")
