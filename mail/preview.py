"""Every letter with invented data, as files to look at: `letters preview DIR`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mail import samples
from mail.compose import Envelope, compose
from mail.letters import Links
from mail.wire import serialise

_DATE = datetime(2027, 4, 21, 9, 30, tzinfo=UTC)
_LINKS = Links("primer_shkola_bot", "https://anketa.shkola.example")
_ANSWERABLE = {"mail.reply_base": "bot@shkola.example"}
_TOKEN = "primerprimerprimerprimer22"  # noqa: S105 - invented


def preview(directory: Path) -> None:
    """Write every letter as .txt, .html and .eml; the directory is made if absent, old files are replaced.

    A letter that says more where answers to letters are read is written so too, as «…_answerable».
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, (kind, data) in samples.letters().items():
        message = _letter(name, kind, data, {})
        _write(directory, name, message)
        answerable = _letter(name, kind, {**data, "reply": _TOKEN}, _ANSWERABLE)
        if _body(answerable, "plain") != _body(message, "plain"):
            _write(directory, f"{name}_answerable", answerable)


def _letter(name: str, kind: str, data: dict[str, Any], more: Mapping[str, str]) -> EmailMessage:
    envelope = Envelope(f"primer-{name}", "Школа <bot@shkola.example>", "komu@pochta.example", _DATE)
    return compose(kind, data, envelope, {**samples.SETTINGS, **more}, _LINKS)


def _body(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    return str(body.get_content()) if body is not None else ""


def _write(directory: Path, name: str, message: EmailMessage) -> None:
    for suffix, subtype in ((".txt", "plain"), (".html", "html")):
        if text := _body(message, subtype):
            directory.joinpath(name + suffix).write_text(text, encoding="utf-8")
    directory.joinpath(name + ".eml").write_bytes(serialise(message))
