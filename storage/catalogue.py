"""The catalogue: kept in memory, read again when its version has moved, loaded whole."""

from typing import Any

from sqlalchemy import Connection, Table, select, true, update

from school.catalogue import Catalogue, Course, Discipline, Run, Tariff
from storage import tables_catalogue as k
from storage.inserts import upsert
from storage.mapping import values

_VERSION = select(k.catalogue_state.c.version)


def _all_of(table: Table, width: int, *, only_offered: bool) -> Any:
    columns = list(table.c)[:width]
    query = select(*columns).order_by(table.c.position)
    return query.where(table.c.offered == true()) if only_offered else query


# Courses and runs stay for those who ordered them; what nobody may choose any more is closed with its runs.
_DISCIPLINES = _all_of(k.disciplines, 2, only_offered=True)
_COURSES = _all_of(k.courses, 7, only_offered=False)
_TARIFFS = _all_of(k.tariffs, 4, only_offered=True)
_RUNS = _all_of(k.runs, 6, only_offered=False)


class CatalogueCache:
    """The last catalogue read."""

    def __init__(self) -> None:
        self._kept: Catalogue | None = None

    def of_version(self, connection: Connection, version: int) -> Catalogue:
        """Return the catalogue, from memory where the version is the same."""
        kept = self._kept
        if kept is None or kept.version != version:
            kept = self._kept = _read(connection, version)
        return kept

    def current(self, connection: Connection) -> Catalogue:
        """Return the catalogue as committed."""
        return self.of_version(connection, connection.execute(_VERSION).scalar_one())


def _read(connection: Connection, version: int) -> Catalogue:
    return Catalogue(
        version=version,
        disciplines=tuple(Discipline(*row) for row in connection.execute(_DISCIPLINES)),
        courses=tuple(Course(*row) for row in connection.execute(_COURSES)),
        tariffs=tuple(Tariff(*row) for row in connection.execute(_TARIFFS)),
        runs=tuple(Run(*row) for row in connection.execute(_RUNS)),
    )


def replace_catalogue(connection: Connection, dialect: str, catalogue: Catalogue) -> None:
    """Make this the catalogue: keys that have vanished are not offered any more, their runs are closed."""
    connection.execute(update(k.catalogue_state).values(version=k.catalogue_state.c.version + 1))
    connection.execute(update(k.runs).values(closed=True))
    for table, items in (
        (k.disciplines, catalogue.disciplines),
        (k.courses, catalogue.courses),
        (k.tariffs, catalogue.tariffs),
        (k.runs, catalogue.runs),
    ):
        connection.execute(update(table).values(offered=False))
        rows = [{**values(item), "position": at, "offered": True} for at, item in enumerate(items)]
        if rows:
            connection.execute(upsert(dialect, table, "key"), rows)
