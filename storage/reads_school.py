"""The reads of the school's own affairs: plain functions over a connection, statements built once."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, func, select

from school.centre import Centre
from school.ports_school import SchoolDocument
from school.stats import ActDays, Path, closed_on
from storage import tables as t
from storage import tables_money as m
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


_ACT = m.acts.c


def _paths_query(*, of_centre: bool) -> Select[Any]:
    chosen = [t.orders.c.placed_at >= bindparam("since")]
    if of_centre:
        chosen.append(t.orders.c.centre == bindparam("centre"))
    joined = (
        t.orders.join(t.order_lines, t.order_lines.c.order_id == t.orders.c.id)
        .outerjoin(t.questionnaires, t.questionnaires.c.line_id == t.order_lines.c.id)
        .outerjoin(m.acts, and_(_ACT.order_id == t.orders.c.id, _ACT.run == t.order_lines.c.run))
    )
    columns = (
        t.orders.c.id.label("order_id"), t.orders.c.placed_at, t.order_lines.c.id.label("line_id"),
        t.order_lines.c.data, t.order_lines.c.admitted_at, t.order_lines.c.ends, t.questionnaires.c.state,
        t.questionnaires.c.decided_at, _ACT.scan, _ACT.diadoc, _ACT.signed_on, _ACT.uploaded_on, _ACT.confirmed_on,
        _ACT.received_on, _ACT.line_ids,
    )  # fmt: skip
    newest = (t.orders.c.placed_at.desc(), t.orders.c.id)
    return select(*columns).select_from(joined).where(*chosen).order_by(*newest).limit(bindparam("limit"))


_PATHS = _paths_query(of_centre=False)
_PATHS_OF_CENTRE = _paths_query(of_centre=True)


def student_paths(connection: Connection, centre: str | None, since: datetime, limit: int) -> list[Path]:
    """Read the ways of the students of orders placed since, of a centre or of all, the newest first."""
    query = _PATHS if centre is None else _PATHS_OF_CENTRE
    given = {"since": since, "limit": limit} | ({"centre": centre} if centre is not None else {})
    return [_path(row) for row in connection.execute(query, given)]


def _path(row: Row[Any]) -> Path:
    paid_at = row.data.get("paid_at")
    act = None
    # An act is about those of the order's run who were admitted.
    if row.line_ids is not None and row.line_id in row.line_ids:
        act = ActDays(row.scan, row.diadoc, row.signed_on, row.uploaded_on, row.confirmed_on, row.received_on)
    return Path(
        order=row.order_id,
        placed=row.placed_at,
        paid=datetime.fromisoformat(paid_at) if paid_at else None,
        approved=row.decided_at if row.state == "approved" else None,
        admitted=row.admitted_at,
        ends=row.ends,
        finished=row.data.get("training") == "finished",
        closed=closed_on(act) if act is not None else None,
    )
