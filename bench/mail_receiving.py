"""Letters in: IMAP, store and desk beside bare imaplib on the same mailbox; the loop's stalls over a huge letter."""

import asyncio
import contextlib
import imaplib
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from bench.mail_letters import BASE, replies, reply, seed
from bench.mail_sending import StillClock
from bot.config import Settings
from bot.context import Settings as ChatSettings
from bot.mailroom import Mailroom
from bot.vaults import open_vaults
from paper.job_pool import JobPool
from storage.checker import ProcessChecker
from storage.database import Database
from storage.tables_mail import letters
from storage.uploads import UploadStore
from tests.integration.dovecot import PASSWORD, Owner, running

HUGE = 15 * 1024 * 1024  # bytes before base64, which makes 20 MB of them
PATIENCE = 300.0
BEAT = 0.001  # seconds
_DELIVER = """
import pathlib, smtplib, sys
content = pathlib.Path(sys.argv[3]).read_bytes()
with smtplib.LMTP("127.0.0.1", int(sys.argv[1])) as client:
    print("ready", flush=True)
    sys.stdin.readline()
    client.sendmail("sender@example.test", [sys.argv[2]], content)
"""


@dataclass(frozen=True, slots=True)
class Received:
    """Letters per second here, by imaplib, here with pictures; of huge letters the worst (`Beat`), seconds."""

    ours: float
    bare: float
    pictures: float
    stall: float
    at_work: float
    huge: float


def settings_of(owner: Owner, folder: Path) -> Settings:
    """Return a configuration that reads the owner's mailbox."""
    way = {"host": "127.0.0.1", "port": owner.server.imap, "security": "none"}
    return Settings(
        telegram={"token": "4200042:bench-token-of-the-mail-bench-0123456789"},
        database={"url": f"sqlite+aiosqlite:///{folder}/receiving.db"},
        documents={"path": f"{folder}/documents"},
        imap={**way, "username": owner.user, "password": PASSWORD, "address": BASE},
    )


@contextlib.asynccontextmanager
async def opened(owner: Owner, folder: Path, students: int) -> AsyncIterator[tuple[Database, Mailroom, list[str]]]:
    """Open a database with students and the mailroom over it, not started yet; and the tokens of their replies."""
    settings, clock = settings_of(owner, folder), StillClock()
    await asyncio.to_thread(folder.mkdir)
    database = await Database.open(settings.database.url)
    mailroom, jobs = None, JobPool()
    try:
        await database.migrate()
        secrets = await seed(database, clock, students)
        vaults = await open_vaults(settings, database, clock)
        chat = ChatSettings(settings.school.timezone, "shkola_primer_bot")
        uploads = UploadStore(ProcessChecker(jobs), vaults.documents)
        mailroom = Mailroom(database, vaults.letters, clock, settings, chat, (uploads, jobs))
        yield database, mailroom, secrets
    finally:
        if mailroom is not None:
            await mailroom.stop()
        await jobs.close()
        await database.close()


async def handled(database: Database) -> dict[str, int]:
    """Return how many letters are in each state."""
    query = select(letters.c.state, func.count()).group_by(letters.c.state)
    rows = await database.run(lambda c: c.execute(query).all())
    return {row[0]: row[1] for row in rows}


async def until_handled(database: Database, count: int, pause: float = 0.05) -> dict[str, int]:
    """Wait until so many letters are in the store and none is pending; return their states."""
    async with asyncio.timeout(PATIENCE):
        while True:
            states = await handled(database)
            if sum(states.values()) >= count and not states.get("pending"):
                return states
            await asyncio.sleep(pause)


async def measure(folder: Path, count: int, with_pictures: int, huge: int) -> Received:
    """Read a mailbox bare and as the bot does, one with pictures, and huge letters while the loop is watched."""
    with running() as server:
        owner = server.owner()
        async with opened(owner, folder / "words", count + huge) as (database, mailroom, secrets):
            await asyncio.to_thread(owner.deliver, list(replies(secrets[:count])))
            bare = count / await asyncio.to_thread(_fetch_all, owner, count)
            ours = await _rate(database, mailroom, count)
            met = [await _huge(owner, database, secrets[count + n], count + n, folder) for n in range(huge)]
        owner = server.owner()
        async with opened(owner, folder / "pictures", with_pictures) as (database, mailroom, secrets):
            await asyncio.to_thread(owner.deliver, list(replies(secrets, pictures=True)))
            pictures = await _rate(database, mailroom, with_pictures)
        stalls, work, ways = zip(*met, strict=True)
        return Received(ours, bare, pictures, max(stalls), max(work), max(ways))


async def _rate(database: Database, mailroom: Mailroom, count: int) -> float:
    begun = time.perf_counter()
    await mailroom.start()
    states = await until_handled(database, count)
    took = time.perf_counter() - begun
    assert states == {"handled": count}, f"not all were handled: {states}"
    return count / took


def _fetch_all(owner: Owner, count: int) -> float:
    with imaplib.IMAP4("127.0.0.1", owner.server.imap) as client:
        client.login(owner.user, PASSWORD)
        begun = time.perf_counter()
        client.select(readonly=True)
        uids = client.uid("SEARCH", "ALL")[1][0].split()
        fetched = [client.uid("FETCH", uid.decode(), "(BODY.PEEK[])")[1][0] for uid in uids]
        took = time.perf_counter() - begun
    assert len(fetched) == count
    return took


async def _huge(owner: Owner, database: Database, secret: str, count: int, folder: Path) -> tuple[float, float, float]:
    raw = await asyncio.to_thread(reply, count, secret, "Согласна\nДиплом во вложении.", [os.urandom(HUGE)])
    path = folder / "huge.eml"
    await asyncio.to_thread(path.write_bytes, raw)
    # Another process delivers it at a sign: the sender's work is not the bot's.
    way = (str(owner.server.lmtp), owner.user, str(path))
    sender = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _DELIVER, *way, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert sender.stdin is not None
    assert sender.stdout is not None
    await sender.stdout.readline()
    beat = Beat()
    watching = asyncio.create_task(beat.watch())
    begun = time.perf_counter()
    sender.stdin.write(b"\n")
    await until_handled(database, count + 1)
    took = time.perf_counter() - begun
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await sender.communicate()
    assert sender.returncode == 0, "the huge letter was not delivered"
    return beat.longest, beat.at_work, took


class Beat:
    """Watches how late the loop is: the longest time, and the most that the process itself worked meanwhile, seconds.

    On a machine with other work the first also holds the time that the process was not given.
    """

    def __init__(self) -> None:
        self.longest = self.at_work = 0.0

    async def watch(self) -> None:
        """Watch until cancelled."""
        while True:
            begun, worked = time.perf_counter(), time.process_time()
            await asyncio.sleep(BEAT)
            late = time.perf_counter() - begun - BEAT
            self.longest = max(self.longest, late)
            self.at_work = max(self.at_work, min(late, time.process_time() - worked))
