"""Whether the schema is the one that this version of the bot expects; looks only, changes nothing."""

from typing import Literal

from sqlalchemy import Connection, inspect, text

from storage.database import Database
from storage.schema import HEAD, is_newer

SchemaState = Literal["empty", "current", "older", "newer"]


async def schema_state(database: Database) -> SchemaState:
    """Tell an empty database, one of this version, of an older and of a newer one. Raises what the driver raises."""
    found = await revision(database)
    if not found:
        return "empty"
    if found == HEAD:
        return "current"
    return "newer" if is_newer(found) else "older"


async def revision(database: Database) -> str:
    """Return the schema's revision, empty for an empty database. Raises what the driver raises."""
    return await database.run(_revision)


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())
