"""Curators at the edges of a review: a way to open an approved questionnaire, texts that were meant for another."""

from dataclasses import replace

from bot.callbacks import review
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import count, dealt, hand_in, member, press_data, read, state_of, student
from tests.scenarios.test_review import has, until_told


async def test_approved_questionnaire_is_opened_from_the_student_s_message(stage: Stage) -> None:
    """A student who asks for a change after the approval gets it: the message leads to the card, the card opens it."""
    anna = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", anna)
    curator = await member(stage, "Петрова")
    await dealt(curator)
    await curator.press("Подтвердить")
    await curator.wait_for(has("Отменить решение"), timeout=40)
    await until_told(stage)
    await anna.wait_for("подтверждена", timeout=40, after=0)
    await press_data(anna, f"th:write:{handed.line_id}")
    await anna.send("Вышла замуж, поменяйте <b>фамилию</b>")
    await anna.wait_for("Отправили куратору", timeout=40)
    message = await curator.wait_for("Вышла замуж", timeout=40, after=0)
    assert "<b>фамилию</b>" in message.text
    await curator.press("Анкета", message)
    card = await curator.wait_for(has("Открыть для правки"), timeout=40)
    assert card.has_button("Оригиналы")
    await curator.press("Открыть для правки", card)
    await curator.wait_for("Что ученик может исправить", timeout=40)
    await curator.press("Фамилия")
    await curator.wait_for("Выбрано", timeout=40)
    await curator.press("Открыть ученику")
    await anna.wait_for("Анкету нужно исправить", timeout=40)
    assert (await state_of(stage, handed))[:2] == ("returned", "returned")
    await anna.press("Исправить")
    await anna.wait_for("Ваша фамилия", timeout=40)


async def test_admitted_student_s_questionnaire_stays_closed(stage: Stage) -> None:
    """An admitted student could not mend it, so nobody opens it: the card has no such button, an old one says no."""
    anna = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", anna)
    curator = await member(stage, "Петрова")
    await dealt(curator)
    await curator.press("Подтвердить")
    await curator.wait_for(has("Отменить решение"), timeout=40)
    await until_told(stage)
    uow = read(stage)
    order = await uow.order(handed.order_id)
    assert order is not None
    uow.save_line(order.id, replace(order.lines[0], admitted_at=stage.clock.now()))
    await uow.commit()
    await press_data(curator, review("open", handed.line_id))
    card = await curator.wait_for(has("Оригиналы"), after=0, timeout=40)
    assert not card.has_button("Открыть для правки")
    found = await read(stage).questionnaire(handed.line_id)
    assert found is not None
    data = review("reopen", handed.line_id, found.version)
    await curator._post("press", json={"message_id": card.message_id, "data": data})
    await curator.send("/queue")
    await curator.wait_for("Все анкеты проверены", timeout=40)
    assert (await state_of(stage, handed))[0] == "approved"


async def test_reason_left_open_goes_nowhere_after_a_command(stage: Stage) -> None:
    """A reason asked for and left, then /queue: what is typed next is taken for nothing and sent to nobody."""
    anna = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", anna)
    curator = await member(stage, "Петрова")
    await dealt(curator)
    await curator.press("Отклонить")
    await curator.wait_for("Почему отклоняем", timeout=40)
    await curator.press("Своими словами")
    await curator.wait_for("Напишите одним сообщением", timeout=40)
    await dealt(curator)
    await curator.send("Документ <b>поддельный</b>")
    await curator.wait_for("Не понял", timeout=40)
    assert (await state_of(stage, handed))[0] == "submitted"
    assert not count(await anna.messages(), "поддельный")


async def test_typed_reason_with_tags_reaches_the_student_as_typed(stage: Stage) -> None:
    """A reason with tags is shown as it was typed, to the curator before and to the student after."""
    anna = await student(stage, "Анна")
    await hand_in(stage, "Орлова Анна Петровна", anna)
    curator = await member(stage, "Петрова <i>")
    await dealt(curator)
    await curator.press("Отклонить")
    await curator.wait_for("Почему отклоняем", timeout=40)
    await curator.press("Своими словами")
    await curator.wait_for("Напишите одним сообщением", timeout=40)
    await curator.send("Снимок <не> тот & старый")
    sure = await curator.wait_for(has("Отклонить анкету"), timeout=40)
    assert "Снимок <не> тот & старый" in sure.text
    await curator.press("Отклонить анкету", sure)
    await curator.wait_for(has("Отменить решение"), timeout=40)
    await until_told(stage)
    told = await anna.wait_for("зачислить не получится", timeout=40, after=0)
    assert "Снимок <не> тот & старый" in told.text


async def test_undo_after_a_restart_and_twice(stage: Stage) -> None:
    """An undo works after the bot was started anew; a second press of it changes nothing and shows the card."""
    handed = await hand_in(stage, "Орлова Анна Петровна", await student(stage, "Анна"))
    curator = await member(stage, "Петрова")
    await dealt(curator)
    await curator.press("Подтвердить")
    own = await curator.wait_for(has("Отменить решение"), timeout=40)
    await stage.restart()
    data = own.data("Отменить решение")
    assert data is not None
    await curator.press("Отменить решение", own)
    await curator.wait_for(has("Подтвердить"), timeout=40)
    await curator._post("press", json={"message_id": own.message_id, "data": data})
    await curator.wait_for(has("Подтвердить"), timeout=40, after=0)
    assert (await state_of(stage, handed))[:2] == ("submitted", "submitted")
    await until_told(stage)
    assert not count(await curator.messages(), "не получилось")


async def test_curator_who_is_a_student_is_not_dealt_the_own_questionnaire(stage: Stage) -> None:
    """A curator's own questionnaire goes to another curator: nobody confirms their own diploma."""
    curator = await member(stage, "Петрова")
    handed = await hand_in(stage, "Петрова Анна Ильинична", curator)
    await curator.send("/queue")
    await curator.wait_for(lambda m: m.has_button("Проверить ещё раз"), timeout=40)
    told = await press_data(curator, review("ok", handed.line_id, 1))
    assert "другой куратор" in told.text
    assert (await state_of(stage, handed))[0] == "submitted"
    other = await member(stage, "Сидорова")
    assert "Петрова" in (await dealt(other)).text


async def test_long_text_is_not_sent_by_halves(stage: Stage) -> None:
    """Of a text of 5,000 characters, which Telegram cuts in two, neither part is sent; a short one later is."""
    anna = await student(stage, "Анна")
    handed = await hand_in(stage, "Орлова Анна Петровна", anna)
    curator = await member(stage, "Петрова")
    await press_data(anna, f"th:write:{handed.line_id}")
    await anna.send("а" * 4096)
    await anna.wait_for("длиннее 2 000 знаков", timeout=40)
    await anna.send("хвост " * 150)
    await anna.wait_for("продолжение длинного сообщения", timeout=40)
    stage.clock.move(seconds=30)
    await anna.send("Коротко")
    await anna.wait_for("Отправили куратору", timeout=40)
    await curator.wait_for("Коротко", timeout=40, after=0)
    assert not count(await curator.messages(), "хвост")
