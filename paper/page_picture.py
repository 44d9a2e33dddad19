"""A page of a document as a JPEG to look at: upright, of a bearable size, with nothing but pixels in it."""

import io

from paper.image_reading import read_image
from paper.pdf_pages import draw_page
from paper.upload_check import media_of

QUALITY = 82


def page_picture(content: bytes, number: int, side: int, turns: int = 0) -> bytes:
    """Return page `number` (from 1) as a JPEG with a long side of at most `side` pixels.

    `turns`: quarters clockwise beyond what the file says of itself. Raises `UploadRefused` for what cannot be drawn,
    `IndexError` for a page that is not there.
    """
    from PIL.Image import Transpose

    media = media_of(content)
    if media == "application/pdf":
        image = draw_page(content, number, side, "RGB")
    elif number == 1:
        image = read_image(content, media, side, "RGB")[1]
    else:
        raise IndexError(number)
    ways = (None, Transpose.ROTATE_270, Transpose.ROTATE_180, Transpose.ROTATE_90)
    if way := ways[turns % 4]:
        image = image.transpose(way)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
