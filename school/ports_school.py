"""What the use cases need of storage for the school's own affairs: centres, the catalogue, documents, figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from school.catalogue import Catalogue
from school.centre import Centre
from school.stats import Span, Tally

DocumentKind = Literal["offer", "rules", "requirements", "other"]
DOCUMENT_KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)


@dataclass(frozen=True, slots=True)
class SchoolDocument:
    """A version of a document for clients (docs/regulations.md: S2), as it lies in the vault under `page_id`.

    `series` is the id of the document's first version and joins all of them; `version` counts from 1. A version that
    has `replaced_at` is an old one, one with `hidden_at` is shown to nobody but administrators. Moments in UTC, `size`
    in bytes, `sha256` hex, `added_by` a chat account.
    """

    id: str
    title: str
    folded: str
    kind: DocumentKind
    version: int
    media: str
    size: int
    sha256: str
    page_id: str
    added_by: int
    added_at: datetime
    replaced_at: datetime | None
    series: str
    hidden_at: datetime | None = None


class SchoolUnit(Protocol):
    """One input's reads and staged writes about the school's own affairs."""

    async def centres_page(self, limit: int, offset: int) -> tuple[Sequence[Centre], int]:
        """Return a page of all centres by number, and how many there are."""

    def add_centre(self, centre: Centre) -> None:
        """Stage a new centre; a `Conflict` where the number is taken."""

    def save_centre(self, before: Centre, after: Centre) -> None:
        """Stage a change of name, mailbox, state and settings; a `Conflict` where it is not as `before` any more."""

    def replace_catalogue(self, catalogue: Catalogue, version: int) -> None:
        """Stage this catalogue in place of the one of this version; a `Conflict` where that is not the present one.

        Keys that vanish are not offered any more, their runs are closed; orders keep their own terms.
        """

    async def school_documents(self) -> Sequence[SchoolDocument]:
        """Return the present versions of all documents, the hidden ones too, by title."""

    async def school_document(self, document_id: str) -> SchoolDocument | None:
        """Return a version by its id, an old or hidden one too."""

    async def school_document_versions(self, series: str) -> Sequence[SchoolDocument]:
        """Return all versions of a document, the newest first."""

    def add_school_document(self, document: SchoolDocument) -> None:
        """Stage a new version."""

    def end_school_document(self, document_id: str, now: datetime) -> None:
        """Stage that a present version is replaced; a `Conflict` where it is already."""

    def hide_school_document(self, document_id: str, at: datetime | None) -> None:
        """Stage that a present version is hidden since `at`, None: shown again; a `Conflict` where it is replaced."""

    async def stage_tallies(self, centre: str | None, span: Span) -> Sequence[Tally]:
        """Return who reached which stage on the days of the span, of a centre or of all, in any order.

        Every order placed since `span.placed_since` is counted, however many there are; a day may come several times.
        """
