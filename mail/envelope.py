"""What is told of a letter before it is read whole: who, which, about what; and the part that two deliveries share."""

import re
from dataclasses import dataclass

from mail.parse_addresses import read_sender
from mail.parse_headers import MAX_HEAD, message_id, read_headers

_BLANK = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The head of a letter; `sender` in small letters or empty, `body` whatever follows the head, `date` as written."""

    message_id: str
    sender: str
    subject: str
    body: bytes
    date: str


def read_envelope(raw: bytes) -> Envelope:
    """Read the head of a letter. Never raises."""
    blank = _BLANK.search(raw, 0, MAX_HEAD + 4)
    headers = read_headers(raw[: blank.start()] if blank else raw[:MAX_HEAD])
    sender, _ = read_sender(headers)
    return Envelope(
        message_id(headers.first("message-id")) or "",
        sender.address.lower() if sender else "",
        headers.words("subject"),
        raw[blank.end() :] if blank else b"",
        headers.first("date"),
    )
