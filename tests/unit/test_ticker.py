"""The ticker runs what it is given."""

import asyncio
import sys
from datetime import datetime, timedelta, tzinfo
from typing import Self

import pytest

from scheduler.ticker import Tick, Ticker


class Counter:
    """A job that is an object, as most ticks are."""

    def __init__(self) -> None:
        self.ran = asyncio.Event()

    async def __call__(self) -> None:
        """Note that it ran."""
        self.ran.set()


async def test_a_job_that_is_an_object_is_run_by_the_scheduler() -> None:
    """A tick whose job is an object with an asynchronous call is awaited at its pace, not only made."""
    job = Counter()
    ticker = Ticker([Tick("counter", 0.01, job)])
    ticker.start()
    try:
        async with asyncio.timeout(10):
            await job.ran.wait()
    finally:
        ticker.stop()


class Earlier(datetime):
    """The machine's time, once it has been set back by an hour."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """Return the moment an hour ago."""
        return super().now(tz) - timedelta(hours=1)


async def test_a_clock_that_steps_back_stops_no_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job goes on at its pace while the machine's clock shows an hour less than before."""
    job = Counter()
    ticker = Ticker([Tick("counter", 0.01, job)])
    ticker.start()
    try:
        async with asyncio.timeout(10):
            await job.ran.wait()
            for name, module in list(sys.modules.items()):
                if name.partition(".")[0] in ("apscheduler", "scheduler") and vars(module).get("datetime") is datetime:
                    monkeypatch.setattr(module, "datetime", Earlier)
            await asyncio.sleep(0.05)
            job.ran.clear()
            await job.ran.wait()
    finally:
        ticker.stop()


async def test_a_job_that_fails_is_run_again(caplog: pytest.LogCaptureFixture) -> None:
    """A defect of one run is logged without its message, and the job goes on at its pace."""
    ran = []

    async def broken() -> None:
        ran.append(1)
        raise ValueError("Иван Петров")

    ticker = Ticker([Tick("broken", 0.01, broken)])
    ticker.start()
    try:
        async with asyncio.timeout(10):
            while len(ran) < 2:  # noqa: ASYNC110 - what is watched is a list of the test
                await asyncio.sleep(0.01)
    finally:
        ticker.stop()
    assert "ValueError" in caplog.text
    assert "Петров" not in caplog.text
