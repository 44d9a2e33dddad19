"""Cancel a place in an order, or the whole order: links, invoices, queues, reminders and words, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from school.admission import with_term
from school.billing import Allocation, Invoice, with_paid
from school.cancelling import Plan, Reason, chosen, cut_invoices
from school.draft import Draft
from school.errors import NotFound
from school.forms.questionnaire import KEY as QUESTIONNAIRE
from school.money import Kopecks
from school.notices import Notice
from school.order import Enrolment, Order, OrderLine
from school.ports import UnitOfWork
from school.questionnaire import may_be_undone
from school.use_cases.answerable import add_letter
from school.use_cases.billing_desk import Desk
from school.use_cases.bind_group import tell_groups
from school.use_cases.books import Books
from school.use_cases.decide_questionnaire import take_back
from school.use_cases.find import find_enrolment, require_order_staff, who
from school.use_cases.renew_link import KIND
from school.use_cases.tell import student_data, tell_student


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What was done; `order` is as it is to be saved."""

    order: Order
    plan: Plan


async def order_of_staff(uow: UnitOfWork, desk: Desk, number: str) -> Order:
    """Return the order of this number for its centre's managers, curators, administrators. Raises `NotFound`."""
    order = await uow.order_by_number(number)
    if order is None:
        raise NotFound
    require_order_staff(desk.session, order)
    return order


async def plan_order(uow: UnitOfWork, desk: Desk, number: str) -> Plan:
    """Tell what cancelling all of the order would do. Raises `NotFound`, `OrderCancelled`, `AdmittedNotCancelled`."""
    return (await _plan(uow, await order_of_staff(uow, desk, number), None))[0]


async def plan_line(uow: UnitOfWork, desk: Desk, line_id: str) -> Plan:
    """Tell what cancelling one place would do. Raises as `plan_order`."""
    return (await _plan(uow, await _order_of_line(uow, desk, line_id), line_id))[0]


async def cancel_order(uow: UnitOfWork, desk: Desk, number: str, reason: Reason) -> Cancelled:
    """Cancel every place of the order whose student does not study yet. Raises as `plan_order`."""
    return await _cancel(uow, desk, await order_of_staff(uow, desk, number), None, reason)


async def cancel_line(uow: UnitOfWork, desk: Desk, line_id: str, reason: Reason) -> Cancelled:
    """Cancel one place. Raises as `plan_order`."""
    return await _cancel(uow, desk, await _order_of_line(uow, desk, line_id), line_id, reason)


async def _order_of_line(uow: UnitOfWork, desk: Desk, line_id: str) -> Order:
    about = await find_enrolment(uow, line_id)
    require_order_staff(desk.session, about.order)
    return about.order


async def _plan(uow: UnitOfWork, order: Order, line_id: str | None) -> tuple[Plan, Books]:
    lines, kept = chosen(order, line_id)
    invoices = await uow.invoices_of_order(order.id)
    books = await Books.of(uow, list(invoices))
    books.orders[order.id] = order
    ids = frozenset(line.id for line in lines)
    on = [(one.id, line) for one in invoices for line, _ in one.lines if line in ids]
    paid = {key: books.paid_of(*key) for key in on}
    cut = cut_invoices(invoices, ids, paid)
    return Plan(order, lines, kept, cut, sum(paid.values()) + _marked(lines, {line for _, line in on})), books


def _marked(lines: tuple[OrderLine, ...], billed: set[str]) -> Kopecks:
    """Return the price of lines that were marked as paid without any invoice."""
    return sum(line.price for line in lines if line.payment == "paid" and line.id not in billed)


async def _cancel(uow: UnitOfWork, desk: Desk, order: Order, line_id: str | None, reason: Reason) -> Cancelled:
    plan, books = await _plan(uow, order, line_id)
    ids = {line.id for line in plan.lines}
    for line in plan.lines:
        await _let_go(uow, Enrolment(order, line), desk.now)
    for before, after in plan.cut:
        _cut(uow, desk, before, after, books.known)
    lines = tuple(_given_up(line, reason, desk) if line.id in ids else line for line in order.lines)
    for line in (one for one in lines if one.id in ids):
        uow.save_line(order.id, line)
        uow.audit(desk.actor, "order_line.cancelled", line.id, after=reason)
    if plan.whole:
        uow.audit(desk.actor, "order.cancelled", order.id, after=reason)
    saved = replace(order, lines=lines)
    await _tell(uow, desk, saved, plan)
    return Cancelled(saved, plan)


def _given_up(line: OrderLine, reason: Reason, desk: Desk) -> OrderLine:
    return with_term(replace(line, cancelled_at=desk.now, cancel_reason=reason), desk.zone)


def _cut(uow: UnitOfWork, desk: Desk, before: Invoice, after: Invoice, parts: Sequence[Allocation]) -> None:
    uow.save_invoice(with_paid(after, parts))
    action = "invoice.cancelled" if after.state == "cancelled" else "invoice.revised"
    uow.audit(desk.actor, action, before.id, before=str(before.total), after=str(after.total))


async def _let_go(uow: UnitOfWork, about: Enrolment, now: datetime) -> None:
    """End what is going on about a place: its links, a curator's look, a questionnaire being filled in.

    Documents that were uploaded stay in the vault until their time of keeping is over.
    """
    line = about.line
    for token in await uow.living_tokens(KIND, line.id, now):
        uow.save_token(replace(token, revoked_at=now))
    found = await uow.questionnaire(line.id)
    if found is not None and may_be_undone(found, now):
        await take_back(uow, about, found)
    if found is not None and found.remind_at is not None:
        uow.save_questionnaire(replace(found, remind_at=None))
    uow.drop_lease(line.id)
    uow.drop_cards(line.id, "review")
    begun = await uow.active_draft(line.student_id, QUESTIONNAIRE) if line.student_id is not None else None
    if begun is not None and begun.answers.get("line") == line.id:
        uow.save_draft(_ended(begun, now))


def _ended(draft: Draft, now: datetime) -> Draft:
    return replace(draft, state="cancelled", answers={}, touched_at=now)


async def _tell(uow: UnitOfWork, desk: Desk, order: Order, plan: Plan) -> None:
    """Stage the news: to each student, to the client, to the centre's other managers."""
    for line in plan.lines:
        if _is_client(order, line):
            continue  # one message is enough, and the client's tells of the money too
        about = Enrolment(order, order.line(line.id))
        await tell_student(uow, about, "order_cancelled", {}, dedupe=f"cancelled:{line.id}", now=desk.now)
    data = {
        "order_number": order.number,
        "orderer_name": order.orderer.name,
        "whole": plan.whole,
        "money": plan.money,
        "students": [student_data(Enrolment(order, line)) for line in plan.lines],
    }
    key = f"cancelled:{order.id}:{plan.lines[0].id}"
    await _tell_client(uow, desk, order, data, key)
    counted = {"number": order.number, "students": len(plan.lines), "whole": plan.whole}
    await tell_groups(uow, order.centre, "order_cancelled_to_group", counted, key)
    for member in await uow.centre_staff(order.centre):
        if member.user_id != who(desk.session):
            told = Notice(uuid4().hex, "order_cancelled_staff", "chat", str(member.chat_id), data, f"{key}:{member.id}")
            uow.add_notice(told)


def _is_client(order: Order, line: OrderLine) -> bool:
    """Tell whether the student is the client too: the very account that placed the order, or the same address."""
    same_chat = line.student_id is not None and line.student_id == order.placed_by and not order.filled_in_by_staff
    return same_chat or line.email.casefold() == order.orderer.email.casefold()


async def instead_by_mail(uow: UnitOfWork, data: dict[str, Any], dedupe: str, now: datetime) -> bool:
    """Stage the client's letter in place of a message that chat has refused; tell whether there is one."""
    order = await uow.order_by_number(str(data["order_number"]))
    if order is None:
        return False
    kind, address = "order_cancelled_to_client", order.orderer.email
    add_letter(uow, kind, address, data, dedupe=dedupe, about=("order", order.id), now=now)
    return True


async def _tell_client(uow: UnitOfWork, desk: Desk, order: Order, data: dict[str, Any], key: str) -> None:
    """Stage it to the chat that placed the order, else to the orderer's address."""
    visitor = None if order.filled_in_by_staff else await uow.visitor(order.placed_by)
    if visitor is not None and visitor.blocked_at is None:
        chat = str(order.placed_by)
        uow.add_notice(Notice(uuid4().hex, "order_cancelled_client", "chat", chat, data, f"{key}:client"))
        return
    kind, address = "order_cancelled_to_client", order.orderer.email
    add_letter(uow, kind, address, data, dedupe=f"{key}:client", about=("order", order.id), now=desk.now)
