"""What passes between the bot and a process of jobs: frames of a length and a pickle, read back with care.

A process that has read a hostile file may answer anything, so an answer is unpickled with a list of what it may hold.
"""

import pickle
import sys
from dataclasses import is_dataclass
from enum import Enum
from io import BytesIO
from typing import Literal, cast

HEAD = 8
"""Bytes of a frame's length, big-endian."""

MAX_ANSWER = 256 * 1024 * 1024
"""Bytes; a letter of 50 MB with all its files stays below."""

Outcome = Literal["done", "raised", "too_heavy", "failed"]
_OUTCOMES = ("done", "raised", "too_heavy", "failed")
_OURS = ("school", "wording", "paper", "mail")
_PLAIN = {
    ("builtins", "set"), ("builtins", "frozenset"), ("builtins", "bytearray"), ("datetime", "date"),
    ("datetime", "datetime"), ("datetime", "time"), ("datetime", "timedelta"), ("datetime", "timezone"),
    ("decimal", "Decimal"),
}  # fmt: skip


class BadFrame(Exception):
    """The answer is none: cut off, too long, or made of what no job answers with."""


def framed(value: object) -> bytes:
    """Return the value as a frame."""
    body = pickle.dumps(value, protocol=5)
    return len(body).to_bytes(HEAD, "big") + body


def length_of(head: bytes) -> int:
    """Return how many bytes follow. Raises `BadFrame` beyond `MAX_ANSWER`."""
    length = int.from_bytes(head, "big")
    if length > MAX_ANSWER:
        raise BadFrame
    return length


def read_answer(body: bytes) -> tuple[Outcome, object]:
    """Return the outcome and the value of an answer. Raises `BadFrame`."""
    try:
        outcome, value = _Careful(BytesIO(body)).load()
    except Exception as error:  # whatever a hostile pickle provokes
        raise BadFrame from error
    if outcome not in _OUTCOMES or (outcome == "raised" and not isinstance(value, Exception)):
        raise BadFrame
    return cast("Outcome", outcome), value


class _Careful(pickle.Unpickler):
    """Finds plain values, and data classes, enums and exceptions that are loaded already; imports nothing."""

    def find_class(self, module: str, name: str) -> object:
        found: object = None
        if (module, name) in _PLAIN or module.partition(".")[0] in _OURS:
            found = getattr(sys.modules.get(module), name, None)
        if (module, name) in _PLAIN and found is not None:
            return found
        if isinstance(found, type) and (is_dataclass(found) or issubclass(found, (Enum, Exception))):
            return found
        raise BadFrame
