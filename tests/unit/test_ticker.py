"""The ticker runs what it is given."""

import asyncio

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
