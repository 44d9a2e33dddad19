"""Files that people send: how big they may be and why one is refused. What is inside is found by `paper`."""

from typing import ClassVar, Literal

from school.errors import SchoolError

MAX_UPLOAD = 20 * 1024 * 1024
"""Bytes; a bot cannot fetch a greater file from Telegram (Bot API, getFile)."""

MAX_PAGES = 30
"""Pages of one PDF: a diploma with its supplement has about ten."""

MAX_NAME = 100
"""Characters of a file's name that are kept."""

Side = Literal["thumbnail", "page", "whole"]
"""How large a page is drawn: beside a name, beside the answers, or to read its smallest print."""

UploadReason = Literal[
    "too_big",
    "empty",
    "wrong_type",
    "image_format",
    "office_file",
    "archive",
    "video_audio",
    "pdf_encrypted",
    "pdf_broken",
    "pdf_active",
    "pdf_too_long",
    "image_broken",
    "image_bomb",
    "image_tiny",
    "image_dark",
    "blank",
    "polyglot",
    "too_slow",
    "too_heavy",
]
"""Why a file is refused; `wording.uploads` says each to the person."""

UploadFlag = Literal["small", "blurred"]
"""A hint of the check: the file is taken, yet it is worth a look."""


class UploadRefused(SchoolError):
    """The file cannot be taken; `reason` says why."""

    code: ClassVar[str] = "upload_refused"

    def __init__(self, reason: UploadReason, **data: object) -> None:
        super().__init__(reason=reason, **data)
        self.reason = reason


def tidy_name(name: str) -> str:
    """Return the name of a file in one line of at most `MAX_NAME` characters, without path and control characters.

    Characters that turn the direction of writing go too: they make "exe.jpg" of "gpj.exe".
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in last).split())
    if len(line) <= MAX_NAME:
        return line
    stem, dot, ending = line.rpartition(".")
    tail = f"…{dot}{ending}" if stem and len(ending) <= 5 else "…"
    return line[: MAX_NAME - len(tail)].rstrip() + tail
