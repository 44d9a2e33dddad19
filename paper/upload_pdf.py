"""PDF: opened, counted and searched for what may run. Streams of pages are never unpacked: a bomb stays packed."""

import io
from typing import TYPE_CHECKING

from paper.upload_tail import refuse_glued_on
from school.uploads import MAX_PAGES, UploadRefused

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

MAX_OBJECTS = 20_000
"""A document of 30 pages has some hundreds; each takes memory and time."""

_DEEPEST = 24
_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound",
    "/RichMediaExecute",
}  # fmt: skip
_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}


def check_pdf(content: bytes) -> int:
    """Return the number of pages. Raises `UploadRefused`."""
    import pikepdf

    refuse_glued_on(content, "application/pdf")
    # The library mends what it can; a file without an end is one that did not come whole.
    if b"%%EOF" not in content[-4096:]:
        raise UploadRefused("pdf_broken")
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            pages = _count(pdf)
            if any(_active(found) for found in pdf.objects):
                raise UploadRefused("pdf_active")
    except pikepdf.PasswordError as error:
        raise UploadRefused("pdf_encrypted") from error
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, TypeError, RuntimeError, LookupError) as error:
        raise UploadRefused("pdf_broken") from error
    return pages


def _count(pdf: "Pdf") -> int:
    if int(pdf.trailer.get("/Size", 0)) > MAX_OBJECTS:
        raise UploadRefused("too_heavy")
    pages = len(pdf.pages)
    if pages > MAX_PAGES:
        raise UploadRefused("pdf_too_long")
    if not pages or all("/Contents" not in page.obj for page in pdf.pages):
        raise UploadRefused("pdf_broken")
    return pages


def _active(found: "Object", depth: int = 0) -> bool:
    """Tell whether an object holds something that runs or a file; what it only refers to is an object of its own.

    An opening view (`/OpenAction` to a page) is harmless and common: it is the kind of action that counts.
    """
    import pikepdf

    if depth > _DEEPEST:
        raise UploadRefused("pdf_active")
    if isinstance(found, pikepdf.Array):
        return any(_active(part, depth + 1) for part in found if _nested(part))
    if not isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    keys = set(found.keys())
    if keys & _KEYS or str(found.get("/S", "")) in _ACTIONS or str(found.get("/Subtype", "")) in _ANNOTATIONS:
        return True
    return any(_active(part, depth + 1) for _, part in found.items() if _nested(part))


def _nested(part: object) -> bool:
    import pikepdf

    return isinstance(part, (pikepdf.Array, pikepdf.Dictionary)) and not part.is_indirect
