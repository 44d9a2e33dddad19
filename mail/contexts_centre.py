"""Answers to a centre's letters: what was done by words, and the request that a one-time code performs."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict


class EchoData(TypedDict):
    """One line of the letter, or a file's name, and what came of it; `example` is how it is written well, or ""."""

    line: str
    text: str
    example: str


class CentreAnswerData(TypedDict):
    """Data of `centre_answer`: all that one letter came to. `undo`: an answer «Отменить» takes it back for a day.

    `notes` are words that were kept as they are, `heading` what a letter without any echo has to say.
    `files` (name, media, base64) are a client's, passed on to the centre.
    """

    centre_name: str
    heading: str
    done: list[EchoData]
    refused: list[EchoData]
    notes: list[str]
    undo: bool
    files: NotRequired[list[dict[str, str]]]


class ActionCodeData(TypedDict):
    """Data of `action_code`, to the registered mailbox: the request as it came, and the code that performs it."""

    centre_name: str
    code: str
    lines: list[str]
    files: list[str]


def centre_answer(data: CentreAnswerData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the answer; words of several lines as lists."""
    return {
        "centre_name": data["centre_name"],
        "heading": data["heading"],
        "done": [_echo(one) for one in data["done"]],
        "refused": [_echo(one) for one in data["refused"]],
        "notes": data["notes"],
        "undo": data["undo"],
    }


def forwarded(data: CentreAnswerData) -> list[tuple[str, str, bytes]]:
    """Return name, media and content of every file that goes along."""
    return [(file["name"], file["media"], b64decode(file["base64"])) for file in data.get("files", [])]


def action_code(data: ActionCodeData, _: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the letter with the code."""
    return dict(data)


def _echo(one: EchoData) -> dict[str, Any]:
    return {"line": one["line"], "lines": one["text"].splitlines(), "example": one["example"]}
