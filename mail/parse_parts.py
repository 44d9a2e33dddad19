"""A letter's MIME tree, cut by offsets out of the bytes: nothing is copied before a part is decoded.

The standard library's parser takes 5 times a letter's size in memory and one object for every empty line of a delivery
report; here headers are small, parts are counted, and depth is bounded (docs/decisions/0007-mail-in.md).
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from mail.parse_headers import MAX_HEAD, Headers, read_headers

MAX_DEPTH = 12
MAX_PARTS = 300
_MAX_MARKS = 20_000  # what looks like a boundary in one entity, so that a letter made of them ends
_BLANK = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
_FIRST_BOUNDARY = re.compile(rb"(?:\A|\n)--([!-~][ -~]{0,68}?)[ \t]*\r?\n")
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_CHUNK = 1 << 20  # bytes decoded in one call: longer ones would hold the interpreter from the loop


@dataclass(slots=True)
class Part:
    """An entity: its headers, where its body lies in `source`, and the entities inside."""

    headers: Headers
    source: bytes
    start: int
    end: int
    media: str
    children: "list[Part]" = field(default_factory=list)

    @property
    def disposition(self) -> str:
        """`attachment`, `inline` or empty."""
        return self.headers.token("content-disposition")

    @property
    def file_name(self) -> str:
        """The name given to the file, without folders; empty if it has none."""
        name = self.headers.parameter("content-disposition", "filename") or self.headers.parameter(
            "content-type", "name"
        )
        return re.split(r"[/\\]", name)[-1].strip()[:255]

    def raw(self, limit: int | None = None) -> bytes:
        """The body as it came, at most `limit` bytes of it."""
        end = self.end if limit is None else min(self.end, self.start + limit)
        return self.source[self.start : end]

    def content(self, limit: int | None = None) -> bytes:
        """The body without its transfer encoding, made of at most `limit` bytes as they came."""
        end = self.end if limit is None else min(self.end, self.start + limit)
        encoding = self.headers.token("content-transfer-encoding")
        if encoding == "base64":
            return _from_base64(self.source, self.start, end)
        if encoding == "quoted-printable":
            return _from_quoted(self.source, self.start, end)
        return self.source[self.start : end]

    def walk(self) -> "Iterator[Part]":
        """This entity and all inside it, from top to bottom."""
        yield self
        for child in self.children:
            yield from child.walk()


class Reader:
    """Reads one letter; `faults` gathers the codes of what was wrong with its shape."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._parts = 0

    def read(self, source: bytes) -> Part:
        """Read the tree. Never raises: what has no sense is a leaf."""
        return self._entity(source, 0, len(source), 0, "text/plain")

    def _entity(self, source: bytes, start: int, end: int, depth: int, default: str) -> Part:
        self._parts += 1
        headers, body = _split_head(source, start, end)
        media = headers.media() if headers.has("content-type") else default
        part = Part(headers, source, body, end, media or "application/octet-stream")
        if self._parts > MAX_PARTS or depth > MAX_DEPTH:
            self._fault("too_many_parts")
        elif media.startswith("multipart/"):
            self._multipart(part, depth)
        elif media in ("message/rfc822", "message/global"):
            self._message(part, depth)
        return part

    def _multipart(self, part: Part, depth: int) -> None:
        boundary = self._boundary(part)
        default = "message/rfc822" if part.media == "multipart/digest" else "text/plain"
        spans, closed = _spans(part, boundary)
        if not spans:
            # A text is told as a text even where the frame around it is lost.
            self._fault("broken_mime")
            part.media = "text/plain"
            return
        if not closed:
            self._fault("no_end_boundary")
        for start, end in spans:
            if self._parts >= MAX_PARTS:
                self._fault("too_many_parts")
                return
            part.children.append(self._entity(part.source, start, end, depth + 1, default))

    def _boundary(self, part: Part) -> bytes:
        named = part.headers.parameter("content-type", "boundary").rstrip()
        boundary = named.encode("utf-8")
        if boundary and _find(part.source, b"--" + boundary, part.start, part.end) >= 0:
            return boundary
        self._fault("broken_mime")
        found = _FIRST_BOUNDARY.search(part.source, part.start, min(part.end, part.start + MAX_HEAD))
        return found[1] if found else boundary

    def _message(self, part: Part, depth: int) -> None:
        encoding = part.headers.token("content-transfer-encoding")
        if encoding in ("base64", "quoted-printable"):  # forbidden by RFC 2046, and met
            inner = part.content()
            part.children.append(self._entity(inner, 0, len(inner), depth + 1, "text/plain"))
        else:
            part.children.append(self._entity(part.source, part.start, part.end, depth + 1, "text/plain"))

    def _fault(self, code: str) -> None:
        if code not in self.faults:
            self.faults.append(code)


def _split_head(source: bytes, start: int, end: int) -> tuple[Headers, int]:
    if source[start : start + 1] == b"\n" or source[start : start + 2] == b"\r\n":
        return Headers(()), min(end, source.index(b"\n", start) + 1)
    limit = min(end, start + MAX_HEAD)
    found = _BLANK.search(source, start, limit)
    stop, body = (found.start(), found.end()) if found else (limit, _behind_head(source, limit, end))
    headers = read_headers(source[start:stop])
    return (headers, body) if headers.items else (headers, start)


def _behind_head(source: bytes, start: int, end: int) -> int:
    """Where the body begins behind a head that is read no further: what is left of the head is nobody's words."""
    found = _BLANK.search(source, start, end)
    return found.end() if found else start


def _spans(part: Part, boundary: bytes) -> tuple[list[tuple[int, int]], bool]:
    """Where the entities between the boundaries lie, and whether the last boundary was there."""
    spans: list[tuple[int, int]] = []
    if not boundary:
        return spans, False
    source, mark = part.source, b"--" + boundary
    opened: int | None = None
    place = _find(source, mark, part.start, part.end)
    for _ in range(_MAX_MARKS):
        if place < 0 or len(spans) > MAX_PARTS:
            break
        after = place + len(mark)
        closing = source[after : after + 2] == b"--"
        line_end = source.find(b"\n", after, min(part.end, after + 1000))
        tail = source[after + 2 * closing : line_end if line_end >= 0 else min(part.end, after + 1000)]
        if (place == part.start or source[place - 1 : place] in (b"\n", b"\r")) and not tail.strip():
            if opened is not None:
                spans.append((opened, _without_break(source, opened, place)))
            opened = None if closing or line_end < 0 else line_end + 1
            if closing:
                return spans, True
        place = _find(source, mark, after, part.end)
    if opened is not None and opened < part.end:
        spans.append((opened, part.end))
    return spans, False


def _without_break(source: bytes, start: int, place: int) -> int:
    """The line break before a boundary belongs to the boundary."""
    if place - 2 >= start and source[place - 2 : place] == b"\r\n":
        return place - 2
    return max(start, place - 1)


def _find(source: bytes, mark: bytes, start: int, end: int) -> int:
    """As `bytes.find`, in steps: one search through 30 MB would hold the interpreter from the loop for 50 ms."""
    while start < end:
        stop = min(end, start + _CHUNK + len(mark))
        found = source.find(mark, start, stop)
        if found >= 0:
            return found
        start += _CHUNK
    return -1


def _from_base64(source: bytes, start: int, end: int) -> bytes:
    out, rest = BytesIO(), b""  # which hands over what it holds without a copy
    for place in range(start, end, _CHUNK):
        clean = rest + source[place : min(end, place + _CHUNK)].translate(None, _NOT_BASE64)
        whole = len(clean) & ~3
        out.write(binascii.a2b_base64(clean[:whole]))
        rest = clean[whole:]
    if len(rest) > 1:
        out.write(binascii.a2b_base64(rest + b"=" * (4 - len(rest))))
    return out.getvalue()


def _from_quoted(source: bytes, start: int, end: int) -> bytes:
    out = BytesIO()
    place = start
    while place < end:
        stop = source.rfind(b"\n", place, min(end, place + _CHUNK)) + 1 if end - place > _CHUNK else end
        stop = stop if stop > place else min(end, place + _CHUNK)
        out.write(binascii.a2b_qp(source[place:stop]))
        place = stop
    return out.getvalue()
