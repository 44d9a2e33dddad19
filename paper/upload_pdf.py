"""PDF: opened, counted, searched for what may run, and its first page with anything on it drawn."""

import io
from typing import TYPE_CHECKING

from paper.legible import LONG_SIDE, illegible
from paper.pdf_actions import is_active
from paper.pdf_pages import LONGEST_SIDE, draw_page
from paper.pdf_streams import Unpacked
from paper.upload_tail import PADDING, refuse_glued_on
from school.uploads import MAX_PAGES, UploadReason, UploadRefused

if TYPE_CHECKING:
    from pikepdf import Pdf

MAX_OBJECTS = 20_000
"""A document of 30 pages has some hundreds; each takes memory and time."""


def check_pdf(content: bytes) -> int:
    """Return the number of pages. Raises `UploadRefused`."""
    import pikepdf

    refuse_glued_on(content, "application/pdf")
    content = content.rstrip(PADDING)
    # The library mends what it can; a file without an end is one that did not come whole.
    if b"%%EOF" not in content[-4096:]:
        raise UploadRefused("pdf_broken")
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            pages = _count(pdf)
            _search(pdf)
    except pikepdf.PasswordError as error:
        raise UploadRefused("pdf_encrypted") from error
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, RuntimeError, LookupError) as error:
        raise UploadRefused("pdf_broken") from error
    _refuse_blank(content, pages)
    return pages


def _count(pdf: "Pdf") -> int:
    if int(pdf.trailer.get("/Size", 0)) > MAX_OBJECTS or len(pdf.objects) > MAX_OBJECTS:
        raise UploadRefused("too_heavy")
    pages = len(pdf.pages)
    if pages > MAX_PAGES:
        raise UploadRefused("pdf_too_long")
    if not pages or all("/Contents" not in page.obj for page in pdf.pages):
        raise UploadRefused("pdf_broken")
    if any(abs(float(number)) > 2 * LONGEST_SIDE for page in pdf.pages for number in page.mediabox):
        raise UploadRefused("too_heavy")
    return pages


def _search(pdf: "Pdf") -> None:
    import pikepdf

    unpacked = Unpacked()
    for found in pdf.objects:
        if is_active(found):
            raise UploadRefused("pdf_active")
        if isinstance(found, pikepdf.Stream):
            unpacked.add(found)


def _refuse_blank(content: bytes, pages: int) -> None:
    """Raise `UploadRefused` unless some page has something to read: the back of a sheet may well be empty."""
    reason: UploadReason | None = None
    for number in range(1, pages + 1):
        found = illegible(draw_page(content, number, LONG_SIDE, "L"))
        if found is None:
            return
        reason = reason or found
    raise UploadRefused(reason or "blank")
