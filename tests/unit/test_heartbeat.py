"""The heartbeat: until when a process may send, and when it takes others for dead."""

import pytest

from bot.heartbeat import Heartbeat


class Others:
    """Where the heartbeat is written: notes whether each beat reaps, and may be away."""

    def __init__(self) -> None:
        self.away = False
        self.reaped: list[bool] = []

    async def beat(self, *, reap: bool) -> int:
        """Note a beat."""
        if self.away:
            raise ConnectionError
        self.reaped.append(reap)
        return 0

    async def leave(self) -> None:
        """Be told of the end; fail when away."""
        if self.away:
            raise ConnectionError


async def test_a_process_may_send_for_eight_seconds_after_a_beat() -> None:
    """It may not before the first beat, nor once no beat has been written for so long."""
    time = [100.0]
    heart = Heartbeat(Others(), lambda: time[0])
    assert not heart.is_alive()
    await heart.beat()
    for passed, alive in ((0.0, True), (7.9, True), (8.0, False), (60.0, False)):
        time[0] = 100.0 + passed
        assert heart.is_alive() is alive


async def test_others_are_dead_only_to_who_has_beaten_steadily() -> None:
    """At a start, and after a silence of its own, a process reaps nobody for as long as others may live."""
    time, others = [0.0], Others()
    heart = Heartbeat(others, lambda: time[0])
    for _ in range(6):
        await heart.beat()
        time[0] += 2
    assert others.reaped == [False, False, False, False, True, True]
    others.away = True
    with pytest.raises(ConnectionError):
        await heart.beat()
    time[0] += 20
    others.away = False
    others.reaped.clear()
    for _ in range(5):
        await heart.beat()
        time[0] += 2
    assert others.reaped == [False, False, False, False, True]


async def test_a_stop_without_the_database_ends_all_the_same() -> None:
    """A stop ends though its last word cannot be written."""
    others = Others()
    heart = Heartbeat(others)
    await heart.start()
    others.away = True
    await heart.stop()
