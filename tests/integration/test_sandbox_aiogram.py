"""A real aiogram bot on the sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)

from sandbox.client import NotSaid
from tests.integration.test_sandbox_stage import PNG, TOKEN, Table, table

YES = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data="yes")]])


@asynccontextmanager
async def bot_on(t: Table) -> AsyncIterator[Bot]:
    """Open an aiogram bot with HTML on the sandbox."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(t.server.base_url))
    bot = Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    try:
        yield bot
    finally:
        await session.close()


async def test_messages_are_sent_edited_and_deleted() -> None:
    """What aiogram sends is what the person sees, with its mark-up, buttons and changes."""
    async with table() as t, bot_on(t) as bot:
        sent = await bot.send_message(t.person.id, "Здравствуйте, <b>Ирина</b> &amp; Ко", reply_markup=YES)
        assert sent.text == "Здравствуйте, Ирина & Ко"
        assert sent.html_text == "Здравствуйте, <b>Ирина</b> &amp; Ко"
        seen = await t.person.wait_for("Ирина")
        assert seen.has_button("Да")
        assert seen.html == "Здравствуйте, <b>Ирина</b> &amp; Ко"
        edited = await bot.edit_message_text("Готово", chat_id=t.person.id, message_id=sent.message_id)
        assert isinstance(edited, Message)
        assert edited.reply_markup is None
        assert (await t.person.wait_for("Готово")).edited
        marked = await bot.edit_message_reply_markup(chat_id=t.person.id, message_id=sent.message_id, reply_markup=YES)
        assert isinstance(marked, Message)
        assert marked.reply_markup is not None
        assert marked.reply_markup.model_dump(exclude_none=True) == YES.model_dump(exclude_none=True)
        assert await bot.delete_message(t.person.id, sent.message_id)
        with pytest.raises(NotSaid):
            await t.person.last()


async def test_html_becomes_entities() -> None:
    """Entities are counted in UTF-16 units, nested and trimmed, and the person gets the HTML back."""
    source = ' 😀<b>a<i>б</i></b> <a href="https://example.ru/?a=1&amp;b">в</a> <tg-spoiler>г</tg-spoiler> 1 &lt; 2 '
    async with table() as t, bot_on(t) as bot:
        sent = await bot.send_message(t.person.id, source)
        assert sent.text == "😀aб в г 1 < 2"
        found = [(e.type, e.offset, e.length) for e in sent.entities or []]
        assert found == [("bold", 2, 2), ("italic", 3, 1), ("text_link", 5, 1), ("spoiler", 7, 1)]
        assert (await t.person.last()).html == source.strip()


async def test_files_go_both_ways() -> None:
    """A bot's document and album reach the person, a person's file reaches the bot byte for byte."""
    async with table() as t, bot_on(t) as bot:
        file = BufferedInputFile("Счёт".encode(), "Счёт № 1.pdf")
        sent = await bot.send_document(t.person.id, file, caption="<i>Счёт</i>")
        assert sent.document is not None
        assert (sent.document.file_name, sent.document.mime_type) == ("Счёт № 1.pdf", "application/pdf")
        again = await bot.send_document(t.person.id, sent.document.file_id)
        assert again.document == sent.document
        changed = await bot.edit_message_caption(chat_id=t.person.id, message_id=sent.message_id, caption="Новая")
        assert isinstance(changed, Message)
        assert changed.caption == "Новая"
        album = await bot.send_media_group(
            t.person.id,
            [InputMediaDocument(media=BufferedInputFile(b"x", f"{n}.txt"), caption=f"{n}") for n in range(2)],
        )
        assert album[0].media_group_id == album[1].media_group_id
        photo = await bot.send_photo(t.person.id, BufferedInputFile(PNG, "p.png"), reply_markup=YES)
        assert photo.photo
        copied = await bot.copy_message(t.person.id, t.person.id, sent.message_id)
        assert copied.message_id > photo.message_id

        await t.person.upload(b"\x00\x01data", "Скан.pdf", caption="Вот")
        update = (await bot.get_updates())[-1]
        assert update.message is not None
        assert update.message.document is not None
        assert (update.message.document.file_name, update.message.caption) == ("Скан.pdf", "Вот")
        got = await bot.download(update.message.document, BytesIO())
        assert got is not None
        assert got.read() == b"\x00\x01data"


async def test_a_large_file_and_one_by_its_path_arrive(tmp_path: Path) -> None:
    """Three megabytes from a path come through whole, under the file's own name."""
    content = bytes(range(256)) * 12 * 1024
    path = tmp_path / "Большой скан.pdf"
    path.write_bytes(content)
    async with table() as t, bot_on(t) as bot:
        await t.person.upload(path)
        message = (await bot.get_updates())[-1].message
        assert message is not None
        assert message.document is not None
        assert message.document.file_name == "Большой скан.pdf"
        got = await bot.download(message.document, BytesIO())
        assert got is not None
        assert got.read() == content


async def test_what_a_person_does_reaches_the_bot() -> None:
    """A contact, a voice, a sticker, a forward, a reply, an edit, a photo and a block are Telegram's objects."""
    async with table() as t, bot_on(t) as bot:
        first = await t.person.send("Раз")
        await t.person.edit(first, "Два")
        await t.person.send("Ответ", reply_to=first)
        await t.person.send("Чужое", forward=True)
        await t.person.share_contact()
        await t.person.contact("+79990000000", "Пётр")
        await t.person.voice()
        await t.person.sticker()
        await t.person.upload(PNG, "p.png", "photo")
        await t.person.block()
        updates = (await bot.get_updates())[1:]
        assert updates[1].edited_message is not None
        assert updates[1].edited_message.text == "Два"
        messages = [u.message for u in updates if u.message]
        assert messages[1].reply_to_message is not None
        assert messages[2].forward_origin is not None
        contact = messages[3].contact
        assert contact is not None
        assert (contact.user_id, contact.phone_number) == (t.person.id, "+79161234567")
        others = messages[4].contact
        assert others is not None
        assert others.user_id is None
        assert messages[5].voice
        assert messages[6].sticker
        assert messages[7].photo
        member = updates[-1].my_chat_member
        assert member is not None
        assert member.new_chat_member.status == "kicked"
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(t.person.id, "а")


async def test_a_pressed_button_carries_the_whole_message() -> None:
    """The query has the message as it was; its answer is a toast; a deleted message is inaccessible."""
    async with table() as t, bot_on(t) as bot:
        sent = await bot.send_message(t.person.id, "Да?", reply_markup=YES)
        await t.person.press("Да")
        query = (await bot.get_updates())[-1].callback_query
        assert isinstance(query, CallbackQuery)
        assert isinstance(query.message, Message)
        assert (query.data, query.message.text) == ("yes", "Да?")
        assert query.message.reply_markup is not None
        assert await bot.answer_callback_query(query.id, "Записали", show_alert=True)
        assert (await t.person.toasts())[0]["alert"] is True
        seen = await t.person.last()
        await bot.delete_message(t.person.id, sent.message_id)
        await t.person.press("Да", message=seen)
        late = (await bot.get_updates())[-1].callback_query
        assert late is not None
        assert late.message is not None
        assert not isinstance(late.message, Message)


async def test_commands_chat_and_keyboards() -> None:
    """The narrowest scope is the person's menu; a chat is told in full; a reply keyboard is seen."""
    async with table() as t, bot_on(t) as bot:
        await bot.set_my_commands([BotCommand(command="start", description="Начать")])
        scope = BotCommandScopeChat(chat_id=t.person.id)
        await bot.set_my_commands([BotCommand(command="order", description="Заявка")], scope=scope)
        assert [c["command"] for c in await t.person.commands()] == ["order"]
        assert [c.command for c in await bot.get_my_commands(scope=scope)] == ["order"]
        await bot.delete_my_commands(scope=scope)
        assert [c["command"] for c in await t.person.commands()] == ["start"]
        chat = await bot.get_chat(t.person.id)
        assert (chat.first_name, chat.last_name) == ("Ирина", "Белова")
        assert await bot.send_chat_action(t.person.id, "typing")
        keys = ReplyKeyboardMarkup(
            keyboard=[[KeyboardButton(text="Телефон", request_contact=True)], [KeyboardButton(text="Нет")]]
        )
        await bot.send_message(t.person.id, "Телефон?", reply_markup=keys)
        seen = await t.person.last()
        assert seen.keyboard == [[{"text": "Телефон", "request_contact": True}], ["Нет"]]


async def test_the_limit_is_aiograms_retry_after() -> None:
    """aiogram understands the refusal and how long to wait."""
    async with table(limits=True) as t, bot_on(t) as bot:
        for n in range(10):
            await bot.send_message(t.person.id, f"{n}")
        with pytest.raises(TelegramRetryAfter) as refused:
            await bot.send_message(t.person.id, "10")
        assert refused.value.retry_after == 1
