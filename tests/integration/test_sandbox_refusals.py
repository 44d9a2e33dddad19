"""Every refusal of the sandbox in Telegram's words."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sandbox import state
from sandbox.entities import units
from sandbox.limits import Limiter
from sandbox.methods_edit import NOT_MODIFIED
from sandbox.updates import Json
from tests.integration.test_sandbox_stage import PNG, Table, table


def _button(**action: Any) -> Json:
    return {"inline_keyboard": [[{"text": "Да", **action}]]}


def _parse(words: str) -> str:
    return f"Bad Request: can't parse entities: {words}"


TEXTS: list[tuple[Json, str]] = [
    ({"text": ""}, "Bad Request: message text is empty"),
    ({"text": " \n "}, "Bad Request: message text is empty"),
    ({"text": "<b> </b>", "parse_mode": "HTML"}, "Bad Request: message text is empty"),
    ({"text": "а" * 4097}, "Bad Request: message is too long"),
    ({"text": "😀" * 2049}, "Bad Request: message is too long"),
    ({"text": "а", "parse_mode": "Нет"}, "Bad Request: unsupported parse_mode"),
    ({"text": "а<b>б", "parse_mode": "HTML"}, _parse('Can\'t find end tag corresponding to start tag "b"')),
    ({"text": "<div>б</div>", "parse_mode": "HTML"}, _parse('Unsupported start tag "div" at byte offset 0')),
    ({"text": "я</b>", "parse_mode": "HTML"}, _parse("Unexpected end tag at byte offset 2")),
    (
        {"text": "<b>я</i>", "parse_mode": "HTML"},
        _parse('Unmatched end tag at byte offset 5, expected "</b>", found "</i>"'),
    ),
    ({"text": "5 < 6", "parse_mode": "HTML"}, _parse('Unsupported start tag "" at byte offset 2')),
    ({"text": "x<b", "parse_mode": "HTML"}, _parse("Unclosed start tag at byte offset 1")),
    ({"text": "<a href='x", "parse_mode": "HTML"}, _parse('Unclosed start tag "a" at byte offset 0')),
    ({"text": "а", "reply_markup": _button(callback_data="")}, "Bad Request: BUTTON_DATA_INVALID"),
    (
        {"text": "аб", "entities": [{"type": "bold", "offset": 1, "length": 2}]},
        "Bad Request: entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 2",
    ),
    ({"text": "а", "reply_markup": _button(callback_data="d" * 65)}, "Bad Request: BUTTON_DATA_INVALID"),
    ({"text": "а", "reply_markup": _button(callback_data="ж" * 33)}, "Bad Request: BUTTON_DATA_INVALID"),
    (
        {"text": "а", "reply_markup": _button()},
        "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        {"text": "а", "reply_markup": _button(url="нет адреса")},
        "Bad Request: inline keyboard button URL 'нет адреса' is invalid: Wrong HTTP URL",
    ),
    (
        {"text": "а", "reply_markup": _button(web_app={"url": "http://a.ru"})},
        "Bad Request: inline keyboard button Web App URL 'http://a.ru' is invalid: Only HTTPS links are allowed",
    ),
    ({"text": "а", "reply_parameters": {"message_id": 1}}, "Bad Request: message to be replied not found"),
    ({"text": "а", "chat_id": 1}, "Bad Request: chat not found"),
    ({"text": "а", "chat_id": "@nobody"}, "Bad Request: chat not found"),
    ({"text": "а", "chat_id": ""}, "Bad Request: chat_id is empty"),
]


@pytest.mark.parametrize(("values", "words"), TEXTS, ids=range(len(TEXTS)))
async def test_a_text_is_refused(values: Json, words: str) -> None:
    """A message that Telegram would not take is refused with its words and leaves no trace."""
    async with table() as t:
        told = await t.raw("sendMessage", {"chat_id": t.person.id, **values})
        assert (told["error_code"], told["description"]) == (400, words)
        assert [m.sender for m in await t.person.messages()] == ["person"]


async def test_a_page_opens_inside_private_chats_only() -> None:
    """A button that opens a page inside Telegram is taken in a private chat and refused in a group."""
    async with table() as t:
        markup = _button(web_app={"url": "https://a.ru"})
        sent = await t.say("а", reply_markup=markup)
        assert sent["reply_markup"] == markup
        group = t.server.world.add_group("Центр")
        told = await t.raw("sendMessage", {"chat_id": group.id, "text": "а", "reply_markup": markup})
        assert told["description"] == "Bad Request: BUTTON_TYPE_INVALID"
        plain = await t.ok("sendMessage", chat_id=group.id, text="а", reply_markup=_button(url="https://a.ru"))
        edit = {"chat_id": group.id, "message_id": plain["message_id"], "text": "б", "reply_markup": markup}
        assert (await t.raw("editMessageText", edit))["description"] == "Bad Request: BUTTON_TYPE_INVALID"


async def test_lengths_are_measured_after_parsing() -> None:
    """Tags and references cost nothing: 4096 units pass, and offsets are counted in UTF-16."""
    async with table() as t:
        sent = await t.say(f"<b>😀</b>{'&lt;' * 4094}", parse_mode="HTML")
        assert units(sent["text"]) == 4096
        assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 2}]


CALLS: list[tuple[str, Json, str]] = [
    ("sendDocument", {}, "Bad Request: there is no document in the request"),
    (
        "sendDocument",
        {"document": "nothing"},
        "Bad Request: wrong remote file identifier specified: can't unserialize it",
    ),
    ("sendDocument", {"document": "x", "caption": "а" * 1025}, "Bad Request: message caption is too long"),
    ("sendPhoto", {}, "Bad Request: there is no photo in the request"),
    ("sendMediaGroup", {"media": []}, "Bad Request: there are no messages to send"),
    (
        "sendMediaGroup",
        {"media": [{"type": "photo", "media": "x"}] * 11},
        "Bad Request: too many messages to send as an album",
    ),
    (
        "sendMediaGroup",
        {"media": [{"type": "photo", "media": "x"}, {"type": "document", "media": "x"}]},
        "Bad Request: document can't be mixed with other media types",
    ),
    ("editMessageText", {"message_id": 1, "text": "а"}, "Bad Request: message to edit not found"),
    ("editMessageText", {"text": "а"}, "Bad Request: message identifier is not specified"),
    ("editMessageReplyMarkup", {"message_id": 1}, "Bad Request: message to edit not found"),
    ("deleteMessage", {"message_id": 1}, "Bad Request: message to delete not found"),
    ("copyMessage", {"from_chat_id": 1, "message_id": 1}, "Bad Request: chat not found"),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "а" * 201}, "Bad Request: MESSAGE_TOO_LONG"),
    ("getFile", {"file_id": "x"}, "Bad Request: wrong file_id or the file is temporarily unavailable"),
    ("sendChatAction", {"action": "dancing"}, "Bad Request: wrong parameter action in request"),
    ("leaveChat", {}, "Bad Request: chat member status can't be changed in private chats"),
    ("getChat", {"chat_id": 5}, "Bad Request: chat not found"),
    ("setMyCommands", {"commands": [{"command": "Ж", "description": "а"}]}, "Bad Request: BOT_COMMAND_INVALID"),
    (
        "setMyCommands",
        {"commands": [{"command": "a", "description": ""}]},
        "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    (
        "setWebhook",
        {"url": "http://example.ru/hook"},
        "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
    ),
    (
        "setWebhook",
        {"url": "https://example.ru", "secret_token": "с ю"},
        "Bad Request: secret token contains unallowed characters",
    ),
]


@pytest.mark.parametrize(("method", "values", "words"), CALLS, ids=range(len(CALLS)))
async def test_a_call_is_refused(method: str, values: Json, words: str) -> None:
    """A call that Telegram would not take is refused with code 400 and its words."""
    async with table() as t:
        told = await t.raw(method, {"chat_id": t.person.id, **values})
        assert (told["error_code"], told["description"]) == (400, words)


EDITS: list[tuple[str, Json, str]] = [
    ("editMessageText", {"text": "Один"}, NOT_MODIFIED),
    ("editMessageText", {"text": "<i></i>Один ", "parse_mode": "HTML"}, NOT_MODIFIED),
    ("editMessageReplyMarkup", {}, NOT_MODIFIED),
    ("editMessageCaption", {"caption": "а"}, "Bad Request: there is no caption in the message to edit"),
    ("editMessageText", {"text": "а", "reply_markup": {"keyboard": [["а"]]}}, "Bad Request: inline keyboard expected"),
]


@pytest.mark.parametrize(("method", "values", "words"), EDITS, ids=range(len(EDITS)))
async def test_an_edit_is_refused(method: str, values: Json, words: str) -> None:
    """An edit that changes nothing, or what is not there, is refused with Telegram's words."""
    async with table() as t:
        sent = await t.say("Один")
        told = await t.raw(method, {"chat_id": t.person.id, "message_id": sent["message_id"], **values})
        assert (told["error_code"], told["description"]) == (400, words)


async def test_only_own_messages_without_a_reply_keyboard_are_edited() -> None:
    """A person's message and one with a reply keyboard cannot be edited, a deleted one is not found."""
    async with table() as t:
        of_person = await t.person.send("Моё")
        with_keys = (await t.say("Клавиши", reply_markup={"keyboard": [[{"text": "Да"}]]}))["message_id"]
        gone = (await t.say("Уйдёт"))["message_id"]
        await t.ok("deleteMessage", chat_id=t.person.id, message_id=gone)
        for number, words in ((of_person, "can't be edited"), (with_keys, "can't be edited"), (gone, "to edit not")):
            told = await t.raw("editMessageText", {"chat_id": t.person.id, "message_id": number, "text": "Новое"})
            assert words in told["description"]


async def test_who_never_wrote_and_who_blocked_are_forbidden() -> None:
    """The bot cannot write first, nor to whom has blocked it; after unblocking it can."""
    async with table(started=False) as t:
        told = await t.raw("sendMessage", {"chat_id": t.person.id, "text": "а"})
        assert (told["error_code"], told["description"]) == (
            403,
            "Forbidden: bot can't initiate conversation with a user",
        )
        await t.person.start()
        await t.person.block()
        told = await t.raw("sendMessage", {"chat_id": t.person.id, "text": "а"})
        assert (told["error_code"], told["description"]) == (403, "Forbidden: bot was blocked by the user")
        await t.person.unblock()
        await t.say()


async def test_a_migrated_group_names_the_new_one() -> None:
    """A group that became a supergroup is refused with the new id; a left one is forbidden."""
    async with table() as t:
        group = (await t.sandbox.call("POST", "groups", json={"title": "Менеджеры"}))["id"]
        await t.ok("sendMessage", chat_id=group, text="а")
        new = (await t.sandbox.call("POST", f"groups/{group}/migrate"))["id"]
        told = await t.raw("sendMessage", {"chat_id": group, "text": "а"})
        assert told["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
        assert told["parameters"] == {"migrate_to_chat_id": new}
        await t.ok("leaveChat", chat_id=new)
        told = await t.raw("sendMessage", {"chat_id": new, "text": "а"})
        assert told["description"] == "Forbidden: bot is not a member of the group chat"


async def test_an_old_query_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pressed button must be answered in time."""
    async with table() as t:
        await t.say(reply_markup=_button(callback_data="yes"))
        query = await t.person.press("Да")
        monkeypatch.setattr("sandbox.methods_chat.QUERY_LIFE", -1.0)
        told = await t.raw("answerCallbackQuery", {"callback_query_id": query})
        assert "query is too old" in told["description"]
    assert state.QUERY_LIFE > 0


async def test_what_is_no_picture_is_refused() -> None:
    """An empty file is not sent, and a picture must be one."""
    async with table() as t:
        for content, words in ((b"", "file must be non-empty"), (b"text", "IMAGE_PROCESS_FAILED")):
            told = await _send_photo(t, content)
            assert told["description"] == f"Bad Request: {words}"
        assert (await _send_photo(t, PNG))["ok"]


async def _send_photo(t: Table, content: bytes) -> Json:
    from aiohttp import FormData

    form = FormData({"chat_id": str(t.person.id)})
    form.add_field("photo", content, filename="p.png", content_type="image/png")
    async with t.session.post(f"{t.server.base_url}/bot{next(iter(t.server.world.tokens))}/sendPhoto", data=form) as r:
        told: Json = await r.json()
        return told


async def test_the_eleventh_message_of_a_burst_waits() -> None:
    """Ten messages or edits at once pass, the next is 429 with `retry_after`; off, the limits let all through."""
    async with table(limits=True) as t:
        number = (await t.say("0"))["message_id"]
        edits: list[Any] = [
            await t.raw("editMessageText", {"chat_id": t.person.id, "message_id": number, "text": f"{n + 1}"})
            for n in range(10)
        ]
        assert [e["ok"] for e in edits] == [True] * 9 + [False]
        assert edits[-1]["error_code"] == 429
        assert edits[-1]["parameters"] == {"retry_after": 1}
        assert edits[-1]["description"] == "Too Many Requests: retry after 1"
        await t.sandbox.settings(limits=False)
        await asyncio.gather(*(t.say(f"{n}") for n in range(40)))


def _limiter() -> tuple[Limiter, Callable[[float], None]]:
    now = [0.0]

    def move(seconds: float) -> None:
        now[0] += seconds

    return Limiter(clock=lambda: now[0]), move


def test_a_chat_gets_one_a_second_after_its_burst() -> None:
    """After ten messages at once a chat gets one more each second."""
    limiter, move = _limiter()
    assert [limiter.take(1, group=False) for _ in range(11)] == [0] * 10 + [1]
    move(1)
    assert [limiter.take(1, group=False) for _ in range(2)] == [0, 1]


def test_no_second_takes_more_than_thirty() -> None:
    """Thirty chats pass within a second, the thirty-first waits until that second is over: none takes sixty."""
    limiter, move = _limiter()
    assert [limiter.take(chat, group=False) for chat in range(15)] == [0] * 15
    move(0.5)
    assert [limiter.take(chat, group=False) for chat in range(15, 31)] == [0] * 15 + [1]
    move(0.5)
    assert [limiter.take(chat, group=False) for chat in range(31, 47)] == [0] * 15 + [1]


def test_a_group_gets_twenty_a_minute() -> None:
    """A group's twenty-first message of a minute waits, however slowly they came."""
    limiter, move = _limiter()
    taken = []
    for _ in range(30):
        taken.append(limiter.take(-1, group=True))
        move(1)
    # Twenty at once and one each three seconds after: within 30 s no more than 29 pass.
    assert taken.count(0) <= 20 + 10
    assert any(wait > 0 for wait in taken)


def test_an_album_costs_its_messages_and_a_refusal_costs_nothing() -> None:
    """An album takes as many as it has messages; when refused, nothing is taken."""
    limiter, _ = _limiter()
    assert limiter.take(1, group=False, count=6) == 0
    assert limiter.take(1, group=False, count=6) == 2
    assert limiter.take(1, group=False, count=4) == 0
