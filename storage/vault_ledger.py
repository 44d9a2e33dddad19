"""What the database knows of one vault: the files that it has put there, and how far the two have come together."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from storage.inserts import insert_into
from storage.service import ServiceState
from storage.tables_vault import vault_files

if TYPE_CHECKING:
    from storage.database import Database

_IDENTITY = "vault:identity"
_F = vault_files.c
_RECORDS = select(_F.id, _F.put_at).where(_F.vault == bindparam("of_vault"))
_FORGET = delete(vault_files).where(_F.vault == bindparam("of_vault"), _F.id == bindparam("of_id"))
_FORGET_ALL = delete(vault_files).where(_F.vault == bindparam("of_vault"))


class VaultLedger:
    """The records of one vault, by its name; each call is one small transaction."""

    def __init__(self, database: "Database", vault: str) -> None:
        self._database = database
        self._state = ServiceState(database)
        self.vault = vault

    async def record(self, ids: Collection[str], now: datetime) -> None:
        """Record, durable on return, that these files are put by this database."""
        rows = [{"vault": self.vault, "id": one, "put_at": now} for one in ids]
        if rows:
            statement = insert_into(self._database.dialect, vault_files)
            statement = statement.on_conflict_do_update(
                index_elements=["vault", "id"], set_={"put_at": statement.excluded.put_at}
            )
            await self._database.write(lambda c: c.execute(statement, rows).close())

    async def records(self) -> dict[str, datetime]:
        """Return when each file was recorded, by its id."""
        given = {"of_vault": self.vault}
        return await self._database.run(lambda c: {row.id: row.put_at for row in c.execute(_RECORDS, given)})

    async def forget(self, ids: Collection[str]) -> None:
        """Drop the records of these files."""
        rows = [{"of_vault": self.vault, "of_id": one} for one in ids]
        if rows:
            await self._database.write(lambda c: c.execute(_FORGET, rows).close())

    async def forget_all(self) -> None:
        """Drop all records: whatever no row refers to is then unknown, not dropped."""
        await self._database.write(lambda c: c.execute(_FORGET_ALL, {"of_vault": self.vault}).close())

    async def identity(self) -> str | None:
        """Return the identity of the database, None before its first start with a vault."""
        found: str | None = await self._state.get(_IDENTITY)
        return found

    async def set_identity(self, identity: str) -> None:
        """Give the database an identity, or another one."""
        await self._state.put(_IDENTITY, identity)

    async def generation(self) -> int:
        """Return how many sweeps of the vault this database has seen."""
        return int(await self._state.get(f"vault:generation:{self.vault}") or 0)

    async def set_generation(self, generation: int) -> None:
        """Keep how many sweeps of the vault this database has seen."""
        await self._state.put(f"vault:generation:{self.vault}", generation)
