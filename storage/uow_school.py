"""The unit of work's part about the school's own affairs (see `school.ports_school`)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, bindparam, insert, update

from school.catalogue import Catalogue
from school.centre import Centre
from school.ports_school import SchoolDocument
from school.stats import Span, Tally
from storage import reads_school, reads_stats
from storage import tables as t
from storage import tables_catalogue as k
from storage.inserts import upsert
from storage.mapping import values
from storage.staging import Staged
from storage.tables_school import documents_of_school
from storage.types import Json, UtcDateTime
from storage.uow_base import UowBase

_C = t.centres.c
_CHANGEABLE = ("name", "email", "closed", "settings")
_WAS: dict[str, ColumnElement[object]] = {
    name: bindparam(f"was_{name}", type_=Json() if name == "settings" else _C[name].type) for name in _CHANGEABLE
}
_SAVE_CENTRE = update(t.centres).where(_C.number == bindparam("key"), *(_C[name] == _WAS[name] for name in _CHANGEABLE))
_NEXT_CATALOGUE = (
    update(k.catalogue_state)
    .where(k.catalogue_state.c.version == bindparam("compared"))
    .values(version=bindparam("following"))
)
_D = documents_of_school.c
_PRESENT = (_D.id == bindparam("key"), _D.replaced_at.is_(None))
_END = update(documents_of_school).where(*_PRESENT).values(replaced_at=bindparam("at", type_=UtcDateTime()))
_HIDE = update(documents_of_school).where(*_PRESENT).values(hidden_at=bindparam("at", type_=UtcDateTime()))


class UowSchool(UowBase):
    """Centres, the catalogue, documents for clients, figures."""

    async def centres_page(self, limit: int, offset: int) -> tuple[Sequence[Centre], int]:
        """Return a page of all centres by number, and how many there are."""
        return await self._database.run(partial(reads_school.centres_page, limit=limit, offset=offset))

    def add_centre(self, centre: Centre) -> None:
        """Stage a new centre; a `Conflict` where the number is taken."""
        self._stage(Staged(insert(t.centres), values(centre)))

    def save_centre(self, before: Centre, after: Centre) -> None:
        """Stage a change of name, mailbox, state and settings; a `Conflict` where it is not as `before` any more."""
        was = {f"was_{name}": getattr(before, name) for name in _CHANGEABLE}
        changed = {name: getattr(after, name) for name in _CHANGEABLE}
        self._stage(Staged(_SAVE_CENTRE, {"key": before.number, **was, **changed}, 1), "centre", before.number)

    def replace_catalogue(self, catalogue: Catalogue, version: int) -> None:
        """Stage this catalogue in place of the one of this version; a `Conflict` where that is not the present one."""
        self._stage(Staged(_NEXT_CATALOGUE, {"compared": version, "following": version + 1}, 1))
        self._stage(Staged(update(k.runs).values(closed=True), {}))
        for table, items in (
            (k.disciplines, catalogue.disciplines),
            (k.courses, catalogue.courses),
            (k.tariffs, catalogue.tariffs),
            (k.runs, catalogue.runs),
        ):
            self._stage(Staged(update(table).values(offered=False), {}))
            rows = [{**values(item), "position": at, "offered": True} for at, item in enumerate(items)]
            if rows:
                self._stage(Staged(upsert(self._database.dialect, table, "key"), rows))

    async def school_documents(self) -> Sequence[SchoolDocument]:
        """Return the present versions of all documents, the hidden ones too, by title."""
        return await self._database.run(reads_school.documents)

    async def school_document(self, document_id: str) -> SchoolDocument | None:
        """Return a version by its id, an old or hidden one too."""
        return await self._database.run(lambda c: reads_school.document(c, document_id))

    async def school_document_versions(self, series: str) -> Sequence[SchoolDocument]:
        """Return all versions of a document, the newest first."""
        return await self._database.run(lambda c: reads_school.versions(c, series))

    def add_school_document(self, document: SchoolDocument) -> None:
        """Stage a new version."""
        self._stage(Staged(insert(documents_of_school), values(document)))

    def end_school_document(self, document_id: str, now: datetime) -> None:
        """Stage that a present version is replaced; a `Conflict` where it is already."""
        self._stage(Staged(_END, {"key": document_id, "at": now}, 1))

    def hide_school_document(self, document_id: str, at: datetime | None) -> None:
        """Stage that a present version is hidden since `at`, None: shown again; a `Conflict` where it is replaced."""
        self._stage(Staged(_HIDE, {"key": document_id, "at": at}, 1))

    async def stage_tallies(self, centre: str | None, span: Span) -> Sequence[Tally]:
        """Return who reached which stage on the days of the span, of a centre or of all, in any order."""
        found: list[Tally] = []
        # Part after part: SQLite has one reader, and who asks for a status must not wait for the figures of a year.
        for part in reads_stats.parts(self._database.dialect, centre, span):
            found += await self._database.run(part.tallies)
        return found
