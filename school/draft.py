"""A form being filled in: its answers so far, kept until it becomes an order, is given up or expires."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Answers = dict[str, Any]
# Forms of one short question beside the main ones: a command ends them (all but "proof"), a button looks past them.
SIDE_FORMS = frozenset(
    {
        "proof",
        "return",
        "decline",
        "answer",
        "to_curator",
        "correct",
        "results",
        "act",
        "snooze",
        "invoice",
        "payments",
        "document",
        "centre",
        "catalogue",
        "note",
        "mailbox",
    }
)
DraftState = Literal["active", "placed", "cancelled", "expired"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of one account; `answers` is plain JSON, `cursor` the step gone back to, `question` the outbox row asked.

    `version` 0 means not stored yet; every save compares it. `touched_at` and `nudged_at` in UTC.
    """

    id: str
    user_id: int
    chat_id: int
    form: str
    centre: str
    discipline: str | None
    answers: Answers
    cursor: str | None
    question: str | None
    state: DraftState
    touched_at: datetime
    nudged_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Visitor:
    """A chat account that has written to the bot. `blocked_at` (UTC): the person has stopped the bot."""

    user_id: int
    chat_id: int
    first_name: str
    blocked_at: datetime | None = None
    centre: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent to personal data processing (152-ФЗ, ст. 9): which text, when, by whom, through what channel."""

    id: str
    subject: str
    document: str
    version: str
    sha256: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None = None
