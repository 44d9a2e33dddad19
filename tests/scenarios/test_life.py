"""An order's whole life by a moved clock, across New Year and the May holidays, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sandbox.client import Person
from school.catalogue import Catalogue, Run
from school.closing import is_closed
from tests.integration.conftest import make_database, postgresql  # noqa: F401 - the fixture of a private server
from tests.pictures import document_picture
from tests.samples import catalogue
from tests.scenarios.billing_steps import invoices_of, issue
from tests.scenarios.conftest import Stage, staged
from tests.scenarios.order_steps import NUMBER, order_of, placed
from tests.scenarios.steps import to_address
from tests.scenarios.student_steps import hand_in, link_of
from tests.scenarios.test_acts import press_through
from tests.scenarios.test_reminders import at, live_until, reminders, said

BEGINS = datetime(2026, 12, 28, 9, 0, tzinfo=UTC)  # a Monday; 31 December to 10 January are days off
LINK = "https://example.ru/k"
STUDENT = to_address("sokolova.l@yandex.ru")


def offered() -> Catalogue:
    """Return the usual catalogue with runs from February to the end of April."""
    made = catalogue(BEGINS)
    runs = [Run(f"{one.key}-0", one.key, date(2027, 2, 1), date(2027, 4, 27), False, LINK) for one in made.courses]
    return replace(made, runs=tuple(runs))


@pytest.fixture(params=["sqlite", "postgresql"])
async def life(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """The whole bot before New Year, on each database in turn."""
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    if request.param == "postgresql":
        url = await make_database(request.getfixturevalue("postgresql"))
    async with staged(url, tmp_path, BEGINS, offered()) as scene:
        yield scene


async def days_of(stage: Stage, kind: str) -> list[str]:
    """Return the days for which reminders of this kind and audience were made."""
    return [day for made, day in await reminders(stage) if made == kind]


@pytest.mark.timeout(300)
async def test_from_the_order_to_the_closed_papers(life: Stage) -> None:
    """Each is told of their part on working days only, each fact ends its reminders, and in the end all is closed."""
    manager, curator = await life.manager(), await life.curator()
    client = await placed(life)
    await at(life, "2026-12-29 12:00")
    await issue(manager, await order_of(life), "57 от сегодня, 24 500,50")
    await _questionnaire(life, curator)
    await _holidays(life, (client, manager, curator))
    await _paid(life, client, manager)
    await _admitted(life, curator)
    await _course(life, manager)
    await _scan(life, manager)
    await _original(life, manager, curator)
    made = await reminders(life)
    await live_until(life, "2027-07-20")
    assert await reminders(life) == made
    (act,) = await life.app.database.uow(life.clock).acts_of_order((await order_of(life)).id)
    assert is_closed(act)
    await manager.send("/report")
    await manager.wait_for("Всё закрыто", timeout=40)


async def _questionnaire(stage: Stage, curator: Person) -> None:
    """The student fills it in when reminded, two working days after the order, and the curator approves."""
    await live_until(stage, "2026-12-30")
    asked = await stage.sandbox.wait_letter(lambda found: STUDENT(found) and "заполните анкету" in found["subject"])
    student = await stage.sandbox.person("Любовь", phone="+79339333333")
    await student.start(await link_of(stage, after=asked["id"] - 1))
    await student.wait_for("последние четыре цифры", timeout=40)
    await student.send("3333")
    await student.wait_for("Согласие на обработку", timeout=40)
    await hand_in(student)
    await curator.send("/queue")
    await curator.press("Подтвердить", await curator.wait_for("Анкета", timeout=40))
    await curator.wait_for("Подтверждена", timeout=40)
    await at(stage, "2026-12-30 12:10")
    await student.wait_for("Ваша анкета подтверждена", timeout=40)


async def _holidays(stage: Stage, people: tuple[Person, ...]) -> None:
    """Nobody hears of anything while the country is on holiday."""
    await live_until(stage, "2026-12-31")
    heard = [len(await person.messages()) for person in people]
    letters = len((await stage.sandbox.letters())["letters"])
    await live_until(stage, "2027-01-10")
    assert [len(await person.messages()) for person in people] == heard
    assert len((await stage.sandbox.letters())["letters"]) == letters


async def _paid(stage: Stage, client: Person, manager: Person) -> None:
    """The client is reminded after three working days, the manager after five; the payment ends it."""
    await live_until(stage, "2027-01-14")
    told = await client.wait_for("Оплатите счёт № 57", after=0)
    assert "24 500,50 ₽" in told.text.replace("\u00a0", " ")
    digest = await manager.wait_for("На сегодня", after=0)
    assert "счёт № 57" in digest.text
    assert await days_of(stage, "unpaid_invoice.client") == ["2027-01-12"]
    assert await days_of(stage, "unpaid_invoice.manager") == ["2027-01-14"]
    await at(stage, "2027-01-15 12:00")
    await manager.send("57 оплачен")
    await manager.press("Записать", await manager.wait_for("Запишем", timeout=40))
    await manager.wait_for("Записали", timeout=40)
    order = await order_of(stage)
    assert [(one.paid, one.state) for one in await invoices_of(stage, order)] == [(2_450_050, "paid")]
    # A1: three working days from the later of questionnaire and payment; 15 January is a Friday.
    assert order.lines[0].admit_by == date(2027, 1, 20)


async def _admitted(stage: Stage, curator: Person) -> None:
    await curator.send("/admit")
    await curator.press("1", await curator.wait_for("Готовы к зачислению: 1", timeout=40))
    await curator.wait_for("Доступ открыт", timeout=40)
    assert (await order_of(stage)).lines[0].admitted_at == stage.clock.now()


async def _course(stage: Stage, manager: Person) -> None:
    """While the course goes on nothing is due; the day after its end the act is, its scan after the May holidays."""
    before = await reminders(stage)
    await live_until(stage, "2027-04-27")
    assert await reminders(stage) == before
    assert not await said(manager, "Курс закончился")
    await live_until(stage, "2027-04-28")
    told = await manager.wait_for(f"Курс закончился: заявка {NUMBER}", after=0)
    assert "Скан акта — до 13 мая" in told.text


async def _scan(stage: Stage, manager: Person) -> None:
    """The digests come five and two working days before the last; the upload ends them."""
    await live_until(stage, "2027-05-11")
    assert await days_of(stage, "scan_due.manager") == ["2027-05-05", "2027-05-11"]
    await press_through(manager, "Скан у меня")
    await manager.wait_for("Пришлите скан", timeout=40)
    await manager.upload(document_picture("АКТ"), "act.jpg", "photo")
    await manager.press("Загружен", await manager.wait_for("1 страница", timeout=60))
    card = await manager.wait_for("Срок по скану больше не идёт", timeout=40)
    assert "ещё не сделан" not in card.text
    await press_through(manager, "Подписан")
    await manager.press("Сегодня", await manager.wait_for("Когда подписан акт?", timeout=40))
    await manager.wait_for("до 10 июня", timeout=40)


async def _original(stage: Stage, manager: Person, curator: Person) -> None:
    """The original is asked for ten days before the last and again; posted and received, it closes the order."""
    await live_until(stage, "2027-06-08")
    assert await days_of(stage, "scan_due.manager") == ["2027-05-05", "2027-05-11"]
    assert await days_of(stage, "original_due.manager") == ["2027-05-31", "2027-06-07"]
    await press_through(manager, "Оригинал отправлен")
    await manager.wait_for("номер почтового отправления", timeout=40)
    await manager.send("10283512004231")
    await manager.press("Сегодня", await manager.wait_for("Когда отправлен оригинал?", timeout=40))
    await manager.wait_for("Оригинал в пути", timeout=40)
    await press_through(curator, "Оригинал получен")
    await curator.press("Сегодня", await curator.wait_for("Когда получен оригинал?", timeout=40))
    await curator.wait_for("Всё закрыто", timeout=40)
