"""The sandbox's client: people press, wait and read as the scenarios need it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.types import Message as Heard

from sandbox.client import Sandbox
from sandbox.server import SandboxServer

TOKEN = "4200042:sandbox-test"


def _board(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=t, callback_data=t) for t in labels]])


async def _hear(message: Heard) -> None:
    await message.answer(f"Вы сказали: {message.text}", reply_markup=_board("11", "1"))


async def _pressed(query: CallbackQuery) -> None:
    assert isinstance(query.message, Heard)
    await query.answer(f"Нажато {query.data}")
    await query.message.edit_text(f"Выбрано {query.data}")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox with an aiogram bot that polls it."""
    server = SandboxServer(TOKEN, limits=False)
    await server.start()
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(server.base_url)))
    dispatcher = Dispatcher()
    dispatcher.message.register(_hear)
    dispatcher.callback_query.register(_pressed)
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    async with Sandbox(server.base_url) as client:
        yield client
        # Only a bot that has begun to poll can be told to stop.
        await (await client.person("Последний")).start()
        while "sendMessage" not in await client.calls():
            pass
    await dispatcher.stop_polling()
    await polling
    await server.stop()


async def test_talk(sandbox: Sandbox) -> None:
    """A person is answered, an exact label beats one that contains it, and a stale look can be pressed again."""
    person = await sandbox.person("Ирина", phone="+79161234567", part="Клиент", hint="Заказывает")
    await person.start("x")
    asked = await person.wait_for("Вы сказали: /start x")
    assert (asked.sender, asked.has_button("1"), asked.edited) == ("bot", True, False)
    await person.press("1")
    chosen = await person.wait_for(lambda m: m.edited)
    assert (chosen.text, chosen.buttons) == ("Выбрано 1", [])
    await person.press("11", message=asked)
    await person.wait_for("Выбрано 11")
    assert [toast["text"] for toast in await person.toasts()] == ["Нажато 1", "Нажато 11"]
    assert await person.last() == (await person.messages())[-1]


async def test_many_people_at_once(sandbox: Sandbox) -> None:
    """Twenty people who talk at once get their own answers only."""

    async def one(number: int) -> None:
        person = await sandbox.person(f"Клиент {number}")
        await person.send(f"я {number}.")
        await person.wait_for(f"я {number}.")
        assert len(await person.messages()) == 2

    await asyncio.gather(*(one(n) for n in range(20)))
