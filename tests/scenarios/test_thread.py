"""A student and the curators write to each other; nothing leaks between students."""

import asyncio

from sandbox.client import Person
from school.centre import Role
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import Handed, count, dealt, hand_in, member, press_data, student, withdraw


async def writes(person: Person, handed: Handed, text: str) -> None:
    """Let a student write to the curator by the button."""
    asked = await press_data(person, f"th:write:{handed.line_id}")
    assert "Сообщение куратору" in asked.text
    await person.send(text)
    await person.wait_for("Отправили куратору", timeout=40)


async def test_two_students_and_two_curators(stage: Stage) -> None:
    """Each answer goes to the student whose message it answers, by a reply and by the button alike."""
    anna, vera = await student(stage, "Анна"), await student(stage, "Вера")
    of_anna = await hand_in(stage, "Орлова Анна Петровна", anna)
    of_vera = await hand_in(stage, "Лебедева Вера Ильинична", vera)
    first, second = await member(stage, "Петрова"), await member(stage, "Сидорова")
    await asyncio.gather(writes(anna, of_anna, "Вопрос <Анны>"), writes(vera, of_vera, "Вопрос Веры"))
    to_first = {
        name: await first.wait_for(f"Вопрос {shown}", after=0, timeout=40)
        for name, shown in (("Анна", "<Анны>"), ("Вера", "Веры"))
    }
    await second.wait_for("Вопрос Веры", after=0, timeout=40)
    stage.clock.move(seconds=1)
    await first.send("Ответ Вере", reply_to=to_first["Вера"].message_id)
    await first.wait_for("Лебедева В. И.", timeout=40)
    await second.press("Ответить", await second.wait_for("Вопрос <Анны>", after=0, timeout=40))
    await second.wait_for("Ответ ученику: Орлова А. П.", timeout=40)
    await second.send("Ответ Анне")
    await second.wait_for("Ответ отправлен", timeout=40)
    heard = await vera.wait_for("Ответ Вере", after=0, timeout=40)
    await anna.wait_for("Ответ Анне", after=0, timeout=40)
    assert count(await anna.messages(), "Ответ Вере") == count(await vera.messages(), "Ответ Анне") == 0
    await vera.send("Спасибо", reply_to=heard.message_id)
    await first.wait_for("Спасибо", after=0, timeout=40)
    await vera.wait_for("Отправили куратору", timeout=40)
    assert count(await second.messages(), "Спасибо") == 0
    await first.send("Ответ Вере без ответа на сообщение")
    await first.wait_for("Не понял", timeout=40)
    assert count(await vera.messages(), "без ответа") == 0


async def test_the_one_who_decided_hears_first(stage: Stage) -> None:
    """A student's first message goes to the curator who decided; when that role has ended, to all who are left."""
    anna = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", anna)
    first, second = await member(stage, "Петрова"), await member(stage, "Сидорова")
    await dealt(second)
    await second.press("Подтвердить")
    await second.wait_for(lambda m: m.has_button("Отменить решение"), timeout=40)
    await writes(anna, handed, "Первый вопрос")
    told = await second.wait_for("Первый вопрос", after=0, timeout=40)
    assert count(await first.messages(), "Первый вопрос") == 0
    await withdraw(stage, second)
    await second.send("Поздний ответ", reply_to=told.message_id)
    await second.wait_for("ничего не нашлось", timeout=40)
    await writes(anna, handed, "Второй вопрос")
    await first.wait_for("Второй вопрос", after=0, timeout=40)
    assert count(await anna.messages(), "Поздний ответ") == count(await second.messages(), "Второй вопрос") == 0


async def test_strangers_write_into_no_conversation(stage: Stage) -> None:
    """Another student, a manager and a stranger cannot write into a conversation, nor open it by its button."""
    anna, vera = await student(stage, "Анна"), await student(stage, "Вера")
    handed = await hand_in(stage, "Орлова Анна Петровна", anna)
    await hand_in(stage, "Лебедева Вера Ильинична", vera)
    curator, manager = await member(stage, "Петрова"), await member(stage, "Пётр", Role.MANAGER)
    for person in (vera, manager):
        for act in ("write", "answer"):
            assert "ничего не нашлось" in (await press_data(person, f"th:{act}:{handed.line_id}")).text
    assert count(await curator.messages(), "Пишет ученик") == 0


async def test_only_text_of_bearable_length(stage: Stage) -> None:
    """A sticker, a file and a text of over 2,000 characters are refused with what to do, and the question stays."""
    anna = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", anna)
    curator = await member(stage, "Петрова")
    await press_data(anna, f"th:write:{handed.line_id}")
    await anna.sticker()
    await anna.wait_for("приложите к анкете", timeout=40)
    await anna.send("я" * 2001)
    await anna.wait_for("лишних 1 знак", timeout=40)
    await anna.send("я" * 2000)
    await anna.wait_for("Отправили куратору", timeout=40)
    await curator.wait_for("я" * 2000, after=0, timeout=40)
    await press_data(anna, f"th:write:{handed.line_id}")
    stage.clock.move(hours=2)
    await anna.send("совсем о другом")
    await anna.wait_for("никому не отправил", timeout=40)
    assert count(await curator.messages(), "о другом") == 0


async def test_answer_to_who_has_no_chat(stage: Stage) -> None:
    """A curator's text reaches a student who has not opened the bot by mail, and the curator is told so."""
    handed = await hand_in(stage, "Орлова Анна Петровна")
    curator = await member(stage, "Петрова")
    await press_data(curator, f"th:answer:{handed.line_id}")
    await curator.send("Пришлите диплом целиком")
    assert "письмо" in (await curator.wait_for("Ответ отправлен", timeout=40)).text
    letter = await stage.sandbox.wait_letter(lambda found: "Пришлите диплом целиком" in found["text"])
    assert "Орлова" not in letter["subject"]
