"""«Пришлю позже»: the student asked to be reminded of the document, and is, once.

In chat, or by mail where they have stopped the bot meanwhile.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from school.errors import Conflict, NotFound
from school.notices import Notice
from school.ports import Clock, CommittingUnitOfWork
from school.use_cases.find import find_enrolment
from school.use_cases.tell import reaches_chat, student_data, tell_student

AT_ONCE = 200


class DiplomaReminder:
    """A tick: reminds those whose moment has come; `due` reads their lines."""

    def __init__(
        self,
        open_uow: Callable[[], CommittingUnitOfWork],
        due: Callable[[datetime, int], Awaitable[Sequence[str]]],
        clock: Clock,
    ) -> None:
        self._open_uow = open_uow
        self._due = due
        self._clock = clock

    async def __call__(self) -> None:
        """Do what is due now."""
        for line_id in await self._due(self._clock.now(), AT_ONCE):
            await self._remind(line_id)

    async def _remind(self, line_id: str) -> None:
        uow = self._open_uow()
        found = await uow.questionnaire(line_id)
        if found is None or found.remind_at is None:
            return
        uow.save_questionnaire(replace(found, remind_at=None))
        try:
            about = await find_enrolment(uow, line_id)
            key = f"diploma_later:{line_id}:{int(found.remind_at.timestamp())}"
            if await reaches_chat(uow, about.line):
                to = str(about.line.student_id)
                uow.add_notice(Notice(uuid4().hex, "diploma_later", "chat", to, student_data(about), key))
            else:
                now = self._clock.now()
                await tell_student(uow, about, "questionnaire_reminder", {"asked_by": None}, dedupe=key, now=now)
            await uow.commit()
        except (Conflict, NotFound):
            return  # the student is at it at this very moment, or has been replaced
