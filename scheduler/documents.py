"""Files in a vault that nothing refers to: erased where this database has put them, else moved aside."""

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol

from school.centre import Role
from school.errors import Conflict
from school.ports import Clock, CommittingUnitOfWork
from school.use_cases.tell import tell_role

log = logging.getLogger(__name__)


class SweptVault(Protocol):
    """A vault as the sweep sees it (see `storage.recorded_vault.RecordedVault`)."""

    @property
    def name(self) -> str:
        """Return what the folder is called."""

    async def ids(self) -> list[str]:
        """Return all that is kept."""

    async def recorded(self) -> set[str]:
        """Return the ids that this database has put."""

    async def record(self, ids: Collection[str]) -> None:
        """Record files that rows refer to."""

    async def delete(self, document_id: str) -> None:
        """Erase a file and its record."""

    async def move_aside(self, ids: Collection[str]) -> None:
        """Move files into the lost-and-found."""

    async def bring_back(self, ids: Collection[str]) -> None:
        """Move files out of the lost-and-found, as far as they are there."""

    async def tidy(self, kept: Collection[str]) -> None:
        """Erase what has lain in the lost-and-found long enough, and drop records of files that are not kept."""

    async def keep_pace(self) -> None:
        """Count the sweep, and drop the records where the database was put back from a copy."""


class Sweeper:
    """Clears a vault of what no row knows, in this sweep and in the one before.

    Two sweeps, because a file is put before its row commits. `known` reads the ids of every file that is referred to.
    Only what this database has itself recorded is erased: any other file may be another database's, or of a later
    state than the copy that was put back; it is moved aside for 30 days and administrators are told once a day.
    """

    def __init__(
        self,
        vault: SweptVault,
        known: Callable[[], Awaitable[Sequence[str]]],
        open_uow: Callable[[], CommittingUnitOfWork],
        clock: Clock,
    ) -> None:
        self._vault = vault
        self._known = known
        self._open_uow = open_uow
        self._clock = clock
        self._suspects: frozenset[str] = frozenset()

    async def __call__(self) -> None:
        """Sweep once."""
        await self._vault.keep_pace()
        # The vault first: a row that commits between the two reads is then known.
        kept = frozenset(await self._vault.ids())
        known = frozenset(await self._known())
        recorded = await self._vault.recorded()
        await self._vault.bring_back(known - kept)
        await self._vault.record((known & kept) - recorded)
        unknown = kept - known
        await self._clear(unknown & self._suspects, recorded)
        self._suspects = unknown - self._suspects
        await self._vault.tidy(kept | known)

    async def _clear(self, left: frozenset[str], recorded: set[str]) -> None:
        foreign = left - recorded
        if foreign:
            # Told first: what was moved and not told of nobody would look for.
            await self._tell(len(foreign))
            await self._vault.move_aside(sorted(foreign))
        for document_id in sorted(left & recorded):
            await self._vault.delete(document_id)

    async def _tell(self, count: int) -> None:
        log.warning("%s: %s files that the database does not know are moved to lost-and-found", self._vault.name, count)
        uow = self._open_uow()
        data = {"count": count, "folder": f"{self._vault.name}/lost-and-found"}
        await tell_role(
            uow, Role.ADMIN, "files_aside", data, f"files_aside:{self._vault.name}:{self._clock.now().date()}"
        )
        try:
            await uow.commit()
        except Conflict:
            log.warning("administrators were not told of them: the staff has just changed")
