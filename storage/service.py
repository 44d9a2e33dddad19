"""Small facts that the service keeps of itself, by key: who the bot is, which troubles were told."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, select

from storage import tables_service as t
from storage.inserts import insert_new, upsert

if TYPE_CHECKING:
    from storage.database import Database

_PROBE = "probe"


class ServiceState:
    """The facts; values are plain JSON."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def get(self, key: str) -> Any:
        """Return the value, None where there is none."""
        query = select(t.service_state.c.value).where(t.service_state.c.key == key)
        return await self._database.run(lambda c: c.execute(query).scalar())

    async def under(self, prefix: str) -> dict[str, Any]:
        """Return the values whose keys begin with the prefix, by the rest of the key."""
        of = t.service_state.c
        query = select(of.key, of.value).where(of.key.startswith(prefix, autoescape=True)).order_by(of.key)
        rows = await self._database.run(lambda c: c.execute(query).all())
        return {row.key.removeprefix(prefix): row.value for row in rows}

    async def put(self, key: str, value: Any) -> None:
        """Keep the value in place of the former one."""
        await self._database.write(partial(_put, self._database.dialect, key, value))

    async def put_new(self, key: str, value: Any) -> None:
        """Keep the value unless there is one already."""
        statement = insert_new(self._database.dialect, t.service_state, "key")
        await self._database.write(lambda c: c.execute(statement, {"key": key, "value": value}).close())

    async def drop(self, key: str) -> None:
        """Forget the value."""
        statement = delete(t.service_state).where(t.service_state.c.key == key)
        await self._database.write(lambda c: c.execute(statement).close())

    async def probe(self) -> None:
        """Write and commit a row: raises what the driver raises when the database takes no writes."""
        await self.put(_PROBE, datetime.now(UTC).isoformat())


def _put(dialect: str, key: str, value: Any, connection: Connection) -> None:
    connection.execute(upsert(dialect, t.service_state, "key"), {"key": key, "value": value}).close()
