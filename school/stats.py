"""Figures of a centre or of the school: what happened in each of the last weeks, and how long the way takes.

Every student of an order goes a path; a stage is counted in the week in which it was reached. Weeks begin on Monday,
dates are of the school's zone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from statistics import median
from typing import Literal, get_args

Stage = Literal["orders", "paid", "approved", "admitted", "finished", "closed"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""`orders` counts orders, the others students."""

GapName = Literal["to_paid", "to_approved", "to_admitted", "to_finished", "to_closed"]
GAPS: tuple[GapName, ...] = get_args(GapName)

WEEKS = 12
"""How many weeks are shown, the present one included."""

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Path:
    """One student's way: moments in UTC, `ends` and `closed` as dates; `finished` as recorded of the training."""

    order: str
    placed: datetime
    paid: datetime | None
    approved: datetime | None
    admitted: datetime | None
    ends: date
    finished: bool
    closed: date | None


@dataclass(frozen=True, slots=True)
class ActDays:
    """What the act of the student's run says of its closing; see `school.closing.Act`."""

    scan: str
    diadoc: str
    signed: date | None
    uploaded: date | None
    confirmed: date | None
    received: date | None


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in the week that begins on this Monday."""

    monday: date
    counts: dict[Stage, int]

    @property
    def sunday(self) -> date:
        """The week's last day."""
        return self.monday + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Gap:
    """How long a part of the way takes: the median in days of `count` students; None where nobody has gone it."""

    name: GapName
    days: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The weeks from the oldest to the present one, and the medians of those who went a part in these weeks."""

    today: date
    weeks: tuple[Week, ...]
    gaps: tuple[Gap, ...]

    @property
    def since(self) -> date:
        """The first day shown."""
        return self.weeks[0].monday

    def total(self, stage: Stage) -> int:
        """Return how many reached the stage in all these weeks."""
        return sum(week.counts[stage] for week in self.weeks)


def first_monday(today: date) -> date:
    """Return the first day of the oldest week that is shown."""
    return today - timedelta(days=today.weekday()) - (WEEKS - 1) * _WEEK


def closed_on(act: ActDays) -> date | None:
    """Return the day on which the act was closed (docs/regulations.md: C1–C3), None while something is waited for."""
    if act.diadoc == "signed":
        return act.signed
    scanned = act.uploaded or act.confirmed
    if act.scan in ("uploaded", "confirmed") and act.received is not None and scanned is not None:
        return max(act.received, scanned)
    return None


@dataclass(frozen=True, slots=True)
class _Days:
    """A path in dates."""

    order: str
    orders: date
    paid: date | None
    approved: date | None
    admitted: date | None
    finished: date | None
    closed: date | None

    def on(self, stage: Stage) -> date | None:
        found: date | None = getattr(self, stage)
        return found

    @property
    def ready(self) -> date | None:
        """The day on which nothing of ours stood before the admission: paid and approved."""
        return max(self.paid, self.approved) if self.paid and self.approved else None


_PARTS: dict[GapName, tuple[Callable[[_Days], date | None], Stage]] = {
    "to_paid": (lambda days: days.orders, "paid"),
    "to_approved": (lambda days: days.orders, "approved"),
    "to_admitted": (lambda days: days.ready, "admitted"),
    "to_finished": (lambda days: days.admitted, "finished"),
    "to_closed": (lambda days: days.finished, "closed"),
}


def make_stats(paths: Sequence[Path], today: date, zone: tzinfo) -> Stats:
    """Count the paths by weeks; what is planned after today has not happened yet."""
    days = [_days(path, today, zone) for path in paths]
    since = first_monday(today)
    mondays = [since + number * _WEEK for number in range(WEEKS)]
    counted = {stage: _by_week(days, stage, today) for stage in STAGES}
    weeks = tuple(Week(monday, {stage: counted[stage].get(monday, 0) for stage in STAGES}) for monday in mondays)
    return Stats(today, weeks, tuple(_gap(name, days, since, today) for name in GAPS))


def _days(path: Path, today: date, zone: tzinfo) -> _Days:
    def day(moment: datetime | None) -> date | None:
        return moment.astimezone(zone).date() if moment is not None else None

    finished = path.ends if path.finished else None
    placed = path.placed.astimezone(zone).date()
    # A run that was marked as finished before its last day counts on the day it was looked at.
    finished = min(finished, today) if finished is not None else None
    return _Days(
        path.order, placed, day(path.paid), day(path.approved), day(path.admitted), finished, path.closed
    )  # fmt: skip


def _by_week(days: Sequence[_Days], stage: Stage, today: date) -> dict[date, int]:
    reached: Iterable[date]
    if stage == "orders":
        reached = {one.order: one.orders for one in days}.values()
    else:
        reached = (on for one in days if (on := one.on(stage)) is not None)
    counts: dict[date, int] = {}
    for on in reached:
        if on <= today:
            monday = on - timedelta(days=on.weekday())
            counts[monday] = counts.get(monday, 0) + 1
    return counts


def _gap(name: GapName, days: Sequence[_Days], since: date, today: date) -> Gap:
    begins, stage = _PARTS[name]
    lengths = [
        (end - start).days
        for one in days
        if (end := one.on(stage)) is not None and since <= end <= today and (start := begins(one)) is not None
        if end >= start
    ]
    return Gap(name, float(median(lengths)) if lengths else None, len(lengths))
