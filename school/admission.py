"""Admission (зачисление): the conditions of REGULATIONS A1, the date they must lead to, and who is ready. Pure."""

from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import Literal

from school.order import OrderLine
from school.terms import add_working_days

ADMISSION_DAYS = 3
ConditionName = Literal["payment", "questionnaire", "registration"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of admission and whether it holds; `waits_for` is who has to act: student, payer, school."""

    name: ConditionName
    holds: bool
    waits_for: Literal["student", "payer", "school", "nobody"]


def admit_by(line: OrderLine, zone: tzinfo) -> date | None:
    """Return the last day to admit the student, None while one of the two is missing, and once cancelled.

    3 working days from the later of the questionnaire submitted and the payment confirmed (A1), in the school's zone.
    """
    counts = line.questionnaire in ("submitted", "approved") and not line.cancelled
    if line.submitted_at is None or line.paid_at is None or not counts:
        return None
    later = max(line.submitted_at, line.paid_at)
    return add_working_days(later.astimezone(zone).date(), ADMISSION_DAYS)


def with_term(line: OrderLine, zone: tzinfo) -> OrderLine:
    """Return the line with its `admit_by` told anew: to be called after every change of its facts."""
    return replace(line, admit_by=admit_by(line, zone))


def conditions(line: OrderLine, *, registration: bool) -> tuple[Condition, ...]:
    """Return every condition of admission in the order they are shown; registration only where it is switched on."""
    approved = line.questionnaire == "approved"
    found = [
        Condition("payment", line.payment == "paid", "nobody" if line.payment == "paid" else "payer"),
        Condition(
            "questionnaire",
            approved,
            "nobody" if approved else "school" if line.questionnaire == "submitted" else "student",
        ),
    ]
    if registration:
        done = line.registered_at is not None
        found.append(Condition("registration", done, "nobody" if done else "student"))
    return tuple(found)


def blocking(line: OrderLine, *, registration: bool) -> Condition | None:
    """Return the one condition that blocks: what a person must do comes before what the school must."""
    open_ones = [c for c in conditions(line, registration=registration) if not c.holds]
    return next((c for c in open_ones if c.waits_for != "school"), open_ones[0] if open_ones else None)


def own_step(line: OrderLine, *, registration: bool) -> Condition | None:
    """Return what the student has to do now, else the condition that blocks; None where nothing does."""
    found = conditions(line, registration=registration)
    own = next((c for c in found if c.waits_for == "student"), None)
    return own or blocking(line, registration=registration)


def is_ready(line: OrderLine, *, registration: bool) -> bool:
    """Tell whether the student may be admitted now and has not been."""
    waits = line.admitted_at is None and not line.cancelled
    return waits and all(c.holds for c in conditions(line, registration=registration))
