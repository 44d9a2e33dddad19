"""An evening's letters: five thousand replies by IMAP, each handled once, in flat memory."""

import asyncio
import ctypes
import gc
import os
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.mail_letters import replies
from bench.mail_receiving import handled, opened, until_handled
from storage.database import Database
from storage.tables import outbox
from tests.integration.dovecot import running

LETTERS = 5_000
BATCH = 250
TWICE = 250  # letters that come a second time, on another way
WARM = 1_000  # letters after which everything that is kept for good is there
MOST_GROWTH = 16.0  # MB over the four thousand letters that follow

_PAGE = os.sysconf("SC_PAGE_SIZE") / 1024**2


def rss() -> float:
    """Return the memory that the process holds now, MB; what is free already is given back before it is counted."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE


async def notices(database: Database) -> Counter[str]:
    """Return how many messages of each kind the letters have made."""
    query = select(outbox.c.kind, func.count()).group_by(outbox.c.kind)
    return Counter(dict(await database.run(lambda c: [tuple(row) for row in c.execute(query)])))


@pytest.mark.timeout(900)
async def test_evening(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Five thousand letters, some delivered twice, are handled once each; memory does not grow with their number."""
    with running() as server:
        owner = server.owner()
        async with opened(owner, tmp_path / "evening", LETTERS) as (database, mailroom, secrets):
            written, held = replies(secrets), []
            await mailroom.start()
            begun = time.monotonic()
            for done in range(0, LETTERS, BATCH):
                batch = [next(written) for _ in range(BATCH)]
                await asyncio.to_thread(owner.deliver, batch)
                await until_handled(database, done + BATCH)
                held.append(round(rss()))
            took = time.monotonic() - begun
            again = [b"Received: from a by b; again\r\n" + letter for letter in batch[:TWICE]]
            await asyncio.to_thread(owner.deliver, again)
            async with asyncio.timeout(60):
                while await asyncio.to_thread(owner.uids):  # noqa: ASYNC110 - a mailbox tells nobody that it is empty
                    await asyncio.sleep(0.1)
            growth = held[-1] - held[WARM // BATCH - 1]
            with capsys.disabled():
                sys.stdout.write(f"\n{LETTERS} letters in {took:.0f} s, {LETTERS / took:.0f} /s; MB held: {held}\n")
            assert await handled(database) == {"handled": LETTERS}
            # A question is asked for the consent and goes to the curator; answers with the consent are answered.
            half = LETTERS // 2
            assert await notices(database) == {
                "student_answer": half,
                "student_consent_wanted": half,
                "student_message": half,
            }
            assert growth <= MOST_GROWTH, f"memory grew by {growth:.0f} MB: {held}"
