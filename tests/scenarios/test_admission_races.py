"""Payment and admission when two things happen at once, or one thing twice."""

import asyncio
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from school.admission import with_term
from school.errors import Conflict
from school.order import Order
from school.questionnaire import Questionnaire
from school.terms import add_working_days
from school.use_cases.decide_questionnaire import approve
from school.use_cases.review_questionnaire import Acting
from tests.scenarios.admission_steps import line_of, put_order, student
from tests.scenarios.conftest import Stage


async def save_line(stage: Stage, order: Order, place: int = 1, **changes: Any) -> None:
    """Change a student as other parts of the bot would."""
    uow = stage.app.database.uow(stage.clock)
    uow.save_line(order.id, replace(await line_of(stage, order, place), **changes))
    await uow.commit()


async def test_a_payment_taken_back_twice(stage: Stage) -> None:
    """The second «Отменить» says that the mark is off already; of an order's admitted student the mark stays."""
    order = await put_order(stage, student(stage, 1), student(stage, 2))
    manager = await stage.manager()
    await manager.send("/paid 0123-0001 все")
    paid = await manager.wait_for("Оплата за 2 учеников отмечена", timeout=40)
    await save_line(stage, order, admitted_at=stage.clock.now())
    await manager.press("Отменить", paid)
    undone = await manager.wait_for("Отметку об оплате за 1 ученика сняли", timeout=40)
    assert "За остальных она осталась" in undone.text
    data = next(b["data"] for row in paid.buttons for b in row if b["text"] == "Отменить")
    await save_line(stage, order, admitted_at=None, payment="unpaid", paid_at=None)
    press = {"message_id": paid.message_id, "data": data}
    await stage.sandbox.call("POST", f"people/{manager.id}/press", json=press)
    await manager.wait_for("уже снята, ничего не изменилось", timeout=40)
    assert (await line_of(stage, order, 2)).payment == "unpaid"


async def test_payment_and_submission_at_the_same_moment(stage: Stage) -> None:
    """Whichever of two inputs loses the race runs again: the day of A1 counts from both facts."""
    order = await put_order(stage, student(stage, 1, questionnaire="filling", submitted_at=None))
    manager = await stage.manager()
    zone, now = ZoneInfo(stage.settings.school.timezone), stage.clock.now()
    uow = stage.app.database.uow(stage.clock)
    line = await line_of(stage, order)
    await manager.send("/paid 0123-0001 1")
    uow.save_line(order.id, with_term(replace(line, questionnaire="submitted", submitted_at=now), zone))
    await manager.wait_for("отмечена", timeout=40)
    with pytest.raises(Conflict):
        await uow.commit()
    uow = stage.app.database.uow(stage.clock)
    line = await line_of(stage, order)
    uow.save_line(order.id, with_term(replace(line, questionnaire="submitted", submitted_at=now), zone))
    await uow.commit()
    saved = await line_of(stage, order)
    assert saved.payment == "paid"
    assert saved.admit_by == add_working_days(now.astimezone(zone).date(), 3)


async def test_two_curators_admit_at_once(stage: Stage) -> None:
    """One by number and all by one tap at the same moment: everyone is admitted and told once."""
    lines = [student(stage, n, payment="paid", paid_at=stage.clock.now()) for n in range(12)]
    order = await put_order(stage, *lines)
    one, other = await stage.curator("Анна"), await stage.curator("Вера")
    for curator in (one, other):
        await curator.send("/admit")
        await curator.wait_for("Готовы к зачислению: 12", timeout=40)
    await asyncio.gather(one.press("1"), other.press("Зачислить всех (12)"), return_exceptions=False)
    await one.wait_for("Доступ", timeout=40)
    await other.wait_for("Зачислен", timeout=40)
    stored = await stage.app.database.uow(stage.clock).order(order.id)
    assert stored is not None
    assert all(line.admitted_at is not None for line in stored.lines)
    told = "SELECT count(*) FROM outbox WHERE kind = 'access_open'"
    assert await stage.app.database.run(lambda c: c.execute(text(told)).scalar()) == 12


async def test_access_within_the_undo_says_it_once(stage: Stage) -> None:
    """Admitted within the two minutes after the approval, the student hears of the access and not of the approval."""
    order = await put_order(
        stage,
        student(stage, 1, payment="paid", paid_at=stage.clock.now(), questionnaire="submitted"),
    )
    line, now = await line_of(stage, order), stage.clock.now()
    curator = await stage.curator()
    uow = stage.app.database.uow(stage.clock)
    uow.save_questionnaire(Questionnaire(line.id, order.id, {}, "submitted", submitted_at=now))
    await uow.commit()
    uow = stage.app.database.uow(stage.clock)
    found = await uow.questionnaire(line.id)
    assert found is not None
    acting = Acting(await uow.session(curator.id), curator.id, "Анна", now, ZoneInfo(stage.settings.school.timezone))
    await approve(uow, acting, line.id, found.version)
    await uow.commit()
    await curator.send("/admit")
    await curator.press("1", await curator.wait_for("Готовы к зачислению: 1", timeout=40))
    await curator.wait_for("Доступ открыт", timeout=40)
    told = "SELECT kind, state FROM outbox WHERE kind IN ('questionnaire_approved', 'access_open')"
    rows = await stage.app.database.run(lambda c: c.execute(text(told)).all())
    assert ("questionnaire_approved", "cancelled") in [tuple(row) for row in rows]
    assert "access_open" in [row[0] for row in rows]
