"""The report as one PNG for a phone: the centre's funnel and the ages of unpaid invoices and acts (REGULATIONS C4).

Pillow's own font has no Cyrillic, so typst draws it, with the fonts it carries.
"""

from datetime import date
from typing import Any

from paper.typeset import pictures, printable
from school.money import Kopecks
from school.report import Ageing, Picture
from wording.plurals import plural
from wording.report import AGE_NAMES, STAGE_NAMES, as_of
from wording.shorten import shortened
from wording.sums import NO_BREAK, format_sum

WIDTH, HEIGHT = 1080, 1350
"""Of the picture, in pixels."""

_TEMPLATE = "report.typ"
_DOTS_PER_INCH = 72  # a point of the template is a pixel
_LONGEST_TITLE = 36
_MILLION = 100_000_000


def report_picture(picture: Picture, title: str, since: date, today: date) -> bytes:
    """Return the PNG: the same bytes for the same numbers. `title` says whose it is, `since` from when orders count."""
    return pictures(_TEMPLATE, _data(picture, title, since, today), today, _DOTS_PER_INCH)[0]


def short_sum(kopecks: Kopecks) -> str:
    """Write a sum briefly: «24 500 ₽», from a million on «1,2 млн ₽»."""
    if abs(kopecks) < _MILLION:
        return format_sum(kopecks // 100 * 100)
    tenths = kopecks * 10 // _MILLION
    return f"{tenths // 10},{tenths % 10}{NO_BREAK}млн{NO_BREAK}₽"


def _data(picture: Picture, title: str, since: date, today: date) -> dict[str, Any]:
    clean = printable(title).replace("\n", " ")
    return {
        "title": shortened(clean, _LONGEST_TITLE),
        "subtitle": f"Отчёт {as_of(today)}",
        "funnel": {"title": f"Ученики: заявки с {since:%d.%m.%Y}", "steps": _steps(picture)},
        "ageing": [
            _group("Неоплаченные счета", ("счёт", "счёта", "счетов"), picture.unpaid),
            _group("Незакрытые акты", ("акт", "акта", "актов"), picture.acts),
        ],
    }


def _steps(picture: Picture) -> list[dict[str, Any]]:
    most = max((step.students for step in picture.funnel), default=0) or 1
    return [
        {
            "name": STAGE_NAMES[step.stage],
            "count": str(step.students),
            "amount": short_sum(step.amount) if step.students else "",
            "share": step.students * 100 / most,
        }
        for step in picture.funnel
    ]


def _group(title: str, words: tuple[str, str, str], ageing: Ageing) -> dict[str, Any]:
    count, amount = sum(b.count for b in ageing.buckets), sum(b.amount for b in ageing.buckets)
    last = len(ageing.buckets) - 1
    return {
        "title": title,
        "total": f"{plural(count, *words)} · {short_sum(amount)}" if count else "нет",
        "tiles": [
            {
                "name": AGE_NAMES[at],
                "count": str(bucket.count),
                "amount": short_sum(bucket.amount) if bucket.count else "—",
                "empty": bucket.count == 0,
                "hot": at == last and bucket.count > 0,
            }
            for at, bucket in enumerate(ageing.buckets)
        ],
    }
