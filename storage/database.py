"""The database of the assistant, SQLite or PostgreSQL by its URL alone: the one door to storage."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection, delete

from school.catalogue import Catalogue
from school.centre import Centre
from school.draft import Draft
from school.ports import Clock
from storage import reads, schema
from storage import tables as t
from storage.backup import database_file
from storage.catalogue import CatalogueCache, replace_catalogue
from storage.committer import Committer
from storage.engines import Engine, Work, open_engine
from storage.inbox import InboxStore
from storage.inserts import upsert
from storage.mail_inbox import MailInbox
from storage.mapping import values
from storage.migration_copy import copy_before
from storage.outbox import OutboxRow, OutboxStore
from storage.outbox_queue import OutboxQueue
from storage.tables_limits import buckets
from storage.uow import SqlUnitOfWork

T = TypeVar("T")


class Database:
    """One open database.

    `on_commit`, when set, is called in the loop after a commit with the outbox rows it inserted, leased to this
    process for a minute; when not set, such rows are inserted without a lease.
    `owner` names this process in the leases it takes; on SQLite, which has one process, it is None.
    """

    def __init__(self, engine: Engine, file: Path | None = None) -> None:
        self._engine = engine
        self._file = file
        self._committer = Committer(engine)
        self.dialect = engine.dialect
        self.owner = uuid4().hex if engine.dialect == "postgresql" else None
        self.catalogue_cache = CatalogueCache()
        self.inbox = InboxStore(self)
        self.mail_inbox = MailInbox(self)
        self.outbox = OutboxStore(self)
        self.mail_queue = OutboxQueue(self)
        self.on_commit: Callable[[list[OutboxRow]], None] | None = None

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Open "sqlite+aiosqlite:///path" or "postgresql+asyncpg://…" (the driver may be left out).

        ValueError for any other URL and for SQLite in memory.
        """
        return cls(await open_engine(url), database_file(url))

    async def is_new(self) -> bool:
        """Tell whether no version of the bot has made its tables here yet."""
        return await schema.revision(self._engine) is None

    async def migrate(self, *, copy_first: bool = True) -> None:
        """Bring the schema up to date; of an SQLite database with an earlier schema a copy is kept first by default.

        Raises `storage.schema.SchemaNewer`, and `storage.backup.BackupFailed` where the copy cannot be written.
        """
        found = await schema.revision(self._engine)
        if copy_first and self._file is not None and schema.is_older(found):
            await asyncio.to_thread(copy_before, self._file)
        await schema.migrate(self._engine)

    async def close(self) -> None:
        """Finish the commits under way and close."""
        await self._committer.close()
        await self._engine.close()

    async def run(self, work: Work[T]) -> T:
        """Run reads, in one hop, over what is committed."""
        return await self._engine.read(work)

    async def write(self, work: Work[T], after: Callable[[T], None] | None = None) -> T:
        """Run writes in one transaction, with others that wait; see `storage.committer.Committer.submit`."""
        return await self._committer.submit(work, after)

    async def fold(self) -> None:
        """Fold a journal that has grown into the database's file, where nobody is in the way."""
        await self._engine.fold()

    def uow(self, clock: Clock) -> SqlUnitOfWork:
        """Begin a unit of work for one input."""
        return SqlUnitOfWork(self, clock)

    async def replace_catalogue(self, catalogue: Catalogue) -> None:
        """Make this the catalogue, whatever its version; keys that vanish are not offered, their runs are closed."""
        await self.write(lambda c: replace_catalogue(c, self.dialect, catalogue))

    async def save_centre(self, centre: Centre) -> None:
        """Insert or update a centre; the next order number of one that is there is left alone."""
        statement = upsert(self.dialect, t.centres, "number", "next_order")
        await self.write(lambda c: c.execute(statement, values(centre)).close())

    async def centres(self) -> list[Centre]:
        """Return all centres by number."""
        return await self.run(reads.centres)

    async def forget_tokens(self, kinds: Sequence[str], before: datetime) -> None:
        """Delete tokens of these kinds that expired before this moment: nothing is told of them any more."""
        statement = delete(t.tokens).where(t.tokens.c.kind.in_(kinds), t.tokens.c.expires_at < before)
        await self.write(lambda c: c.execute(statement).close())

    async def forget_buckets(self, before: datetime) -> None:
        """Delete counters of windows that began before this moment: they count nothing any more."""
        statement = delete(buckets).where(buckets.c.window < before)
        await self.write(lambda c: c.execute(statement).close())

    async def orders_to_confirm(self, held_before: datetime, limit: int) -> list[str]:
        """Return ids of orders that wait for their orderers since then and were not reminded of, the longest first."""
        return await self.run(partial(reads.held_orders, before=held_before, limit=limit))

    async def drafts_to_nudge(self, touched_before: datetime, limit: int) -> list[Draft]:
        """Return active drafts untouched since then and not nudged yet, the longest first."""
        return await self.run(partial(_stale, touched_before, limit, nudged=False))

    async def drafts_to_expire(self, touched_before: datetime, limit: int) -> list[Draft]:
        """Return active drafts untouched since then, the longest first."""
        return await self.run(partial(_stale, touched_before, limit, nudged=True))


def _stale(before: datetime, limit: int, connection: Connection, *, nudged: bool) -> list[Draft]:
    return reads.stale_drafts(connection, before, limit, nudged=nudged)
