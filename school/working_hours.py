"""Working hours of whoever is reminded: days of the Russian calendar (`school.terms`), hours of the person's own zone.

Every moment is aware; what is returned is in UTC. A clock that jumps (DST) changes the UTC moment, never the hour.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from school.terms import add_working_days, is_working_day

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From `opens`, included, to `closes`, excluded; local times of one day."""

    opens: time = time(9)
    closes: time = time(18)


def is_open(now: datetime, hours: Hours, zone: tzinfo) -> bool:
    """Tell whether the moment is in working hours of a working day there."""
    local = now.astimezone(zone)
    return hours.opens <= local.time() < hours.closes and is_working_day(local.date())


def opening(day: date, hours: Hours, zone: tzinfo) -> datetime:
    """Return the moment (UTC) at which the day opens there."""
    return datetime.combine(day, hours.opens, zone).astimezone(UTC)


def next_opening(now: datetime, hours: Hours, zone: tzinfo) -> datetime:
    """Return `now` where it is in working hours, else the moment (UTC) at which they begin again."""
    if is_open(now, hours, zone):
        return now.astimezone(UTC)
    local = now.astimezone(zone)
    today = local.date()
    if local.time() < hours.opens and is_working_day(today):
        return opening(today, hours, zone)
    return opening(add_working_days(today, 1), hours, zone)


@lru_cache(8192)
def working_day_from(day: date) -> date:
    """Return the day itself where it is a working one, else the next that is."""
    return day if is_working_day(day) else add_working_days(day, 1)


@lru_cache(8192)
def working_days_before(day: date, count: int) -> date:
    """Return the working day that is `count` working days before the day; 0: the day, or the last working one."""
    if not count:
        while not is_working_day(day):
            day -= ONE_DAY
    while count:
        day -= ONE_DAY
        count -= is_working_day(day)
    return day


@lru_cache(8192)
def working_days_after(day: date, count: int) -> date:
    """Return the working day that is `count` working days after the day; 0: the day, or the next working one."""
    return add_working_days(day, count) if count else working_day_from(day)
