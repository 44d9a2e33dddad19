"""The people of the sandbox as the tests and the story use them."""

import asyncio

import pytest

from sandbox.client import NoSuchButton, NotSaid, SandboxError
from tests.integration.test_sandbox_stage import table


def _keys(*labels: str) -> dict[str, object]:
    return {"inline_keyboard": [[{"text": label, "callback_data": label[:20]}] for label in labels]}


async def test_the_newest_fitting_button_is_pressed() -> None:
    """Among messages the newest wins, within one the exact label before the one that contains it."""
    async with table() as t:
        await t.say("Старое", reply_markup=_keys("Удалить"))
        await t.say("Новое", reply_markup=_keys("Удалить ученика", "Удалить"))
        await t.say("Без кнопок")
        await t.person.press("Удалить")
        query = (await t.ok("getUpdates"))[-1]["callback_query"]
        assert (query["message"]["text"], query["data"]) == ("Новое", "Удалить")


async def test_a_missing_button_is_told_with_what_there_is() -> None:
    """The error lists the last messages of the bot and their buttons."""
    async with table() as t:
        await t.say("Вопрос", reply_markup=_keys("Да"))
        with pytest.raises(NoSuchButton, match=r"(?s)«Нет».*Вопрос.*\[Да\]"):
            await t.person.press("Нет", settle=0)
        with pytest.raises(NoSuchButton, match="in this message"):
            await t.person.press("Нет", message=await t.person.last())


async def test_waiting_sees_only_what_came_after_the_last_action() -> None:
    """An old message does not answer a new action; an edit of it does; `after=0` looks at all."""
    async with table() as t:
        number = (await t.say("Счёт готов"))["message_id"]
        await t.person.send("Ещё раз")
        with pytest.raises(NotSaid, match=r"(?s)«Счёт».*Ещё раз"):
            await t.person.wait_for("Счёт", timeout=0.05)
        assert (await t.person.wait_for("Счёт", after=0)).message_id == number
        waiting = asyncio.create_task(t.person.wait_for("Счёт"))
        await t.ok("editMessageText", chat_id=t.person.id, message_id=number, text="Счёт отправлен")
        assert (await waiting).text == "Счёт отправлен"


async def test_a_press_waits_for_the_bots_answer_to_the_action_before() -> None:
    """A press right after another action is made on what the bot says to that action."""
    async with table() as t:
        await t.say("Шаг 1", reply_markup=_keys("Дальше"))
        await t.person.press("Дальше")
        second = asyncio.create_task(t.person.press("Дальше", settle=5))
        await t.say("Шаг 2", reply_markup=_keys("Дальше"))
        await second
        assert (await t.ok("getUpdates"))[-1]["callback_query"]["message"]["text"] == "Шаг 2"


async def test_a_person_who_has_blocked_the_bot_cannot_write() -> None:
    """A blocked chat takes nothing from the person until it is unblocked."""
    async with table() as t:
        await t.person.block()
        with pytest.raises(SandboxError, match="409"):
            await t.person.send("а")
        await t.person.unblock()
        await t.person.send("а")
        people = await t.sandbox.call("GET", "people")
        assert [(p["first_name"], p["phone"], p["blocked"]) for p in people] == [("Ирина", "+79161234567", False)]
