"""Who sends the outbox on PostgreSQL: each process by an id of its own, and until when it says that it lives.

The moments are the database's own time: processes on machines whose clocks differ still agree on who is dead.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, delete, func, null, select, update
from sqlalchemy.dialects.postgresql import insert

from storage.tables import outbox
from storage.tables_service import holders

if TYPE_CHECKING:
    from storage.database import Database

LIFE_SECONDS = 8.0  # a process that has not been heard of for as long is dead
_NOW = func.clock_timestamp()
_BEAT = insert(holders).values(id=bindparam("me"), alive_until=_NOW + timedelta(seconds=LIFE_SECONDS))
_BEAT_AGAIN = _BEAT.on_conflict_do_update(
    index_elements=[holders.c.id], set_={"alive_until": _BEAT.excluded.alive_until}
)
# Rows that another reaper holds are being reaped by it.
_DEAD = (
    select(holders.c.id)
    .where(holders.c.id != bindparam("me"), holders.c.alive_until < _NOW)
    .with_for_update(skip_locked=True)
)
_FORGET = delete(holders).where(holders.c.id.in_(bindparam("ids", expanding=True)))
# A fence of its own: a process that was only slow to speak changes nothing any more.
_FREE = (
    update(outbox)
    .where(
        outbox.c.state == "pending",
        outbox.c.leased_until.is_not(None),
        outbox.c.owner.in_(bindparam("ids", expanding=True)),
    )
    .values(leased_until=null(), owner=null(), fence=outbox.c.fence + 1)
)


class Holders:
    """The processes that hold leases of the outbox, and this one among them; of use on PostgreSQL alone."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def beat(self, *, reap: bool) -> int:
        """Say that this process lives `LIFE_SECONDS` more; with `reap` free what the dead held.

        Returns how many messages were freed. Raises what the database raises.
        """
        return await self._database.write(partial(_beat, self._database.owner, reap))

    async def leave(self) -> None:
        """Take this process out and free what it still holds."""
        await self._database.write(partial(_leave, self._database.owner))


def _beat(me: str | None, reap: bool, connection: Connection) -> int:
    connection.execute(_BEAT_AGAIN, {"me": me})
    dead = list(connection.execute(_DEAD, {"me": me}).scalars()) if reap else []
    return _free(dead, connection)


def _leave(me: str | None, connection: Connection) -> int:
    return _free([me], connection)


def _free(ids: list[str | None], connection: Connection) -> int:
    if not ids:
        return 0
    connection.execute(_FORGET, {"ids": ids})
    return connection.execute(_FREE, {"ids": ids}).rowcount
