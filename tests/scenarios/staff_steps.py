"""What staff do on their page in the scenarios: register a mailbox, get the letter, sign in."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.client import Person
from school.centre import Role
from school.use_cases.invite_staff import invite_staff
from tests.samples import CENTRE
from tests.scenarios.conftest import Stage
from tests.scenarios.page_steps import PageClient, Shown, browsing
from tests.scenarios.steps import to_address

SENT = "Если почта записана за сотрудником, письмо со ссылкой уже в пути."


async def with_mailbox(stage: Stage, role: Role, name: str, email: str, centre: str = CENTRE.number) -> Person:
    """Let a person come in by an invitation that carries a mailbox."""
    uow = stage.app.database.uow(stage.clock)
    number = centre if role is Role.MANAGER else None
    secret = await invite_staff(uow, stage.clock.now(), role, number, email=email)
    await uow.commit()
    person = await stage.sandbox.person(name)
    await person.start(f"staff_{secret}")
    await person.wait_for("✅", timeout=40)
    return person


async def link_in_letter(stage: Stage, email: str, after: int = 0) -> str:
    """Wait for the letter that signs in; return the link's path."""
    letter = await stage.sandbox.wait_letter(
        lambda m: to_address(email)(m) and m["id"] > after and "/staff/in/" in m["text"], timeout=40
    )
    found = re.search(r"(/staff/in/[\w-]+)", letter["text"])
    assert found is not None
    return found[1]


async def asked(person: PageClient, email: str) -> Shown:
    """Ask for a link to sign in."""
    await person.open("/staff")
    return await person.press("Прислать ссылку", email=email)


async def signed_in(stage: Stage, person: PageClient, email: str) -> Shown:
    """Sign in by the letter; return the home."""
    shown = await asked(person, email)
    assert SENT in shown.text
    await person.open(await link_in_letter(stage, email))
    return await person.press("Войти")


@asynccontextmanager
async def at_page(stage: Stage, base: str, role: Role, name: str, email: str) -> AsyncIterator[PageClient]:
    """Let a new person come in by an invitation and sign in on the page."""
    await with_mailbox(stage, role, name, email)
    async with browsing(base) as person:
        shown = await signed_in(stage, person, email)
        assert "Что сейчас важно" in shown.text
        yield person
