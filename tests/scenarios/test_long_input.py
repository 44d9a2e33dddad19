"""Sixty thousand characters anywhere that takes words: one clear sentence, no defect, nothing kept whole."""

import logging
import re
from pathlib import Path
from uuid import uuid4

import pytest
from aiogram.filters import Command
from sqlalchemy import Connection, inspect, text

import web
from bot.routers import dispatcher
from bot.routers.filters import Filling
from school.centre import Role
from school.draft import Draft
from school.typed import LONGEST
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import browsing, open_pages, placed_secret, proved
from tests.scenarios.staff_steps import signed_in, with_mailbox
from tests.scenarios.test_page_abuse import seal_of
from tests.scenarios.test_page_order import AT, WHOLE, begun
from web.pages import PAGE_ROUTES

LONG = "a" * 60_000
AT_ONCE = 8  # fields of one form: more of them are over the size of a form
NAMES = sorted(
    {
        name
        for template in (Path(web.__file__).parent / "templates").rglob("*.html")
        for name in re.findall(r'name="([a-z_.-]+)"', template.read_text("utf-8"))
    }
    - {"csrf", "viewport", "robots"}
    | {"orderer_name", "payer_name", "students.0.name", "students.0.email", "surname", "diploma_surname", "list"}
)


async def kept_whole(stage: Stage) -> list[str]:
    """Return the tables that hold more of the long text than a refusal needs, the inbox of raw updates aside."""

    def find(connection: Connection) -> list[str]:
        tables = [name for name in inspect(connection).get_table_names() if name != "inbox"]
        rows = {name: connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in tables}  # noqa: S608 - ours
        return [name for name, found in rows.items() if LONG[: LONGEST + 2] in str(found)]

    return await stage.app.database.run(find)


def commands() -> list[str]:
    """Return every command that a handler listens to."""
    return sorted(
        {
            str(command)
            for router in dispatcher().chain_tail
            for handler in router.message.handlers
            for one in handler.filters or ()
            if isinstance(one.callback, Command)
            for command in one.callback.commands
        }
    )


def forms() -> list[str]:
    """Return every form whose words a handler takes."""
    return sorted(
        {
            form
            for router in dispatcher().chain_tail
            for handler in router.message.handlers
            for one in handler.filters or ()
            if isinstance(one.callback, Filling)
            for form in one.callback.forms
        }
    )


async def test_every_taker_of_words_in_chat_refuses_what_is_too_long(stage: Stage) -> None:
    """Each command and each form that waits for words: a sentence with the limit, and nothing of the words is kept."""
    admin = await stage.admin()
    assert len(commands()) > 15
    assert len(forms()) > 10
    for command in commands():
        await admin.send(f"/{command} {LONG}")
        assert "вмещается 4096 знаков" in (await admin.wait_for("Слишком длинно")).text
    for form in forms():
        uow, now = stage.app.database.uow(stage.clock), stage.clock.now()
        for old in [one for one in [await uow.active_draft(admin.id, kind) for kind in forms()] if one]:
            uow.save_draft(Draft(**{**{k: getattr(old, k) for k in Draft.__slots__}, "state": "cancelled"}))
        await uow.commit()
        uow = stage.app.database.uow(stage.clock)
        uow.save_draft(Draft(uuid4().hex, admin.id, admin.id, form, "0123", None, {}, None, None, "active", now))
        await uow.commit()
        await admin.send(LONG)
        await admin.wait_for("Слишком длинно")
    assert await kept_whole(stage) == []


async def test_every_form_of_the_pages_refuses_what_is_too_long(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Each route that takes a form, each field that a page has: no defect, and nothing of the words is kept whole."""
    base = await open_pages(stage)
    secret = await placed_secret(stage)
    await with_mailbox(stage, Role.ADMIN, "Ольга", "olga@shkola.example")
    posts = [route.path for route in PAGE_ROUTES if route.method in ("POST", "*")]
    assert len(posts) > 20
    assert len(NAMES) > 20
    async with browsing(base) as person:
        await signed_in(stage, person, "olga@shkola.example")
        await proved(person, secret)
        seal = seal_of(person)
        with caplog.at_level(logging.ERROR):
            for route in posts:
                path = re.sub(r"\{[^}]*\}", "x", route.replace("{token}", secret).replace("{centre}", "0123"))
                for at in range(0, len(NAMES), AT_ONCE):
                    data = dict.fromkeys(NAMES[at : at + AT_ONCE], LONG)
                    async with person.session.post(
                        f"{base}{path}", data=data, headers={"X-CSRF": seal}, allow_redirects=False
                    ) as answer:
                        assert answer.status < 500, path
                    stage.clock.move(seconds=5)
    assert [one.getMessage() for one in caplog.records if "a page failed" in one.getMessage()] == []
    assert await kept_whole(stage) == []


async def test_an_anonymous_order_says_what_is_too_long(stage: Stage) -> None:
    """The field that is too long has its sentence beside it, and the others keep what was typed."""
    base = await open_pages(stage)
    async with browsing(base) as person:
        await begun(person)
        shown = await person.press("Проверить", **(WHOLE | {"orderer_name": LONG}))
        fields = (await person.open(AT)).form("Проверить").fields
    assert "Слишком длинно: вмещается 4000 знаков" in shown.text
    assert fields["payer_inn"] == [WHOLE["payer_inn"]]
    assert await kept_whole(stage) == []
