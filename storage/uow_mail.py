"""The unit of work's part about letters (see `school.ports_mail`)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, case, delete, update
from sqlalchemy.dialects import sqlite

from school.centre import Centre
from school.mailboxes import mailbox_key
from school.mailroom import LetterState, StoredLetter, Topic
from school.notices import Notice
from school.order import Order
from school.ports_mail import AddressFault
from storage import reads_mail
from storage import tables_mail as m
from storage.inserts import insert_into, upsert
from storage.mapping import values
from storage.outbox_queue import ONE_GIVEN_UP, SEND_AGAIN
from storage.staging import Staged
from storage.uow_base import UowBase

_L = m.letters.c
_NEW: ColumnElement[str] = bindparam("new", type_=Text)
_SET_LETTER = (
    update(m.letters)
    .where(_L.id == bindparam("row"), _L.state != "handled", _L.state != _NEW)
    .values(
        state=_NEW,
        subject=bindparam("about"),
        reason=bindparam("why"),
        attempts=case((_NEW == "pending", 0), else_=_L.attempts),
    )
)
_REQUEUE = (
    update(m.letters)
    .where(_L.subject == bindparam("about"), _L.state == "waiting")
    .values(state="pending", attempts=0, reason="")
)
_HANDLED = update(m.letters).where(_L.id == bindparam("row"), _L.state == "pending").values(state="handled", reason="")
_DROP_FAULT = delete(m.address_faults).where(m.address_faults.c.email == bindparam("key"))


@cache
def _count_statement(dialect: str) -> sqlite.Insert:
    statement = insert_into(dialect, m.letter_answers)
    return statement.on_conflict_do_update(index_elements=["peer", "day"], set_={"count": m.letter_answers.c.count + 1})


class UowMail(UowBase):
    """Letters, what they are about, and the addresses they come from."""

    async def topic(self, token_sha256: str) -> Topic | None:
        """Return what an answer with this reply token is about, an expired one too, or None."""
        return await self._database.run(lambda c: reads_mail.topic(c, token_sha256))

    async def topic_of_letters(self, message_ids: Sequence[str]) -> Topic | None:
        """Return what the first known of these letters of ours was about, or None."""
        return await self._database.run(lambda c: reads_mail.topic_of_letters(c, message_ids))

    async def letter(self, letter_id: int) -> StoredLetter | None:
        """Return the letter of this id, or None."""
        return await self._database.run(lambda c: reads_mail.letter(c, letter_id))

    async def given_up(self, message_id: str) -> Notice | None:
        """Return a message that was given up, the hashes of secrets in its data, or None where it is none."""
        row = await self._database.run(lambda c: c.execute(ONE_GIVEN_UP, {"row": message_id}).one_or_none())
        return None if row is None else Notice(*row)

    async def letters_of(self, subject: str, state: LetterState) -> Sequence[StoredLetter]:
        """Return letters of this state about this subject, in order of arrival."""
        return await self._database.run(lambda c: reads_mail.letters_of(c, subject, state))

    async def letters_waiting(self, reason: str, before: datetime, limit: int) -> Sequence[StoredLetter]:
        """Return letters received before this moment that wait for this reason, in order of arrival."""
        return await self._database.run(lambda c: reads_mail.letters_waiting(c, reason, before, limit))

    async def letters_aside(self, limit: int, offset: int) -> tuple[Sequence[StoredLetter], int]:
        """Return a page of the letters left to a person, the oldest first, and how many there are in all."""
        return await self._database.run(lambda c: reads_mail.letters_aside(c, limit, offset))

    async def answers_to(self, peer: str, day: date) -> int:
        """Return how many automatic answers this mailbox, however spelled, has been given on this day."""
        return await self._database.run(lambda c: reads_mail.answers_to(c, mailbox_key(peer), day))

    async def address_fault(self, email: str) -> AddressFault | None:
        """Return why letters do not reach the address, or None where they do as far as is known."""
        return await self._database.run(lambda c: reads_mail.address_fault(c, email))

    async def lines_of_email(self, email: str, limit: int) -> Sequence[str]:
        """Return ids of the order lines with this address of a student, the newest order's first."""
        return await self._database.run(lambda c: reads_mail.lines_of_email(c, email, limit))

    async def orders_by_inn(self, inn: str, centre: str | None, limit: int) -> Sequence[Order]:
        """Return the payer's orders, of one centre or of all, the newest first."""
        return await self._database.run(lambda c: reads_mail.orders_by_inn(c, inn, centre, limit))

    async def centre_by_email(self, email: str) -> Sequence[Centre]:
        """Return the centres whose mailbox this is, by number."""
        return await self._database.run(lambda c: reads_mail.centre_by_email(c, email))

    def save_topic(self, topic: Topic) -> None:
        """Stage what answers with a reply token are about; one of the same token is replaced."""
        statement = upsert(self._database.dialect, m.topics, "token_sha256")
        self._stage(Staged(statement, values(topic)), "topic", topic.token_sha256)

    def link_letter(self, notice_id: str, token_sha256: str) -> None:
        """Stage which reply token a letter of ours carries, so that its Message-ID in References finds the topic."""
        statement = upsert(self._database.dialect, m.letters_out, "notice_id")
        row = {"notice_id": notice_id, "token_sha256": token_sha256}
        self._stage(Staged(statement, row), "letter out", notice_id)

    def send_again(self, message_id: str, data: dict[str, Any], now: datetime) -> None:
        """Stage that a message given up is sent with these data, tried anew; a `Conflict` if it is not."""
        self._stage(Staged(SEND_AGAIN, {"row": message_id, "renewed": data, "at": now}, 1), "again", message_id)

    def set_letter(self, letter_id: int, state: LetterState, *, subject: str = "", reason: str = "") -> None:
        """Stage another state of a letter with its subject and reason; "pending" counts its attempts anew.

        A `Conflict` where it is handled, or in this state already: two that file one letter cannot both do so.
        """
        given = {"row": letter_id, "new": state, "about": subject, "why": reason}
        self._stage(Staged(_SET_LETTER, given, 1), "letter", letter_id)

    def requeue_letters(self, subject: str) -> None:
        """Stage that letters waiting about this subject are handled again."""
        self._stage(Staged(_REQUEUE, {"about": subject}))

    def mark_letter_handled(self, letter_id: int) -> None:
        """Stage the mark that this letter is done: a `Conflict` where it is not pending any more."""
        self._stage(Staged(_HANDLED, {"row": letter_id}, 1), "letter", letter_id)

    def count_answer(self, peer: str, day: date) -> None:
        """Stage one more automatic answer to this address on this day."""
        row = {"peer": mailbox_key(peer), "day": day, "count": 1}
        self._stage(Staged(_count_statement(self._database.dialect), row))

    def save_address_fault(self, fault: AddressFault) -> None:
        """Stage that letters do not reach an address; the later word counts."""
        row = {**values(fault), "email": fault.email.lower()}
        statement = upsert(self._database.dialect, m.address_faults, "email")
        self._stage(Staged(statement, row), "fault", row["email"])

    def drop_address_fault(self, email: str) -> None:
        """Stage that letters reach the address again."""
        self._stage(Staged(_DROP_FAULT, {"key": email.lower()}), "fault", email.lower())
