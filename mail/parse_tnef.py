"""`winmail.dat`: what Outlook wraps letters in (MS-OXTNEF). Only files and plain bodies are taken out.

The one library for it (tnefparse 1.4.0) was last released in January 2021 and copies the rest of the file for every
object, so that a purpose-made file of 30 MB takes ten minutes (docs/decisions/0007-mail-in.md).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from mail.parse_charsets import decode_text

SIGNATURE = b"\x78\x9f\x3e\x22"
_MAX_OBJECTS = 20_000
_MAX_PROPERTIES = 5_000
_MAX_DEPTH = 3
_ATTACHMENT_BEGINS, _TITLE, _DATA, _ATTACHMENT, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005, 0x9003
_BODY, _CODE_PAGE = 0x800C, 0x9007
_ATTACH_DATA, _LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _MIME, _CONTENT_ID = (
    0x3701,
    0x3707,
    0x3704,
    0x3001,
    0x370E,
    0x3712,
)
_PLAIN_BODY, _HTML_BODY = 0x1000, 0x1013
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}  # sizes with the padding
_VARIABLE = {0x0D, 0x1E, 0x1F, 0x102}
_OBJECT, _STRING, _UNICODE = 0x0D, 0x1E, 0x1F
_CLASS_ID = 16  # bytes before the data of an embedded object


@dataclass(slots=True)
class TnefFile:
    """A file out of winmail.dat."""

    name: str = ""
    media: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What a winmail.dat held; `whole` tells whether it was read to its end."""

    files: list[TnefFile]
    text: str = ""
    html: str = ""
    whole: bool = True


def read_tnef(data: bytes, depth: int = 0) -> Tnef:
    """Read a winmail.dat. Never raises: what is broken ends the reading, and what was read stays."""
    result = Tnef([], whole=data.startswith(SIGNATURE))
    if not result.whole:
        return result
    charset = "cp1251"
    try:
        for name, value in _objects(data):
            if name == _CODE_PAGE and len(value) >= 4:
                charset = f"cp{struct.unpack_from('<I', value)[0]}"
            else:
                _take(result, name, value, charset, depth)
    except (struct.error, ValueError):
        result.whole = False
    result.files = [file for file in result.files if file.content]
    return result


def _objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 6
    for _ in range(_MAX_OBJECTS):
        if place + 9 > len(data):
            return
        name, _kind, size = struct.unpack_from("<HHI", data, place + 1)
        place += 9
        if place + size > len(data):
            raise ValueError("an object ends after the file")
        yield name, data[place : place + size]
        place += size + 2  # the checksum; files with a wrong one open well enough
    raise ValueError("too many objects")


def _take(result: Tnef, name: int, value: bytes, charset: str, depth: int) -> None:
    if name == _ATTACHMENT_BEGINS:
        result.files.append(TnefFile())
    elif name == _BODY:
        result.text = _string(value, charset)
    elif name == _PROPERTIES:
        for key, kind, data in _properties(value):
            if key == _PLAIN_BODY:
                result.text = _typed_string(kind, data, charset)
            elif key == _HTML_BODY:
                result.html = decode_text(data)[0]
    elif name in (_TITLE, _DATA, _ATTACHMENT) and result.files:
        file = result.files[-1]
        if name == _TITLE:
            file.name = file.name or _string(value, charset)
        elif name == _DATA:
            file.content = value
        else:
            _take_attachment(result, file, value, charset, depth)


def _take_attachment(result: Tnef, file: TnefFile, value: bytes, charset: str, depth: int) -> None:
    for key, kind, data in _properties(value):
        if key == _ATTACH_DATA and kind == _OBJECT and data[_CLASS_ID : _CLASS_ID + 4] == SIGNATURE:
            if depth < _MAX_DEPTH:
                result.files[-1:-1] = read_tnef(data[_CLASS_ID:], depth + 1).files
        elif key == _ATTACH_DATA:
            file.content = data[_CLASS_ID:] if kind == _OBJECT else data
        elif key == _LONG_NAME or (key in (_SHORT_NAME, _DISPLAY_NAME) and not file.name):
            file.name = _typed_string(kind, data, charset) or file.name
        elif key == _MIME:
            file.media = _typed_string(kind, data, charset).lower()
        elif key == _CONTENT_ID:
            file.content_id = _typed_string(kind, data, charset)


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The MAPI properties: (id, type, value); of several values the first."""
    count, place = struct.unpack_from("<I", data)[0], 4
    for _ in range(min(count, _MAX_PROPERTIES)):
        kind, key = struct.unpack_from("<HH", data, place)
        place += 4
        if key >= 0x8000:
            place = _skip_name(data, place)
        many, kind = bool(kind & 0x1000), kind & 0x0FFF
        if kind not in _VARIABLE and kind not in _FIXED:
            raise ValueError("a property of unknown type")
        number = 1
        if many or kind in _VARIABLE:
            number = struct.unpack_from("<I", data, place)[0]
            place += 4
        if number > _MAX_PROPERTIES:
            raise ValueError("too many values")
        first = b""
        for index in range(number):
            value, place = _value(data, place, kind)
            if place > len(data) + 3:
                raise ValueError("a property ends after its object")
            first = value if index == 0 else first
        yield key, kind, first


def _value(data: bytes, place: int, kind: int) -> tuple[bytes, int]:
    if kind in _FIXED:
        return data[place : place + _FIXED[kind]], place + _FIXED[kind]
    size = struct.unpack_from("<I", data, place)[0]
    start = place + 4
    if start + size > len(data):
        raise ValueError("a value ends after its object")
    return data[start : start + size], start + size + (-size % 4)


def _skip_name(data: bytes, place: int) -> int:
    is_text = struct.unpack_from("<I", data, place + 16)[0]
    number = struct.unpack_from("<I", data, place + 20)[0]
    return place + 24 + (number + (-number % 4) if is_text else 0)


def _typed_string(kind: int, data: bytes, charset: str) -> str:
    if kind == _UNICODE:
        return data.decode("utf-16-le", "replace").split("\x00")[0]
    return _string(data, charset if kind == _STRING else "utf-8")


def _string(data: bytes, charset: str) -> str:
    text = data.split(b"\x00")[0]
    try:
        return text.decode(charset).strip()  # Outlook names its code page truly
    except (UnicodeError, LookupError):
        return decode_text(text)[0].strip()
