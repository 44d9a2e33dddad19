"""Every letter with invented data, as files to look at: `letters preview DIR`."""

from datetime import UTC, datetime
from pathlib import Path

from mail import samples
from mail.compose import Envelope, compose
from mail.letters import Links
from mail.wire import serialise

_DATE = datetime(2027, 4, 21, 9, 30, tzinfo=UTC)
_LINKS = Links("primer_shkola_bot", "https://anketa.shkola.example")


def preview(directory: Path) -> None:
    """Write every letter as .txt, .html and .eml; the directory is made if absent, old files are replaced."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, (kind, data) in samples.letters().items():
        envelope = Envelope(f"primer-{name}", "Школа <bot@shkola.example>", "komu@pochta.example", _DATE)
        message = compose(kind, data, envelope, samples.SETTINGS, _LINKS)
        for suffix, subtype in ((".txt", "plain"), (".html", "html")):
            body = message.get_body((subtype,))
            if body is not None:
                directory.joinpath(name + suffix).write_text(body.get_content(), encoding="utf-8")
        directory.joinpath(name + ".eml").write_bytes(serialise(message))
