"""Files, albums, replies and the keys of the sandbox: what both sides of a chat get of them."""

import json
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from sandbox.client import NoSuchButton, SandboxError
from sandbox.updates import Json
from tests.integration.test_sandbox_stage import PNG, TOKEN, Table, table

MB = 1024 * 1024
PDF = b"%PDF-1.7\n" + bytes(50)


async def _messages(t: Table) -> list[Json]:
    """Return the bot's newest messages, without the person's first."""
    return [update["message"] for update in (await t.ok("getUpdates"))[1:]]


async def _post(t: Table, method: str, files: dict[str, tuple[bytes, str]], **values: Any) -> Json:
    """Call a method with files by the names of their parts; return the whole answer."""
    form = FormData({name: str(value) for name, value in values.items()} | {"chat_id": str(t.person.id)}, False)
    for part, (content, name) in files.items():
        form.add_field(part, BytesIO(content), filename=name)
    async with t.session.post(f"{t.server.base_url}/bot{TOKEN}/{method}", data=form) as response:
        told: Json = await response.json()
        return told


async def _send_album(t: Table, kind: str, *files: tuple[bytes, str]) -> Json:
    parts = {f"f{number}": file for number, file in enumerate(files)}
    media = [
        {"type": kind, "media": f"attach://{part}", "caption": f"<b>Лист</b> {part}", "parse_mode": "HTML"}
        for part in parts
    ]
    return await _post(t, "sendMediaGroup", parts, media=json.dumps(media))


async def test_an_album_of_a_person_is_separate_updates_of_one_group() -> None:
    """Each photo comes as its own update with the same group, its sizes told; the caption is with the first."""
    async with table() as t:
        numbers = await t.person.album(
            [(PNG, "1.png"), (PNG + b"2", "2.png"), (PNG + b"22", "3.png")], caption="Диплом"
        )
        told = await _messages(t)
        assert [m["message_id"] for m in told] == numbers
        assert len({m["media_group_id"] for m in told}) == 1
        assert [m.get("caption") for m in told] == ["Диплом", None, None]
        assert [m["photo"][-1]["file_size"] for m in told] == [len(PNG) + extra for extra in range(3)]
        assert all(size["width"] and size["height"] for m in told for size in m["photo"])
        await t.person.album([(PDF, "1.pdf"), (PDF, "2.pdf")], "document")
        assert len({m["media_group_id"] for m in await _messages(t)}) == 2


async def test_an_album_of_a_person_has_ten_files_at_most() -> None:
    """Neither the client nor the control API takes an eleventh file into a group."""
    async with table() as t:
        with pytest.raises(ValueError, match="2 to 10"):
            await t.person.album([(PNG, "p.png")] * 11)
        for _ in range(10):
            await t.person.upload(PNG, "p.png", "photo", media_group_id="7")
        with pytest.raises(SandboxError, match="at most 10"):
            await t.person.upload(PNG, "p.png", "photo", media_group_id="7")


@pytest.mark.parametrize(("size", "fetched"), [(20 * MB, True), (20 * MB + 1, False), (25 * MB, False)])
async def test_the_bot_fetches_up_to_twenty_megabytes(size: int, fetched: bool) -> None:
    """A person may send more than 20 MB and the update tells the size, but getFile refuses above 20 MB."""
    async with table() as t:
        await t.person.upload(bytes(size), "big.pdf")
        document = (await _messages(t))[0]["document"]
        assert document["file_size"] == size
        told = await t.raw("getFile", {"file_id": document["file_id"]})
        if not fetched:
            assert (told["error_code"], told["description"]) == (400, "Bad Request: file is too big")
            return
        url = f"{t.server.base_url}/file/bot{TOKEN}/{told['result']['file_path']}"
        async with t.session.get(url) as response:
            assert len(await response.read()) == size


async def test_files_over_fifty_megabytes_are_not_taken() -> None:
    """More than 50 MB is refused with code 413, from the bot and from a person, and nothing is left."""
    async with table() as t:
        told = await _post(t, "sendDocument", {"document": (bytes(50 * MB + 1), "x.bin")})
        assert (told["error_code"], told["description"]) == (413, "Request Entity Too Large")
        with pytest.raises(SandboxError, match="413"):
            await t.person.upload(bytes(50 * MB + 1), "x.bin")
        assert len(await t.person.messages()) == 1


async def test_the_bots_album_is_seen_and_downloaded() -> None:
    """Documents and photos of an album are one group with captions; their files are listed, newest last."""
    async with table() as t:
        assert (await _send_album(t, "document", (PDF, "Диплом.pdf"), (PDF + b"2", "Справка.pdf")))["ok"]
        assert (await _send_album(t, "photo", (PNG, "1.png"), (PNG, "2.png")))["ok"]
        seen = (await t.person.messages())[1:]
        groups = [m.album for m in seen]
        assert groups[0] == groups[1] != groups[2] == groups[3]
        assert [m.text for m in seen] == ["Лист f0", "Лист f1"] * 2
        files = await t.person.files()
        assert [(f["name"], f["kind"], f["image"]) for f in files] == [
            ("Диплом.pdf", "document", False),
            ("Справка.pdf", "document", False),
            ("1.png", "photo", True),
            ("2.png", "photo", True),
        ]
        assert await t.person.download(files[1]) == PDF + b"2"


@pytest.mark.parametrize("count", [1, 11])
async def test_an_album_of_the_bot_has_two_to_ten_files(count: int) -> None:
    """One file is too few for an album and eleven are too many."""
    async with table() as t:
        told = await _send_album(t, "document", *[(PDF, f"{n}.pdf") for n in range(count)])
        word = "few" if count == 1 else "many"
        assert (told["error_code"], told["description"]) == (
            400,
            f"Bad Request: too {word} messages to send as an album",
        )
        assert len(await t.person.messages()) == 1


@pytest.mark.parametrize(
    ("content", "name", "kind", "how"),
    [
        (PNG, "Фото.png", "image/png", "inline"),
        (PDF, "Скан «А».pdf", "application/octet-stream", "attachment"),
        (b"<svg onload='alert(1)'/>", "x.svg", "application/octet-stream", "attachment"),
        (b"<script>alert(1)</script>", "x.png", "application/octet-stream", "attachment"),
    ],
)
async def test_the_page_gets_files_without_a_token(content: bytes, name: str, kind: str, how: str) -> None:
    """A picture is shown by what it holds; anything else is an attachment that no browser runs or guesses."""
    async with table() as t:
        await t.person.upload(content, name)
        file = (await t.person.messages())[-1].file
        assert file is not None
        async with t.session.get(t.server.base_url + file["url"]) as response:
            assert await response.read() == content
            assert response.content_type == kind
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in response.headers["Content-Security-Policy"]
            assert response.content_disposition is not None
            assert (response.content_disposition.type, response.content_disposition.filename) == (how, name)


async def test_an_unknown_file_is_not_found() -> None:
    """The page's route knows nothing but stored files, whatever the path."""
    async with table() as t:
        for number in ("nothing", "..%2F..%2Fetc%2Fpasswd"):
            with pytest.raises(SandboxError, match="404"):
                await t.person.download({"url": f"/sandbox/files/{number}"})


async def test_a_reply_holds_the_message_and_its_buttons() -> None:
    """The update of a reply has the bot's message whole, buttons too, but not what that one replied to."""
    async with table() as t:
        board = {"inline_keyboard": [[{"text": "Ответить", "callback_data": "a"}]]}
        question = await t.say("Вопрос ученика", reply_markup=board)
        first = await t.person.reply("Раз", await t.person.last())
        second = await t.person.send("Два", reply_to=first)
        await t.person.upload(PDF, "скан.pdf", reply_to=second)
        told = await _messages(t)
        assert told[0]["reply_to_message"] == question
        assert told[0]["reply_to_message"]["reply_markup"] == board
        assert told[1]["reply_to_message"]["text"] == "Раз"
        assert "reply_to_message" not in told[1]["reply_to_message"]
        assert told[2]["reply_to_message"]["message_id"] == second
        assert [m.reply_to for m in await t.person.messages()][2:] == [question["message_id"], first, second]


async def test_a_reply_to_a_deleted_message_is_a_plain_message() -> None:
    """Once the message is gone, what is written to it replies to nothing, as in Telegram."""
    async with table() as t:
        number = (await t.say("Уйдёт"))["message_id"]
        seen = await t.person.last()
        await t.ok("deleteMessage", chat_id=t.person.id, message_id=number)
        await t.person.reply("Поздно", seen)
        assert "reply_to_message" not in (await _messages(t))[0]


async def test_a_keyboard_with_a_contact_key_has_plain_keys_too() -> None:
    """The contact key shares the contact, a plain key sends its own text, and a removed keyboard has none."""
    async with table() as t:
        keys = [[{"text": "Отправить мой номер", "request_contact": True}], [{"text": "Телефон в заявке не мой"}]]
        await t.say("Подтвердите номер", reply_markup={"keyboard": keys, "resize_keyboard": True})
        await t.say("Ждём ответа")
        await t.person.tap("Телефон в заявке не мой")
        await t.person.tap("Отправить мой номер")
        told = await _messages(t)
        assert told[0]["text"] == "Телефон в заявке не мой"
        assert (told[1]["contact"]["user_id"], told[1]["contact"]["phone_number"]) == (t.person.id, "+79161234567")
        with pytest.raises(NoSuchButton, match="Другой"):
            await t.person.tap("Другой")
        await t.say("Спасибо", reply_markup={"remove_keyboard": True})
        with pytest.raises(NoSuchButton):
            await t.person.tap("Отправить мой номер")
