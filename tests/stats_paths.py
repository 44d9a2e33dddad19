"""The figures once more, student by student in plain Python: what the database's counting is compared with."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from school.closing import Act
from school.order import Order
from school.questionnaire import Questionnaire
from school.stats import Stage, Tally


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


def closed_on(act: Act) -> date | None:
    """Return the day on which the act was closed (docs/regulations.md: C1-C3), None while something is waited for."""
    if act.diadoc == "signed":
        return act.signed_on
    scanned = act.uploaded_on or act.confirmed_on
    if act.scan in ("uploaded", "confirmed") and act.received_on is not None and scanned is not None:
        return max(act.received_on, scanned)
    return None


def paths_of(order: Order, questionnaires: Sequence[Questionnaire], acts: Sequence[Act]) -> list[Path]:
    """Return the ways of the order's students."""
    decided = {one.line_id: one.decided_at for one in questionnaires if one.state == "approved"}
    closed = {line: closed_on(act) for act in acts for line in act.line_ids}
    return [
        Path(
            order.id, order.placed_at, line.paid_at, decided.get(line.id), line.admitted_at, line.ends,
            line.training == "finished", closed.get(line.id),
        )
        for line in order.lines
    ]  # fmt: skip


def tallied(paths: Sequence[Path], today: date, zone: tzinfo) -> list[Tally]:
    """Count the days of the ways, whenever they were."""

    def day(moment: datetime | None) -> date | None:
        return moment.astimezone(zone).date() if moment is not None else None

    ways: list[tuple[Stage, date | None, date | None]] = []
    ways += [("orders", day(placed), day(placed)) for placed in {one.order: one.placed for one in paths}.values()]
    for one in paths:
        placed, paid, approved, admitted = day(one.placed), day(one.paid), day(one.approved), day(one.admitted)
        finished = min(one.ends, today) if one.finished else None
        ready = max(paid, approved) if paid and approved else None
        ways += [("paid", placed, paid), ("approved", placed, approved), ("admitted", ready, admitted)]
        ways += [("finished", admitted, finished), ("closed", finished, one.closed)]
    return [Tally(stage, begins, on, count) for (stage, begins, on), count in Counter(ways).items() if on is not None]
