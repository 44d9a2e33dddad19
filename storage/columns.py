"""The sorts of columns and indexes that the tables are made of."""

from sqlalchemy import BigInteger, Column, Index, Text, TextClause

from storage.types import Json, UtcDateTime


def string(name: str, *, null: bool = False) -> Column[str]:
    """Make a column of text."""
    return Column(name, Text, nullable=null)


def moment(name: str, *, null: bool = False) -> Column[object]:
    """Make a column of a moment, in UTC."""
    return Column(name, UtcDateTime, nullable=null)


def json(name: str) -> Column[object]:
    """Make a column of JSON, kept as text."""
    return Column(name, Json, nullable=False)


def number(name: str, *, null: bool = False) -> Column[int]:
    """Make a column of a number of 64 bits."""
    return Column(name, BigInteger, nullable=null)


def partial_index(name: str, *columns: str, where: TextClause) -> Index:
    """Make an index of the rows of which `where` is true."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)
