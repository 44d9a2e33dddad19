"""Messages given up hold no secret of a link, on both databases; one more try makes the links anew."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from school import tokens
from school.errors import NotFound
from school.notices import Notice
from school.order import Order
from school.ports import Token
from school.use_cases.renew_link import KIND, new_link, renew_link
from school.use_cases.send_again import MessageOutdated, send_again
from school.use_cases.visit_page import CLIENT_LINK, new_client_link
from storage import tables as t
from storage.database import Database
from storage.outbox import Dead
from tests.integration.storage_samples import CLOCK, NOW, keep, line, prepare


async def give_up(database: Database, data: dict[str, Any], kind: str = "questionnaire_invite") -> str:
    """Send a letter that no server takes; return its id."""
    notice = Notice(uuid4().hex, kind, "mail", "s@example.ru", data, uuid4().hex)
    unit = database.uow(CLOCK)
    unit.add_notice(notice)
    await unit.commit()
    (row,) = await database.outbox.claim("mail", 5, 60, NOW)
    await database.outbox.finish([Dead(row.id, row.fence, "550 no")], NOW)
    return notice.id


async def stored(database: Database, message_id: str) -> dict[str, Any]:
    """Return the data of the message as they stand in the database."""
    query = select(t.outbox.c.data).where(t.outbox.c.id == message_id)
    found: dict[str, Any] = await database.run(lambda c: c.execute(query).scalar_one())
    return found


async def links(database: Database) -> tuple[Order, str, str]:
    """Store an order; return it with a link of its student and one of its client."""
    await prepare(database)
    placed = await keep(database, line())
    unit = database.uow(CLOCK)
    student = new_link(unit, placed, placed.lines[0], NOW)
    client = new_client_link(unit, placed, NOW)
    await unit.commit()
    return placed, student, client


async def again(database: Database, message_id: str) -> dict[str, Any]:
    """Try the message once more; return its data as the sender gets them."""
    unit = database.uow(CLOCK)
    await send_again(unit, message_id, NOW)
    await unit.commit()
    (row,) = await database.outbox.claim("mail", 5, 60, NOW)
    assert (row.id, row.attempts) == (message_id, 0)
    return row.data


async def opens(database: Database, secret: str) -> Token | None:
    """Return the token that the secret opens now, None for a dead link."""
    token = await database.uow(CLOCK).token(tokens.digest(secret))
    return token if token is not None and token.revoked_at is None and token.expires_at > NOW else None


async def test_a_letter_given_up_is_tried_with_new_links(database: Database) -> None:
    """No secret stands in the row after giving up; after the retry the letter's links open and the former are dead."""
    placed, student, client = await links(database)
    data = {
        "student_name": "Соколова",
        "secret": student,
        "lines": [{"secret": student}, {"number": "1"}],
        "clients": [{"number": placed.number, "secret": client}],
    }
    message_id = await give_up(database, data)
    kept = json.dumps(await stored(database, message_id))
    assert student not in kept
    assert client not in kept
    sent = await again(database, message_id)
    assert sent["student_name"] == "Соколова"
    assert sent["lines"] == [{"secret": sent["secret"]}, {"number": "1"}]
    led = await opens(database, sent["secret"])
    assert led is not None
    assert (led.kind, led.subject) == (KIND, placed.lines[0].id)
    led = await opens(database, sent["clients"][0]["secret"])
    assert led is not None
    assert (led.kind, led.subject) == (CLIENT_LINK, placed.id)
    assert await opens(database, student) is None
    assert await opens(database, client) is None


async def test_a_link_that_was_replaced_is_not_sent_again(database: Database) -> None:
    """A letter whose link has a newer one in its place, or a code, stays given up; the newer link lives."""
    placed, student, _ = await links(database)
    message_id = await give_up(database, {"secret": student})
    code_id = await give_up(database, {"code": "123456"}, "action_code")
    assert "123456" not in json.dumps(await stored(database, code_id))
    unit = database.uow(CLOCK)
    newer = await renew_link(unit, placed, placed.lines[0], NOW)
    await unit.commit()
    for one in (message_id, code_id):
        with pytest.raises(MessageOutdated):
            await again(database, one)
    assert await opens(database, newer) is not None
    assert {one.id for one in await database.mail_queue.given_up(5)} == {message_id, code_id}


async def test_nothing_is_sent_again_to_the_admitted(database: Database) -> None:
    """A student admitted meanwhile needs no link; a message that is not given up is none to try again."""
    placed, student, _ = await links(database)
    message_id = await give_up(database, {"secret": student})
    unit = database.uow(CLOCK)
    found = await unit.order(placed.id)
    assert found is not None
    unit.save_line(placed.id, replace(found.lines[0], admitted_at=NOW))
    await unit.commit()
    with pytest.raises(MessageOutdated):
        await again(database, message_id)
    with pytest.raises(NotFound):
        await again(database, "unknown")
