"""What is waited for in an order: a matter exists while its fact has not arrived, and is gone by itself when it has.

So a reminder's stop condition is never written down: a reminder is due only while `matters` still names its matter.
Rules of REGULATIONS P1 (unpaid invoices), A1 (questionnaires), C1–C3 (the act's scan and original).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Literal

from school.closing import SCAN_DAYS, Act, original_closed, original_due, scan_closed, scan_due
from school.errors import BadAnswer
from school.facts import OrderFacts
from school.names import parse_full_name
from school.order import OrderLine, Payer
from school.payer import PayerKind
from school.terms import add_working_days

Kind = Literal[
    "unpaid_invoice",
    "questionnaire_missing",
    "questionnaire_returned",
    "act_not_returned",
    "scan_due",
    "scan_overdue",
    "original_due",
    "course_starts_unpaid",
]
Audience = Literal["client", "student", "manager", "admin"]
# Short names that fit a button beside an id.
CODES: dict[Kind, str] = {
    "unpaid_invoice": "ui",
    "questionnaire_missing": "qm",
    "questionnaire_returned": "qr",
    "act_not_returned": "an",
    "scan_due": "sd",
    "scan_overdue": "so",
    "original_due": "od",
    "course_starts_unpaid": "cu",
}
KINDS: dict[str, Kind] = {code: kind for kind, code in CODES.items()}
# Whom a kind may be told to: the deed must be theirs, or, for an administrator, the centre's delay.
AUDIENCES: dict[Kind, tuple[Audience, ...]] = {
    "unpaid_invoice": ("client", "manager"),
    "questionnaire_missing": ("student", "client", "manager"),
    "questionnaire_returned": ("student", "client", "manager"),
    "act_not_returned": ("client", "manager"),
    "scan_due": ("manager",),
    "scan_overdue": ("manager", "admin"),
    "original_due": ("manager", "admin"),
    "course_starts_unpaid": ("client", "manager"),
}


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that is waited for: about what, from when, until when. Dates of the school's zone.

    `since` is what steps "after" count from, `until` what steps "before" count to. `about` is plain JSON for the words,
    `lines` are the students concerned.
    """

    kind: Kind
    subject: str
    since: date | None
    until: date | None
    about: dict[str, Any]
    lines: tuple[OrderLine, ...] = ()


def matters(facts: OrderFacts, zone: tzinfo) -> tuple[Matter, ...]:
    """Return all that is waited for in the order as it stands; nothing when everything has arrived."""
    return (
        *_invoices(facts, zone),
        *_course_starts(facts),
        *_questionnaires(facts, zone),
        *_acts(facts, zone),
        *_runs_without_act(facts),
    )


def payer_short(payer: Payer) -> str:
    """Return the payer's name; of a private person the surname and initials, as a chat may show it."""
    return initials(payer.name) if payer.kind is PayerKind.INDIVIDUAL else payer.name


def initials(name: str) -> str:
    """Return the surname and initials; a name that cannot be read as one, as it is."""
    try:
        return parse_full_name(name).initials
    except BadAnswer:
        return name


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _invoices(facts: OrderFacts, zone: tzinfo) -> Iterator[Matter]:
    unpaid = {line.id for line in facts.order.living if line.payment != "paid"}
    for invoice in facts.invoices:
        told = invoice.sent_at is not None or not invoice.generated  # another program's went out by the manager's hand
        if invoice.state != "open" or not invoice.rest or not told or unpaid.isdisjoint(i for i, _ in invoice.lines):
            continue
        since = _day(invoice.sent_at, zone) if invoice.sent_at else invoice.issued_on
        about = {"invoice": invoice.number, "amount": invoice.rest, "part": invoice.paid > 0}
        yield Matter("unpaid_invoice", invoice.id, since, invoice.valid_until, about)


def _course_starts(facts: OrderFacts) -> Iterator[Matter]:
    waiting = [line for line in facts.order.lines if line.payment != "paid" and _wanted(line)]
    for starts in sorted({line.starts for line in waiting}):
        those = tuple(line for line in waiting if line.starts == starts)
        about = {"course_title": those[0].course_title}
        yield Matter("course_starts_unpaid", facts.order.id, None, starts, about, those)


def _questionnaires(facts: OrderFacts, zone: tzinfo) -> Iterator[Matter]:
    if facts.order.held:
        return  # nobody has been given a link yet
    known = {q.line_id: q for q in facts.questionnaires}
    for line in facts.order.lines:
        found = known.get(line.id)
        state = found.state if found else line.questionnaire
        if line.admitted_at is not None or not _wanted(line):
            continue
        about = {"course_title": line.course_title}
        if state == "returned":
            since = _day(found.returned_at, zone) if found and found.returned_at else None
            yield Matter("questionnaire_returned", line.id, since, line.starts, about, (line,))
        elif state in ("not_started", "filling"):
            first = facts.order.released_at or facts.order.placed_at
            since = _day(line.nudged_at or first, zone)  # the client's own reminder counts as one
            yield Matter("questionnaire_missing", line.id, since, line.starts, about, (line,))


def _acts(facts: OrderFacts, zone: tzinfo) -> Iterator[Matter]:
    titles = {line.id: line.course_title for line in facts.order.lines}
    for act in facts.acts:
        title = next((titles[i] for i in act.line_ids if i in titles), "")
        about = {"act": act.number, "made": True, "course_title": title, "returned": act.scan == "returned"}
        if act.sent_at is not None and not _client_has_answered(act):
            since = max(_day(act.sent_at, zone), act.ends)
            yield Matter("act_not_returned", act.id, since, scan_due(act), about)
        if not scan_closed(act):
            yield from _scan(act.id, act.ends, scan_due(act), about)
        last = original_due(act)
        if last is not None and not original_closed(act):
            yield Matter("original_due", act.id, last, last, about)


def _client_has_answered(act: Act) -> bool:
    return act.scan != "none" or act.signed_on is not None or act.diadoc == "signed" or act.received_on is not None


def _runs_without_act(facts: OrderFacts) -> Iterator[Matter]:
    """The scan's clock runs from the run's end, whether anybody has made the act or not (C1)."""
    held = {act.run for act in facts.acts}  # an order and a run have one act, whoever was admitted after it was made
    runs: dict[str, OrderLine] = {}
    for line in facts.order.lines:
        if line.run not in held and line.payment == "paid" and line.admitted_at is not None and _wanted(line):
            runs.setdefault(line.run, line)
    for line in runs.values():
        about = {"act": "", "made": False, "course_title": line.course_title, "returned": False}
        yield from _scan(line.id, line.ends, add_working_days(line.ends, SCAN_DAYS), about)


def _scan(subject: str, ends: date, last: date, about: dict[str, Any]) -> Iterator[Matter]:
    yield Matter("scan_due", subject, ends, last, about)
    yield Matter("scan_overdue", subject, last, last, about)


def _wanted(line: OrderLine) -> bool:
    """A student who was cancelled, refused by a curator or sent away by the school is waited for no more."""
    return not line.cancelled and line.questionnaire != "declined" and not line.expelled
