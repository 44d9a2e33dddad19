"""The reminder policy as data, and what of it is due for one order at one moment. Pure: no clock, no storage.

Of several steps of one kind only the latest that has come is told, once (its row is unique by subject, kind and due
date), so that days of downtime are caught up by one message. When the matter is gone, so is every step of it.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import groupby
from typing import Any, Literal

from school.facts import OrderFacts, Reminder
from school.order import Order
from school.payer import PayerKind
from school.reminder_kinds import Audience, Kind, Matter, initials, matters, payer_short
from school.terms import provisional
from school.working_hours import (
    Hours,
    is_open,
    next_opening,
    opening,
    working_day_from,
    working_days_after,
    working_days_before,
)

Days = Literal["working", "calendar"]
USEFUL_DAYS = 14
# «Остановить по заявке»: until somebody lets the reminders go on.
STOPPED = date.max
Planned = Set[tuple[str, str, date]]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: whom to tell, how many `days` after a matter's beginning or before its end, and how long it is of use.

    Told at most `times` times, every `repeat` days; of use for `latest` calendar days, and a step "before" never
    beyond the end itself. The day of telling is always a working one: the next for "after", the last for "before".
    """

    kind: Kind
    audience: Audience
    offset: int
    days: Days = "working"
    when: Literal["after", "before"] = "after"
    latest: int = USEFUL_DAYS
    repeat: int = 0
    times: int = 1


@dataclass(frozen=True, slots=True)
class Policy:
    """All steps; people are told in `hours`, managers' digests are made at `digest_at`, both of the recipient's day."""

    steps: tuple[Step, ...]
    hours: Hours = field(default_factory=Hours)
    digest_at: time = time(9, 30)

    def hours_of(self, audience: str) -> Hours:
        """Return when a person of this audience is told."""
        return replace(self.hours, opens=self.digest_at) if audience in ("manager", "admin") else self.hours


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder to be made now, and what its words need: plain JSON, dates ISO, sums in kopecks."""

    reminder: Reminder
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is due of an order, and when to look at it again (UTC); None: when one of its facts changes."""

    due: tuple[Due, ...]
    next_look: datetime | None


def _steps(kind: Kind, *steps: tuple[Audience, int, dict[str, Any]]) -> tuple[Step, ...]:
    return tuple(Step(kind, audience, offset, **more) for audience, offset, more in steps)


_BEFORE = {"when": "before"}
DEFAULT_STEPS: tuple[Step, ...] = (
    *_steps(
        "unpaid_invoice",
        ("client", 3, {}),
        ("client", 1, _BEFORE),
        ("manager", 5, {"repeat": 5, "times": 6}),
    ),
    *_steps(
        "questionnaire_missing", ("student", 2, {"repeat": 2, "times": 4}), ("client", 5, {"repeat": 5, "times": 2})
    ),
    *_steps("questionnaire_returned", ("student", 2, {"repeat": 3, "times": 3})),
    *_steps("act_not_returned", ("client", 3, {"repeat": 3, "times": 4})),
    *_steps("scan_due", ("manager", 5, _BEFORE), ("manager", 2, _BEFORE), ("manager", 0, _BEFORE)),
    *_steps("scan_overdue", ("manager", 1, {"repeat": 1, "times": 60}), ("admin", 3, {"repeat": 5, "times": 12})),
    *_steps(
        "original_due",
        ("manager", 10, {"when": "before", "days": "calendar"}),
        ("manager", 3, _BEFORE),
        ("manager", 1, {"repeat": 2, "times": 20}),
    ),
    *_steps("course_starts_unpaid", ("manager", 5, _BEFORE), ("client", 3, _BEFORE), ("manager", 1, _BEFORE)),
)
DEFAULT_POLICY = Policy(DEFAULT_STEPS)


def due(
    facts: OrderFacts, policy: Policy, planned: Planned, now: datetime, zone: tzinfo, centre_zone: tzinfo | None = None
) -> tuple[Due, ...]:
    """Return what is to be told of the order now; `zone` is the school's, `centre_zone` its managers'."""
    return plan(facts, policy, planned, now, zone, centre_zone).due


def next_look(
    facts: OrderFacts, policy: Policy, planned: Planned, now: datetime, zone: tzinfo, centre_zone: tzinfo | None = None
) -> datetime | None:
    """Return when anything may be due next (UTC), None: nothing will ever come of the order as it stands."""
    return plan(facts, policy, planned, now, zone, centre_zone).next_look


def plan(
    facts: OrderFacts, policy: Policy, planned: Planned, now: datetime, zone: tzinfo, centre_zone: tzinfo | None = None
) -> Plan:
    """Return what is due now and when to look next, of one walk over the order's matters."""
    found: list[Due] = []
    looks: list[datetime] = []
    moments: dict[Audience, _Moment] = {}
    by_kind = _by_kind(policy)
    for matter in matters(facts, zone):
        for audience, steps in by_kind.get(matter.kind, ()):
            at = moments.get(audience)
            if at is None:
                here = centre_zone if audience == "manager" and centre_zone is not None else zone
                at = moments[audience] = _Moment.of(now, here, policy.hours_of(audience))
            turn = _Turn(facts, matter, audience, steps, at)
            one = turn.told(planned)
            if one is not None:
                found.append(one)
            look = turn.look(planned, one)
            if look is not None:
                looks.append(look)
    return Plan(tuple(found), min(looks, default=None))


def still_stands(facts: OrderFacts, subject: str, row_kind: str, zone: tzinfo, today: date) -> bool:
    """Tell whether a reminder that was planned is still to be sent: its matter stands and nobody has silenced it.

    `row_kind` is a `Reminder`'s kind. Called between planning and sending.
    """
    kind, _, audience = row_kind.partition(".")
    if _silent_until(facts, subject, kind, audience) > today:
        return False
    return any(matter.kind == kind and matter.subject == subject for matter in matters(facts, zone))


def row_kind(kind: str, audience: str) -> str:
    """Return the kind as a `Reminder` has it: each audience is told on its own."""
    return f"{kind}.{audience}"


def line_data(order: Order, matter: Matter, audience: str, due_on: date, today: date) -> dict[str, Any]:
    """Return what the words of a matter need: plain JSON, dates ISO, sums in kopecks, of persons the initials."""
    until = matter.until
    return {
        **matter.about,
        "order": order.id,
        "number": order.number,
        "payer": payer_short(order.payer),
        "person": order.payer.kind is not PayerKind.ORGANISATION,
        "subject": matter.subject,
        "kind": matter.kind,
        "audience": audience,
        "due_on": due_on.isoformat(),
        "today": today.isoformat(),
        "until": until.isoformat() if until else None,
        "starts": matter.lines[0].starts.isoformat() if matter.lines else None,
        "students": [initials(line.name) for line in matter.lines],
        "provisional": provisional((until or due_on).year),
    }


@dataclass(frozen=True, slots=True)
class _Moment:
    """Now, as a recipient's clock shows it: `come_by` is the last day whose opening has come."""

    now: datetime
    zone: tzinfo
    hours: Hours
    today: date
    come_by: date
    open: bool

    @classmethod
    def of(cls, now: datetime, zone: tzinfo, hours: Hours) -> "_Moment":
        """Look at the clock of this zone."""
        local = now.astimezone(zone)
        today = local.date()
        come_by = today if local.time() >= hours.opens else today - timedelta(days=1)
        return cls(now, zone, hours, today, come_by, is_open(now, hours, zone))

    def opening(self, day: date) -> datetime:
        """Return the moment (UTC) from which something of this day may be told, never before now."""
        opens = opening(working_day_from(day), self.hours, self.zone)
        return max(opens, next_opening(self.now, self.hours, self.zone))


@dataclass(frozen=True, slots=True)
class _Turn:
    """One matter and one audience, now."""

    facts: OrderFacts
    matter: Matter
    audience: Audience
    steps: tuple[Step, ...]
    at: _Moment

    def told(self, planned: Planned) -> Due | None:
        """Return what is to be told now."""
        candidate = self._candidate(planned)
        if candidate is None or self._silence() > self.at.today or not self.at.open:
            return None
        return self._due(candidate)

    def look(self, planned: Planned, told: Due | None) -> datetime | None:
        """Return the earliest moment after this one at which this turn may have something to say."""
        later = [day for day, _ in self._days() if day > self.at.come_by]
        if told is None and self._candidate(planned) is not None:
            later.append(self.at.today)  # it waits for working hours or for the end of a silence
        first = max(min(later), self._silence()) if later else STOPPED
        return None if first == STOPPED else self.at.opening(first)

    def _candidate(self, planned: Planned) -> date | None:
        """Return the latest day of telling that has come, unless it was told or is of no use any more."""
        come = [one for one in self._days() if one[0] <= self.at.come_by]
        if not come:
            return None
        day, last = max(come)
        return day if self.at.today <= last and self._key(day) not in planned else None

    def _silence(self) -> date:
        return _silent_until(self.facts, self.matter.subject, self.matter.kind, self.audience)

    def _key(self, day: date) -> tuple[str, str, date]:
        return (self.matter.subject, row_kind(self.matter.kind, self.audience), day)

    def _days(self) -> Iterator[tuple[date, date]]:
        """Yield the days of telling, each with the last day on which it is of use."""
        matter = self.matter
        for step in self.steps:
            anchor = matter.since if step.when == "after" else matter.until
            if anchor is not None:
                yield from _occurrences(step, anchor)
        if self.audience == "manager":
            for snooze in self.facts.snoozes:
                if snooze.subject == matter.subject and snooze.kind == matter.kind:
                    day = working_day_from(snooze.until)
                    yield day, day + timedelta(days=USEFUL_DAYS)

    def _due(self, day: date) -> Due:
        order, matter = self.facts.order, self.matter
        key = self._key(day)
        reminder = Reminder(matter.subject, order.id, key[1], day, self.audience, self.at.now)
        return Due(reminder, line_data(order, matter, self.audience, day, self.at.today))


def _silent_until(facts: OrderFacts, subject: str, kind: str, audience: str) -> date:
    """Return the day from which it may be told: a pause silences all, a manager's «Отложить» never the escalation."""
    until = facts.paused_until or date.min
    if audience != "admin":
        for snooze in facts.snoozes:
            if snooze.subject == subject and snooze.kind == kind:
                until = max(until, snooze.until)
    return until


@lru_cache(16384)
def _occurrences(step: Step, anchor: date) -> tuple[tuple[date, date], ...]:
    """Return every day on which the step tells, with the last day of its use."""
    found = []
    for turn in range(step.times if step.repeat else 1):
        count = step.offset + turn * step.repeat
        if step.when == "before":
            count = step.offset - turn * step.repeat
            if count < 0:
                break
        day = _day_of(step, anchor, count)
        last = day + timedelta(days=step.latest)
        found.append((day, min(last, anchor) if step.when == "before" else last))
    return tuple(found)


def _day_of(step: Step, anchor: date, count: int) -> date:
    if step.days == "working":
        return working_days_after(anchor, count) if step.when == "after" else working_days_before(anchor, count)
    if step.when == "after":
        return working_day_from(anchor + timedelta(days=count))
    return working_days_before(anchor - timedelta(days=count), 0)


@lru_cache(8)
def _by_kind(policy: Policy) -> dict[str, tuple[tuple[Audience, tuple[Step, ...]], ...]]:
    def kind(step: Step) -> str:
        return step.kind

    def audience(step: Step) -> Audience:
        return step.audience

    found = {}
    for name, steps in groupby(sorted(policy.steps, key=kind), key=kind):
        found[name] = tuple((who, tuple(of)) for who, of in groupby(sorted(steps, key=audience), key=audience))
    return found
