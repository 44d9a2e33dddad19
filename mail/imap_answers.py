"""Answers to FETCH, matched by UID whatever their order and whatever else the server tells in between."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_BEGINS = re.compile(rb"\d+ FETCH \(", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
_BODY = re.compile(rb"\bBODY\[[A-Z]*\](?:<(\d+)>)? ", re.IGNORECASE)
_QUOTED = re.compile(rb'\bBODY\[[A-Z]*\](?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE)


class NotGiven(Exception):
    """The server answered without the content that it was asked for."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was told of one letter; `origin` is where the content begins, None where the server sent it whole."""

    uid: int
    size: int | None
    content: bytes | None = field(repr=False)
    origin: int | None


def fetched(lines: Iterable[bytes | bytearray]) -> list[Fetched]:
    """Read the lines of an answer, literals among them as aioimaplib hands them over; without UID it is skipped."""
    told: list[tuple[list[bytes], list[bytearray]]] = []
    for line in lines:
        if isinstance(line, bytearray):
            if told:
                told[-1][1].append(line)
        elif _BEGINS.match(line):
            told.append(([line], []))
        elif told:
            told[-1][0].append(line)
    read = (_read(b"".join(words), literals) for words, literals in told)
    return [item for item in read if item is not None]


def _read(words: bytes, literals: list[bytearray]) -> Fetched | None:
    quoted = _QUOTED.search(words)
    body = _BODY.search(words)
    content: bytes | None = None
    if literals:
        content = bytes(literals[0])
    elif quoted:
        content = re.sub(rb"\\(.)", rb"\1", quoted[1])
        words = words[: quoted.start(1)] + words[quoted.end(1) :]
    uid, size = _UID.search(words), _SIZE.search(words)
    if uid is None:
        return None
    origin = int(body[1]) if body and body[1] else None
    return Fetched(int(uid[1]), int(size[1]) if size else None, content, origin)
