"""The report of a centre: what was paid and not shipped, is unpaid, is due this week or overdue (REGULATIONS C4).

Pure: facts of orders in, rows, totals and the picture's numbers out. Dates of the school's zone, sums in kopecks.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal

from school.billing import Invoice
from school.closing import Act, is_closed, original_closed, original_due, scan_closed, scan_due
from school.facts import OrderFacts
from school.money import Kopecks
from school.order import OrderLine
from school.terms import provisional

Part = Literal["overdue", "week", "not_shipped", "unpaid"]
What = Literal["invoice", "act", "scan", "original"]
Stage = Literal["ordered", "invoiced", "paid", "admitted", "finished", "closed"]

# What needs action first stands first.
PARTS: tuple[Part, ...] = ("overdue", "week", "not_shipped", "unpaid")
STAGES: tuple[Stage, ...] = ("ordered", "invoiced", "paid", "admitted", "finished", "closed")
WEEK = timedelta(days=7)
AGES = (7, 14, 30)
"""The last days of the picture's ages: 0–7, 8–14, 15–30, and more."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a part: what of which order waits since when.

    `document` is the number of the invoice or the act, "" where there is none yet. `due` is the last day, None where
    there is no term; `provisional` where its year has no decreed calendar. `age` is in days from `since`.
    """

    part: Part
    what: What
    order_number: str
    centre: str
    payer: str
    document: str
    students: int
    amount: Kopecks
    since: date
    due: date | None
    age: int
    provisional: bool = False

    def late(self, today: date) -> bool:
        """Tell whether the last day is over."""
        return self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a part has and what they add up to."""

    count: int
    amount: Kopecks


@dataclass(frozen=True, slots=True)
class Report:
    """All parts as of `today`; `centre` is None where it is of all centres."""

    today: date
    centre: str | None
    rows: tuple[Row, ...]

    def of(self, part: Part) -> tuple[Row, ...]:
        """Return the rows of a part, what needs action first."""
        return tuple(row for row in self.rows if row.part == part)

    def total(self, part: Part) -> Total:
        """Return a part's count and sum."""
        rows = self.of(part)
        return Total(len(rows), sum(row.amount for row in rows))


@dataclass(frozen=True, slots=True)
class Step:
    """How many students came at least as far as the stage, and what their places cost."""

    stage: Stage
    students: int
    amount: Kopecks


@dataclass(frozen=True, slots=True)
class Ageing:
    """Counts and sums of what waits 0–7, 8–14, 15–30 and more than 30 days."""

    buckets: tuple[Total, Total, Total, Total]


@dataclass(frozen=True, slots=True)
class Picture:
    """What the picture shows."""

    funnel: tuple[Step, ...]
    unpaid: Ageing
    acts: Ageing


def make_report(facts: Iterable[OrderFacts], today: date, centre: str | None) -> Report:
    """Return the rows of all parts; an act past its term is in «overdue» and, until it is closed, in «not shipped»."""
    rows = [row for one in facts for row in _rows(one, today)]
    rows.sort(key=lambda row: (row.due or date.max, row.since, row.order_number, row.document, row.what))
    return Report(today, centre, tuple(rows))


def make_picture(facts: Iterable[OrderFacts], today: date, placed: Container[str]) -> Picture:
    """Return the funnel of students and the ages of unpaid invoices and of acts whose clock runs.

    `placed` are the ids of the orders that the funnel counts; ages are of all the facts.
    """
    known = list(facts)
    reached = [found for one in known if one.order.id in placed for found in _stages(one, today)]
    steps = tuple(
        Step(
            stage,
            sum(1 for at, _ in reached if at >= place),
            sum(price for at, price in reached if at >= place),
        )
        for place, stage in enumerate(STAGES)
    )
    unpaid = [(today - bill.issued_on, bill.rest) for one in known for bill in one.invoices if _unpaid(bill)]
    acts = [
        (today - began, _act_sum(one, act)) for one in known for act in acts_of(one) if (began := _began(act, today))
    ]
    return Picture(steps, _ageing(unpaid), _ageing(acts))


def acts_of(one: OrderFacts) -> tuple[Act, ...]:
    """Return the order's acts, and for every run without one the act that is owed; the term needs no paper (C1).

    A student who neither paid nor was admitted owes none, nor does one who was expelled.
    """
    covered = {line_id for act in one.acts for line_id in act.line_ids}
    missing: dict[str, list[OrderLine]] = {}
    for line in one.order.living:
        if line.id not in covered and not line.expelled and (line.payment == "paid" or line.admitted_at is not None):
            missing.setdefault(line.run, []).append(line)
    owed = (
        Act("", one.order.id, one.order.centre, run, max(line.ends for line in lines), tuple(line.id for line in lines))
        for run, lines in missing.items()
    )
    return (*one.acts, *owed)


def _rows(one: OrderFacts, today: date) -> list[Row]:
    rows = [_unpaid_row(one, bill, today) for bill in one.invoices if _unpaid(bill)]
    for act in acts_of(one):
        rows += _not_shipped(one, act, today)
        rows += _due(one, act, today)
    return rows


def _unpaid(bill: Invoice) -> bool:
    return bill.state == "open" and bill.rest > 0


def _unpaid_row(one: OrderFacts, bill: Invoice, today: date) -> Row:
    return Row(
        "unpaid",
        "invoice",
        one.order.number,
        one.order.centre,
        bill.payer_name or one.order.payer.name,
        bill.number,
        len(bill.lines),
        bill.rest,
        bill.issued_on,
        bill.valid_until,
        max((today - bill.issued_on).days, 0),
    )


def _not_shipped(one: OrderFacts, act: Act, today: date) -> list[Row]:
    """Return rows of paid students whose course is over and whose act is not closed, one an invoice (C4)."""
    if is_closed(act) or act.ends >= today:
        return []
    paid = [line for line in _lines(one, act) if line.payment == "paid"]
    by_invoice: dict[str, list[OrderLine]] = {}
    for line in paid:
        bill = _bill_of(one, line.id)
        by_invoice.setdefault(bill.number if bill else "", []).append(line)
    return [
        _act_row("not_shipped", "act", one, act, today, (_next_due(act), number, lines))
        for number, lines in by_invoice.items()
    ]


def _next_due(act: Act) -> date | None:
    """Return the term of the clock that runs, None where only the school's receipt is waited for."""
    if not scan_closed(act):
        return scan_due(act)
    return None if original_closed(act) else original_due(act)


def _due(one: OrderFacts, act: Act, today: date) -> list[Row]:
    """Return the act's terms that come within a week or are over (C1, C3)."""
    terms: list[tuple[What, date]] = []
    if not scan_closed(act):
        terms.append(("scan", scan_due(act)))
    original = original_due(act)
    if original is not None and not original_closed(act):
        terms.append(("original", original))
    return [
        _act_row("overdue" if due < today else "week", what, one, act, today, (due, act.number, _lines(one, act)))
        for what, due in terms
        if due <= today + WEEK
    ]


def _act_row(
    part: Part,
    what: What,
    one: OrderFacts,
    act: Act,
    today: date,
    about: tuple[date | None, str, Sequence[OrderLine]],
) -> Row:
    due, document, lines = about
    since = (act.signed_on or act.scanned_on or act.ends) if what == "original" else act.ends
    return Row(
        part,
        what,
        one.order.number,
        one.order.centre,
        one.order.payer.name,
        document,
        len(lines),
        sum(_price(one, line) for line in lines),
        since,
        due,
        max((today - since).days, 0),
        due is not None and provisional(due.year),
    )


def _lines(one: OrderFacts, act: Act) -> list[OrderLine]:
    return [line for line in one.order.lines if line.id in act.line_ids]


def _bill_of(one: OrderFacts, line_id: str) -> Invoice | None:
    standing = (bill for bill in one.invoices if bill.state != "cancelled")
    return next((bill for bill in standing if any(line_id == known for known, _ in bill.lines)), None)


def _price(one: OrderFacts, line: OrderLine) -> Kopecks:
    """Return what the line costs: an invoice's sum stands over the catalogue's (P1)."""
    bill = _bill_of(one, line.id)
    return line.price if bill is None else sum(amount for known, amount in bill.lines if known == line.id)


def _act_sum(one: OrderFacts, act: Act) -> Kopecks:
    return sum(_price(one, line) for line in _lines(one, act))


def _began(act: Act, today: date) -> date | None:
    """Return the day from which the act is waited for: the scan's, else the original's; None where nothing is."""
    if not scan_closed(act):
        return act.ends if act.ends < today else None
    if original_closed(act):
        return None
    return act.signed_on or act.scanned_on


def _stages(one: OrderFacts, today: date) -> list[tuple[int, Kopecks]]:
    """Return how far each student of the order came, as a place in `STAGES`, with the price."""
    closed = {line_id for act in one.acts if is_closed(act) for line_id in act.line_ids}
    return [(STAGES.index(_stage(one, line, today, line.id in closed)), _price(one, line)) for line in one.order.living]


def _stage(one: OrderFacts, line: OrderLine, today: date, closed: bool) -> Stage:
    if closed:
        return "closed"
    if line.admitted_at is not None:
        return "finished" if line.ends < today else "admitted"
    if line.payment == "paid":
        return "paid"
    return "invoiced" if _bill_of(one, line.id) is not None else "ordered"


def _ageing(waiting: Iterable[tuple[timedelta, Kopecks]]) -> Ageing:
    counts, sums = [0, 0, 0, 0], [0, 0, 0, 0]
    for age, amount in waiting:
        at = sum(1 for last in AGES if age.days > last)
        counts[at] += 1
        sums[at] += amount
    one, two, three, four = (Total(count, amount) for count, amount in zip(counts, sums, strict=True))
    return Ageing((one, two, three, four))


def row_data(row: Row) -> dict[str, Any]:
    """Return the row as plain JSON, days ISO, for a letter."""
    due = row.due.isoformat() if row.due else None
    return {**asdict(row), "since": row.since.isoformat(), "due": due}


def read_row(data: Mapping[str, Any]) -> Row:
    """Return the row that `row_data` wrote down. Raises KeyError, TypeError and ValueError."""
    due = date.fromisoformat(data["due"]) if data["due"] else None
    return Row(**{**data, "since": date.fromisoformat(data["since"]), "due": due})
