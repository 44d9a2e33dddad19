"""The figures: what is counted in which week, how long things take, and the table and picture of it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from PIL import Image

from paper.stats_picture import HEIGHT, WIDTH, stats_picture
from paper.stats_sheet import file_name, stats_workbook
from school.stats import GAPS, STAGES, WEEKS, Stats, first_monday
from school.stats import make_stats as of_tallies
from tests.stats_paths import Path, tallied
from wording.stats import GAP_NAMES, STAGE_NAMES, days

MOSCOW = ZoneInfo("Europe/Moscow")
TODAY = date(2027, 3, 10)
NOW = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
MONDAY = date(2027, 3, 8)


def path(order: str = "a", **changes: Any) -> Path:
    """Make a student's way that has only begun."""
    given: dict[str, Any] = {
        "order": order, "placed": NOW, "paid": None, "approved": None, "admitted": None, "ends": date(2027, 5, 1),
        "finished": False, "closed": None,
    }  # fmt: skip
    return Path(**{**given, **changes})


def make_stats(paths: Sequence[Path], today: date, zone: tzinfo) -> Stats:
    """Count the ways."""
    return of_tallies(tallied(paths, today, zone), today)


def test_orders_once_and_students_each() -> None:
    """An order is counted once, its students one by one, in the week in which it happened."""
    stats = make_stats([path("a", paid=NOW), path("a", paid=NOW - timedelta(days=7)), path("b")], TODAY, MOSCOW)
    assert [week.monday for week in stats.weeks][-1] == MONDAY
    assert len(stats.weeks) == WEEKS
    assert (stats.weeks[-1].counts["orders"], stats.weeks[-1].counts["paid"]) == (2, 1)
    assert stats.weeks[-2].counts["paid"] == 1
    assert stats.total("paid") == 2


def test_a_week_begins_at_midnight_of_the_school() -> None:
    """Sunday evening in UTC is Monday already at the school."""
    stats = make_stats([path(placed=datetime(2027, 3, 7, 21, 30, tzinfo=UTC))], TODAY, MOSCOW)
    assert stats.weeks[-1].counts["orders"] == 1
    stats = make_stats([path(placed=datetime(2027, 3, 7, 20, 30, tzinfo=UTC))], TODAY, MOSCOW)
    assert stats.weeks[-2].counts["orders"] == 1


def test_what_is_before_the_weeks_is_not_counted() -> None:
    """Whatever happened before the first week is left out, of an old order the later stages count."""
    first = first_monday(TODAY)
    assert first == date(2026, 12, 21)
    old = path(placed=NOW - timedelta(days=150), paid=NOW - timedelta(days=100), admitted=NOW - timedelta(days=3))
    stats = make_stats([old], TODAY, MOSCOW)
    assert (stats.total("orders"), stats.total("paid"), stats.total("admitted")) == (0, 0, 1)


def test_medians_of_the_parts() -> None:
    """The median is of those who went the part in these weeks; admission counts from the later of the two facts."""
    ways = [
        path(placed=NOW - timedelta(days=10), paid=NOW - timedelta(days=8), approved=NOW - timedelta(days=4),
             admitted=NOW - timedelta(days=3)),
        path(placed=NOW - timedelta(days=10), paid=NOW - timedelta(days=3)),
    ]  # fmt: skip
    found = {gap.name: gap for gap in make_stats(ways, TODAY, MOSCOW).gaps}
    assert (found["to_paid"].days, found["to_paid"].count) == (4.5, 2)
    assert found["to_approved"].days == 6
    assert found["to_admitted"].days == 1
    assert (found["to_closed"].days, found["to_closed"].count) == (None, 0)


def test_finish_and_closing() -> None:
    """A student finishes on the run's last day, papers close later; a part that seems to run backwards is left out."""
    done = path(
        placed=NOW - timedelta(days=60), admitted=NOW - timedelta(days=50), ends=date(2027, 2, 20), finished=True,
        closed=date(2027, 3, 2),
    )  # fmt: skip
    early = path(ends=date(2027, 2, 20), finished=True, closed=date(2027, 2, 1))
    stats = make_stats([done, early], TODAY, MOSCOW)
    assert (stats.total("finished"), stats.total("closed")) == (2, 2)
    found = {gap.name: gap for gap in stats.gaps}
    assert (found["to_closed"].days, found["to_closed"].count) == (10, 1)
    ahead = make_stats([path(ends=date(2027, 5, 1), finished=True)], TODAY, MOSCOW)
    assert ahead.weeks[-1].counts["finished"] == 1


def test_workbook_cell_by_cell() -> None:
    """The table holds every week, the total and the medians as numbers and dates."""
    ways = [path("a", paid=NOW), path("b", placed=NOW - timedelta(days=7), paid=NOW - timedelta(days=2))]
    stats = make_stats(ways, TODAY, MOSCOW)
    book = load_workbook(BytesIO(stats_workbook(stats)))
    weeks: list[list[Any]] = [[cell.value for cell in row] for row in book["По неделям"].iter_rows()]
    assert weeks[0] == ["Неделя с", "Неделя по", *(STAGE_NAMES[stage] for stage in STAGES)]
    for week, row in zip(stats.weeks, weeks[1:-1], strict=True):
        assert [row[0].date(), row[1].date()] == [week.monday, week.sunday]
        assert row[2:] == [week.counts[stage] for stage in STAGES]
    assert weeks[-1] == ["Всего", None, *(stats.total(stage) for stage in STAGES)]
    gaps = [[cell.value for cell in row] for row in book["Сроки"].iter_rows()]
    assert gaps[1:] == [[GAP_NAMES[gap.name], gap.days, gap.count] for gap in stats.gaps]
    assert file_name(stats, "0123", "xlsx") == "statistika-0123-2027-03-10.xlsx"


def test_picture() -> None:
    """The picture has its size, the same bytes for the same figures, and stands an empty centre and a long name."""
    stats = make_stats([], TODAY, MOSCOW)
    png = stats_picture(stats, "0123 · <&> «Длинное» " * 9)
    assert Image.open(BytesIO(png)).size == (WIDTH, HEIGHT)
    assert png == stats_picture(stats, "0123 · <&> «Длинное» " * 9)
    assert stats_picture(make_stats([path()], TODAY, MOSCOW), "x") != png


def test_words() -> None:
    """Every stage and part has its words, days take the form of their number."""
    assert set(STAGE_NAMES) == set(STAGES)
    assert set(GAP_NAMES) == set(GAPS)
    told = [days(None), days(0.0), days(1.0), days(2.5), days(12.0)]
    assert told == ["нет данных", "в тот же день", "1 день", "2,5 дня", "12 дней"]
