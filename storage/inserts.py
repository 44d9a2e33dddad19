"""INSERT … ON CONFLICT, which the two databases spell alike and SQLAlchemy spells apart."""

from functools import cache
from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite


def insert_into(dialect: str, table: Table) -> sqlite.Insert:
    """Return the dialect's own INSERT."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return cast("sqlite.Insert", postgresql.insert(table))


@cache
def upsert(dialect: str, table: Table, key: str, *kept: str) -> sqlite.Insert:
    """INSERT, or UPDATE of all columns but the key and those `kept`."""
    statement = insert_into(dialect, table)
    changed = {c.name: statement.excluded[c.name] for c in table.c if c.name not in (key, *kept)}
    return statement.on_conflict_do_update(index_elements=[key], set_=changed)


@cache
def insert_new(dialect: str, table: Table, *key: str) -> sqlite.Insert:
    """INSERT, or nothing where the key is there already."""
    return insert_into(dialect, table).on_conflict_do_nothing(index_elements=list(key))
