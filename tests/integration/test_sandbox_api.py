"""The sandbox's Bot API: what it refuses, in Telegram's words, and what an aiogram bot gets from it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat, TelegramRetryAfter
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from sandbox.client import Person, Sandbox
from sandbox.server import SandboxServer

TOKEN = "4200042:sandbox-test"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)
PARSE = "can't parse entities: "


@dataclass
class Place:
    """A sandbox without limits, a bot of aiogram and a person who has written."""

    server: SandboxServer
    sandbox: Sandbox
    bot: Bot
    person: Person
    session: aiohttp.ClientSession

    async def call(self, method: str, values: dict[str, Any], token: str = TOKEN) -> dict[str, Any]:
        """Call a method with JSON and return the whole answer."""
        async with self.session.post(f"{self.server.base_url}/bot{token}/{method}", json=values) as response:
            answer: dict[str, Any] = await response.json()
            assert answer["ok"] is (response.status == 200)
            return answer


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """Everything started and one person there."""
    server = SandboxServer(TOKEN, limits=False)
    await server.start()
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(server.base_url)))
    async with Sandbox(server.base_url) as sandbox, aiohttp.ClientSession() as session:
        person = await sandbox.person("Ирина", last_name="Белова")
        await person.start("sc_0123")
        yield Place(server, sandbox, bot, person, session)
    await bot.session.close()
    await server.stop()


def _button(**fields: str) -> dict[str, Any]:
    return {"reply_markup": {"inline_keyboard": [[{"text": "Кнопка", **fields}]]}}


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"text": ""}, "message text is empty"),
    ("sendMessage", {"text": " \n "}, "message text is empty"),
    ("sendMessage", {"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
    ("sendMessage", {"text": "я" * 4097}, "message is too long"),
    ("sendMessage", {"text": "😀" * 2049}, "message is too long"),
    ("sendMessage", {"text": "x", **_button(callback_data="я" * 33)}, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "x", **_button(callback_data="")}, "BUTTON_DATA_INVALID"),
    (
        "sendMessage",
        {"text": "x", **_button()},
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    ("sendMessage", {"text": "x", "chat_id": 1}, "chat not found"),
    ("sendMessage", {"text": "x", "chat_id": ""}, "chat_id is empty"),
    ("sendMessage", {"text": "x", "reply_parameters": {"message_id": 1}}, "message to be replied not found"),
    ("sendMessage", {"text": "x", "parse_mode": "Wiki"}, "unsupported parse_mode"),
    *(
        ("sendMessage", {"text": text, "parse_mode": "HTML"}, PARSE + words)
        for text, words in (
            ("я<x>", 'Unsupported start tag "x" at byte offset 2'),
            ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
            ("x</b>", "Unexpected end tag at byte offset 1"),
            ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
            ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
            ("x<b", "Unclosed start tag at byte offset 1"),
            ("<a href='x", 'Unclosed start tag "a" at byte offset 0'),
        )
    ),
    ("editMessageText", {"text": "x", "message_id": 1}, "message to edit not found"),
    ("editMessageReplyMarkup", {"message_id": 1}, "message to edit not found"),
    ("deleteMessage", {"message_id": 1}, "message to delete not found"),
    ("getFile", {"file_id": "nothing"}, "wrong file_id or the file is temporarily unavailable"),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        "query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "я" * 201}, "MESSAGE_TOO_LONG"),
    ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
    ("setMyCommands", {"commands": [{"command": "Заказ", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    ("sendMediaGroup", {"media": []}, "there are no messages to send"),
    ("setWebhook", {"url": "http://127.0.0.1/", "secret_token": "я"}, "secret token contains unallowed characters"),
]


@pytest.mark.parametrize(("method", "values", "words"), REFUSALS)
async def test_refusals(place: Place, method: str, values: dict[str, Any], words: str) -> None:
    """What Telegram refuses is refused with its code and words, and nothing reaches the chat."""
    answer = await place.call(method, {"chat_id": place.person.id, **values})
    assert (answer.get("error_code"), answer.get("description")) == (400, f"Bad Request: {words}")
    assert [m.sender for m in await place.person.messages()] == ["person"]


async def test_token_and_method_are_checked(place: Place) -> None:
    """A wrong token is unauthorized, for files too; an unknown method is not found."""
    assert await place.call("getMe", {}, "1:no") == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert (await place.call("fly", {}))["error_code"] == 404
    async with place.session.get(f"{place.server.base_url}/file/bot1:no/x") as response:
        assert response.status == 401


async def test_who_may_be_written_to(place: Place) -> None:
    """The bot writes neither first, nor to who has blocked it, nor to a group that has moved."""
    stranger = await place.sandbox.person("Олег")
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot can't initiate conversation with a user"):
        await place.bot.send_message(stranger.id, "x")
    await place.person.block()
    with pytest.raises(TelegramForbiddenError, match="Forbidden: bot was blocked by the user"):
        await place.bot.send_message(place.person.id, "x")
    await place.person.unblock()
    await place.bot.send_message(place.person.id, "x")
    group = (await place.sandbox.call("POST", "groups", json={"title": "Отдел"}))["id"]
    await place.bot.send_message(group, "x")
    moved = (await place.sandbox.call("POST", f"groups/{group}/migrate"))["id"]
    with pytest.raises(TelegramMigrateToChat) as refused:
        await place.bot.send_message(group, "x")
    assert refused.value.migrate_to_chat_id == moved
    await place.bot.send_message(moved, "x")
    assert await place.bot.leave_chat(moved)
    with pytest.raises(TelegramForbiddenError):
        await place.bot.send_message(moved, "x")


async def test_edits(place: Place) -> None:
    """An edit changes the text, refuses the same again, and drops the buttons that are not given."""
    board = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data="yes")]])
    sent = await place.bot.send_message(place.person.id, "<b>Да?</b>", parse_mode="HTML", reply_markup=board)
    with pytest.raises(TelegramBadRequest, match=NOT_MODIFIED):
        await sent.edit_text("<b>Да?</b>", parse_mode="HTML", reply_markup=board)
    edited = await sent.edit_text("Хорошо")
    assert not isinstance(edited, bool)
    assert edited.reply_markup is None
    assert edited.edit_date
    with pytest.raises(TelegramBadRequest, match="there is no caption in the message to edit"):
        await sent.edit_caption(caption="x")
    await sent.delete()
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await sent.edit_text("x")
    keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Мой номер", request_contact=True)]])
    asked = await place.bot.send_message(place.person.id, "Телефон?", reply_markup=keyboard)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await asked.edit_text("x")
    assert (await place.person.last()).keyboard == [[{"text": "Мой номер", "request_contact": True}]]


async def test_html_becomes_entities(place: Place) -> None:
    """Entities are counted in UTF-16 units, nested and trimmed, and the page gets the HTML back."""
    source = ' 😀<b>a<i>б</i></b> <a href="https://example.ru/?a=1&amp;b">в</a> <tg-spoiler>г</tg-spoiler> 1 &lt; 2 '
    sent = await place.bot.send_message(place.person.id, source, parse_mode="HTML")
    assert sent.text == "😀aб в г 1 < 2"
    found = [(e.type, e.offset, e.length) for e in sent.entities or []]
    assert found == [("bold", 2, 2), ("italic", 3, 1), ("text_link", 5, 1), ("spoiler", 7, 1)]
    assert (await place.person.last()).html == source.strip()


async def test_files(place: Place) -> None:
    """A document goes up and comes down the same; an album, a photo and a known id are sent; 20 MB is the limit."""
    person, bot = place.person, place.bot
    sent = await bot.send_document(person.id, BufferedInputFile("Счёт".encode(), "счёт.pdf"), caption="Вот")
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.mime_type) == ("счёт.pdf", "application/pdf")
    downloaded = await bot.download(sent.document)
    assert downloaded is not None
    assert downloaded.read().decode() == "Счёт"
    again = await bot.send_document(person.id, sent.document.file_id)
    assert again.document == sent.document
    photo = await bot.send_photo(person.id, BufferedInputFile(PNG, "p.png"))
    assert photo.photo is not None
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await bot.send_photo(person.id, BufferedInputFile(b"text", "p.png"))
    items = [
        InputMediaDocument(media=BufferedInputFile(b"x", f"{n}.txt"), caption=f"<b>{n}</b>", parse_mode=mode)
        for n, mode in (("1", "HTML"), ("2", None))
    ]
    album = await bot.send_media_group(person.id, list(items))
    assert [m.caption for m in album] == ["1", "<b>2</b>"]
    with pytest.raises(TelegramBadRequest, match="message caption is too long"):
        await bot.send_document(person.id, BufferedInputFile(b"x", "x.txt"), caption="я" * 1025)
    await person.upload(bytes(20 * 1024 * 1024 + 1), "big.bin")
    big = (await person.messages())[-1].file
    assert big is not None
    with pytest.raises(TelegramBadRequest, match="file is too big"):
        await bot.get_file(big["file_id"])


async def test_limits(place: Place) -> None:
    """With limits on the eleventh message of a burst is refused with the seconds to wait; edits count; off lets all."""
    await place.sandbox.settings(limits=True)
    sent = await place.bot.send_message(place.person.id, "0")
    for n in range(1, 6):
        await place.bot.send_message(place.person.id, str(n))
        if n < 5:
            await sent.edit_text(f"правка {n}")
    with pytest.raises(TelegramRetryAfter) as refused:
        await sent.edit_text("ещё")
    assert refused.value.retry_after == 1
    await place.sandbox.settings(limits=False)
    await sent.edit_text("ещё")


async def test_commands_and_chat(place: Place) -> None:
    """Commands live in their scopes and a person sees the narrowest; a chat is told with its names."""
    default, own = [BotCommand(command="order", description="Заявка")], [BotCommand(command="all", description="Все")]
    scope = BotCommandScopeChat(chat_id=place.person.id)
    await place.bot.set_my_commands(default)
    assert (await place.person.commands())[0]["command"] == "order"
    await place.bot.set_my_commands(own, scope=scope)
    assert [c.command for c in await place.bot.get_my_commands()] == ["order"]
    assert (await place.person.commands())[0]["command"] == "all"
    await place.bot.delete_my_commands(scope=scope)
    assert (await place.person.commands())[0]["command"] == "order"
    assert (await place.bot.get_chat(place.person.id)).last_name == "Белова"
    assert (await place.bot.me()).username == "school_sandbox_bot"
    assert await place.bot.send_chat_action(place.person.id, "typing")
    assert (await place.sandbox.calls())["getMe"] == 1


async def test_forms_and_queries_are_read(place: Place) -> None:
    """A call is understood as a query, a form and a multipart form with nested JSON as text."""
    url = f"{place.server.base_url}/bot{TOKEN}/sendMessage"
    board = '{"inline_keyboard":[[{"text":"Да","callback_data":"y"}]]}'
    values = {"chat_id": str(place.person.id), "text": "Привет", "reply_markup": board}
    with aiohttp.MultipartWriter("form-data") as parts:
        for name, value in values.items():
            parts.append(value).set_content_disposition("form-data", name=name)
    for how in ({"params": values}, {"data": values}, {"data": parts}):
        async with place.session.post(url, **how) as response:
            assert (await response.json())["result"]["text"] == "Привет"
        assert (await place.person.last()).has_button("Да")
