"""The figures counted by both databases, beside the same counted student by student."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from school.centre import Centre
from school.closing import Act, DiadocState, ScanState
from school.order import Order
from school.questionnaire import Questionnaire
from school.stats import STAGES, Span, Stats, first_monday, make_stats
from storage.database import Database
from tests.integration.storage_samples import CLOCK, NOW, line, order, prepare, questionnaire
from tests.stats_paths import Path, paths_of, tallied

TODAY = NOW.date()
SCANS: tuple[ScanState, ...] = ("none", "at_centre", "uploaded", "confirmed")
DIADOC: tuple[DiadocState, ...] = ("no", "signed")
OTHER = Centre("0777", "СЦ «Другой»", "sc0777@example.ru")


@dataclass(frozen=True, slots=True)
class Made:
    """One order with all that the figures are made of."""

    order: Order
    questionnaires: tuple[Questionnaire, ...]
    acts: tuple[Act, ...]


def moment(dice: random.Random, *, most: int = 160) -> datetime:
    """Return a moment of the last days, one in five at midnight of a zone."""
    back = timedelta(days=dice.randrange(most))
    if dice.random() < 0.2:
        return datetime.combine(TODAY - back, time(dice.choice((21, 22, 23)))).replace(tzinfo=UTC)
    return NOW - back - timedelta(seconds=dice.randrange(86400))


def day(dice: random.Random) -> date | None:
    """Return a day around these weeks, or none."""
    return TODAY + timedelta(days=dice.randrange(-110, 4)) if dice.random() < 0.8 else None


def made(dice: random.Random, sequence: int) -> Made:
    """Make an order of one to three students who went some of the way, in any order of the moments."""
    lines = [
        line(
            run=dice.choice(("usn-0620", "44fz-0701")),
            ends=TODAY + timedelta(days=dice.randrange(-60, 30)),
            paid_at=dice.choice((None, moment(dice))),
            admitted_at=dice.choice((None, moment(dice))),
            training=dice.choice(("not_started", "finished")),
        )
        for _ in range(dice.randrange(1, 4))
    ]
    placed = moment(dice, most=290)
    centre = ("0123", "0777")[sequence % 2]
    of = order(0, *lines, centre=centre, number=f"{centre}-{sequence // 2 + 1:04}", placed_at=placed)
    forms = tuple(
        questionnaire(one, order_id=of.id, state=dice.choice(("approved", "submitted")), decided_at=moment(dice))
        for one in lines
        if dice.random() < 0.7
    )
    runs = {one.run for one in lines}
    return Made(of, forms, tuple(act(dice, of, run) for run in sorted(runs) if dice.random() < 0.8))


def act(dice: random.Random, of: Order, run: str) -> Act:
    """Make an act of the run, about all of its students or but the first."""
    about = [one.id for one in of.lines if one.run == run][dice.randrange(2) :]
    bare = Act(uuid4().hex, of.id, of.centre, run, TODAY, tuple(about), scan=dice.choice(SCANS))
    return replace(
        bare, diadoc=dice.choice(DIADOC), uploaded_on=day(dice), confirmed_on=day(dice), received_on=day(dice),
        signed_on=day(dice),
    )  # fmt: skip


async def store(database: Database, some: list[Made]) -> None:
    """Store the orders and what belongs to them."""
    await prepare(database)
    await database.save_centre(OTHER)
    for one in some:
        uow = database.uow(CLOCK)
        uow.add_order(one.order)
        for form in one.questionnaires:
            uow.save_questionnaire(form)
        for paper in one.acts:
            uow.save_act(paper)
        await uow.commit()


async def counted(database: Database, centre: str | None, span: Span) -> Stats:
    """Return what the database counts."""
    return make_stats(await database.uow(CLOCK).stage_tallies(centre, span), TODAY)


@pytest.mark.parametrize("zone", ["Europe/Moscow", "Europe/Berlin", "America/St_Johns"])
async def test_the_database_counts_as_plain_counting(database: Database, zone: str) -> None:
    """Every week of every stage and every median are the same, by centre and of all, where clocks are changed too."""
    dice = random.Random(20270503)
    some = [made(dice, number) for number in range(150)]
    await store(database, some)
    first, school = first_monday(TODAY), ZoneInfo(zone)
    since = datetime.combine(first - timedelta(days=180), time(), school).astimezone(UTC)
    span = Span(since, first, TODAY, school)
    for centre in ("0123", "0777", None):
        chosen = [one for one in some if one.order.placed_at >= since and centre in (None, one.order.centre)]
        paths: list[Path] = [path for one in chosen for path in paths_of(one.order, one.questionnaires, one.acts)]
        wanted = make_stats(tallied(paths, TODAY, school), TODAY)
        assert all(wanted.total(stage) for stage in STAGES)
        assert all(gap.count for gap in wanted.gaps)
        assert await counted(database, centre, span) == wanted


async def test_figures_of_nobody(database: Database) -> None:
    """The figures of a centre without orders are empty, and so are those of all."""
    first = first_monday(TODAY)
    span = Span(NOW - timedelta(days=200), first, TODAY, UTC)
    for centre in ("0123", None):
        stats = await counted(database, centre, span)
        assert {stage: stats.total(stage) for stage in STAGES} == dict.fromkeys(STAGES, 0)
        assert all(gap.days is None for gap in stats.gaps)
