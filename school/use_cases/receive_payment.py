"""Record payments by hand: one with sum and day, several at once, a sheet; refunds too (REGULATIONS P1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from school.billing import AskWhom, Invoice, Payment
from school.centre import Role
from school.dates_typed import parse_day
from school.errors import BadAnswer, NotFound, SchoolError
from school.money import Kopecks, parse_sum
from school.names import tidy
from school.ports import UnitOfWork
from school.purpose import normal_number
from school.use_cases.billing_desk import Desk, offer, recent
from school.use_cases.books import Books, by_hand
from school.use_cases.issue_invoice import one_invoice
from school.use_cases.settle_payment import FORM, Told
from school.use_cases.side_form import end, wait_for
from school.use_cases.tell import tell_role

MANY = 200
_DAY_AT_END = re.compile(
    r"(?:^|\s)(?:от\s+)?(?P<day>\d{1,2}[./]\d{1,2}(?:[./](?:\d{4}|\d{2}))?|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}(?:-?го)?\s+(?:янв|фев|мар|апр|ма[йяе]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*\.?(?:\s+\d{4})?"
    r"|сегодня|вчера|позавчера)(?:\s*г(?:ода|\.)?)?$",
    re.IGNORECASE,
)
_REFUND = re.compile(r"^(?:возврат\w*|вернули|[-−–—])\s*", re.IGNORECASE)
_ONE = r"№?\s*(?:[^\W\d_]+[-/]?)?\d[\w/-]*"
_SEVERAL = re.compile(
    rf"(?:сч[её]т\w*\s+)?(?P<numbers>{_ONE}(?:\s*(?:[,;]\s*|\s+и\s+){_ONE})*)\s+оплач\w+(?:\s+(?P<day>.+))?",
    re.IGNORECASE,
)


class NothingToRecord(SchoolError):
    """What was planned is recorded already, or it was given up."""

    code = "nothing_to_record"


@dataclass(frozen=True, slots=True)
class Row:
    """A payment to record: an invoice's number, the day, kopecks (None: what is left to pay)."""

    number: str
    day: date
    amount: Kopecks | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A row that may be recorded, with its invoice and its sum."""

    row: Row
    invoice: Invoice
    amount: Kopecks


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be recorded, numbers not found, those paid or cancelled already, and how many rows came before.

    `beyond` rows are more than one input may hold: they are for the next one.
    """

    good: tuple[Planned, ...]
    unknown: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    repeated: int = 0
    draft: str = ""
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Applied:
    """What was recorded: how many payments, kopecks, how many of them still ask for whom; who is paid for."""

    count: int
    total: Kopecks
    asking: int
    paid: tuple[str, ...]
    undo: str
    waits: bool = False
    repeated: int = 0


def parse_money(text: str, today: date, rest: Kopecks, number: str = "") -> tuple[Kopecks, date]:
    """Read «49 000 12.05», «12 мая», «возврат 24 500»: kopecks, negative for a refund, and the day.

    Without a sum it is `rest` of the invoice of this number, without a day `today`.
    Problems: those of sums and days, payment_form, invoice_paid.
    """
    line = tidy(text)
    refund = _REFUND.match(line)
    line = line[refund.end() :] if refund else line
    found = _DAY_AT_END.search(line)
    day = today
    if found:
        day = recent(parse_day(found["day"], today), found["day"], today)
        line = line[: found.start()].strip(" ,;")
    if not line and refund:
        raise BadAnswer("payment_form", text)
    if not line and rest <= 0:
        raise BadAnswer("invoice_paid", number)
    amount = parse_sum(line) if line else rest
    return (-amount if refund else amount), day


def parse_several(text: str, today: date) -> tuple[Row, ...] | None:
    """Read «57, 58, 61 оплачены 12.05»; None where the text is something else. Problems: those of days."""
    found = _SEVERAL.fullmatch(tidy(text).rstrip(". "))
    if found is None:
        return None
    day = today
    if found["day"]:
        day = recent(parse_day(found["day"], today), found["day"], today)
    numbers = re.split(r"\s*[,;]\s*|\s+и\s+", found["numbers"])
    once: dict[str, str] = {}
    for number in filter(None, numbers):
        once.setdefault(normal_number(number), number.lstrip("№ "))
    return tuple(Row(number, day) for number in once.values())


def reads_several(text: str) -> bool:
    """Tell whether the text has the shape of `parse_several`, whatever the day says."""
    return len(text) < 500 and _SEVERAL.fullmatch(tidy(text).rstrip(". ")) is not None


async def ask_payment(uow: UnitOfWork, desk: Desk, invoice_id: str) -> Invoice:
    """Wait for a payment of this invoice. Raises `NotFound`."""
    _, invoice = await one_invoice(uow, desk, invoice_id)
    await wait_for(uow, desk.session, FORM, invoice.centre, {"invoice": invoice_id}, desk.now)
    return invoice


async def receive(uow: UnitOfWork, desk: Desk, invoice_id: str, text: str) -> Told:
    """Record one payment or refund of an invoice by hand. Raises `NotFound`, `BadAnswer` of `parse_money`."""
    _, invoice = await one_invoice(uow, desk, invoice_id)
    amount, day = parse_money(text, desk.today, invoice.rest, invoice.number)
    if invoice.state == "cancelled" and amount > 0:
        raise NotFound
    await end(uow, desk.session, FORM, desk.now)
    return await receive_sum(uow, desk, invoice, amount, day)


async def receive_sum(uow: UnitOfWork, desk: Desk, invoice: Invoice, amount: Kopecks, day: date) -> Told:
    """Record a payment of this sum; where the school confirms, it waits for the school."""
    payment = by_hand(invoice, amount, day)
    _record(uow, desk, payment)
    if not desk.may_confirm(invoice.centre):
        await tell_school(uow, invoice.centre, 1, amount, payment.id)
        return Told(payment, (invoice,), waits=True, undo=_undo(uow, desk, invoice.centre, [payment.id]))
    before = await uow.payments_of_invoice(invoice.id) if amount < 0 else ()
    books = await Books.of(uow, [invoice], [one.id for one in before])
    books.give_back_rest(payment, before)
    found = books.pay(payment, (invoice.id,), None)
    paid = books.stage(uow, desk)
    undo = _undo(uow, desk, invoice.centre, [payment.id])
    orders = books.orders_of((invoice.id,))
    after = (books.invoices[invoice.id],)
    if isinstance(found, AskWhom):
        return Told(payment, after, orders, ask=found, undo=undo)
    return Told(payment, after, orders, paid, rest=found.rest, undo=undo)


async def plan(uow: UnitOfWork, desk: Desk, rows: Sequence[Row], *, sheet: bool = False) -> Plan:
    """Find the invoices of the person's centre and keep the plan until it is applied. Raises `NotFound`."""
    made = await find_rows(uow, desk, rows, sheet=sheet)
    if not made.good:
        return made
    kept = [[p.row.number, p.row.day.isoformat(), p.row.amount] for p in made.good]
    answers: dict[str, Any] = {"rows": kept, "sheet": sheet}
    draft = await wait_for(uow, desk.session, FORM, made.good[0].invoice.centre, answers, desk.now)
    return replace(made, draft=draft.id)


async def apply(uow: UnitOfWork, desk: Desk, draft_id: str) -> Applied:
    """Record what was planned, compared anew. Raises `NotFound`, `NothingToRecord`."""
    draft = await end(uow, desk.session, FORM, desk.now)
    if draft is None or draft.id != draft_id or "rows" not in draft.answers:
        raise NothingToRecord
    sheet = bool(draft.answers.get("sheet"))
    rows = [Row(number, date.fromisoformat(day), amount) for number, day, amount in draft.answers["rows"]]
    return await record_planned(uow, desk, await find_rows(uow, desk, rows, sheet=sheet), sheet=sheet)


async def record_planned(uow: UnitOfWork, desk: Desk, made: Plan, *, sheet: bool) -> Applied:
    """Record what `find_rows` has found. Raises `NothingToRecord`."""
    if not made.good:
        raise NothingToRecord
    centre = made.good[0].invoice.centre
    books = await Books.of(uow, list({one.invoice.id: one.invoice for one in made.good}.values()))
    payments = [by_hand(one.invoice, one.amount, one.row.day, dedupe=_key(one) if sheet else "") for one in made.good]
    asking = 0
    confirmed = desk.may_confirm(centre)
    for one, payment in zip(made.good, payments, strict=True):
        _record(uow, desk, payment)
        if confirmed:
            asking += isinstance(books.pay(payment, (one.invoice.id,), None), AskWhom)
    paid = books.stage(uow, desk)
    total = sum(payment.amount for payment in payments)
    undo = _undo(uow, desk, centre, [payment.id for payment in payments])
    if not confirmed:
        await tell_school(uow, centre, len(payments), total, payments[0].id)
    return Applied(len(payments), total, asking, paid, undo, not confirmed, made.repeated)


async def tell_school(uow: UnitOfWork, centre: str, count: int, total: Kopecks, key: str) -> None:
    """Tell curators and administrators that payments wait for their word."""
    data = {"centre": centre, "count": count, "total": total}
    for role in (Role.CURATOR, Role.ADMIN):
        await tell_role(uow, role, "payments_to_confirm", data, f"payments_to_confirm:{key}:{role.value}")


def _record(uow: UnitOfWork, desk: Desk, payment: Payment) -> None:
    uow.add_payment(payment, desk.now, desk.actor)
    uow.audit(desk.actor, "payment.received", payment.id, after=f"{payment.received_on} {payment.amount}")


def _undo(uow: UnitOfWork, desk: Desk, centre: str, ids: Sequence[str]) -> str:
    return offer(uow, desk, "payments", centre, {"payments": ",".join(ids)})


def _key(planned: Planned) -> str:
    """The same row of a sheet has the same key, whenever it comes."""
    return f"sheet:{planned.invoice.id}:{planned.row.day}:{planned.amount}"


async def find_rows(uow: UnitOfWork, desk: Desk, rows: Sequence[Row], *, sheet: bool) -> Plan:
    """Find the invoices of the person's centre, keeping nothing. Raises `NotFound`."""
    centres = desk.own_centres()
    if not centres:
        raise NotFound
    good, unknown, closed = [], [], []
    for row in rows[:MANY]:
        invoice = None
        for centre in centres:
            invoice = invoice or await uow.invoice_by_number(centre, normal_number(row.number))
        if invoice is None:
            unknown.append(row.number)
        elif invoice.state != "open" and not sheet:
            closed.append(invoice.number)
        else:
            good.append(Planned(row, invoice, invoice.rest if row.amount is None else row.amount))
    # Payments of one input belong to one centre: that of the first invoice.
    good = [one for one in good if one.invoice.centre == good[0].invoice.centre]
    known: set[str] = set()
    if sheet and good:
        known = await uow.known_payments(good[0].invoice.centre, [_key(one) for one in good])
    fresh = [one for one in good if _key(one) not in known]
    shut = [one for one in fresh if one.invoice.state != "open"]
    closed += [one.invoice.number for one in shut]
    kept = tuple(one for one in fresh if one not in shut)
    return Plan(kept, tuple(unknown), tuple(closed), len(good) - len(fresh), beyond=max(len(rows) - MANY, 0))
