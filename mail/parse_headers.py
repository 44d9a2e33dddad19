"""Headers as they came: raw 8-bit, wrongly folded, encoded by RFC 2047 and 2231, repeated, or broken."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import collapse_rfc2231_value, parsedate_to_datetime

from mail.parse_charsets import decode_text, likely_charset
from school.typed import readable

MAX_HEAD = 256 * 1024  # bytes of one header block that are read
_MAX_HEADERS = 2000
_MAX_VALUE = 16 * 1024  # bytes of one header
_MAX_PARAMETERS = 4096  # characters
_NAME = re.compile(rb"[!-9;-~]{1,80}")
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ID = re.compile(r"<\s*([^<>\s]{1,500})\s*>")
_MEDIA = re.compile(r"\s*([\w.+-]{1,80}/[\w.+-]{1,80})\s*(?:;|$|\s)", re.ASCII)
_QUICK_NAME = re.compile(r"\bname\s*=\s*\"?([^\";\r\n]{1,255})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of one entity from top to bottom: lower-case names, bytes of the values, unfolded."""

    items: tuple[tuple[str, bytes], ...]
    charset: str = "utf-8"  # of raw 8-bit values, guessed from all of them together

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of the header in order, in whatever charset it was, RFC 2047 words left as they are."""
        return tuple(_raw_text(value, self.charset) for found, value in self.items if found == name)

    def first(self, name: str) -> str:
        """The topmost value, or an empty string."""
        return next(iter(self.all(name)), "")

    def words(self, name: str) -> str:
        """The topmost value for people: decoded, on one line."""
        return words(self.first(name))

    def has(self, name: str) -> bool:
        """Whether the header is there, be it empty."""
        return any(found == name for found, _ in self.items)

    def media(self) -> str:
        """The content type in lower case, `text/plain` where it is absent, empty where it is broken."""
        value = without_comments(self.first("content-type")[:_MAX_PARAMETERS])
        if not value.strip():
            return "text/plain"
        found = _MEDIA.match(value)
        return found[1].lower() if found else ""

    def token(self, name: str) -> str:
        """The first word of the header in lower case, without comments, quotes and parameters."""
        return without_comments(self.first(name)[:_MAX_PARAMETERS]).partition(";")[0].strip(" \t\"'").lower()

    def parameter(self, header: str, name: str) -> str:
        """A parameter of Content-Type or Content-Disposition, by RFC 2231, 2047 or raw; empty if absent."""
        value = self.first(header)[:_MAX_PARAMETERS]
        if name not in ("name", "filename"):  # «скан (1).pdf» is written without quotes, too
            value = without_comments(value)
        if name not in value.lower():
            return ""
        message = Message()
        message[header] = value
        try:
            found = message.get_param(name, "", header)
        except (ValueError, TypeError, LookupError):  # the standard library trips over some continuations
            quick = _QUICK_NAME.search(value) if name in ("name", "filename") else None
            return words(quick[1]) if quick else ""
        return words(_parameter_text(found))


def read_headers(block: bytes) -> Headers:
    """Read a header block; lines that are no headers are passed over."""
    lines: list[tuple[str, list[bytes]]] = []
    room = 0
    for line in re.split(rb"\r\n|\r|\n", block[:MAX_HEAD]):
        if line[:1] in (b" ", b"\t"):
            if lines and room > 0:
                lines[-1][1].append(line.strip())
                room -= len(lines[-1][1][-1]) + 1
            continue
        name, colon, value = line.partition(b":")
        name = name.rstrip()
        if colon and _NAME.fullmatch(name):
            lines.append((name.decode("ascii").lower(), [value.strip()]))
            room = _MAX_VALUE - len(lines[-1][1][0])
            if len(lines) >= _MAX_HEADERS:
                break
    items = [(name, b" ".join(pieces)[:_MAX_VALUE]) for name, pieces in lines]
    raw = b" ".join(value for _, value in items if not value.isascii())
    return Headers(tuple(items), likely_charset(raw) if raw else "utf-8")


def without_comments(value: str) -> str:
    """Return a header's value without its comments in brackets, which may nest and hold quoted pairs (RFC 5322)."""
    if "(" not in value:
        return value
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for mark in value:
        if escaped:
            escaped = False
        elif mark == "\\":
            escaped = True
        elif mark == '"' and not depth:
            quoted = not quoted
        elif mark == "(" and not quoted:
            depth += 1
            continue
        elif mark == ")" and depth:
            depth -= 1
            continue
        if not depth:
            out.append(mark)
    return value if depth else "".join(out)


def words(value: str) -> str:
    """Decode RFC 2047 words, drop control characters and bidirectional tricks, put it on one line."""
    joined = _BETWEEN_WORDS.sub(r"\1", value)
    out: list[str] = []
    place = 0
    pending, charset = b"", ""
    for found in _WORD.finditer(joined):
        if found.start() > place or found[1].lower() != charset:
            out.append(decode_text(pending, charset)[0])
            out.append(joined[place : found.start()])
            pending = b""
        # Characters of several bytes may be split between words, so bytes are joined first.
        charset = found[1].lower()
        pending += _word_bytes(found[2], found[3])
        place = found.end()
    out += [decode_text(pending, charset)[0], joined[place:]]
    return " ".join(readable(_CONTROL.sub("", "".join(out))).split())


def message_ids(values: Iterable[str]) -> tuple[str, ...]:
    """All Message-IDs in these headers, with their brackets, each once, in order."""
    found = [f"<{match}>" for value in values for match in _ID.findall(value)]
    return tuple(dict.fromkeys(found))


def message_id(value: str) -> str | None:
    """The Message-ID with its brackets, which some clients leave out; None if there is none."""
    found = message_ids((value,))
    if found:
        return found[0]
    bare = value.strip(" <>")
    return f"<{bare}>" if bare and len(bare) <= 500 and not re.search(r"\s", bare) else None


def read_date(value: str) -> datetime | None:
    """The date in UTC; None for what is no date or lies out of reason."""
    try:
        found = parsedate_to_datetime(value[:200])
        aware = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, LookupError):
        return None
    return aware if 1990 <= aware.year <= 2200 else None


def _raw_text(value: bytes, charset: str) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return decode_text(value, charset)[0]


def _word_bytes(kind: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if kind in "bB":
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        clean = clean[:-1] if len(clean) % 4 == 1 else clean
        try:
            return base64.b64decode(clean + b"=" * (-len(clean) % 4))
        except binascii.Error:
            return raw
    return quopri.decodestring(raw, header=True)


def _parameter_text(value: str | tuple[str | None, str | None, str]) -> str:
    if isinstance(value, str):
        return value
    charset, _, text = value
    try:
        return decode_text(text.encode("latin-1"), charset)[0]
    except UnicodeEncodeError:  # written raw in spite of the asterisk
        return collapse_rfc2231_value(text)
