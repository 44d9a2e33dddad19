"""`/mail`: updates that broke the bot are shown, handled again and taken away."""

import asyncio
from typing import Any

import pytest
from aiogram.types import Update
from sqlalchemy import text

from bot.dispatch import Conversation
from sandbox.client import Message, Person
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import press_data
from tests.scenarios.steps import ORGANISATION, play


class Defect:
    """A defect that every text with «Ромашка» or «/support» brings out until it is mended."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.mended = False
        route = Conversation._route

        async def broken(me: Conversation, update: Update, talk: Any, uow: Any) -> None:
            words = (update.message.text if update.message else "") or ""
            if not self.mended and ("Ромашка" in words or "/support" in words):
                raise KeyError("тайна")
            await route(me, update, talk, uow)

        patch.setattr(Conversation, "_route", broken)


async def open_aside(stage: Stage, admin: Person, count: int) -> Message:
    """Open the first of so many updates, once they are set aside."""
    for _ in range(800):
        if await stage.app.database.inbox.aside_count() == count:
            break
        await asyncio.sleep(0.05)
    await admin.send("/mail")
    home = await admin.wait_for(f"Отложенные сообщения: {count}", timeout=40)
    await admin.press(f"Отложенные сообщения ({count})", home)
    return await admin.wait_for(f"Отложено 1 из {count}", timeout=40)


async def audited(stage: Stage, action: str) -> int:
    """Return how often the action is in the audit."""
    query = text("SELECT count(*) FROM audit WHERE action = :action")
    return int(await stage.app.database.run(lambda c: c.execute(query, {"action": action}).scalar_one()))


async def test_an_update_set_aside_is_shown_and_handled_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An administrator hears where to look, sees whose and what failed, and a retry lets the form go on."""
    defect = Defect(monkeypatch)
    admin, client = await stage.admin(), await stage.client()
    await play(client, ORGANISATION[:2])
    await client.send("ООО «Ромашка»")
    assert "Разобрать: /mail" in (await admin.wait_for("не удалось обработать", timeout=40)).text
    card = await open_aside(stage, admin, 1)
    for words in (
        "сообщение",
        f"Ирина, номер в Telegram {client.id}",
        "ООО «Ромашка»",
        "KeyError at ",
        "test_mail_aside",
    ):
        assert words in card.text
    assert "тайна" not in card.text
    await admin.press("Повторить", card)
    await admin.wait_for("Отложенных сообщений нет", timeout=40)
    again = await open_aside(stage, admin, 1)
    defect.mended = True
    await admin.press("Повторить", again)
    await client.wait_for("ИНН", timeout=40)
    assert await stage.app.database.inbox.aside_count() == 0
    assert await audited(stage, "update.retried") == 2


async def test_an_update_set_aside_is_taken_away_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """«Убрать» forgets what was said and shows the next one; the same button again says that there is nothing."""
    Defect(monkeypatch)
    admin, client = await stage.admin(), await stage.client()
    await play(client, ORGANISATION[:2])
    await client.send("ООО «Ромашка»")
    await admin.wait_for("не удалось обработать", timeout=40)
    await client.send("/support тайна")
    first = await open_aside(stage, admin, 2)
    await admin.press("Дальше ›", first)
    second = await admin.wait_for("Отложено 2 из 2", timeout=40)
    assert "команда" in second.text
    assert "тайна" not in second.text
    await admin.press("Убрать", second)
    left = await admin.wait_for("Отложено 1 из 1", timeout=40)
    data = next(button["data"] for row in left.buttons for button in row if button["text"] == "Убрать")
    await admin.press("Убрать", left)
    await admin.wait_for("Отложенных сообщений нет", timeout=40)
    assert "Здесь ничего не нашлось" in (await press_data(admin, data)).text
    query = text("SELECT count(*) FROM inbox WHERE payload LIKE '%omashka%' OR state = 'aside'")
    assert await stage.app.database.run(lambda c: c.execute(query).scalar_one()) == 0
    assert await audited(stage, "update.dropped") == 2


async def test_chats_without_personal_data_hold_no_words_of_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where chats hold no personal data the card has neither the name nor the text; a curator sees no such list."""
    await stage.reconfigure(personal_data={"in_chat": False})
    Defect(monkeypatch)
    admin, curator = await stage.admin(), await stage.curator()
    client = await stage.sandbox.person("Ирина")
    await client.send("ООО «Ромашка»")
    await admin.wait_for("не удалось обработать", timeout=40)
    card = await open_aside(stage, admin, 1)
    assert "KeyError" in card.text
    assert f"От кого: номер в Telegram {client.id}" in card.text
    assert "Ромашка" not in card.text
    await curator.send("/mail")
    assert "Отложенные" not in (await curator.wait_for("Почта", timeout=40)).text
