"""The clock of the story told by itself."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.demo import to_working_hours
from sandbox.clock import SandboxClock
from school.working_hours import Hours, is_open

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize("ahead", range(0, 24 * 7, 7))
async def test_days_end_in_working_hours(ahead: int) -> None:
    """Whenever the story is begun, a move by days ends when managers are told things; one by minutes stays as it is."""
    clock = SandboxClock()
    await clock.move(timedelta(hours=ahead))
    move = to_working_hours(clock, MOSCOW)
    before = clock.now()
    await move(timedelta(minutes=3))
    assert clock.now() - before < timedelta(minutes=4)
    await move(timedelta(days=100))
    assert clock.now() - before >= timedelta(days=100)
    assert is_open(clock.now(), Hours(), MOSCOW)
