"""From payment to "access open": recorded, admitted one by one and all at once, told to the student and the school."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.client import Person
from school.centre import Role
from school.use_cases import admit
from school.use_cases.invite_staff import invite_staff
from tests.samples import catalogue
from tests.scenarios.admission_steps import OTHER, bind, come, file_from, line_of, put_order, rows_of, student
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import to_address

HEADER = (
    "ФИО", "Электронная почта", "Телефон", "Курс", "Тариф", "Начало обучения", "Окончание обучения", "Номер заявки",
    "Сервисный центр", "Зачислен",
)  # fmt: skip


async def manager_elsewhere(stage: Stage) -> Person:
    """Let a manager of another centre come in."""
    await stage.app.database.save_centre(OTHER)
    uow = stage.app.database.uow(stage.clock)
    secret = await invite_staff(uow, stage.clock.now(), Role.MANAGER, OTHER.number)
    await uow.commit()
    person = await stage.sandbox.person("Олег")
    await person.start(f"staff_{secret}")
    await person.wait_for("✅", timeout=40)
    return person


async def test_payment_gives_the_day_to_admit_by(stage: Stage) -> None:
    """A manager confirms a payment in one tap, sees the day of A1, and takes it back in one tap."""
    order = await put_order(stage, student(stage, 0), student(stage, 1))
    manager = await stage.manager()
    await manager.send("/paid 0123-0001")
    card = await manager.wait_for("Оплачено: 0 из 2", timeout=40)
    assert card.has_button("Оплачено за всех (2)")
    await manager.press("1")
    changed = await manager.wait_for("Оплачено: 1 из 2", timeout=40)
    # 10 March 2027 is a Wednesday: three working days end on Monday.
    assert "зачислить не позднее 15 марта" in changed.text
    await manager.press("Отменить")
    await manager.wait_for("Оплачено: 0 из 2", timeout=40)
    assert (await line_of(stage, order)).admit_by is None
    await manager.press("Оплачено за всех")
    await manager.wait_for("Оплачено: 2 из 2", timeout=40)
    assert (await line_of(stage, order, 2)).payment == "paid"


async def test_payment_by_numbers_and_twice(stage: Stage) -> None:
    """Students are named by their numbers, a short order number is enough in the own centre, twice is said so."""
    order = await put_order(stage, *(student(stage, n) for n in range(3)))
    manager = await stage.manager()
    await manager.send("/paid")
    await manager.wait_for("/paid 0123-0042 1 3", timeout=40)
    await manager.send("/paid № 0123–0001 1 3")
    await manager.wait_for("Оплата за 2 учеников отмечена", timeout=40)
    assert [(await line_of(stage, order, place)).payment for place in (1, 2, 3)] == ["paid", "unpaid", "paid"]
    await manager.send("/paid 1 1")
    await manager.wait_for("уже была отмечена, ничего не изменилось", timeout=40)
    await manager.send("/paid 0123-0001 9")
    await manager.wait_for("ничего не нашлось", timeout=40)


async def test_one_is_admitted_and_told(stage: Stage) -> None:
    """A curator admits one in one tap; the student gets the place, the e-mail, the course card and requirements."""
    order = await put_order(stage, student(stage, 0, payment="paid", paid_at=stage.clock.now()))
    reader = await come(stage, "Любовь")
    await bind(stage, order, 1, reader)
    curator = await stage.curator()
    await curator.send("/admit")
    shown = await curator.wait_for("Готовы к зачислению: 1", timeout=40)
    await curator.press("1", shown)
    await curator.press("1", shown)
    await curator.wait_for("Доступ уже был открыт", timeout=40)
    told = await reader.wait_for("Доступ к обучению открыт", timeout=40)
    assert "student0@example.ru" in told.text
    assert "260 часов · 36 занятий · документ: Диплом" in told.text
    assert "Windows 10" in told.text
    assert sum("Доступ к обучению открыт" in m.text for m in await reader.messages()) == 1
    line = await line_of(stage, order)
    assert line.training == "studying"
    assert line.admitted_at == stage.clock.now()


async def test_who_is_not_ready_is_refused_with_the_reason(stage: Stage) -> None:
    """The list names what blocks the late; an old button of one who is not ready any more says what is missing."""
    late = stage.clock.now() - timedelta(days=20)
    order = await put_order(
        stage,
        student(stage, 0, payment="paid", paid_at=stage.clock.now()),
        student(stage, 1, payment="paid", paid_at=late, submitted_at=late, questionnaire="submitted"),
    )
    admin = await stage.admin()
    await admin.send("/admit")
    shown = await admin.wait_for("Готовы к зачислению: 1", timeout=40)
    assert "Не готовы, а срок сегодня или прошёл" in shown.text
    assert "анкету ещё не проверили" in shown.text
    uow = stage.app.database.uow(stage.clock)
    uow.save_line(order.id, replace(await line_of(stage, order), payment="unpaid", paid_at=None))
    await uow.commit()
    await admin.press("1", shown)
    refused = await admin.wait_for("Доступ не открыт", timeout=40)
    assert "нет оплаты" in refused.text
    assert (await line_of(stage, order)).admitted_at is None


async def test_a_run_without_a_place_to_learn_at(stage: Stage) -> None:
    """Nobody is admitted to a run without an address: the refusal names the run and the mend."""
    paid: dict[str, Any] = {"payment": "paid", "paid_at": stage.clock.now()}
    order = await put_order(stage, student(stage, 0, run="osno-a-past", **paid), student(stage, 1, **paid))
    curator = await stage.curator()
    await curator.send("/admit")
    await curator.press("Зачислить всех (2)", await curator.wait_for("Готовы к зачислению: 2", timeout=40))
    said = await curator.wait_for("Зачислен 1 ученик", timeout=40)
    assert "Осталось: 1" in said.text
    assert "нет ссылки на обучение" in said.text
    assert not said.has_button("Зачислить ещё")
    assert (await line_of(stage, order, 1)).admitted_at is None
    await stage.app.database.replace_catalogue(catalogue())
    await curator.send("/admit")
    await curator.press("1", await curator.wait_for("Готовы к зачислению: 1", timeout=40))
    await curator.wait_for("нет ссылки на обучение", timeout=40)


async def test_all_34_are_admitted_and_listed_for_the_school(stage: Stage) -> None:
    """One tap admits all who are ready; one letter with a sheet tells the school, and the same sheet comes in chat."""
    paid: dict[str, Any] = {"payment": "paid", "paid_at": stage.clock.now()}
    order = await put_order(stage, *(student(stage, n, **paid) for n in range(34)), student(stage, 34))
    curator = await stage.curator()
    await curator.send("/admit")
    shown = await curator.wait_for("страница 1 из 4", timeout=40)
    await curator.press("Дальше", shown)
    await curator.wait_for("страница 2 из 4", timeout=40)
    await curator.press("Зачислить всех (34)")
    said = await curator.wait_for("Зачислены 34 ученика", timeout=40)
    assert "Осталось" not in said.text
    await stage.sandbox.wait_letter(to_address("student33@example.ru"), timeout=60)
    await stage.app.ticker.tick_now()
    letter = await stage.sandbox.wait_letter(to_address("kurator@example.ru"), timeout=60)
    await stage.app.ticker.tick_now()
    assert (await line_of(stage, order)).listed_at == stage.clock.now()
    assert (await line_of(stage, order, 35)).listed_at is None
    assert letter["attachments"][0]["name"].endswith(".xlsx")
    await curator.press("К списку", said)
    await curator.press("Список для доступа", await curator.wait_for("некого: все зачислены", timeout=40))
    await curator.press("1", await curator.wait_for("какой поток", timeout=40))
    _, content = await file_from(stage, curator)
    header, *rows = rows_of(content)
    assert header == HEADER
    expected = sorted((line.name, line.email, "0123-0001", "0123") for line in order.lines[:34])
    assert sorted((row[0], row[1], row[7], row[8]) for row in rows) == expected
    assert {(row[3], row[4], row[9].date()) for row in rows} == {
        ("Бухгалтерский учёт при ОСНО (код А)", "Базовый", stage.clock.now().date())
    }


async def test_without_chat_data_there_are_initials_and_no_files(stage: Stage) -> None:
    """With personal data kept out of chats the screens show initials and no list is sent."""
    await stage.reconfigure(personal_data={"in_chat": False})
    await put_order(stage, student(stage, 0, payment="paid", paid_at=stage.clock.now()))
    curator = await stage.curator()
    await curator.send("/admit")
    shown = await curator.wait_for("Готовы к зачислению: 1", timeout=40)
    assert "С. А. П." in shown.text
    assert "Анна" not in shown.text
    await curator.press("Список для доступа", shown)
    await curator.wait_for("уходит на почту куратора", timeout=40)


async def test_strangers_clients_and_other_centres_get_nothing(stage: Stage) -> None:
    """Payment is the centre's own, admission the school's: everyone else finds nothing, by command or old button."""
    order = await put_order(stage, student(stage, 0, payment="paid", paid_at=stage.clock.now()), student(stage, 1))
    manager, curator = await stage.manager(), await stage.curator()
    await manager.send("/paid 0123-0001")
    await manager.wait_for("Оплачено: 1 из 2", timeout=40)
    for person in (await come(stage, "Чужой"), await manager_elsewhere(stage), curator):
        await person.send("/paid 0123-0001 2")
        await person.wait_for("ничего не нашлось", timeout=40)
    for person in (await come(stage, "Другой"), manager):
        for command in ("/admit", "/results", "/student 0123-0001"):
            await person.send(command)
            await person.wait_for("ничего не нашлось", timeout=40)
    assert (await line_of(stage, order, 2)).payment == "unpaid"


async def test_the_morning_tells_what_is_due(stage: Stage) -> None:
    """On a working morning curators hear what is due and overdue once, administrators only of the overdue."""
    late = stage.clock.now() - timedelta(days=20)
    await put_order(stage, student(stage, 0, payment="paid", paid_at=late, submitted_at=late))
    curator, admin = await stage.curator(), await stage.admin()
    await stage.app.ticker.tick_now()
    said = await curator.wait_for("Срок зачисления прошёл: 1 ученик", timeout=40)
    await admin.wait_for("Срок зачисления прошёл: 1 ученик", timeout=40)
    await stage.app.ticker.tick_now()
    assert sum("Срок зачисления прошёл" in m.text for m in await curator.messages()) == 1
    await curator.press("Открыть", said)
    await curator.wait_for("Готовы к зачислению: 1", timeout=40)


async def test_registration_is_a_condition_where_it_is_switched_on(stage: Stage) -> None:
    """With the condition on, a student who has not registered waits; a curator may note it, and then they are ready."""
    await stage.reconfigure(school={"registration": True})
    paid_at = stage.clock.now() - timedelta(days=20)
    order = await put_order(stage, student(stage, 0, payment="paid", paid_at=paid_at, submitted_at=paid_at))
    curator = await stage.curator()
    await curator.send("/admit")
    assert "нет регистрации" in (await curator.wait_for("Сейчас зачислять некого", timeout=40)).text
    await curator.send("/student 0123-0001/1")
    await curator.press("Ещё", await curator.wait_for("заявка № 0123-0001/1", timeout=40))
    await curator.press("Зарегистрирован", await curator.wait_for("Что сделать?", timeout=40))
    await curator.wait_for("Регистрация отмечена", timeout=40)
    assert (await line_of(stage, order)).registered_at == stage.clock.now()
    await curator.send("/admit")
    await curator.wait_for("Готовы к зачислению: 1", timeout=40)


async def test_the_payment_of_an_admitted_student_stays(stage: Stage) -> None:
    """An old «Отменить» after admission takes nothing back and says why; a new order's card leads to its payment."""
    order = await put_order(stage, student(stage, 0))
    manager, curator = await stage.manager(), await stage.curator()
    await manager.send("/paid 0123-0001 все")
    card = await manager.wait_for("Оплата за 1 ученика отмечена", timeout=40)
    await curator.send("/admit")
    await curator.press("1", await curator.wait_for("Готовы к зачислению: 1", timeout=40))
    await curator.wait_for("Доступ открыт", timeout=40)
    await manager.press("Отменить", card)
    await manager.wait_for("Отменить нельзя", timeout=40)
    assert (await line_of(stage, order)).payment == "paid"


async def test_a_great_many_are_admitted_batch_by_batch(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """One tap takes no more than one transaction may hold, says how many remain, and the next tap goes on."""
    monkeypatch.setattr(admit, "AT_ONCE", 3)
    paid: dict[str, Any] = {"payment": "paid", "paid_at": stage.clock.now()}
    order = await put_order(stage, *(student(stage, n, **paid) for n in range(5)))
    curator = await stage.curator()
    await curator.send("/admit")
    await curator.press("Зачислить всех (5)", await curator.wait_for("Готовы к зачислению: 5", timeout=40))
    said = await curator.wait_for("Зачислены 3 ученика", timeout=40)
    assert "Осталось: 2" in said.text
    await curator.press("Зачислить ещё (2)", said)
    await curator.wait_for("Зачислены 2 ученика", timeout=40)
    assert all([(await line_of(stage, order, place)).admitted_at for place in range(1, 6)])
