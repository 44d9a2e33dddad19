"""Pictures that people send: decoded whole, so that a truncated one is found out, and something to read looked for."""

from paper.image_reading import read_image
from paper.legible import LONG_SIDE, SHARP, illegible, sharpness
from paper.upload_tail import refuse_glued_on
from school.uploads import UploadFlag, UploadRefused

SMALL = 700
"""Pixels of the shorter side, below which a number on a page may be unreadable."""


def check_image(content: bytes, media: str) -> tuple[UploadFlag, ...]:
    """Return hints on a picture of this type. Raises `UploadRefused`."""
    size, grey = read_image(content, media, LONG_SIDE, "L")
    refuse_glued_on(content, media)
    if reason := illegible(grey):
        raise UploadRefused(reason)
    flags: list[UploadFlag] = []
    if min(size) < SMALL:
        flags.append("small")
    if sharpness(grey) < SHARP:
        flags.append("blurred")
    return tuple(flags)
