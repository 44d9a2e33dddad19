"""The ticker runs what it is given."""

import asyncio
import logging
import sys
from datetime import datetime, timedelta, tzinfo
from typing import Self

import pytest

from bot.ticks import teller
from bot.watch.inside import TicksLook
from scheduler.ticker import Tick, Ticker


class Counter:
    """A job that is an object, as most ticks are."""

    def __init__(self, error: Exception | None = None) -> None:
        self.runs = 0
        self.ran = asyncio.Event()
        self.error = error

    async def __call__(self) -> None:
        """Note that it ran, and fail where it has to."""
        self.runs += 1
        self.ran.set()
        if self.error is not None:
            raise self.error

    async def until(self, runs: int) -> None:
        """Wait for as many runs."""
        async with asyncio.timeout(10):
            while self.runs < runs:
                self.ran.clear()
                await self.ran.wait()


async def test_a_job_runs_again_and_again() -> None:
    """A tick whose job is an object with an asynchronous call is awaited at its pace."""
    job = Counter()
    ticker = Ticker([Tick("counter", 0.01, job)], lambda name, error: None)
    ticker.start()
    await job.until(3)
    await ticker.stop()


async def test_first_runs_come_soon_and_one_after_another() -> None:
    """A tick of an hour runs right after the start, not an hour later, and no two ticks begin at once."""
    order: list[str] = []

    def job(name: str) -> Counter:
        class Noting(Counter):
            async def __call__(self) -> None:
                order.append(name)
                await super().__call__()

        return Noting()

    jobs = [job(name) for name in "abc"]
    ticks = [Tick(name, 3600, one) for name, one in zip("abc", jobs, strict=True)]
    ticker = Ticker(ticks, lambda name, error: None)
    ticker.start(first=0.0, apart=0.02)
    await jobs[-1].until(1)
    await ticker.stop()
    assert order == ["a", "b", "c"]


async def test_a_failing_tick_is_named_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    """The log names the job, the class and the place of the error, and quotes nothing of a person; others go on."""
    failing, other = Counter(ValueError("Иванов Пётр Сергеевич")), Counter()
    look = TicksLook()
    ticks = [Tick("reminders", 0.01, failing), Tick("drafts", 0.01, other)]
    look.expect(ticks)
    ticker = Ticker(ticks, teller(look))
    with caplog.at_level(logging.INFO):
        ticker.start()
        await failing.until(4)
        await other.until(2)
        await ticker.stop()
    assert "reminders" in caplog.text
    assert "ValueError at ticker.py" in caplog.text
    assert "Иванов" not in caplog.text
    assert "locals" not in caplog.text
    found = await look()
    assert found is not None
    assert (found.code, "reminders (ValueError)" in found.words, "drafts" in found.words) == ("ticks", True, False)
    assert look.counts()["reminders", "failed"] >= 3
    assert look.counts()["drafts", "done"] >= 2


async def test_ticks_that_do_not_run_are_a_trouble() -> None:
    """A tick that hangs or was never begun is told by its name once it is late by far."""
    now = 0.0
    look = TicksLook(lambda: now)
    look.expect([Tick("drafts", 60, Counter()), Tick("acts", 600, Counter())])
    now = 299.0
    assert await look() is None
    now = 400.0
    found = await look()
    assert found is not None
    assert (found.code, "drafts" in found.words, "acts" in found.words) == ("ticks", True, False)
    look.ran("drafts", None)
    assert await look() is None


async def test_a_job_is_never_run_twice_at_a_time() -> None:
    """A moved clock runs the jobs at once, but not beside the same job under way."""
    at_once = most = 0

    async def job() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1

    ticker = Ticker([Tick("one", 0.001, job)], lambda name, error: None)
    ticker.start()
    await asyncio.gather(*(ticker.tick_now() for _ in range(5)))
    await ticker.stop()
    assert most == 1


class Earlier(datetime):
    """The machine's time, once it has been set back by an hour."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Return the moment an hour ago."""
        return super().now(tz) - timedelta(hours=1)


async def test_a_clock_that_steps_back_stops_no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job goes on at its pace while the machine's clock shows an hour less than before."""
    job = Counter()
    ticker = Ticker([Tick("counter", 0.01, job)], lambda name, error: None)
    ticker.start()
    await job.until(1)
    # Only where the time is asked for: elsewhere the library tells dates by their class.
    for name in ("apscheduler.schedulers.base", "apscheduler.executors.base", "scheduler.ticker"):
        monkeypatch.setattr(sys.modules[name], "datetime", Earlier)
    await job.until(job.runs + 2)
    await ticker.stop()
