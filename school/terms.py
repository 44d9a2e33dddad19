"""Terms of law: working days and calendar days (Civil Code 191–194; the Government's yearly transfers of days off).

Counting starts the day after the event. All dates are of the school's zone.
"""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache

KNOWN_YEARS = range(2024, 2028)


def provisional(year: int) -> bool:
    """Tell that the year's transfers of days off are not known yet: its dates are to be flagged, not trusted."""
    return year not in KNOWN_YEARS


def is_working_day(day: date) -> bool:
    """Tell a working day, working Saturdays included."""
    days, ordinal = _working_days(day.year), day.toordinal()
    at = bisect_left(days, ordinal)
    return at < len(days) and days[at] == ordinal


def add_working_days(day: date, count: int) -> date:
    """Return the last day of a term of `count` working days that begins the day after `day`; 0 is the day itself."""
    if count < 0:
        raise ValueError("a term is not negative")
    if count == 0:
        return day
    year, days = day.year, _working_days(day.year)
    at = bisect_right(days, day.toordinal()) + count - 1
    while at >= len(days):
        at -= len(days)
        year += 1
        days = _working_days(year)
    return date.fromordinal(days[at])


def add_calendar_days_moved(day: date, count: int) -> date:
    """Return the last day of a term of `count` calendar days, moved to a working day if it is none (Civil Code 193)."""
    return add_working_days(day + timedelta(days=count - 1), 1)


def working_days_between(start: date, end: date) -> int:
    """Count the working days after `start` up to `end`, `end` included; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start)
    total = sum(len(_working_days(year)) for year in range(start.year, end.year))
    before = bisect_right(_working_days(start.year), start.toordinal())
    return total + bisect_right(_working_days(end.year), end.toordinal()) - before


@cache
def _working_days(year: int) -> tuple[int, ...]:
    """List a year's working days as ordinals, once: a term is then two searches instead of a walk over a calendar."""
    import holidays

    calendar = holidays.country_holidays("RU", years=year)
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    # `is_working_day`, never `in`: the latter does not know working Saturdays.
    return tuple(day for day in range(first, last + 1) if calendar.is_working_day(date.fromordinal(day)))
