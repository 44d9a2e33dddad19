"""`/stats`: figures of the own centre and of all, on the screen, as a picture and as XLSX."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

from openpyxl import load_workbook
from PIL import Image

from paper.stats_picture import HEIGHT, WIDTH
from school.closing import Act
from tests.scenarios.admission_steps import OTHER, file_from, put_order, student
from tests.scenarios.conftest import Stage
from tests.scenarios.test_link import manages_too
from wording.stats import STAGE_NAMES

COUNTS = {0: [2, 1, 0, 0, 0, 1], 1: [0, 0, 0, 0, 1, 0], 6: [0, 1, 1, 1, 0, 0]}
GAPS: list[list[object]] = [
    ["Что считаем", "Медиана, дней", "По скольким ученикам"],
    ["От заявки до оплаты", None, 0],
    ["От заявки до анкеты", None, 0],
    ["От оплаты и анкеты до зачисления", 1, 1],
    ["От зачисления до конца обучения", 30, 1],
    ["От конца обучения до документов", 8, 1],
]
FOREIGN = "Такого центра среди ваших нет"


async def world(stage: Stage) -> None:
    """Put two orders of the usual centre: one student went the whole way, one has paid, one has only begun."""
    now = stage.clock.now()
    ended = (now - timedelta(days=8)).date()
    done = student(
        stage, 1, payment="paid", paid_at=now - timedelta(days=40), admitted_at=now - timedelta(days=38), ends=ended,
        training="finished",
    )  # fmt: skip
    paid = student(stage, 2, payment="paid", paid_at=now - timedelta(days=1), questionnaire="submitted")
    order = await put_order(stage, done, paid)
    await put_order(stage, student(stage, 3, questionnaire="not_started", submitted_at=None), sequence=2)
    uow = stage.app.database.uow(stage.clock)
    act = Act(uuid4().hex, order.id, "0123", done.run, ended, (done.id,), scan="uploaded", uploaded_on=now.date())
    uow.save_act(replace(act, received_on=now.date()))
    questionnaire = await uow.questionnaire(done.id)
    assert questionnaire is not None
    uow.save_questionnaire(replace(questionnaire, decided_at=now - timedelta(days=39)))
    await uow.commit()


async def test_the_centre_in_short_and_in_files(stage: Stage) -> None:
    """A manager sees the totals of the weeks, and gets them as a picture and as a table with the same numbers."""
    await world(stage)
    manager = await stage.manager()
    await manager.send("/stats")
    shown = await manager.wait_for("Статистика: 0123", timeout=40)
    assert "Заявки: 2 · эта неделя 2, прошлая 0" in shown.text
    assert "Оплачены: 2 · эта неделя 1, прошлая 0" in shown.text
    for name in ("Анкеты подтверждены: 1", "Зачислены: 1", "Закончили обучение: 1", "Документы закрыты: 1"):
        assert name in shown.text
    assert "От конца обучения до документов: 8 дней" in shown.text
    await manager.press("Картинка", shown)
    message, content = await file_from(stage, manager)
    assert "Статистика на 10 марта" in message.text
    assert Image.open(BytesIO(content)).size == (WIDTH, HEIGHT)
    await manager.press("XLSX", shown)
    _, content = await file_from(stage, manager)
    weeks, gaps = load_workbook(BytesIO(content)).worksheets
    rows: list[list[Any]] = [[cell.value for cell in row] for row in weeks.iter_rows()]
    assert rows[0] == ["Неделя с", "Неделя по", *STAGE_NAMES.values()]
    monday = stage.clock.now().date() - timedelta(days=stage.clock.now().weekday())
    for back, row in enumerate(reversed(rows[1:-1])):
        assert [row[0].date(), row[1].date()] == [monday - timedelta(weeks=back), monday + timedelta(days=6 - 7 * back)]
        assert row[2:] == COUNTS.get(back, [0] * 6)
    assert len(rows) == 14
    assert rows[-1] == ["Всего", None, 2, 2, 1, 1, 1, 1]
    assert [[cell.value for cell in row] for row in gaps.iter_rows()] == GAPS
    kinds = {cell.data_type for sheet in (weeks, gaps) for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}


async def test_the_school_and_one_centre(stage: Stage) -> None:
    """Curators and administrators see all centres together, and any one by its number."""
    await world(stage)
    await stage.app.database.save_centre(OTHER)
    for person in (await stage.curator(), await stage.admin()):
        await person.send("/stats")
        assert "Заявки: 2" in (await person.wait_for("Все центры", timeout=40)).text
        await person.send("/stats 0777")
        shown = await person.wait_for("Статистика: 0777", timeout=40)
        assert "Заявки: 0" in shown.text
        await person.press("Все центры", shown)
        await person.wait_for("Заявки: 2", timeout=40)
        await person.send("/stats 0999")
        await person.wait_for(FOREIGN, timeout=40)


async def test_managers_see_their_own_only(stage: Stage) -> None:
    """A foreign centre and an absent one read the same, by command and by button; clients have no figures at all."""
    await world(stage)
    manager = await stage.manager()
    await stage.app.database.save_centre(OTHER)
    said = set()
    for number in ("0777", "0999"):
        await manager.send(f"/stats {number}")
        said.add((await manager.wait_for(FOREIGN, timeout=40)).text)
    await manager.send("/stats")
    shown = await manager.wait_for("Статистика: 0123", timeout=40)
    pressed = set()
    for data in ("ss:open:0777", "ss:open:0999", "ss:xlsx:0777", "ss:picture:0999"):
        seen = (await manager.last()).rev
        told = {"message_id": shown.message_id, "data": data}
        await stage.sandbox.call("POST", f"people/{manager.id}/press", json=told)
        pressed.add((await manager.wait_for("ничего не нашлось", after=seen, timeout=40)).text)
    assert (len(said), len(pressed)) == (1, 1)
    await manages_too(stage, manager, OTHER)
    await manager.send("/stats")
    await manager.press("Центр 0777", await manager.wait_for("Статистика: 0123", timeout=40))
    await manager.wait_for("Статистика: 0777", timeout=40)
    nobody = await stage.sandbox.person("Никто")
    await nobody.send("/stats")
    await nobody.wait_for("ничего не нашлось", timeout=40)
