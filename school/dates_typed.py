"""Dates as people type them: «5 мая», «05.05.2027», «5.5», «вчера». All of the school's zone."""

import re
from datetime import date, timedelta

from school.errors import BadAnswer
from school.people import fold

_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_SAID = {"сегодня": 0, "вчера": -1, "позавчера": -2, "завтра": 1}
_DIGITS = re.compile(r"(\d{1,2})\s*[./\- ]\s*(\d{1,2})(?:\s*[./\- ]\s*(\d{4}|\d{2}))?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WORDS = re.compile(r"(\d{1,2})(?:-?го)?\s+([а-я]+)\.?(?:\s+(\d{4}|\d{2}))?")


def parse_day(text: str, today: date) -> date:
    """Read a date; without a year it is the one nearest to `today`.

    Problems: day_form (not a date), day_absent (no such day in the calendar).
    """
    typed = re.sub(r"(?<=\d)\s*(?:г|год|года)\.?$", "", fold(" ".join(text.split())).strip(" .,!"))
    if typed in _SAID:
        return today + timedelta(days=_SAID[typed])
    if found := _ISO.fullmatch(typed):
        return _made(text, int(found[3]), int(found[2]), int(found[1]))
    if found := _DIGITS.fullmatch(typed):
        return _day(text, int(found[1]), int(found[2]), found[3], today)
    if found := _WORDS.fullmatch(typed):
        return _day(text, int(found[1]), _month(text, found[2]), found[3], today)
    raise BadAnswer("day_form", text)


def check_past(day: date, text: str, earliest: date, today: date) -> date:
    """Return the day of something that has happened.

    Problems: day_future, day_early (data: earliest, ISO).
    """
    if day > today:
        raise BadAnswer("day_future", text, day=day.isoformat())
    if day < earliest:
        raise BadAnswer("day_early", text, day=day.isoformat(), earliest=earliest.isoformat())
    return day


def _month(text: str, word: str) -> int:
    # «мар» before «ма»: the longest beginning that fits is the month's.
    fitting = [at for at, start in enumerate(_MONTHS, 1) if word.startswith(start)]
    if not fitting or (word.startswith("ма") and word not in ("май", "мая", "мае") and fitting == [5]):
        raise BadAnswer("day_form", text)
    return min(fitting)


def _day(text: str, day: int, month: int, year: str | None, today: date) -> date:
    if year is not None:
        return _made(text, day, month, int(year) if len(year) == 4 else 2000 + int(year))
    near = []
    for candidate in (today.year - 1, today.year, today.year + 1):
        try:
            near.append(date(candidate, month, day))
        except ValueError:
            continue  # 29 February, or a day that no year has
    if not near:
        raise BadAnswer("day_absent", text)
    return min(near, key=lambda found: abs(found - today))


def _made(text: str, day: int, month: int, year: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadAnswer("day_absent", text) from None
