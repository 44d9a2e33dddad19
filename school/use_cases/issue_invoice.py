"""Issue an invoice, typed in as in Клиент-Сервис or made here, and send it to the client (REGULATIONS P1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from school.billing import Invoice, spread
from school.cancelling import OrderCancelled
from school.centre import Centre
from school.dates_typed import parse_day
from school.errors import BadAnswer, NotFound, SchoolError
from school.money import Kopecks, parse_sum
from school.names import tidy
from school.notices import Notice
from school.order import Order, OrderLine
from school.ports import Session, UnitOfWork
from school.purpose import normal_number
from school.seller import SELLER_KEYS, parse_seller, seller_gaps
from school.seller_dated import settings_on
from school.use_cases.answerable import add_letter
from school.use_cases.billing_desk import Desk, recent
from school.use_cases.books import Books, by_hand
from school.use_cases.follow_order import open_order
from school.use_cases.record_payment import moment_of, order_to_pay, quick_id
from school.use_cases.side_form import wait_for
from school.use_cases.visit_page import client_link_data

FORM = "invoice"
TEMPLATE = "contract_template"  # a centre's own contract (DOCX, base64) among its settings
_LONGEST = 40
_DAY = (
    r"\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{4}|\d{2}))?|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}(?:-?го)?\s+[а-яё]{3,8}\.?(?:\s+\d{4}(?!\d))?|сегодня|вчера|позавчера"
)
_ISSUED = re.compile(
    rf"(?:сч[её]т\s*)?№?\s*(?P<number>.{{1,60}}?)\s*,?\s+(?:от\s+)?(?P<day>{_DAY})(?:\s*г(?:ода|\.)?(?![а-я]))?"
    r"[\s,;—–-]*(?:на(?:\s+сумму)?|сумма)?[\s:]*(?P<sum>\d.*)",
    re.IGNORECASE,
)


class NumberTaken(SchoolError):
    """The centre has an invoice of this number already, perhaps a cancelled one."""

    code = "invoice_number_taken"


class AllBilled(SchoolError):
    """Every student of the order is on an invoice already."""

    code = "all_billed"


@dataclass(frozen=True, slots=True)
class Typed:
    """An invoice as typed in: number, date in the school's zone, kopecks."""

    number: str
    issued_on: date
    total: Kopecks


@dataclass(frozen=True, slots=True)
class Billing:
    """An order with its invoices; `free` are the lines on none, `gaps` the seller's settings still missing."""

    order: Order
    centre: Centre
    invoices: tuple[Invoice, ...]
    free: tuple[OrderLine, ...]
    gaps: tuple[str, ...]

    @property
    def living(self) -> tuple[Invoice, ...]:
        """The invoices that are not cancelled."""
        return tuple(one for one in self.invoices if one.state != "cancelled")


def parse_issued(text: str, today: date) -> Typed:
    """Read «57 от 5 мая, 49 000». Problems: invoice_form, those of dates and sums."""
    found = _ISSUED.fullmatch(tidy(text))
    if found is None:
        raise BadAnswer("invoice_form", text)
    number = found["number"].strip(" ,№")
    if not any(mark.isalnum() for mark in number) or len(number) > _LONGEST or not normal_number(number):
        raise BadAnswer("invoice_form", text)
    day = recent(parse_day(found["day"], today), found["day"], today)
    return Typed(number, day, parse_sum(found["sum"].strip()))


async def open_billing(uow: UnitOfWork, desk: Desk, number: str) -> Billing:
    """Return the order of this number with its invoices. Raises `NotFound`."""
    return await _billing(uow, await order_to_pay(uow, desk.session, number), desk.today)


async def billing_of(uow: UnitOfWork, desk: Desk, order_id: str) -> Billing:
    """Return the same by the order's id. Raises `NotFound`."""
    order = await uow.order(order_id)
    if order is None:
        raise NotFound
    desk.require_lead(order.centre)
    return await _billing(uow, order, desk.today)


async def one_invoice(uow: UnitOfWork, desk: Desk, invoice_id: str) -> tuple[Billing, Invoice]:
    """Return an invoice with its order. Raises `NotFound`."""
    invoice = await uow.invoice(invoice_id)
    if invoice is None:
        raise NotFound
    return await billing_of(uow, desk, invoice.order_id), invoice


async def ask_typed(uow: UnitOfWork, desk: Desk, order_id: str) -> Billing:
    """Wait for an invoice to be typed in. Raises `NotFound`, `AllBilled`, `OrderCancelled`."""
    found = await billing_of(uow, desk, order_id)
    _require_free(found)
    await wait_for(uow, desk.session, FORM, found.order.centre, {"order": order_id, "what": "issue"}, desk.now)
    return found


async def issue_typed(uow: UnitOfWork, desk: Desk, order_id: str, text: str) -> tuple[Billing, Invoice]:
    """Record an invoice issued in Клиент-Сервис for all who are on none; its sum stands over the catalogue's.

    Raises `NotFound`, `AllBilled`, `OrderCancelled`, `NumberTaken`, `BadAnswer` of `parse_issued`.
    """
    found = await billing_of(uow, desk, order_id)
    typed = parse_issued(text, desk.today)
    _require_free(found)
    same = await uow.invoice_by_number(found.order.centre, typed.number)
    if same is not None and (same.state != "cancelled" or same.order_id != order_id):
        raise NumberTaken(number=same.number)
    parts = spread(typed.total, [line.price for line in found.free])
    made = replace(_new(found, typed.number, typed.issued_on), total=typed.total, lines=_lines(found.free, parts))
    if same is not None:
        made = replace(made, id=same.id, version=same.version, edition=same.edition + 1)
    return await _issued(uow, desk, found, made)


async def make_invoice(uow: UnitOfWork, desk: Desk, order_id: str) -> tuple[Billing, Invoice]:
    """Make an invoice of our own number for all who are on none, by their prices.

    Raises `NotFound`, `AllBilled`, `OrderCancelled`, `BadAnswer` of `school.seller.parse_seller`.
    """
    found = await billing_of(uow, desk, order_id)
    seller = parse_seller(settings_on(found.centre.settings, desk.today))
    _require_free(found)
    number = await uow.next_number(found.order.centre)
    uow.take_number(found.order.centre, number)
    while await uow.invoice_by_number(found.order.centre, str(number)) is not None:
        number += 1
        uow.take_number(found.order.centre, number)
    prices = [line.price for line in found.free]
    made = replace(
        _new(found, str(number), desk.today),
        total=sum(prices),
        lines=_lines(found.free, prices),
        valid_until=desk.today + timedelta(days=seller.valid_days),
        generated=True,
    )
    return await _issued(uow, desk, found, made)


def _require_free(found: Billing) -> None:
    """Raise `OrderCancelled` where nobody is left in the order, `AllBilled` where all are on invoices."""
    if found.order.cancelled:
        raise OrderCancelled
    if not found.free:
        raise AllBilled


def papers_data(found: Billing, invoice: Invoice) -> dict[str, Any]:
    """Return all that the letter and the papers are made of, as plain JSON; sums in kopecks, dates ISO.

    The seller is as on the invoice's own date.
    """
    order, settings = found.order, settings_on(found.centre.settings, invoice.issued_on)
    shares = dict(invoice.lines)
    return {
        "order_number": order.number,
        "orderer_name": order.orderer.name,
        "centre_name": found.centre.name,
        "centre_email": found.centre.email,
        "number": invoice.number,
        "edition": invoice.edition,
        "issued_on": invoice.issued_on.isoformat(),
        "valid_until": invoice.valid_until.isoformat() if invoice.valid_until else None,
        "total": invoice.total,
        "generated": invoice.generated,
        "payer": {
            "kind": order.payer.kind.value,
            "name": order.payer.name,
            "inn": order.payer.inn,
            "kpp": order.payer.kpp,
            "address": order.payer.address,
        },
        "students": [_student(line, shares[line.id]) for line in order.lines if line.id in shares],
        "seller": {key: settings[key] for key in SELLER_KEYS if key in settings} if invoice.generated else {},
        "template": settings.get(TEMPLATE, "") if invoice.generated else "",
    }


async def send_invoice(
    uow: UnitOfWork, desk: Desk, invoice_id: str, files: Sequence[dict[str, str]]
) -> tuple[Billing, Invoice]:
    """Send the invoice to the client by mail, and in chat where the order was placed there; `files` go to the chat.

    Raises `NotFound`.
    """
    found, invoice = await one_invoice(uow, desk, invoice_id)
    if invoice.state == "cancelled":
        raise NotFound
    order, data = found.order, papers_data(found, invoice)
    key = f"{invoice.id}:{invoice.edition}:{int(desk.now.timestamp())}"
    client_mail, mailed, about = order.orderer.email, f"invoice_mail:{key}", order.id
    letter = data | client_link_data(uow, [order], desk.now)
    add_letter(uow, "invoice_to_client", client_mail, letter, dedupe=mailed, about=("order", about), now=desk.now)
    client = None if order.filled_in_by_staff else await uow.visitor(order.placed_by)
    if client is not None and client.blocked_at is None:
        told = {name: data[name] for name in ("order_number", "number", "edition", "issued_on", "valid_until", "total")}
        told["generated"] = invoice.generated
        chat = str(client.chat_id)
        uow.add_notice(Notice(uuid4().hex, "invoice_issued", "chat", chat, told, f"invoice_chat:{key}"))
        for at, file in enumerate(files):
            uow.add_notice(Notice(uuid4().hex, "file", "chat", chat, dict(file), f"invoice_file:{key}:{at}"))
    sent = replace(invoice, sent_at=desk.now)
    uow.save_invoice(sent)
    uow.audit(desk.actor, "invoice.sent", invoice.id, after=f"{invoice.number}/{invoice.edition}")
    return found, sent


def stage_look(uow: UnitOfWork, desk: Desk, found: Billing, invoice: Invoice) -> None:
    """Send the papers to the centre's own mailbox, for a look where chats take no files."""
    data = papers_data(found, invoice) | {"to_look": True}
    key = f"invoice_look:{invoice.id}:{invoice.edition}:{int(desk.now.timestamp())}"
    about = found.order.id
    add_letter(uow, "invoice_to_client", found.centre.email, data, dedupe=key, about=("order", about), now=desk.now)


async def client_papers(uow: UnitOfWork, session: Session, invoice_id: str) -> dict[str, Any]:
    """Return `papers_data` of an invoice that was sent to the client, for whoever looks after the order.

    Raises `NotFound`, for a foreign one, a cancelled one and one that was not made here too.
    """
    invoice = await uow.invoice(invoice_id)
    if invoice is None or not invoice.generated or invoice.sent_at is None or invoice.state == "cancelled":
        raise NotFound
    order = await open_order(uow, session, invoice.order_id)
    return papers_data(await _billing(uow, order, invoice.issued_on), invoice)


async def _billing(uow: UnitOfWork, order: Order, day: date) -> Billing:
    centre = await uow.centre(order.centre)
    if centre is None:
        raise NotFound
    invoices = tuple(await uow.invoices_of_order(order.id))
    billed = {line_id for one in invoices if one.state != "cancelled" for line_id, _ in one.lines}
    free = tuple(line for line in order.living if line.id not in billed)
    return Billing(order, centre, invoices, free, seller_gaps(settings_on(centre.settings, day)))


def _new(found: Billing, number: str, day: date) -> Invoice:
    order = found.order
    payer = order.payer
    return Invoice(uuid4().hex[:16], order.id, order.centre, number, day, 0, payer.inn, payer.name, (), version=0)


def _lines(lines: Sequence[OrderLine], parts: Sequence[Kopecks]) -> tuple[tuple[str, Kopecks], ...]:
    return tuple((line.id, part) for line, part in zip(lines, parts, strict=True))


def _student(line: OrderLine, kopecks: Kopecks) -> dict[str, Any]:
    return {
        "name": line.name,
        "course_title": line.course_title,
        "tariff_title": line.tariff_title,
        "starts": line.starts.isoformat(),
        "ends": line.ends.isoformat(),
        "price": kopecks,
    }


async def _issued(uow: UnitOfWork, desk: Desk, found: Billing, made: Invoice) -> tuple[Billing, Invoice]:
    """Stage a new invoice; who had been marked as paid before it counts as a payment of today."""
    books = Books({}, {found.order.id: found.order}, [])
    books.put(made, {})
    for moment, whom in _paid_before(found.free, desk.now).items():
        amount = sum(part for line_id, part in made.lines if line_id in whom)
        if amount:
            # The tap's own way back finds the payment by this id.
            payment = by_hand(made, amount, desk.today, quick_id(made.id, moment))
            uow.add_payment(payment, desk.now, desk.actor)
            books.pay(payment, (made.id,), whom)
    uow.audit(desk.actor, "invoice.issued", made.id, after=f"{made.number} {made.issued_on} {made.total}")
    books.stage(uow, desk)
    order, invoice = books.orders[found.order.id], books.invoices[made.id]
    left = tuple(line for line in order.lines if line.id in {one.id for one in found.free} - dict(made.lines).keys())
    return replace(found, order=order, invoices=(*found.invoices, invoice), free=left), invoice


def _paid_before(lines: Sequence[OrderLine], now: datetime) -> dict[int, list[str]]:
    """Return the lines that are marked as paid, by the moment of the mark."""
    marked: dict[int, list[str]] = {}
    for line in lines:
        if line.payment == "paid":
            marked.setdefault(moment_of(line.paid_at or now), []).append(line.id)
    return marked
