"""Updates that no model expects: whoever wrote them is answered, service messages are not, administrators hear."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import Message, Person
from tests.scenarios.conftest import Stage
from tests.scenarios.steps import ORGANISATION, play

VECTORS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "tg_updates.json").read_text("utf-8")
)


def tell(stage: Stage, person: Person, message: dict[str, Any], **kept: Any) -> None:
    """Let Telegram bring this message as one of the person's."""
    about = {"id": person.id, "type": "private", "first_name": "Ирина"}
    whose = {"id": person.id, "is_bot": False, "first_name": "Ирина"}
    told = {"message_id": 900, "date": int(time.time()), "chat": about, "from": whose, **message}
    stage.server.world.updates.push("message", {**told, **kept})


def content_of(name: str) -> dict[str, Any]:
    """Return what a message of the vectors holds, without its place and its sender."""
    message = VECTORS[name]["message"]
    return {key: value for key, value in message.items() if key not in ("message_id", "date", "chat", "from")}


async def said(person: Person) -> list[Message]:
    """Return what the bot has said to the person."""
    return [message for message in await person.messages() if message.sender == "bot"]


@pytest.mark.parametrize(
    "content",
    [
        content_of("hidden_user_without_name"),
        {"text": "ООО «Ромашка»", "entities": [{"type": "a_kind_of_next_year", "offset": 0}]},
        {"text": "ООО «Ромашка»", "reply_to_message": {"message_id": "x"}},
        {"text": "ООО «Ромашка»", "a_field_of_next_year": {"deep": [1, {"er": None}]}},
    ],
)
async def test_the_text_of_an_odd_message_is_answered(stage: Stage, content: dict[str, Any]) -> None:
    """A message with a field that the models refuse is read without that field: the form goes on with its text."""
    client = await stage.client()
    await play(client, ORGANISATION[:2])
    tell(stage, client, content)
    await client.wait_for("ИНН", timeout=40)
    assert not any("Не смогли" in message.text for message in await said(client))


async def test_administrators_hear_of_an_odd_field_once_a_day(stage: Stage) -> None:
    """An administrator reads which field it was and whose message; the second of a day says nothing more."""
    admin, client = await stage.admin(), await stage.client()
    await play(client, ORGANISATION[:2])
    tell(stage, client, content_of("hidden_user_without_name"))
    heard = await admin.wait_for("forward_origin", timeout=40)
    assert str(client.id) in heard.text
    assert "Ромашка" not in heard.text
    await client.wait_for("ИНН", timeout=40)
    tell(stage, client, {**content_of("hidden_user_without_name"), "text": "5039002841"}, message_id=901)
    await client.wait_for("КПП", timeout=40)
    assert sum("forward_origin" in message.text for message in await said(admin)) == 1


@pytest.mark.parametrize("name", ["pinned", "timer", "write_access"])
async def test_service_messages_are_not_answered(stage: Stage, name: str) -> None:
    """What Telegram writes of a chat by itself changes nothing and is answered by nothing."""
    client, other = await stage.client(), await stage.client("Олег")
    for person in (client, other):
        await play(person, ORGANISATION[:2])
    tell(stage, client, content_of(name))
    for person in (client, other):
        await person.send("ООО «Ромашка»")
        await person.wait_for("ИНН", timeout=40)
    assert [message.text for message in await said(client)] == [message.text for message in await said(other)]


@pytest.mark.parametrize("broken", [{"from": "nobody"}, {"date": "tomorrow"}, {"photo": "none"}])
async def test_a_message_that_cannot_be_read_is_asked_for_anew(stage: Stage, broken: dict[str, Any]) -> None:
    """Of a message whose very content or head is odd the person hears that it was not read, and the form goes on."""
    client = await stage.client()
    await play(client, ORGANISATION[:2])
    tell(stage, client, broken)
    await client.wait_for("Не смогли прочитать", timeout=40)
    await client.send("ООО «Ромашка»")
    await client.wait_for("ИНН", timeout=40)


async def test_half_a_character_and_a_nul_reach_the_form_without_them(stage: Stage) -> None:
    """A NUL and half a surrogate pair in a text are taken out; the rest is the answer."""
    client = await stage.client()
    await play(client, ORGANISATION[:2])
    tell(stage, client, {"text": "ООО «Рома\0шка»"})
    await client.wait_for("ИНН", timeout=40)


async def test_a_chat_that_no_database_can_hold_stops_nobody(stage: Stage) -> None:
    """An update of a chat 2^70 is set aside and an administrator hears; messages before and after are answered."""
    admin, client = await stage.admin(), await stage.client()
    await play(client, ORGANISATION[:2])
    huge = {"id": 2**70, "type": "private", "first_name": "Ирина"}
    tell(stage, client, {"text": "x", "chat": huge, "from": {**huge, "is_bot": False}})
    await client.send("ООО «Ромашка»")
    await client.wait_for("ИНН", timeout=40)
    await admin.wait_for("отложено", timeout=40)
    assert await stage.app.database.inbox.aside_count() == 1
