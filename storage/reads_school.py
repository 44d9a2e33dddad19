"""The reads of the school's own affairs: plain functions over a connection, statements built once."""

from sqlalchemy import Connection, bindparam, func, select

from school.centre import Centre
from school.ports_school import SchoolDocument
from storage import tables as t
from storage.tables_school import documents_of_school

_CENTRES = select(t.centres).order_by(t.centres.c.number).limit(bindparam("limit")).offset(bindparam("offset"))
_COUNT_CENTRES = select(func.count()).select_from(t.centres)


def centres_page(connection: Connection, limit: int, offset: int) -> tuple[list[Centre], int]:
    """Read a page of centres by number, and their count."""
    total = connection.execute(_COUNT_CENTRES).scalar_one()
    return [Centre(*row) for row in connection.execute(_CENTRES, {"limit": limit, "offset": offset})], total


_D = documents_of_school.c
_PRESENT = select(documents_of_school).where(_D.replaced_at.is_(None)).order_by(_D.folded, _D.id)
_DOCUMENT = select(documents_of_school).where(_D.id == bindparam("key"))
_VERSIONS = select(documents_of_school).where(_D.series == bindparam("of_series")).order_by(_D.version.desc())
PAGE_IDS = select(_D.page_id)
"""All files that the vault keeps for these documents, of old versions too."""


def documents(connection: Connection) -> list[SchoolDocument]:
    """Read the present versions of all documents."""
    return [SchoolDocument(*row) for row in connection.execute(_PRESENT)]


def document(connection: Connection, document_id: str) -> SchoolDocument | None:
    """Read one version."""
    row = connection.execute(_DOCUMENT, {"key": document_id}).first()
    return SchoolDocument(*row) if row is not None else None


def versions(connection: Connection, series: str) -> list[SchoolDocument]:
    """Read all versions of a document, the newest first."""
    return [SchoolDocument(*row) for row in connection.execute(_VERSIONS, {"of_series": series})]
