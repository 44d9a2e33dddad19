"""What a person who has stopped the bot would have read in chat goes to them by mail (Limits of Telegram: 403)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from school.errors import Conflict, NotFound
from school.order import Enrolment
from school.ports import Clock, CommittingUnitOfWork
from school.use_cases import cancel_order
from school.use_cases.find import find_enrolment
from school.use_cases.remind import REMINDER_KINDS, instead_by_mail
from school.use_cases.tell import STUDENT_KINDS, channel_of, tell_student
from storage.outbox import OutboxRow, Outcome


class InsteadOfChat:
    """Writes a student the letter of a message that chat has refused, once, to whoever is the student still."""

    def __init__(self, open_uow: Callable[[], CommittingUnitOfWork], clock: Clock) -> None:
        self._open_uow = open_uow
        self._clock = clock

    async def __call__(self, row: OutboxRow) -> bool:
        """Stage the letter; tell whether there is one. The account has to be marked as unreachable before."""
        if row.kind in REMINDER_KINDS:
            return await self._remind(row)
        if row.kind == "order_cancelled_client":
            return await self._cancelled(row)
        if row.kind not in STUDENT_KINDS:
            return False
        uow = self._open_uow()
        try:
            about = await find_enrolment(uow, str(row.data["line"]))
            if about.line.student_id != int(row.recipient):
                return False
            now = self._clock.now()
            await tell_student(uow, about, row.kind, row.data, dedupe=f"instead:{row.id}", now=now)
            await uow.commit()
        except NotFound:
            return False
        except Conflict:
            return await self(row)
        return True

    async def words_too(self, row: OutboxRow) -> None:
        """Stage the letter of a message whose words a chat without personal data does not show; the chat gets the rest.

        It is the very letter of a chat that refuses the message. The links that the student has stay good. Without a
        way to their mail nothing is staged.
        """
        uow = self._open_uow()
        try:
            about = await find_enrolment(uow, str(row.data["line"]))
            mailed = Enrolment(about.order, replace(about.line, prefers="mail"))
            if await channel_of(uow, mailed.line) == "mail":
                now = self._clock.now()
                await tell_student(uow, mailed, row.kind, row.data, dedupe=f"instead:{row.id}", now=now, after=now)
                await uow.commit()
        except NotFound:
            return
        except Conflict:
            await self.words_too(row)

    async def _cancelled(self, row: OutboxRow) -> bool:
        uow = self._open_uow()
        try:
            staged = await cancel_order.instead_by_mail(uow, row.data, f"instead:{row.id}", self._clock.now())
            await uow.commit()
        except Conflict:
            return await self._cancelled(row)
        return staged

    async def _remind(self, row: OutboxRow) -> bool:
        uow = self._open_uow()
        try:
            staged = await instead_by_mail(uow, row.kind, row.data, f"instead:{row.id}", self._clock.now())
            await uow.commit()
        except Conflict:
            return await self._remind(row)
        return staged


class WordsByMail:
    """Sends rows to chats without personal data: what people wrote in their own words goes to the student by mail."""

    def __init__(self, letters: InsteadOfChat, send: Callable[[OutboxRow], Awaitable[Outcome]]) -> None:
        self._letters = letters
        self._send = send

    async def send(self, row: OutboxRow) -> Outcome:
        """Stage the letter where there are such words, then send the message."""
        if has_own_words(row.kind, row.data):
            await self._letters.words_too(row)
        return await self._send(row)


def has_own_words(kind: str, data: dict[str, Any]) -> bool:
    """Tell whether a message to a student holds what a curator typed."""
    if kind == "questionnaire_returned":
        return any(remark.get("words") for remark in data["remarks"])
    if kind == "questionnaire_declined":
        return bool(data["reason"].get("words"))
    return kind == "curator_message"
