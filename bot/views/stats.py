"""The screen of the figures: totals of the weeks, the present and the last week, and how long things take."""

from html import escape

from bot.callbacks import stats as button
from bot.replies import Button, Screen
from school.centre import Centre
from school.stats import STAGES, Stage, Stats
from school.use_cases.make_stats import Figures
from wording.dates import date_short
from wording.stats import GAP_NAMES, STAGE_NAMES, UNITS, days

NO_CENTRE = (
    "Такого центра среди ваших нет. Проверьте номер и пришлите ещё раз, например: <code>/stats 0123</code>. "
    "Вся статистика — /stats."
)
_ASK_CENTRE = "Нужен один центр? <code>/stats 0123</code>"


def summary(made: Figures, *, all_centres: bool) -> Screen:
    """Return the figures in short; the picture and the table have every week."""
    stats = made.stats
    lines = [
        f"<b>Статистика: {escape(name_of(made.centre))}</b>",
        f"{len(stats.weeks)} недель, с {date_short(stats.since)} по {date_short(stats.today)}",
        "",
        *(_stage(stats, stage) for stage in STAGES),
        "",
        "<b>Сколько обычно проходит</b>",
        *(f"{GAP_NAMES[gap.name]}: {days(gap.days)}" for gap in stats.gaps),
        "",
        UNITS,
    ]
    if all_centres and made.centre is None:
        lines.append(_ASK_CENTRE)
    number = made.centre.number if made.centre else ""
    rows = [(Button("Картинка", button("picture", number)), Button("XLSX", button("xlsx", number)))]
    return Screen("\n".join(lines), (*rows, *_others(made, all_centres=all_centres)))


def _stage(stats: Stats, stage: Stage) -> str:
    now, before = stats.weeks[-1].counts[stage], stats.weeks[-2].counts[stage]
    return f"{STAGE_NAMES[stage]}: <b>{stats.total(stage)}</b> · эта неделя {now}, прошлая {before}"


def _others(made: Figures, *, all_centres: bool) -> list[tuple[Button, ...]]:
    if all_centres:
        return [(Button("Все центры", button("open")),)] if made.centre is not None else []
    shown = made.centre.number if made.centre else ""
    others = [Button(f"Центр {own}", button("open", own)) for own in made.own if own != shown]
    return [tuple(others[at : at + 2]) for at in range(0, len(others), 2)]


def caption(made: Figures) -> str:
    """Say whose picture or table it is, as HTML."""
    return f"📎 Статистика на {date_short(made.stats.today)}: {escape(name_of(made.centre))}"


def name_of(centre: Centre | None) -> str:
    """Name the centre, the number first; plain text."""
    return f"{centre.number} · {centre.name}" if centre else "Все центры"
