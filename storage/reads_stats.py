"""The figures of `/stats`, counted by the database: days and how many, so that a school of any size is counted whole.

Days are of the school's zone. A moment becomes a day in the database: groups of moments would be as many as students.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    DateTime,
    Interval,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSON

from school.stats import Span, Stage, Tally
from storage import tables as t
from storage import tables_money as m
from storage.types import UtcDateTime

_PART = timedelta(weeks=4)
_ACT = m.acts.c
Offsets = list[tuple[datetime, timedelta]]
"""Until which moment the zone's clock is ahead of UTC by how much; the last one holds on."""


@dataclass(frozen=True, slots=True)
class Part:
    """The counting of the orders placed in a part of the time."""

    query: CompoundSelect[Any]
    placed_from: datetime
    placed_until: datetime

    def tallies(self, connection: Connection) -> list[Tally]:
        """Read what is counted."""
        given = {"placed_from": self.placed_from, "placed_until": self.placed_until}
        return [Tally(*row) for row in connection.execute(self.query, given)]


def parts(dialect: str, centre: str | None, span: Span) -> Iterator[Part]:
    """Yield the parts of the time in which orders were placed; together they count every order once."""
    until = datetime.combine(span.today, time(), UTC) + timedelta(days=2)
    days = _days(dialect, centre, span.today, _offsets(span.zone, span.placed_since, until))
    query, begins = _tallied(days, span.first, span.today), span.placed_since
    while begins < until:
        yield Part(query, begins, begins + _PART)
        begins += _PART


def _offsets(zone: tzinfo, since: datetime, until: datetime) -> Offsets:
    """Return how the zone's clock goes, to the hour at which it is changed."""
    hours = range(int((until - since) / timedelta(hours=1)) + 1)
    first = since.replace(minute=0, second=0, microsecond=0)
    ahead = [(first + timedelta(hours=hour)).astimezone(zone).utcoffset() or timedelta() for hour in hours]
    changes = [hour for hour, (one, other) in enumerate(pairwise(ahead), 1) if one != other]
    return [(first + timedelta(hours=hour), ahead[hour - 1]) for hour in changes] + [(until, ahead[-1])]


def _day(dialect: str, moment: ColumnElement[Any], offsets: Offsets) -> ColumnElement[date]:
    """Return the day of the school's zone on which the moment (UTC) is."""

    def shifted(ahead: timedelta) -> ColumnElement[date]:
        if dialect == "sqlite":
            return func.date(moment, f"{ahead.total_seconds():+.0f} seconds", type_=Date)
        return cast(func.timezone("UTC", moment, type_=DateTime()) + literal(ahead, Interval()), Date)

    last = shifted(offsets[-1][1])
    cases = [(moment < literal(until, UtcDateTime()), shifted(ahead)) for until, ahead in offsets[:-1]]
    return case(*cases, else_=last) if cases else last


def _of_data(dialect: str, name: str) -> ColumnElement[Any]:
    """Return a text of the line's data."""
    if dialect == "sqlite":
        return func.json_extract(t.order_lines.c.data, f"$.{name}", type_=Text)
    text: ColumnElement[Any] = cast(t.order_lines.c.data, JSON)[name].astext
    return text


def _paid_at(dialect: str) -> ColumnElement[Any]:
    kept = _of_data(dialect, "paid_at")
    # Written as the moments of other columns are, so that they compare.
    return func.strftime("%Y-%m-%d %H:%M:%f000", kept) if dialect == "sqlite" else cast(kept, DateTime(timezone=True))


def _closed_on() -> ColumnElement[date | None]:
    """Return the day on which the act was closed (docs/regulations.md: C1-C3), NULL while something is waited for."""
    scanned = func.coalesce(_ACT.uploaded_on, _ACT.confirmed_on)
    # An act is about those of the order's run who were admitted.
    about = cast(_ACT.line_ids, Text).like('%"' + t.order_lines.c.id + '"%')
    both = and_(_ACT.scan.in_(("uploaded", "confirmed")), _ACT.received_on.is_not(None), scanned.is_not(None))
    return case(
        (and_(about, _ACT.diadoc == "signed"), _ACT.signed_on),
        (and_(about, _ACT.diadoc != "signed", both), _later(_ACT.received_on, scanned)),
    )


def _later(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((one >= other, one), else_=other)


def _days(dialect: str, centre: str | None, today: date, offsets: Offsets) -> CTE:
    """Return a row for each student of the orders placed in a part, with the day of every stage."""
    order, line, form = t.orders.c, t.order_lines.c, t.questionnaires.c
    joined = (
        t.orders.join(t.order_lines, line.order_id == order.id)
        .outerjoin(t.questionnaires, form.line_id == line.id)
        .outerjoin(m.acts, and_(_ACT.order_id == order.id, _ACT.run == line.run))
    )
    # A run that was marked as finished before its last day counts on the day it was looked at.
    ended = case((line.ends > today, literal(today, Date)), else_=line.ends)
    columns: dict[str, ColumnElement[Any]] = {
        "orders": _day(dialect, order.placed_at, offsets),
        "paid": _day(dialect, _paid_at(dialect), offsets),
        "approved": case((form.state == "approved", _day(dialect, form.decided_at, offsets))),
        "admitted": _day(dialect, line.admitted_at, offsets),
        "finished": case((_of_data(dialect, "training") == "finished", ended)),
        "closed": _closed_on(),
    }
    placed = order.placed_at
    chosen = [placed >= bindparam("placed_from"), placed < bindparam("placed_until")]
    if centre is not None:
        chosen.append(order.centre == centre)
    named = (column.label(name) for name, column in columns.items())
    return select(order.id.label("order_id"), *named).select_from(joined).where(*chosen).cte("days")


def _tallied(days: CTE, first: date, today: date) -> CompoundSelect[Any]:
    """Count the days of every stage that are shown, with the days from which the way to it is measured."""
    of = days.c
    # Nothing of ours stood before the admission once it was paid and approved.
    ready = case((and_(of.paid.is_not(None), of.approved.is_not(None)), _later(of.paid, of.approved)))
    begins: dict[Stage, ColumnElement[Any]] = {
        "orders": of.orders, "paid": of.orders, "approved": of.orders, "admitted": ready, "finished": of.admitted,
        "closed": of.finished,
    }  # fmt: skip

    def counted(stage: Stage, begin: ColumnElement[Any]) -> Select[Any]:
        many = func.count(of.order_id.distinct()) if stage == "orders" else func.count()
        chosen = select(literal(stage, Text), begin.label("begins"), of[stage].label("on"), many)
        return chosen.where(of[stage].between(first, today)).group_by("begins", "on")

    return union_all(*(counted(stage, begin) for stage, begin in begins.items()))
