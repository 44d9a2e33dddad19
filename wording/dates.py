"""Dates as people say them. All dates are of the school's zone."""

from datetime import date

_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
_UNTIL = ("понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья")


def date_short(day: date) -> str:
    """Write day and month: «20 июня»."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def date_long(day: date) -> str:
    """Write day, month and year: «20 июня 2027»."""
    return f"{date_short(day)} {day.year}"


def date_with_weekday(day: date) -> str:
    """Write the weekday and the day: «пятница, 8 мая»."""
    return f"{_WEEKDAYS[day.weekday()]}, {date_short(day)}"


def until(day: date) -> str:
    """Write a deadline: «до пятницы, 8 мая»."""
    return f"до {_UNTIL[day.weekday()]}, {date_short(day)}"


def no_later_than(day: date) -> str:
    """Write a deadline of the law: «не позднее 20 апреля»."""
    return f"не позднее {date_short(day)}"


def period(start: date, end: date) -> str:
    """Write a period: «25 апреля – 25 мая», «5–25 мая»; with years only where they differ."""
    if start == end:
        return date_short(start)
    if start.year != end.year:
        return f"{date_long(start)} – {date_long(end)}"
    if start.month == end.month:
        return f"{start.day}–{date_short(end)}"
    return f"{date_short(start)} – {date_short(end)}"


def period_with_year(start: date, end: date) -> str:
    """Write a period that is chosen ahead of time, always with its year: «25 апреля – 25 мая 2027»."""
    return period(start, end) if start.year != end.year else f"{period(start, end)} {end.year}"
