"""A vault whose files are recorded in the database before they are written.

So a sweep can tell what this database has put and dropped from what it has never heard of
(docs/decisions/0011-one-identity-of-database-and-vault.md).
"""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from school.ports import Clock
from storage.vault import FileVault
from storage.vault_ledger import VaultLedger
from storage.vault_marker import read_marker, write_marker

LOST_KEPT = timedelta(days=30)
# A record without a file is of a putting under way, or of one that was cut short: long ago, the latter.
_UNWRITTEN = timedelta(days=1)


class RecordedVault:
    """Implements `school.ports.Vault` and `scheduler.documents.SweptVault`."""

    def __init__(self, files: FileVault, ledger: VaultLedger, clock: Clock) -> None:
        self._files = files
        self._ledger = ledger
        self._clock = clock

    @property
    def name(self) -> str:
        """Return what the folder is called."""
        return self._files.folder.name

    async def put(self, document_id: str, content: bytes) -> None:
        """Keep the content durably, its record first; the same id twice keeps the later."""
        await self._ledger.record([document_id], self._clock.now())
        await self._files.put(document_id, content)

    async def get(self, document_id: str) -> bytes:
        """Return the content. Raises `NotFound` for an unknown id or one that cannot be decrypted."""
        return await self._files.get(document_id)

    async def delete(self, document_id: str) -> None:
        """Erase the file, then its record; an unknown id is erased already."""
        await self._files.delete(document_id)
        await self._ledger.forget([document_id])

    async def ids(self) -> list[str]:
        """Return all that is kept, without what was moved aside."""
        return await self._files.ids()

    async def recorded(self) -> set[str]:
        """Return the ids that this database has put."""
        return set(await self._ledger.records())

    async def record(self, ids: Collection[str]) -> None:
        """Record files that rows refer to: this database knows them, whoever put them."""
        await self._ledger.record(ids, self._clock.now())

    async def move_aside(self, ids: Collection[str]) -> None:
        """Move files into the lost-and-found."""
        await self._files.move_aside(ids, self._clock.now().date())

    async def bring_back(self, ids: Collection[str]) -> None:
        """Move files out of the lost-and-found, as far as they are there."""
        await self._files.bring_back(ids)

    async def tidy(self, kept: Collection[str]) -> None:
        """Erase what has lain in the lost-and-found for 30 days, and drop old records of files that are not kept."""
        now = self._clock.now()
        await self._files.erase_aside((now - LOST_KEPT).date())
        records = await self._ledger.records()
        await self._ledger.forget([one for one in records.keys() - set(kept) if records[one] < now - _UNWRITTEN])

    async def keep_pace(self) -> None:
        """Count a sweep in the database and in the folder; a database that is behind was put back from a copy.

        What such a one has recorded may have got a row since: its records are dropped, so that nothing is erased.
        """
        known = await self._ledger.generation()
        marker = await asyncio.to_thread(read_marker, self._files.folder)
        if marker is None:
            return
        if known < marker.generation:
            await self._ledger.forget_all()
        reached = max(known, marker.generation) + 1
        await self._ledger.set_generation(reached)
        await asyncio.to_thread(write_marker, self._files.folder, replace(marker, generation=reached))
