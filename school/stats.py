"""Figures of a centre or of the school: what happened in each of the last weeks, and how long the way takes.

A stage is counted in the week in which an order or a student reached it. Weeks begin on Monday, dates are of the
school's zone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
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
class Tally:
    """So many orders or students reached the stage on this day; `begins`: the day from which the way to it is measured.

    Students whose way has no such day ("to admitted" of one who has not paid yet) have None.
    """

    stage: Stage
    begins: date | None
    on: date
    count: int


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are shown, of the school's zone, and since when (UTC) the orders were placed that are looked at."""

    placed_since: datetime
    first: date
    today: date
    zone: tzinfo


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


_PARTS: dict[GapName, Stage] = {
    "to_paid": "paid",
    "to_approved": "approved",
    "to_admitted": "admitted",
    "to_finished": "finished",
    "to_closed": "closed",
}


def make_stats(tallies: Sequence[Tally], today: date) -> Stats:
    """Sum the tallies by weeks and take the medians; what is planned after today has not happened yet."""
    since = first_monday(today)
    known = [tally for tally in tallies if since <= tally.on <= today]
    mondays = [since + number * _WEEK for number in range(WEEKS)]
    counts = {monday: dict.fromkeys(STAGES, 0) for monday in mondays}
    for tally in known:
        counts[tally.on - timedelta(days=tally.on.weekday())][tally.stage] += tally.count
    weeks = tuple(Week(monday, counts[monday]) for monday in mondays)
    return Stats(today, weeks, tuple(_gap(name, known) for name in GAPS))


def _gap(name: GapName, tallies: Sequence[Tally]) -> Gap:
    lengths: Counter[int] = Counter()
    for tally in tallies:
        # A part that seems to run backwards was recorded late: it tells nothing.
        if tally.stage == _PARTS[name] and tally.begins is not None and tally.on >= tally.begins:
            lengths[(tally.on - tally.begins).days] += tally.count
    return Gap(name, _median(lengths), lengths.total())


def _median(lengths: Counter[int]) -> float | None:
    """Return the median of lengths that are there so many times each, None of none."""
    total, passed, middle = lengths.total(), 0, []
    for days, count in sorted(lengths.items()):
        # Of an even number there are two in the middle, of an odd one the same is taken twice.
        middle += [days for place in ((total - 1) // 2, total // 2) if passed <= place < passed + count]
        passed += count
    return sum(middle) / 2 if middle else None
