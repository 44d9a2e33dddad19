"""Acts by the clock: when a run has ended, its orders' acts are made and the managers are told (REGULATIONS C1)."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from school.errors import Conflict
from school.ports import Clock, CommittingUnitOfWork
from school.use_cases.make_acts import make_due
from school.working_hours import Hours, is_open, next_opening

AT_ONCE = 200


class ActMaker:
    """Makes the act of every order and run that has ended, once: after downtime all that were missed.

    Nobody is woken by it: what is found at night is told when the next working day begins at the school.
    """

    def __init__(
        self, open_uow: Callable[[], CommittingUnitOfWork], clock: Clock, timezone: str, hours: Hours | None = None
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._hours = hours or Hours()
        # Orders that were paid for and had nobody admitted: they must not hold up those behind them.
        self._without_students: set[tuple[str, str]] = set()

    async def __call__(self) -> None:
        """Make what is missing."""
        now = self._clock.now()
        today = now.astimezone(self._zone).date()
        found = await self._open_uow().orders_without_act(today, AT_ONCE + len(self._without_students))
        for order_id, run in found:
            await self._make(order_id, run, now)

    async def _make(self, order_id: str, run: str, now: datetime) -> None:
        uow = self._open_uow()
        told_at = None if is_open(now, self._hours, self._zone) else next_opening(now, self._hours, self._zone)
        act = await make_due(uow, order_id, run, told_at)
        if act is None:
            self._without_students.add((order_id, run))
            return
        self._without_students.discard((order_id, run))
        try:
            await uow.commit()
        except Conflict:
            return  # a manager made it at this very moment
