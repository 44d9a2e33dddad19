"""Buttons whose data a changed client has forged: stale buttons, told in words, never a defect or an alert."""

import asyncio
import logging

import pytest
from aiogram.filters.callback_data import MAX_CALLBACK_LENGTH

from school.centre import Role
from school.use_cases.invite_staff import invite_staff
from tests.samples import CENTRE
from tests.scenarios.access_steps import world_of
from tests.scenarios.conftest import Stage
from tests.scenarios.review_steps import hand_in, press_data
from tests.scenarios.test_access import buttons_of
from tests.scenarios.test_page_staff import NAME

LIMIT = 100  # seconds
FORGED = ("9" * 20, "9" * 32, "4294967296", "-1", "-" + "9" * 20, "٣٣", "²", "1e9", "\x00", "0" * 30 + "1")


def forged_of(buttons: dict[str, list[str]]) -> list[str]:
    """Return each kind of button, by prefix and act, with one of its other parts forged at a time."""
    kinds: dict[tuple[str, ...], str] = {}
    for data in (data for family in buttons.values() for data in family):
        kinds.setdefault(tuple(data.split(":")[:2]), data)
    kinds |= {
        ("f", act): f"f:{act}:0123456789ab:students.0.name:1" for act in ("pick", "list", "edit", "drop", "drop!")
    }
    kinds |= {("m", act): f"m:{act}:1" for act in ("orders", "page", "show")}
    found = []
    for data in kinds.values():
        parts = data.split(":")
        for at in range(2, len(parts)):
            found += [":".join([*parts[:at], value, *parts[at + 1 :]]) for value in FORGED]
        found += [f"{data[:40]}:{'9' * 20}", data[:3]]
    return [data for data in dict.fromkeys(found) if len(data.encode()) <= MAX_CALLBACK_LENGTH]


async def test_forged_numbers_are_stale_buttons(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever may press everything presses every button with numbers too large, negative or of no digits."""
    handed = await hand_in(stage, NAME)
    person = await stage.admin()
    for role in (Role.MANAGER, Role.CURATOR):
        uow = stage.app.database.uow(stage.clock)
        secret = await invite_staff(uow, stage.clock.now(), role, CENTRE.number if role is Role.MANAGER else None)
        await uow.commit()
        await person.start(f"staff_{secret}")
        await person.wait_for("✅", timeout=40)
    uow = stage.app.database.uow(stage.clock)
    member = (await uow.staff_of_role(Role.CURATOR))[0]
    shown = (await person.last()).message_id
    with caplog.at_level(logging.WARNING):
        for data in forged_of(buttons_of(await world_of(stage, handed, member.id))):
            await person._post("press", json={"message_id": shown, "data": data})
        async with asyncio.timeout(LIMIT):
            while await stage.app.database.inbox.pending(1):  # noqa: ASYNC110 - the workers tell nobody
                await asyncio.sleep(0.05)
    assert await stage.app.database.inbox.aside_count() == 0
    assert [one.getMessage() for one in caplog.records if one.name.startswith("bot.workers")] == []
    assert "не понял" in (await press_data(person, f"gr:leave:{'9' * 20}:")).text.lower()
