"""The weekly report: on the first working morning of the week, to every centre in its own zone (REGULATIONS C4)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from school.centre import Centre
from school.errors import Conflict
from school.ports import Clock, CommittingUnitOfWork
from school.terms import is_working_day
from school.use_cases.make_report import tell_weekly


class WeeklyReporter:
    """Tells each centre once a week, from the morning of its first working day on.

    A bot that was down then tells on the next working day of the same week; older weeks are not told any more. Which
    week was told is in the messages' dedupe, so that a restart tells nothing twice.
    """

    def __init__(
        self,
        open_uow: Callable[[], CommittingUnitOfWork],
        centres: Callable[[], Awaitable[Sequence[Centre]]],
        clock: Clock,
        timezone: str,
        hours: tuple[time, time] = (time(9), time(18)),
    ) -> None:
        self._open_uow = open_uow
        self._centres = centres
        self._clock = clock
        self._timezone = timezone
        self._opens, self._closes = hours
        self._told: dict[str, str] = {}

    async def __call__(self) -> None:
        """Tell whoever is to be told now."""
        now = self._clock.now()
        for centre in await self._centres():
            local = now.astimezone(zone_of(centre, self._timezone))
            week = week_of(local.date())
            if centre.closed or self._told.get(centre.number) == week or not self._working_hours(local):
                continue
            uow = self._open_uow()
            await tell_weekly(uow, centre, now.astimezone(ZoneInfo(self._timezone)).date(), week)
            try:
                await uow.commit()
            except Conflict:
                continue  # the next tick tells it
            self._told[centre.number] = week

    def _working_hours(self, local: datetime) -> bool:
        return is_working_day(local.date()) and self._opens <= local.time() < self._closes


def week_of(day: date) -> str:
    """Return the week as the ISO date of its Monday."""
    return (day - timedelta(days=day.weekday())).isoformat()


def zone_of(centre: Centre, school: str) -> ZoneInfo:
    """Return the centre's zone, the school's where it has none or an unknown one."""
    try:
        return ZoneInfo(centre.settings.get("timezone") or school)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(school)
