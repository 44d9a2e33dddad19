"""The section [reminders]: working hours, the digest's hour, and any number of steps per kind, as a `Policy`.

A mistake is a ValueError in Russian that names the key inside a step and the mend; `bot.config` makes the line of it.
"""

import re
from collections.abc import Callable
from datetime import time, timedelta
from difflib import get_close_matches
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.config_values import bracketed
from scheduler.drafts import DraftPolicy
from school.reminder_kinds import AUDIENCES, CODES, Kind
from school.reminders import DEFAULT_STEPS, USEFUL_DAYS, Policy, Step
from school.working_hours import Hours

MOST_DAYS = 365
MOST_TIMES = 100
MOST_STEPS = 20
_HOURS = re.compile(r"(\d{1,2}(?::\d{2})?)\s*[-–—]\s*(\d{1,2}(?::\d{2})?)")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?")
_KEYS = ("after", "before", "days", "to", "useful", "repeat", "times")
_EXAMPLE = '{ after = 3, days = "working", to = "client" }'


def _time(text: str) -> time:
    found = _TIME.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if (hour, minute) == (24, 0):
        return time.max
    if hour > 23 or minute > 59:
        raise ValueError(f"«{text}» — не время; пример: 9:30")
    return time(hour, minute)


def read_hours(value: Any) -> Hours:
    """Read «9-18». Raises ValueError."""
    found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"«{value}» — не часы работы, пишите в кавычках; пример: 9-18")
    hours = Hours(_time(found[1]), _time(found[2]))
    if hours.opens >= hours.closes:
        raise ValueError(f"«{value}»: начало позже конца; пример: 9-18")
    return hours


def read_time(value: Any) -> time:
    """Read «9:30». Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"«{value}» — не время, пишите в кавычках; пример: 9:30")
    return _time(value.strip())


def _number(step: dict[str, Any], key: str, default: int, least: int, most: int) -> int:
    value = step.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{key} = «{value}» не подходит, нужно число от {least} до {most}; пример: {_EXAMPLE}")
    return value


def _choice(step: dict[str, Any], key: str, default: str, options: tuple[str, ...]) -> Any:
    value = step.get(key, default)
    if value not in options:
        raise ValueError(f"{key} = «{value}» не подходит, бывает: {', '.join(options)}")
    return value


def _read_step(kind: Kind, step: Any) -> Step:
    if not isinstance(step, dict):
        raise ValueError(f"«{step}» — не шаг; пример: {_EXAMPLE}")
    for key in step:
        if key not in _KEYS:
            close = get_close_matches(str(key), _KEYS, 1, 0.6)
            hint = f"похоже, имелось в виду {close[0]}" if close else f"бывают: {', '.join(_KEYS)}"
            raise ValueError(f"в шаге нет ключа «{key}», {hint}")
    if ("after" in step) == ("before" in step):
        raise ValueError(f"в шаге нужно одно из двух: after или before; пример: {_EXAMPLE}")
    if "to" not in step:
        raise ValueError(f"в шаге нет to — кому напомнить: {', '.join(AUDIENCES[kind])}; пример: {_EXAMPLE}")
    when = "after" if "after" in step else "before"
    repeat = _number(step, "repeat", 0, 0, MOST_DAYS)
    if "times" in step and not repeat:
        raise ValueError("times без repeat: впишите, через сколько дней повторять; пример: repeat = 2, times = 4")
    return Step(
        kind,
        _choice(step, "to", "", AUDIENCES[kind]),
        _number(step, when, 0, 0, MOST_DAYS),
        _choice(step, "days", "working", ("working", "calendar")),
        "after" if when == "after" else "before",
        _number(step, "useful", USEFUL_DAYS, 0, MOST_DAYS),
        repeat,
        _number(step, "times", MOST_TIMES if repeat else 1, 1, MOST_TIMES),
    )


def read_steps(kind: Kind, value: Any) -> tuple[Step, ...]:
    """Read the steps of a kind. Raises ValueError."""
    if not isinstance(value, list):
        raise ValueError(f"нужен список шагов; пример: [{_EXAMPLE}]")
    if len(value) > MOST_STEPS:
        raise ValueError(f"шагов {len(value)}, а бывает не больше {MOST_STEPS}: уберите лишние или задайте repeat")
    return tuple(_read_step(kind, step) for step in value)


def _checked(read: Callable[[Any], object]) -> BeforeValidator:
    """Check by reading and keep what was typed, so that the settings are plain data; a variable holds lists as text."""

    def check(value: Any) -> Any:
        plain = bracketed(value)
        if plain is not None:
            read(plain)
        return plain

    return BeforeValidator(check)


def _whole(value: Any) -> int:
    text = str(value)
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII) or not 1 <= int(text) <= MOST_DAYS:
        raise ValueError(f"«{value}» не подходит, нужно целое число от 1 до {MOST_DAYS}")
    return int(text)


Whole = Annotated[int, BeforeValidator(_whole)]
Steps = list[Any] | None


class Reminders(BaseModel):
    """The section: a kind that is not named keeps its steps, an empty list switches it off.

    `draft_after` (hours) and `draft_expires` (days) are of orders left alone half-way.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    working_hours: Annotated[str, _checked(read_hours)] = "9-18"
    digest_at: Annotated[str, _checked(read_time)] = "9:30"
    draft_after: Whole = 3
    draft_expires: Whole = 14
    unpaid_invoice: Annotated[Steps, _checked(partial(read_steps, "unpaid_invoice"))] = None
    course_starts_unpaid: Annotated[Steps, _checked(partial(read_steps, "course_starts_unpaid"))] = None
    questionnaire_missing: Annotated[Steps, _checked(partial(read_steps, "questionnaire_missing"))] = None
    questionnaire_returned: Annotated[Steps, _checked(partial(read_steps, "questionnaire_returned"))] = None
    act_not_returned: Annotated[Steps, _checked(partial(read_steps, "act_not_returned"))] = None
    scan_due: Annotated[Steps, _checked(partial(read_steps, "scan_due"))] = None
    scan_overdue: Annotated[Steps, _checked(partial(read_steps, "scan_overdue"))] = None
    original_due: Annotated[Steps, _checked(partial(read_steps, "original_due"))] = None

    def hours(self) -> Hours:
        """Return when people are written to."""
        return read_hours(self.working_hours)

    def policy(self) -> Policy:
        """Return all steps and hours; a digest's hour outside of the hours moves to their beginning."""
        hours, digest_at = self.hours(), read_time(self.digest_at)
        steps: list[Step] = []
        for kind in CODES:
            given = getattr(self, kind)
            steps += [s for s in DEFAULT_STEPS if s.kind == kind] if given is None else read_steps(kind, given)
        return Policy(tuple(steps), hours, digest_at if hours.opens <= digest_at < hours.closes else hours.opens)

    def drafts(self) -> DraftPolicy:
        """Return when an order left alone is nudged and when it expires."""
        hours = self.hours()
        return DraftPolicy(
            timedelta(hours=self.draft_after), timedelta(days=self.draft_expires), hours.opens, hours.closes
        )
