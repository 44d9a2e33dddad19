"""Letters that people write to the bot: an answer as a mail program makes it, or a new letter; as raw bytes.

The sandbox plays the server that takes them in as well: its word on DMARC stands on top, as at a real one.
"""

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import formatdate, getaddresses, make_msgid

AUTHSERV_ID = "mx.sandbox.example"
"""The name under which the sandbox states DMARC, for the bot's configuration (imap.authserv_id)."""

File = tuple[bytes, str]
_LONGEST_REFERENCES = 20


class BadLetterError(ValueError):
    """The letter cannot be written: an address is none, or a line break stands where none may."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer has to know of the letter it answers; headers by their names as written."""

    headers: Mapping[str, str]
    text: str
    message_id: str


def answer(letter: Answered, sender: str, text: str, files: Sequence[File] = ()) -> bytes:
    """Write an answer: to Reply-To, in the letter's thread, its text quoted below. Raises `BadLetterError`."""
    headers = {name.lower(): value for name, value in letter.headers.items()}
    wrote = headers.get("from", "")
    to = _address(headers.get("reply-to") or wrote)
    subject = headers.get("subject", "")
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in letter.text.strip().splitlines())
    when = f"{headers['date']}, " if "date" in headers else ""
    body = f"{text.strip()}\n\n{when}{wrote}:\n{quoted}"
    message = _message(sender, to, subject if subject.lower().startswith("re:") else f"Re: {subject}", body, files)
    if letter.message_id:
        message["In-Reply-To"] = letter.message_id
        known = [*headers.get("references", "").split(), letter.message_id]
        message["References"] = " ".join(known[-_LONGEST_REFERENCES:])
    return _received(message, sender)


def new_letter(sender: str, to: str, subject: str, text: str, files: Sequence[File] = ()) -> bytes:
    """Write a letter of its own. Raises `BadLetterError`."""
    return _received(_message(sender, _address(to), subject, f"{text.strip()}\n", files), sender)


def _message(sender: str, to: str, subject: str, body: str, files: Sequence[File]) -> EmailMessage:
    sender = _address(sender)
    message = EmailMessage(policy=SMTPUTF8 if not (sender + to).isascii() else SMTP)
    message["From"], message["To"] = sender, to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message.set_content(body, cte="base64")
    for content, name in files:
        main, _, sub = (mimetypes.guess_type(name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=" ".join(name.split()))
    return message


def _received(message: EmailMessage, sender: str) -> bytes:
    host = _address(sender).rpartition("@")[2]
    stated = f"Authentication-Results: {AUTHSERV_ID};\r\n dmarc=pass header.from={host}\r\n"
    return stated.encode() + message.as_bytes()


def _address(text: str) -> str:
    found = [address for _, address in getaddresses([text]) if address]
    if len(found) != 1 or any(ord(mark) < 33 for mark in found[0]):
        raise BadLetterError("not one address")
    local, at, host = found[0].rpartition("@")
    if not (local and at and host):
        raise BadLetterError("not one address")
    return found[0]
