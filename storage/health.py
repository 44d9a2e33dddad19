"""Whether the schema is the one that this version of the bot expects; looks only, changes nothing."""

from typing import Literal

from sqlalchemy import Connection, inspect, text

from storage.database import Database
from storage.schema import HEAD

SchemaState = Literal["empty", "current", "other"]


async def schema_state(database: Database) -> SchemaState:
    """Tell an empty database, one of this version, and one of another version. Raises what the driver raises."""
    return await database.run(_state)


def _state(connection: Connection) -> SchemaState:
    if not inspect(connection).has_table("alembic_version"):
        return "empty"
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return "current" if revision == HEAD else "other"
