"""What the use cases need of storage for letters that come in, and of the queue of messages that go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from school.centre import Centre
from school.mailroom import LetterState, StoredLetter, Topic
from school.notices import Notice
from school.order import Order


@dataclass(frozen=True, slots=True)
class AddressFault:
    """An address that letters do not reach; `email` in small letters, `why` as the mail system said it, `at` in UTC."""

    email: str
    permanent: bool
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RawFacts:
    """What is known of a letter before it is read; see `school.mailroom.StoredLetter` for the fields."""

    uidvalidity: int
    uid: int
    raw_id: str
    message_id: str
    fingerprint: str
    sender: str
    subject_line: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message of the outbox as an administrator sees it; `state` is "pending" or "dead", moments in UTC."""

    id: str
    kind: str
    channel: str
    recipient: str
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    error: str


class MailQueue(Protocol):
    """The outbox as an administrator sees it: every change is one small transaction of its own."""

    async def waiting(self) -> Sequence[tuple[str, str, int]]:
        """Return (channel, kind, how many) of the messages that wait to be sent, by channel and kind."""

    async def failing(self, limit: int) -> Sequence[QueuedMessage]:
        """Return messages that were tried and are to be tried again, the oldest first."""

    async def given_up(self, limit: int) -> Sequence[QueuedMessage]:
        """Return messages that will not be sent, the latest first."""

    async def drop(self, message_id: str, now: datetime) -> bool:
        """Take a message away for ever and forget its data; False where it is gone or is being sent."""


class Channels(Protocol):
    """What sends the outbox, as an administrator sees it."""

    def away(self) -> Mapping[str, datetime]:
        """Return since when (UTC) the servers that are away are so, by channel."""

    async def send_now(self) -> None:
        """Have whatever waits for another try sent now, and ask servers that are away at once."""


class MailInbox(Protocol):
    """Letters as they came, each handled once; every call is one small transaction of its own."""

    async def take(self, facts: RawFacts) -> StoredLetter | None:
        """Store a letter, durable on return.

        None where it is known: by its UIDVALIDITY and UID, or by its Message-ID and fingerprint. The content under
        `raw_id` is then nobody's.
        """

    async def seen_before(self, uidvalidity: int, uids: Sequence[int]) -> set[int]:
        """Return which of these were taken already, as letters of their own or as second copies."""

    async def pending(self, limit: int) -> Sequence[StoredLetter]:
        """Return letters not handled yet, in order of arrival."""

    async def failed(self, letter_id: int, error: str) -> int:
        """Count a failed try of a pending letter and return how many there were; 0 when it is not pending."""

    async def set_aside(self, letter_id: int, reason: str) -> None:
        """Leave a pending letter to a person, for this reason."""

    async def forget(self, before: datetime) -> Sequence[str]:
        """Return the raw ids of handled letters received before this moment, and let them go.

        The letters' rows stay, so that nothing is handled twice; automatic answers of earlier days are not counted any
        more.
        """

    async def raw_ids(self) -> Sequence[str]:
        """Return the raw ids of all letters that still have their content."""


class MailUnit(Protocol):
    """One input's reads and staged writes about letters. Addresses are compared in small letters everywhere."""

    async def topic(self, token_sha256: str) -> Topic | None:
        """Return what an answer with this reply token is about, an expired one too, or None."""

    async def topic_of_letters(self, message_ids: Sequence[str]) -> Topic | None:
        """Return what the first known of these letters of ours was about, or None.

        Our Message-ID is "<outbox id@host>"; with or without the angle brackets.
        """

    async def letter(self, letter_id: int) -> StoredLetter | None:
        """Return the letter of this id, or None."""

    async def given_up(self, message_id: str) -> Notice | None:
        """Return a message that was given up, the hashes of secrets in its data, or None where it is none."""

    async def letters_of(self, subject: str, state: LetterState) -> Sequence[StoredLetter]:
        """Return letters of this state about this subject, in order of arrival."""

    async def letters_waiting(self, reason: str, before: datetime, limit: int) -> Sequence[StoredLetter]:
        """Return letters received before this moment (UTC) that wait for this reason, in order of arrival."""

    async def letters_aside(self, limit: int, offset: int) -> tuple[Sequence[StoredLetter], int]:
        """Return a page of the letters left to a person, the oldest first, and how many there are in all."""

    async def answers_to(self, peer: str, day: date) -> int:
        """Return how many automatic answers this address has been given on this day."""

    async def address_fault(self, email: str) -> AddressFault | None:
        """Return why letters do not reach the address, or None where they do as far as is known."""

    async def lines_of_email(self, email: str, limit: int) -> Sequence[str]:
        """Return ids of the order lines with this address of a student, the newest order's first."""

    async def orders_by_inn(self, inn: str, centre: str | None, limit: int) -> Sequence[Order]:
        """Return the payer's orders, of one centre or of all, the newest first."""

    async def centre_by_email(self, email: str) -> Sequence[Centre]:
        """Return the centres whose mailbox this is, by number."""

    def save_topic(self, topic: Topic) -> None:
        """Stage what answers with a reply token are about; one of the same token is replaced."""

    def link_letter(self, notice_id: str, token_sha256: str) -> None:
        """Stage which reply token a letter of ours carries, so that its Message-ID in References finds the topic."""

    def send_again(self, message_id: str, data: dict[str, Any], now: datetime) -> None:
        """Stage that a message given up is sent with these data, tried anew; a `Conflict` if it is not."""

    def set_letter(self, letter_id: int, state: LetterState, *, subject: str = "", reason: str = "") -> None:
        """Stage another state of a letter with its subject and reason; "pending" counts its attempts anew.

        A `Conflict` where it is handled, or in this state already: two that file one letter cannot both do so.
        """

    def requeue_letters(self, subject: str) -> None:
        """Stage that letters waiting about this subject are handled again."""

    def mark_letter_handled(self, letter_id: int) -> None:
        """Stage the mark that this letter is done: a `Conflict` where it is not pending any more."""

    def count_answer(self, peer: str, day: date) -> None:
        """Stage one more automatic answer to this address on this day."""

    def save_address_fault(self, fault: AddressFault) -> None:
        """Stage that letters do not reach an address; the later word counts."""

    def drop_address_fault(self, email: str) -> None:
        """Stage that letters reach the address again."""
