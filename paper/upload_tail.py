"""Is a second file glued to a document? Where the image ends is found by its own structure.

Refused is what something could unpack or run. Phones do put honest things after the end of a picture: padding, further
JPEGs (MPF), the video of a motion photo. These pass: a document is only ever sent on as a file or a picture, never
served as a page, so nobody runs what stands there.
"""

import re

from school.uploads import UploadRefused

PADDING = b"\0\t\n\r "
"""What programs put after the end of a file, sometimes by the hundred kilobytes."""

_ZIP_END = b"PK\x05\x06"
_GLUED_ON = re.compile(
    rb"PK\x03\x04[\x00-\x40]\x00|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x7fELF[\x01\x02][\x01\x02]|%PDF-\d"
    rb"|This program cannot be run in DOS mode|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
)
_MARKUP = re.compile(rb"<script|<!doctype html|<html[\s>]|<iframe|<\?php\s", re.IGNORECASE)


def refuse_glued_on(content: bytes, media: str) -> None:
    """Raise `UploadRefused("polyglot")` when the file is something else as well."""
    end = _ENDS[media](content)
    tail = content[end:]
    # A PDF begins as one, and no browser reads it as a page: markup in its title or metadata is words.
    if _MARKUP.search(tail if media == "application/pdf" else content):
        raise UploadRefused("polyglot")
    if tail.lstrip(PADDING).startswith((b"MZ", b"#!")) or _GLUED_ON.search(tail):
        raise UploadRefused("polyglot")
    if _ends_as_zip(content) or (media != "application/pdf" and b"%PDF-" in content[:1024]):
        raise UploadRefused("polyglot")


def _ends_as_zip(content: bytes) -> bool:
    """Tell whether an unpacker would find an archive: its directory's end stands in the last 64 KB, comment and all."""
    at = content.rfind(_ZIP_END, max(0, len(content) - 66_000))
    while at >= 0:
        record = content[at : at + 22]
        disks, here, entries = record[4:8], record[8:10], record[10:12]
        if len(record) == 22 and disks == b"\0\0\0\0" and here == entries and entries != b"\0\0":
            return True
        at = content.rfind(_ZIP_END, max(0, len(content) - 66_000), at)
    return False


def _end_of_jpeg(content: bytes) -> int:
    """Return where the first picture ends; the file's length when it does not.

    Segments are skipped by their lengths: an EXIF thumbnail inside one has an end mark of its own.
    """
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return len(content)
        marker = content[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:
            at += 1
            continue
        at += 2 if marker == 0x01 or 0xD0 <= marker <= 0xD8 else 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xDA:
            found = _MARKER.search(content, at)
            at = found.start() if found else len(content)
    return at if content[at : at + 2] == b"\xff\xd9" else len(content)


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def _end_of_png(content: bytes) -> int:
    at = 8
    while at + 12 <= len(content):
        kind = content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4], "big")
        if kind == b"IEND":
            break
    return min(at, len(content))


def _end_of_webp(content: bytes) -> int:
    return min(8 + int.from_bytes(content[4:8], "little"), len(content))


def _end_of_boxes(content: bytes) -> int:
    at = 0
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        if size == 0 or not kind.isalnum():
            return len(content) if size == 0 else at
        if size < 8:
            return at
        at += size
    return min(at, len(content))


def _end_of_pdf(content: bytes) -> int:
    """Return where the last %%EOF ends. A PDF grows by updates, so what stands before is its own."""
    at = content.rfind(b"%%EOF")
    return at + 5 if at >= 0 else len(content)


_ENDS = {
    "image/jpeg": _end_of_jpeg,
    "image/png": _end_of_png,
    "image/webp": _end_of_webp,
    "image/heic": _end_of_boxes,
    "application/pdf": _end_of_pdf,
}
