"""The tables of the catalogue: the columns stand in the order of the fields of the class, as in `storage.tables`."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Table, Text

from storage.columns import number, string
from storage.tables import metadata

catalogue_state = Table(
    "catalogue_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)


def _offer() -> list[Column[object]]:
    return [Column("position", Integer, nullable=False), Column("offered", Boolean, nullable=False)]


disciplines = Table("disciplines", metadata, Column("key", Text, primary_key=True), string("title"), *_offer())

courses = Table(
    "courses",
    metadata,
    Column("key", Text, primary_key=True),
    Column("discipline", Text, ForeignKey("disciplines.key"), nullable=False),
    string("title"),
    string("level"),
    Column("hours", Integer, nullable=False),
    Column("lessons", Integer, nullable=False),
    string("document"),
    *_offer(),
)

tariffs = Table(
    "tariffs",
    metadata,
    Column("key", Text, primary_key=True),
    Column("course", Text, ForeignKey("courses.key"), nullable=False),
    string("title"),
    number("price"),
    *_offer(),
)

runs = Table(
    "runs",
    metadata,
    Column("key", Text, primary_key=True),
    Column("course", Text, ForeignKey("courses.key"), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("closed", Boolean, nullable=False),
    string("access_url"),
    *_offer(),
)
