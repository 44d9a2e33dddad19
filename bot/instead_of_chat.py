"""What a person who has stopped the bot would have read in chat goes to them by mail (Limits of Telegram: 403)."""

from collections.abc import Callable
from typing import Protocol

from school.errors import Conflict, NotFound
from school.ports import Clock, UnitOfWork
from school.use_cases.find import find_enrolment
from school.use_cases.remind import REMINDER_KINDS, instead_by_mail
from school.use_cases.tell import STUDENT_KINDS, tell_student
from storage.outbox import OutboxRow


class CommittingUnitOfWork(UnitOfWork, Protocol):
    """A unit of work as its opener sees it."""

    async def commit(self) -> None:
        """Make everything staged take effect, or raise `Conflict`."""


class InsteadOfChat:
    """Writes a student the letter of a message that chat has refused, once, to whoever is the student still."""

    def __init__(self, open_uow: Callable[[], CommittingUnitOfWork], clock: Clock) -> None:
        self._open_uow = open_uow
        self._clock = clock

    async def __call__(self, row: OutboxRow) -> bool:
        """Stage the letter; tell whether there is one. The account has to be marked as unreachable before."""
        if row.kind in REMINDER_KINDS:
            return await self._remind(row)
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

    async def _remind(self, row: OutboxRow) -> bool:
        uow = self._open_uow()
        try:
            staged = await instead_by_mail(uow, row.kind, row.data, f"instead:{row.id}", self._clock.now())
            await uow.commit()
        except Conflict:
            return await self._remind(row)
        return staged
