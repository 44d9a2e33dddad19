"""Results: a sheet goes out, comes back and is compared before it counts; documents on their way are told (D1, M2)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from sandbox.client import Message, Person
from school.order import Order
from tests.scenarios.admission_steps import bind, come, file_from, filled, line_of, put_order, rows_of, student
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import to_address

TRACKING = "10283512004231"
TEST, TRAINING, SENT = "Итоговое тестирование", "Обучение", "Номер отправления"


async def admitted_order(stage: Stage, count: int = 3, placed_by: int = 1) -> Order:
    """Put an order whose students are admitted already."""
    now = stage.clock.now()
    facts: dict[str, Any] = {
        "payment": "paid",
        "paid_at": now,
        "admitted_at": now,
        "training": "studying",
        "listed_at": now,
    }
    return await put_order(stage, *(student(stage, n, **facts) for n in range(count)), placed_by=placed_by)


async def sheet_of(stage: Stage, curator: Person) -> bytes:
    """Ask for the run's sheet and fetch it."""
    await curator.send("/results")
    await curator.press("1", await curator.wait_for("какой поток", timeout=40))
    message, content = await file_from(stage, curator)
    assert message.file is not None
    assert message.file["name"] == "itogi-osno-a-0.xlsx"
    return content


async def send_back(curator: Person, content: bytes) -> Message:
    """Send a filled sheet and wait for the preview."""
    await curator.upload(content, "итоги.xlsx")
    return await curator.wait_for(lambda said: said.has_button("Отмена") or said.has_button("Закрыть"), timeout=40)


async def test_a_sheet_goes_out_comes_back_and_counts_after_the_preview(stage: Stage) -> None:
    """The sheet holds the admitted; filled, it is compared, shown, and recorded by one tap, all are told."""
    client = await come(stage, "Ирина")
    order = await admitted_order(stage, placed_by=client.id)
    reader = await come(stage, "Любовь")
    await bind(stage, order, 1, reader)
    curator = await stage.curator()
    content = await sheet_of(stage, curator)
    rows = rows_of(content)
    assert [row[0] for row in rows[1:]] == ["0123-0001/2", "0123-0001/3", "0123-0001/1"]
    changes = {
        "0123-0001/1": {TEST: "сдано", TRAINING: "завершено", SENT: TRACKING},
        "0123-0001/2": {TEST: "зачёт", SENT: TRACKING},
        "0123-0001/3": {TEST: "почти", SENT: "10283512004232"},
    }
    shown = await send_back(curator, await filled(content, changes))
    assert "Изменим: 2 ученика" in shown.text
    assert "Итоговое тестирование: сдано — 2" in shown.text
    assert "Обучение: завершено — 1" in shown.text
    assert "0123-0001/1: тест не проходил → сдано" in shown.text
    assert "Эти строки пропустим" in shown.text
    assert (await line_of(stage, order)).test == "none"
    await curator.press("Применить", shown)
    done = await curator.wait_for("Записали: 2 ученика", timeout=40)
    assert not done.buttons
    first, second = await line_of(stage, order, 1), await line_of(stage, order, 2)
    assert (first.test, first.training, first.tracking) == ("passed", "finished", TRACKING)
    assert (second.test, second.training, second.tracking) == ("passed", "studying", TRACKING)
    assert (await line_of(stage, order, 3)).tracking is None
    assert TRACKING in (await reader.wait_for("Документы об обучении отправлены", timeout=40)).text
    letter = await stage.sandbox.wait_letter(to_address("student1@example.ru"), timeout=40)
    assert TRACKING in letter["text"]
    letter = await stage.sandbox.wait_letter(to_address("belova.i@yandex.ru"), timeout=40)
    assert "Соколова Анна Петровна" in letter["text"]
    assert "Лебедева Анна Петровна" in letter["text"]
    told = await client.wait_for("документы об обучении отправлены", timeout=40)
    assert "Соколова А. П." in told.text
    await curator.press("Применить", shown)
    await curator.wait_for("уже записаны или отменены", timeout=40)
    assert sum("документы об обучении отправлены" in m.text for m in await client.messages()) == 1


async def test_a_preview_compares_again_when_it_is_applied(stage: Stage) -> None:
    """What another curator has recorded since the preview is not recorded again."""
    order = await admitted_order(stage, 1)
    one, other = await stage.curator("Анна"), await stage.curator("Вера")
    content = await filled(await sheet_of(stage, one), {"0123-0001/1": {TEST: "сдано"}})
    shown = await send_back(one, content)
    await other.send("/student 0123-0001")
    await other.press("Тест", await other.wait_for("Итоговое тестирование: не проходил", timeout=40))
    await other.press("Сдано", await other.wait_for(lambda m: m.has_button("Не сдано"), timeout=40))
    await other.wait_for("Итоговое тестирование: сдано", timeout=40)
    await one.press("Применить", shown)
    await one.wait_for("Ничего не изменилось", timeout=40)
    assert (await line_of(stage, order)).test == "passed"


async def test_what_the_preview_did_not_show_stays(stage: Stage) -> None:
    """A sheet does not take back what another has recorded since the preview; what was shown is recorded."""
    order = await admitted_order(stage, 2)
    one = await stage.curator("Анна")
    changes = {"0123-0001/1": {TEST: "сдано"}, "0123-0001/2": {TEST: "сдано"}}
    shown = await send_back(one, await filled(await sheet_of(stage, one), changes))
    uow = stage.app.database.uow(stage.clock)
    uow.save_line(order.id, replace(await line_of(stage, order), training="finished"))
    uow.save_line(order.id, replace(await line_of(stage, order, 2), test="failed"))
    await uow.commit()
    await one.press("Применить", shown)
    done = await one.wait_for("Записали: 1 ученик", timeout=40)
    assert "записал иначе, его запись оставили: 0123-0001/2" in done.text
    first, second = await line_of(stage, order), await line_of(stage, order, 2)
    assert (first.test, first.training, second.test) == ("passed", "finished", "failed")


async def test_a_sheet_of_a_thousand(stage: Stage) -> None:
    """A thousand rows are compared and recorded in one go, and each student is told of the documents once."""
    await admitted_order(stage, 1000)
    curator = await stage.curator()
    content = await sheet_of(stage, curator)
    changes = {f"0123-0001/{n}": {TEST: "сдано", SENT: TRACKING} for n in range(1, 1001)}
    shown = await send_back(curator, await filled(content, changes))
    assert "Изменим: 1000 учеников" in shown.text
    await curator.press("Применить", shown)
    await curator.wait_for("Записали: 1000 учеников", timeout=60)
    told = "SELECT count(*) FROM outbox WHERE kind = 'documents_sent'"
    assert await stage.app.database.run(lambda c: c.execute(text(told)).scalar()) == 1000


async def test_unknown_students_and_foreign_files(stage: Stage) -> None:
    """A number nobody has is named, a file that is no sheet is refused, words in place of a file get the next step."""
    await admitted_order(stage, 1)
    await put_order(stage, student(stage, 7), sequence=2)
    curator = await stage.curator()
    content = await sheet_of(stage, curator)
    await curator.send("вот")
    await curator.wait_for("Ждём заполненный файл", timeout=40)
    await curator.upload(b"not a sheet at all", "итоги.xlsx")
    await curator.wait_for("не открывается как таблица", timeout=40)
    for reference, words in (("0123-0999/1", "Не нашли: 0123-0999/1"), ("0123-0002/1", "Ещё не зачислены")):
        changed = await filled(content, {"0123-0001/1": {"Номер": reference, TEST: "сдано"}})
        shown = await send_back(curator, changed)
        assert words in shown.text
        assert not shown.has_button("Применить")
    await curator.press("Закрыть")
    await curator.wait_for("ничего не записали", timeout=40)


async def test_one_student_by_hand(stage: Stage) -> None:
    """A curator sees all statuses of one student, sets each in two taps and types the post id, checked."""
    order = await admitted_order(stage, 2)
    curator = await stage.curator()
    await curator.send("/student 0123-0001")
    await curator.press("2", await curator.wait_for("кто?", timeout=40))
    shown = await curator.wait_for("заявка № 0123-0001/2", timeout=40)
    for words in ("Оплата: оплачено", "Анкета: подтверждена", "Обучение: учится", "ИНН 5039002841", "КПП 503901001"):
        assert words in shown.text
    await curator.press("Обучение", shown)
    await curator.press("Завершено", await curator.wait_for(lambda m: m.has_button("Отчислен"), timeout=40))
    shown = await curator.wait_for("обучение учится → завершено", timeout=40)
    await curator.press("Отправить документы", shown)
    await curator.wait_for("14 цифр с чека", timeout=40)
    await curator.send("10283512004232")
    await curator.wait_for("10283512004232", timeout=40)
    assert (await line_of(stage, order, 2)).tracking is None
    await curator.send("1028 3512 0042 31")
    await curator.wait_for("Номер отправления записан", timeout=40)
    assert (await line_of(stage, order, 2)).tracking == TRACKING
    letter = await stage.sandbox.wait_letter(to_address("student1@example.ru"), timeout=40)
    assert TRACKING in letter["text"]
    await stage.sandbox.wait_letter(to_address("belova.i@yandex.ru"), timeout=40)
    await curator.press("Ещё", await curator.wait_for("Номер отправления записан", after=0, timeout=40))
    more = await curator.wait_for("Что сделать?", timeout=40)
    assert more.labels() == ["Написать", "Изменить анкету", "← К ученику"]


async def test_nothing_is_recorded_before_admission(stage: Stage) -> None:
    """A student who is not admitted has no results: the button says so and names the next step."""
    order = await put_order(stage, student(stage, 0))
    curator = await stage.curator()
    await curator.send("/student 0123-0001")
    shown = await curator.wait_for("Зачисление: ждёт оплаты", timeout=40)
    await curator.press("Отправить документы", shown)
    await curator.wait_for("ещё не зачислен", timeout=40)
    await curator.press("Тест", shown)
    await curator.press("Сдано", await curator.wait_for(lambda m: m.has_button("Не сдано"), timeout=40))
    await curator.wait_for("ещё не зачислен", timeout=40)
    assert (await line_of(stage, order)).test == "none"


@pytest.mark.parametrize("part", ["manager", "stranger"])
async def test_others_get_nothing_by_old_buttons(stage: Stage, part: str) -> None:
    """The buttons of results do nothing for those who are neither curator nor administrator."""
    await admitted_order(stage, 1)
    admin = await stage.admin()
    await admin.send("/student 0123-0001")
    shown = await admin.wait_for("Итоговое тестирование", timeout=40)
    other = await (stage.manager() if part == "manager" else come(stage, "Чужой"))
    data = shown.data("Тест")
    for act in (data, str(data).replace("test?", "line"), str(data).replace("test?", "send?"), "rs:run:osno-a-0:"):
        told = await stage.sandbox.call(
            "POST", f"people/{other.id}/press", json={"message_id": (await other.last()).message_id, "data": act}
        )
        await other.wait_for("ничего не нашлось", after=told["revision"], timeout=40)


async def test_without_chat_data_results_go_one_by_one(stage: Stage) -> None:
    """With personal data kept out of chats no sheet is given or taken; the student's screen shows initials."""
    await stage.reconfigure(personal_data={"in_chat": False})
    await admitted_order(stage, 1)
    curator = await stage.curator()
    await curator.send("/results")
    await curator.wait_for("в переписке не отправляем", timeout=40)
    await curator.send("/student 0123-0001")
    shown = await curator.wait_for("Итоговое тестирование", timeout=40)
    assert "С. А. П." in shown.text
    assert "Анна" not in shown.text
