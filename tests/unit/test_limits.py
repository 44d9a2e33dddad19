"""Telegram's limits as arithmetic."""

import asyncio

from bot.limits import Limits


class Time:
    """A time that is moved by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_burst_of_ten_then_one_a_second() -> None:
    """Ten messages to a chat go at once, then one each second."""
    limits = Limits(Time())
    waits = [limits.reserve(1) for _ in range(13)]
    assert waits == [0.0] * 10 + [1.0, 2.0, 3.0]


async def test_albums_side_by_side_wait_for_no_place_that_each_other_holds() -> None:
    """Eight albums of ten at once, more than the places of one second, all go."""
    limits, sent = Limits(Time()), []

    async def album(number: int) -> None:
        async with limits.places(10):
            sent.append(number)

    async with asyncio.timeout(20):
        await asyncio.gather(*(album(number) for number in range(8)))
    assert sorted(sent) == list(range(8))


def test_group_takes_twenty_a_minute() -> None:
    """The twenty-first message to a group waits three seconds."""
    limits = Limits(Time())
    waits = [limits.reserve(-100) for _ in range(21)]
    assert waits[:20] == [0.0] * 20
    assert round(waits[20], 3) == 3.0


def test_time_earns_places_back() -> None:
    """After a pause the chat may burst again."""
    time = Time()
    limits = Limits(time)
    for _ in range(10):
        limits.reserve(1)
    time.now = 20.0
    assert limits.reserve(1) == 0.0


def test_pause_that_telegram_asked_for() -> None:
    """A paused chat waits as long as Telegram said; another does not."""
    limits = Limits(Time())
    limits.pause(1, 7)
    assert limits.reserve(1) == 7.0
    assert limits.reserve(2) == 0.0


def test_limits_may_be_off() -> None:
    """Switched off, nothing waits."""
    limits = Limits(Time(), enabled=False)
    assert all(limits.reserve(1) == 0.0 for _ in range(100))
