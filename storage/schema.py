"""Bringing the schema up to date; alembic, slow to import, is loaded only when there is something to do."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.engines import Engine

# The newest revision in migrations/versions; a test holds the two together.
HEAD = "0015"

# Any number of its own: replicas that start together migrate one after another.
_MIGRATION_LOCK = text("SELECT pg_advisory_xact_lock(7202601)")


class SchemaNewer(Exception):
    """The database was made by a newer version of the bot; the text is its revision. Nothing has changed."""


async def migrate(engine: Engine) -> None:
    """Bring the schema to `HEAD` in one transaction; a cheap look when it is there already. Raises `SchemaNewer`."""
    found = await revision(engine)
    if found == HEAD:
        return
    if found is not None and is_newer(found):
        raise SchemaNewer(found)
    await engine.write(_upgrade)


async def revision(engine: Engine) -> str | None:
    """Return the revision of the schema, None where no version of the bot has made its tables yet."""
    return await engine.read(_revision)


def is_older(found: str | None) -> bool:
    """Tell whether there are tables, of an earlier revision than `HEAD`."""
    return found is not None and found != HEAD and not is_newer(found)


def is_newer(revision: str) -> bool:
    """Tell whether the revision comes after `HEAD`: revisions are numbers that grow."""
    return revision.isdigit() and int(revision) > int(HEAD)


def _revision(connection: Connection) -> str | None:
    # Asked by name: an error of the query may as well mean that the server is away.
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(_MIGRATION_LOCK)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
