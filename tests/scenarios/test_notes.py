"""Notes beside an order: written from its card, kept of letters too, read by its staff only."""

from typing import Any

from sqlalchemy import text

from sandbox.client import Message, Person
from school.use_cases.note_order import LONGEST, Note, keep_note
from tests.scenarios.admission_steps import come, put_order, student
from tests.scenarios.conftest import Stage
from tests.scenarios.order_steps import NUMBER, audited
from tests.scenarios.test_admission import manager_elsewhere


async def open_notes(person: Person) -> Message:
    """Open the order's notes from its card, behind «Ещё» for who leads it."""
    await person.send(f"/status {NUMBER}")
    said = await person.wait_for(f"№ {NUMBER}", timeout=40)
    if "Ещё" in said.labels():
        await person.press("Ещё", said)
        said = await person.wait_for(lambda m: "Заметка" in m.labels(), timeout=40)
    await person.press("Заметка", said)
    return await person.wait_for("Заметки к заявке", timeout=40)


async def write(person: Person, words: str, answer: str) -> Message:
    """Write a note and wait for the answer."""
    await person.press("Написать", await open_notes(person))
    await person.wait_for("Пришлите заметку", timeout=40)
    await person.send(words)
    return await person.wait_for(answer, timeout=40)


async def test_a_note_is_kept_and_shown(stage: Stage) -> None:
    """Who wrote it and when stand beside it, escaped, on the card too; a note of a letter is in the same list."""
    manager, curator = await stage.manager(), await stage.curator()
    order = await put_order(stage, student(stage, 0))
    assert "Заметок пока нет" in (await open_notes(manager)).text
    said = await write(manager, "Клиент <просил> & ждёт\nперезвонить в среду", "✅ Записали заметку")
    assert "Клиент <просил> & ждёт" in said.text
    assert "10 марта" in said.text
    assert "Пётр" in said.text
    stage.clock.move(minutes=5)
    uow = stage.app.database.uow(stage.clock)
    keep_note(uow, order.id, Note("Из письма", "belova.i@yandex.ru", stage.clock.now()), "mail:belova.i@yandex.ru")
    await uow.commit()
    text_ = (await open_notes(curator)).text
    assert text_.index("Из письма") < text_.index("перезвонить в среду")
    await manager.send(f"/status {NUMBER}")
    await manager.wait_for("перезвонить в среду", timeout=40)
    assert (f"chat:{manager.id}", "order.note", "", "") in await audited(stage)


async def test_what_is_no_note(stage: Stage) -> None:
    """One too long is refused with its length and asked again; «Не писать» and a command end the question."""
    manager = await stage.manager()
    await put_order(stage, student(stage, 0))
    said = await write(manager, "а" * (LONGEST + 1), "2001")
    assert "Пришлите короче" in said.text
    await manager.send("Коротко")
    await manager.wait_for("✅ Записали заметку", timeout=40)
    await manager.press("Написать")
    asked = await manager.wait_for("Пришлите заметку", timeout=40)
    await manager.press("Не писать", asked)
    await manager.wait_for(lambda m: "Заметки к заявке" in m.text and "Коротко" in m.text, timeout=40)
    await manager.send("Это уже не заметка")
    await manager.wait_for(lambda m: m.sender == "bot" and "Записали" not in m.text, timeout=40)
    assert await count(stage) == 1


async def test_strangers_read_no_notes(stage: Stage) -> None:
    """A manager of another centre and a client get the answer of an absent order, by old buttons too."""
    order = await put_order(stage, student(stage, 0))
    manager = await stage.manager()
    await write(manager, "Тайное слово", "✅ Записали заметку")
    alien, client = await manager_elsewhere(stage), await come(stage, "Клиент")
    for person in (alien, client):
        last = await person.last()
        for act in ("open", "ask", "stop"):
            data = f"nt:{act}:{order.number}"
            await stage.sandbox.call(
                "POST", f"people/{person.id}/press", json={"message_id": last.message_id, "data": data}
            )
        await person.send("/help")
        await person.wait_for("/support", timeout=40)
        assert not [m for m in await person.messages() if "Тайное" in m.text or "Пришлите заметку" in m.text]


async def test_no_notes_where_chats_hold_nothing_personal(stage: Stage) -> None:
    """With `personal_data.in_chat` off notes are neither asked for nor shown, and the answer says where they are."""
    await stage.reconfigure(personal_data={"in_chat": False})
    manager = await stage.manager()
    order = await put_order(stage, student(stage, 0))
    uow = stage.app.database.uow(stage.clock)
    keep_note(uow, order.id, Note("Тайное слово", "belova.i@yandex.ru", stage.clock.now()), "mail:belova.i@yandex.ru")
    await uow.commit()
    await manager.send(f"/status {NUMBER}")
    said = await manager.wait_for(f"№ {NUMBER}", timeout=40)
    assert "Тайное" not in said.text
    await manager.press("Ещё", said)
    await manager.press("Заметка")
    said = await manager.wait_for("Заметки в этой переписке", timeout=40)
    assert "Тайное" not in said.text


async def count(stage: Stage) -> int:
    """Return how many notes are kept."""
    query: Any = text("SELECT count(*) FROM tokens WHERE kind = 'order_note'")
    return int(await stage.app.database.run(lambda c: c.execute(query).scalar_one()))
