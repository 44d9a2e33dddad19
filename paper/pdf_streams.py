"""How much a PDF unpacks to: counted piece by piece, so that a bomb is found out and never held."""

import zlib
from typing import TYPE_CHECKING

from school.uploads import UploadRefused

if TYPE_CHECKING:
    from pikepdf import Stream

MOST_UNPACKED = 32 * 1024 * 1024
"""Bytes of one stream that is no picture: a page of print has some 100 KB, a font with all its signs 20 MB."""

MOST_IN_ALL = 96 * 1024 * 1024
"""Bytes of all such streams together."""

MOST_PIXELS = 150_000_000
"""Pixels of one picture: A4 at 1,200 dpi has 139 million."""

_PIECE = 256 * 1024
_FLATE = {"/FlateDecode", "/Fl"}


class Unpacked:
    """Adds up what the streams unpack to."""

    def __init__(self) -> None:
        self._bytes = 0

    def add(self, stream: "Stream") -> None:
        """Count one stream. Raises `UploadRefused("too_heavy")` beyond a limit."""
        if str(stream.get("/Subtype", "")) == "/Image":
            if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > MOST_PIXELS:
                raise UploadRefused("too_heavy")
            return
        content = stream.read_raw_bytes()
        for name in _filters(stream):
            if name not in _FLATE:  # the others do not unpack to thousands of times their size; drawing is bounded too
                break
            content = _inflated(content)
        self._bytes += len(content)
        if self._bytes > MOST_IN_ALL:
            raise UploadRefused("too_heavy")


def _filters(stream: "Stream") -> list[str]:
    import pikepdf

    named = stream.get("/Filter")
    return [str(one) for one in named] if isinstance(named, pikepdf.Array) else [str(named)]


def _inflated(content: bytes) -> bytes:
    """Unpack up to `MOST_UNPACKED`; damaged data end where they are damaged, as readers take them."""
    found, unpacker = bytearray(), zlib.decompressobj()
    try:
        while content and not unpacker.eof:
            found += unpacker.decompress(content, _PIECE)
            content = unpacker.unconsumed_tail
            if len(found) > MOST_UNPACKED:
                raise UploadRefused("too_heavy")
    except zlib.error:
        pass
    return bytes(found)
