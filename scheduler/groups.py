"""The morning's counts to the centres' group chats, each working day once, in the centre's zone."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.report import zone_of
from school.centre import Centre
from school.errors import Conflict
from school.ports import Clock, CommittingUnitOfWork
from school.terms import is_working_day
from school.use_cases.bind_group import tell_daily

DAY = timedelta(days=1)


class GroupDigest:
    """Tells the groups of each centre on a working morning; which day was told is in the messages' dedupe."""

    def __init__(
        self,
        open_uow: Callable[[], CommittingUnitOfWork],
        centres: Callable[[], Awaitable[Sequence[Centre]]],
        clock: Clock,
        timezone: str,
        hours: tuple[time, time] = (time(9), time(12)),
    ) -> None:
        self._open_uow = open_uow
        self._centres = centres
        self._clock = clock
        self._timezone = timezone
        self._opens, self._closes = hours
        self._told: dict[str, date] = {}

    async def __call__(self) -> None:
        """Tell whoever is to be told now."""
        now = self._clock.now()
        for centre in await self._centres():
            local = now.astimezone(zone_of(centre, self._timezone))
            if centre.closed or self._told.get(centre.number) == local.date() or not self._morning(local):
                continue
            uow = self._open_uow()
            await tell_daily(uow, centre, now - DAY, now.astimezone(ZoneInfo(self._timezone)).date())
            try:
                await uow.commit()
            except Conflict:
                continue  # the next tick tells it
            self._told[centre.number] = local.date()

    def _morning(self, local: datetime) -> bool:
        return is_working_day(local.date()) and self._opens <= local.time() < self._closes
