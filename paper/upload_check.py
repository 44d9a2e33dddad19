"""Is this file a document that people may look at? Pure: bytes in, what was found out. Type by content, never by name.

Meant to be run in a process of its own (`paper.upload_worker`): the libraries that read foreign files are not ours.
"""

import re
from dataclasses import dataclass

from school.uploads import MAX_UPLOAD, UploadFlag, UploadReason, UploadRefused


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file is: `media` like "image/jpeg", `pages` of a PDF (1 of an image), hints."""

    media: str
    pages: int
    flags: tuple[UploadFlag, ...] = ()


_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_REFUSED: tuple[tuple[bytes, UploadReason], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office_file"),
    (b"{\\rtf", "office_file"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"GIF8", "image_format"),
    (b"II*\x00", "image_format"),
    (b"MM\x00*", "image_format"),
    (b"BM", "image_format"),
    (b"8BPS", "image_format"),
    (b"\x00\x00\x00\x0cjP  ", "image_format"),
    (b"\xff\x0a", "image_format"),
    (b"AT&TFORM", "image_format"),
    (b"\x1aE\xdf\xa3", "video_audio"),
    (b"OggS", "video_audio"),
    (b"ID3", "video_audio"),
    (b"fLaC", "video_audio"),
    (b"\xff\xfb", "video_audio"),
    (b"\x00\x00\x01\xba", "video_audio"),
)
_OFFICE = re.compile(rb"\[Content_Types\]\.xml|^.{30}mimetypeapplication/vnd\.oasis", re.DOTALL)


def check(content: bytes) -> Checked:
    """Find out what the file is. Raises `UploadRefused`."""
    if not content:
        raise UploadRefused("empty")
    if len(content) > MAX_UPLOAD:
        raise UploadRefused("too_big")
    media = media_of(content)
    if media == "application/pdf":
        from paper.upload_pdf import check_pdf

        return Checked(media, check_pdf(content))
    from paper.upload_images import check_image

    return Checked(media, 1, check_image(content, media))


def media_of(content: bytes) -> str:
    """Return the type of a file that is taken, by its first bytes. Raises `UploadRefused` for all other types."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF":
        if content[8:12] == b"WEBP":
            return "image/webp"
        raise UploadRefused("video_audio")
    if content[4:8] == b"ftyp":
        return _media_of_boxes(content)
    # Scanners are known to put a byte order mark or an empty line first; anything more is a second format.
    if content[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return "application/pdf"
    raise UploadRefused(_reason(content))


def _media_of_boxes(content: bytes) -> str:
    size = min(int.from_bytes(content[:4], "big"), 256)
    brands = {content[8:12], *(content[at : at + 4] for at in range(16, size, 4))}
    if brands & _HEIC:
        return "image/heic"
    if brands & {b"avif", b"avis", b"mif1", b"crx "}:
        raise UploadRefused("image_format")
    raise UploadRefused("video_audio")


def _reason(content: bytes) -> UploadReason:
    if content.startswith(b"PK"):
        return "office_file" if _OFFICE.search(content) else "archive"
    for start, reason in _REFUSED:
        if content.startswith(start):
            return reason
    if content[257:262] == b"ustar":
        return "archive"
    if b"%PDF-" in content[:1024]:
        return "polyglot"
    return "wrong_type"
