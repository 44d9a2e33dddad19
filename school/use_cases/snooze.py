"""Put a reminder off, or stop and let go on all of an order's: the centre's managers and administrators may.

What is put off is one kind about one subject (an invoice, an act, a student); on its day the manager is told again,
unless the fact has arrived.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from school.centre import Role
from school.dates_typed import parse_day
from school.draft import Draft
from school.errors import BadAnswer, NotFound
from school.facts import OrderFacts, Snooze
from school.order import Order
from school.ports import Session, UnitOfWork
from school.reminder_kinds import KINDS, Kind, Matter, matters
from school.reminders import STOPPED
from school.use_cases import side_form
from school.use_cases.find import holds, manages, who

FORM = "snooze"
LONGEST = timedelta(days=365)
LIFETIME = timedelta(hours=1)
JUST_PASSED = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Reminded:
    """An order whose reminders are looked at: `matter` is None once there is nothing to remind of any more.

    `paused_until` (school's zone) is the pause of the whole order, `until` the day this one was put off to.
    """

    order: Order
    kind: Kind
    subject: str
    matter: Matter | None
    paused_until: date | None = None
    until: date | None = None
    acts: tuple[str, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether the order's reminders are stopped until somebody lets them go on."""
        return self.paused_until == STOPPED


async def open_reminder(uow: UnitOfWork, session: Session, code: str, subject: str, zone: tzinfo) -> Reminded:
    """Return what a button of a digest is about. Raises `NotFound`."""
    kind = KINDS.get(code)
    order_id = await _order_of(uow, kind, subject) if kind is not None else None
    facts = await uow.facts([order_id]) if order_id is not None else ()
    if kind is None or not facts or not _leads(session, facts[0].order):
        raise NotFound
    return _reminded(facts[0], kind, subject, zone)


async def put_off(
    uow: UnitOfWork, session: Session, code: str, subject: str, until: date, today: date, zone: tzinfo
) -> Reminded:
    """Stage that this is silent before the day. Problems: snooze_past, snooze_far. Raises `NotFound`."""
    found = await open_reminder(uow, session, code, subject, zone)
    shown = f"{until:%d.%m.%Y}"
    if until <= today:
        raise BadAnswer("snooze_past", shown)
    if until > today + LONGEST:
        raise BadAnswer("snooze_far", shown)
    uow.snooze(found.order.id, Snooze(subject, found.kind, until))
    before = found.until.isoformat() if found.until else ""
    uow.audit(f"chat:{who(session)}", f"reminder.put_off.{found.kind}", subject, before, until.isoformat())
    return Reminded(found.order, found.kind, subject, found.matter, found.paused_until, until, found.acts)


async def pause(uow: UnitOfWork, session: Session, code: str, subject: str, zone: tzinfo, *, stop: bool) -> Reminded:
    """Stage that all reminders of the order stop, or go on. Raises `NotFound`."""
    found = await open_reminder(uow, session, code, subject, zone)
    if found.stopped != stop:
        uow.pause_order(found.order.id, STOPPED if stop else None)
        action = "reminders.stopped" if stop else "reminders.resumed"
        uow.audit(f"chat:{who(session)}", action, found.order.id)
    paused = STOPPED if stop else None
    return Reminded(found.order, found.kind, subject, found.matter, paused, found.until, found.acts)


async def ask_day(uow: UnitOfWork, session: Session, code: str, subject: str, zone: tzinfo, now: datetime) -> Reminded:
    """Wait for the day to be typed. Raises `NotFound`."""
    found = await open_reminder(uow, session, code, subject, zone)
    await side_form.wait_for(uow, session, FORM, found.order.centre, {"code": code, "subject": subject}, now)
    return found


async def type_day(uow: UnitOfWork, session: Session, draft: Draft, text: str, now: datetime, zone: tzinfo) -> Reminded:
    """Take the typed day and put the reminder off to it. Raises `BadAnswer` of the day, `NotFound`."""
    today = now.astimezone(zone).date()
    until = coming(parse_day(text, today), text, today)
    found = await put_off(uow, session, draft.answers["code"], draft.answers["subject"], until, today, zone)
    await side_form.end(uow, session, FORM, now)
    return found


async def keep(uow: UnitOfWork, session: Session, code: str, subject: str, zone: tzinfo, now: datetime) -> Reminded:
    """Wait for a day no longer: it is not put off. Raises `NotFound`."""
    await side_form.end(uow, session, FORM, now)
    return await open_reminder(uow, session, code, subject, zone)


def is_waiting(draft: Draft | None, now: datetime) -> bool:
    """Tell whether a text typed now is meant as the day."""
    active = draft is not None and draft.form == FORM and draft.state == "active"
    return active and draft is not None and now - draft.touched_at <= LIFETIME


def coming(day: date, text: str, today: date) -> date:
    """Return the typed day; `parse_day` gives the nearest one, and a day without a year is meant as a coming one.

    «вчера» and a day that has just passed are meant as they are: a slip must not silence anything for a year.
    """
    has_year = re.search(r"\d{4}|\d[./ -]\d{1,2}[./ -]\d", text) is not None
    if day >= today - JUST_PASSED or has_year or not re.search(r"\d", text):
        return day
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day  # 29 February


def _reminded(facts: OrderFacts, kind: Kind, subject: str, zone: tzinfo) -> Reminded:
    matter = next((m for m in matters(facts, zone) if m.kind == kind and m.subject == subject), None)
    until = next((s.until for s in facts.snoozes if s.subject == subject and s.kind == kind), None)
    acts = tuple(act.id for act in facts.acts)
    return Reminded(facts.order, kind, subject, matter, facts.paused_until, until, acts)


async def _order_of(uow: UnitOfWork, kind: Kind | None, subject: str) -> str | None:
    """Return the order of a subject: an invoice, an act, a line (a student's, or of a run without an act), an order."""
    if kind == "unpaid_invoice":
        invoice = await uow.invoice(subject)
        return invoice.order_id if invoice else None
    if kind == "course_starts_unpaid":
        return subject
    if kind in ("act_not_returned", "scan_due", "scan_overdue", "original_due"):
        act = await uow.act(subject)
        if act is not None:
            return act.order_id
    order = await uow.order_of_line(subject)
    return order.id if order else None


def _leads(session: Session, order: Order) -> bool:
    return manages(session, order.centre) or holds(session, Role.ADMIN)
