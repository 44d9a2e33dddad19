"""Letters that come in, and what the letters that went out can be answered about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LetterState = Literal["pending", "handled", "waiting", "aside"]
TopicKind = Literal["line", "order", "centre"]


def order_address(base: str, centre: str) -> str:
    """Return where clients mail a centre's orders, «shkola+z0123@example.ru»; `base` is the mailbox that is read."""
    local, _, host = base.rpartition("@")
    return f"{local}+z{centre}@{host}"


@dataclass(frozen=True, slots=True)
class Topic:
    """What an answer to a letter is about: `subject` is a line's or an order's id, or a centre's number.

    `address` is whom the letter went to: an answer has to come from there. `token_sha256` is the reply token's hash.
    """

    token_sha256: str
    kind: TopicKind
    subject: str
    address: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredLetter:
    """A letter as it came, kept encrypted under `raw_id` until it is handled.

    `fingerprint` is of what two deliveries of one letter share. `state` "waiting" is for a consent or a code, about
    `subject`; "aside" for a person, for the reason told.
    """

    id: int
    uidvalidity: int
    uid: int
    raw_id: str
    message_id: str
    fingerprint: str
    sender: str
    subject_line: str
    state: LetterState
    attempts: int
    received_at: datetime
    subject: str = ""
    reason: str = ""
