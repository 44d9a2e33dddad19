"""Admission by the clock: the letter «кому открыть доступ», and each working morning what is due (REGULATIONS A1)."""

from collections.abc import Callable
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from school.centre import Role
from school.errors import Conflict
from school.ports import Clock, CommittingUnitOfWork
from school.terms import is_working_day
from school.use_cases.list_for_access import list_for_access
from school.use_cases.tell import tell_role


class AccessLister:
    """Sends the school one letter with all who were admitted since the last; without an address it lists nobody."""

    def __init__(self, open_uow: Callable[[], CommittingUnitOfWork], clock: Clock, curator_email: str | None) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._email = curator_email

    async def __call__(self) -> None:
        """List who is not listed yet; the letter and the marks commit together."""
        if self._email is None:
            return
        uow = self._open_uow()
        if not await list_for_access(uow, self._email, self._clock.now()):
            return
        try:
            await uow.commit()
        except Conflict:
            return  # a line was changed at this very moment; the next tick lists it


class AdmissionDigest:
    """Tells curators once a working day what is to be admitted, and administrators too what is overdue."""

    def __init__(
        self, open_uow: Callable[[], CommittingUnitOfWork], clock: Clock, timezone: str, opens: time = time(9)
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._opens = opens
        self._told: date | None = None

    async def __call__(self) -> None:
        """Tell what is due, from the morning on; a restart on the same day tells nothing twice."""
        local = self._clock.now().astimezone(self._zone)
        today = local.date()
        if self._told == today or local.time() < self._opens or not is_working_day(today):
            return
        uow = self._open_uow()
        _, due = await uow.lines_due(today, 1)
        _, overdue = await uow.lines_due(today - timedelta(days=1), 1)
        if due:
            data = {"today": due - overdue, "overdue": overdue}
            key = f"admission_due:{today.isoformat()}"
            await tell_role(uow, Role.CURATOR, "admission_due", data, key, bulk=True)
            if overdue:
                # Who is both gets it once: the key is the same.
                await tell_role(uow, Role.ADMIN, "admission_due", data, key, bulk=True)
        await uow.commit()
        self._told = today
