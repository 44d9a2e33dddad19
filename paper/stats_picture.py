"""The figures as one PNG for a phone: a row of bars a stage, a bar a week, and how long the parts take."""

from datetime import date
from typing import Any

from paper.typeset import pictures, printable
from school.stats import STAGES, Stage, Stats
from wording.dates import date_short
from wording.shorten import shortened
from wording.stats import GAP_NAMES, STAGE_NAMES, days

WIDTH, HEIGHT = 1080, 1620
"""Of the picture, in pixels."""

_TEMPLATE = "stats.typ"
_DOTS_PER_INCH = 72  # a point of the template is a pixel
_LONGEST_TITLE = 36


def stats_picture(stats: Stats, title: str) -> bytes:
    """Return the PNG: the same bytes for the same figures. `title` says whose they are."""
    return pictures(_TEMPLATE, _data(stats, title), stats.today, _DOTS_PER_INCH)[0]


def _data(stats: Stats, title: str) -> dict[str, Any]:
    clean = printable(title).replace("\n", " ")
    return {
        "title": shortened(clean, _LONGEST_TITLE),
        "subtitle": f"{len(stats.weeks)} недель: {date_short(stats.since)} – {date_short(stats.today)}",
        "first": _day(stats.since),
        "last": _day(stats.weeks[-1].monday),
        "stages": [_stage(stats, stage) for stage in STAGES],
        "gaps": [{"name": GAP_NAMES[gap.name], "days": days(gap.days)} for gap in stats.gaps],
    }


def _stage(stats: Stats, stage: Stage) -> dict[str, Any]:
    counts = [week.counts[stage] for week in stats.weeks]
    most = max(counts) or 1
    return {
        "name": STAGE_NAMES[stage],
        "total": str(stats.total(stage)),
        "bars": [{"share": count * 100 / most, "count": str(count) if count else ""} for count in counts],
    }


def _day(day: date) -> str:
    return f"{day:%d.%m}"
