"""The floor of `bench.conversation`: a bare aiogram bot that stores nothing and makes the same calls as the real one.

A text turns the bot's last message into plain words and sends the next, with buttons. A button does the same or, when
it is the one that replaces, only edits its message. The opening text is answered by two messages.
"""

import argparse
from html import escape
from typing import Any

import uvloop
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message

from bench.words import ASK_NEXT, LAST_WORDS, OPENING, REPLACE

_PLAIN: dict[str, Any] = {"parse_mode": "HTML", "link_preview_options": LinkPreviewOptions(is_disabled=True)}
_KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[
        [
            InlineKeyboardButton(text=ASK_NEXT, callback_data="ask"),
            InlineKeyboardButton(text=REPLACE, callback_data="r"),
        ],
        [
            InlineKeyboardButton(text="← Назад", callback_data="b"),
            InlineKeyboardButton(text="Отменить", callback_data="c"),
        ],
    ]
)


class HasText(Filter):
    """Passes text messages; asynchronous, as aiogram sends the other kind of filter to a thread."""

    async def __call__(self, message: Message) -> bool:
        """Tell whether the message has text."""
        return message.text is not None


class Echo:
    """Answers everything; all that it knows of a chat is its last message, in memory."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    async def text(self, message: Message, bot: Bot) -> None:
        """Answer a text by an edit and a message, the opening one by two messages."""
        chat, words = message.chat.id, message.text or ""
        last = self._last.get(chat)
        if words.startswith(OPENING) or last is None:
            await bot.send_message(chat, "Здравствуйте! Это бот, который отвечает на всё.", **_PLAIN)
        else:
            await self._becomes_fact(bot, chat, last, words)
        await self._next(bot, chat, words)

    async def button(self, query: CallbackQuery, bot: Bot) -> None:
        """Answer a button by an edit, and by a message unless it is the one that replaces."""
        assert query.message is not None
        chat, pressed = query.message.chat.id, query.message.message_id
        if query.data == "ask":
            await self._becomes_fact(bot, chat, pressed, query.data)
            await self._next(bot, chat, query.data)
        else:
            text = f"<b>Заменено.</b>\nКнопка {pressed} {LAST_WORDS}, теперь здесь другой вопрос."
            await bot.edit_message_text(text, chat_id=chat, message_id=pressed, reply_markup=_KEYBOARD, **_PLAIN)
        # Last, because a person waits for the words and not for this.
        await query.answer()

    async def _becomes_fact(self, bot: Bot, chat: int, message_id: int, words: str) -> None:
        text = f"✓ Ответ: <b>{escape(words)}</b>"
        await bot.edit_message_text(text, chat_id=chat, message_id=message_id, **_PLAIN)

    async def _next(self, bot: Bot, chat: int, words: str) -> None:
        text = f"<b>Следующий вопрос</b>\nПолучено: {escape(words)}. Напишите ответ или нажмите кнопку."
        sent = await bot.send_message(chat, text, reply_markup=_KEYBOARD, **_PLAIN)
        self._last[chat] = sent.message_id


async def run(token: str, api_server: str) -> None:
    """Poll by aiogram's own loop until SIGTERM."""
    echo = Echo()
    dispatcher = Dispatcher()
    dispatcher.message.register(echo.text, HasText())
    dispatcher.callback_query.register(echo.button)
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api_server)))
    await dispatcher.start_polling(bot, polling_timeout=50)


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--token", required=True)
    parser.add_argument("--api-server", required=True)
    given = parser.parse_args()
    uvloop.run(run(given.token, given.api_server))


if __name__ == "__main__":
    main()
