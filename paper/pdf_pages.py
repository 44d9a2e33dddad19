"""Draws pages of a PDF as pictures. Nothing of it runs, no other file is opened: forms and scripts are not built in."""

from typing import TYPE_CHECKING

from paper.image_reading import Mode
from school.uploads import UploadRefused

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 14_400
"""Points: the greatest page of a PDF (ISO 32000-1, annex C); a scan of A4 has 842."""


def draw_page(content: bytes, number: int, side: int, mode: Mode) -> "Image":
    """Return page `number` (from 1), upright as the PDF says, with a long side of `side` pixels.

    Raises `UploadRefused`, and `IndexError` where there is no such page.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(content) as book:
            if not 1 <= number <= len(book):
                raise IndexError(number)
            page = book[number - 1]
            longest = max(page.get_size())
            if not 1 <= longest <= LONGEST_SIDE:
                raise UploadRefused("too_heavy")
            drawn = page.render(
                scale=side / longest, grayscale=mode == "L", may_draw_forms=False, limit_image_cache=True
            )
            image: Image = drawn.to_pil().convert(mode)
            return image
    except pypdfium2.PdfiumError as error:
        raise UploadRefused("pdf_broken") from error
