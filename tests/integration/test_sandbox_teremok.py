"""The sandbox and teremok, an independent checker of the Bot API's rules, refuse and take the same calls."""

from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from teremok import MockBot

from sandbox.client import Sandbox
from sandbox.server import SandboxServer

TOKEN = "4200042:sandbox-test"


def _board(**fields: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", **fields)]])


CASES: list[dict[str, Any]] = [
    {"text": "x"},
    {"text": ""},
    {"text": "я" * 4096},
    {"text": "я" * 4097},
    {"text": "😀" * 2048},
    {"text": "😀" * 2049},
    {"text": "x", "reply_markup": _board(callback_data="я" * 32)},
    {"text": "x", "reply_markup": _board(callback_data="я" * 32 + "1")},
    {"text": "x", "reply_markup": _board(callback_data="")},
    {"text": "x", "reply_markup": _board(url="https://example.ru/")},
    {"text": "x", "reply_markup": _board()},
    {"text": "x", "reply_markup": _board(callback_data="a", url="https://example.ru/")},
    *(
        {"text": text, "parse_mode": "HTML"}
        for text in (
            "<b>x</b>",
            "<b><i>x</i></b>",
            "<blockquote expandable>x</blockquote>",
            '<a href="https://example.ru">x</a>',
            '<pre><code class="language-python">x</code></pre>',
            '<span class="tg-spoiler">x</span>',
            "<tg-spoiler>x</tg-spoiler>",
            "&lt;x&gt; &amp; &quot;y&quot; &#1071;",
            "<x>y</x>",
            "<b>x",
            "<b>x</i>",
            "x</b>",
            "<b><i>x</b></i>",
            "1 < 2",
            "<span>x</span>",
        )
    ),
]


async def _verdict(bot: Bot, chat_id: int, case: dict[str, Any]) -> str:
    try:
        await bot.send_message(chat_id, **case)
    except TelegramBadRequest as refused:
        # Where entities break, teremok names no byte offsets: the kind of the refusal is compared.
        words = refused.message
        return next((kind for kind in ("can't parse entities", "inline keyboard button") if kind in words), words)
    return "taken"


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case)[:60])
async def test_same_verdict(case: dict[str, Any]) -> None:
    """Each call gets the same verdict from both."""
    server = SandboxServer(TOKEN, limits=False)
    await server.start()
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(server.base_url)))
    try:
        async with Sandbox(server.base_url) as sandbox:
            person = await sandbox.person("Ирина")
            await person.start()
            ours = await _verdict(bot, person.id, case)
        assert ours == await _verdict(MockBot(), person.id, case)
    finally:
        await bot.session.close()
        await server.stop()
