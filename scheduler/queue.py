"""The curators' queue by the clock: an hourly digest of what has come, a morning list of what is due (A1)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from school.centre import Role
from school.ports import Clock, CommittingUnitOfWork, QueueState, UnitOfWork
from school.terms import is_working_day
from school.use_cases.tell import tell_role


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """Working hours, in the school's zone."""

    opens: time = time(9)
    closes: time = time(18)


class QueueKeeper:
    """Looks at the queue once an hour, in working hours; a missed hour is caught up by the next.

    What was new is remembered in memory, and the hour in the dedupe: after a restart a digest may repeat what another
    hour's has told, but is never missed and never sent twice in an hour.
    """

    def __init__(
        self,
        open_uow: Callable[[], CommittingUnitOfWork],
        clock: Clock,
        timezone: str,
        policy: QueuePolicy,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._policy = policy
        self._hour: str | None = None
        self._told: datetime | None = None

    async def __call__(self) -> None:
        """Do what is due now."""
        now = self._clock.now()
        local = now.astimezone(self._zone)
        hour = f"{local:%Y-%m-%dT%H}"
        if hour == self._hour or not self._working_hours(local):
            return
        uow = self._open_uow()
        state = await uow.queue_state(now, local.date())
        await self._digest(uow, state, hour)
        await self._due(uow, state, local.date().isoformat())
        await uow.commit()
        self._hour = hour
        self._told = max(filter(None, (self._told, state.newest)), default=None)

    def _working_hours(self, local: datetime) -> bool:
        return is_working_day(local.date()) and self._policy.opens <= local.time() < self._policy.closes

    async def _digest(self, uow: UnitOfWork, state: QueueState, hour: str) -> None:
        if state.newest is None or (self._told is not None and state.newest <= self._told):
            return
        data = {"waiting": state.waiting, "due": state.due}
        await tell_role(uow, Role.CURATOR, "queue_digest", data, f"queue:{hour}", bulk=True)

    async def _due(self, uow: UnitOfWork, state: QueueState, day: str) -> None:
        """«Проверить к сроку» to curators and the overdue to administrators, once a day."""
        data: dict[str, Any] = {"waiting": state.waiting, "due": state.due, "overdue": state.overdue}
        if state.due:
            await tell_role(uow, Role.CURATOR, "queue_due", data, f"queue_due:{day}", bulk=True)
        if state.overdue:
            await tell_role(uow, Role.ADMIN, "review_overdue", data, f"review_overdue:{day}", bulk=True)
