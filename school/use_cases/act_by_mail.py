"""What a centre does by answering a letter: the same use cases as in chat, one action at a time (C1, P1, O4, M1).

The mailbox acts as a manager of its centre. An action that needs what another has just made is done after its commit.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from school import closing
from school.dates_typed import parse_day
from school.errors import BadAnswer, NotFound
from school.order import Order, OrderLine
from school.people import fold
from school.ports import UnitOfWork
from school.purpose import normal_number
from school.questionnaire import Page
from school.reminder_kinds import CODES, matters
from school.use_cases import issue_invoice, receive_payment
from school.use_cases.billing_desk import NotYours
from school.use_cases.confirm_order import accept_order
from school.use_cases.correct_student import correct_email
from school.use_cases.follow_order import may_nudge
from school.use_cases.mail_actor import Action, ByMail, Done, Verb, numbered, order_meant
from school.use_cases.make_acts import acts_of_number
from school.use_cases.move_act import Given, Move, move_act
from school.use_cases.nudge_student import NudgedToday, nudge_student
from school.use_cases.receive_payment import Row
from school.use_cases.record_payment import moment_of
from school.use_cases.record_payment import record_payment as mark_paid
from school.use_cases.snooze import coming, put_off
from school.use_cases.undo_by_mail import undo_by_mail

MOST_ORDERS = 10
_ENDING = 2  # letters that a surname's case changes, mostly
_ACT_MOVES: dict[Verb, Move] = {
    "diadoc": "diadoc",
    "promised": "promised",
    "uploaded": "uploaded",
    "posted": "posted",
    "scan": "scan",
}


class CommitFirst(Exception):
    """What was just made has to be committed before it can be acted upon: commit, and do the action again."""


async def act_by_mail(uow: UnitOfWork, by: ByMail, action: Action, pages: tuple[Page, ...] = ()) -> Done:
    """Do it. `pages` are the files of a scan.

    Raises whatever the use case of chat raises, `BadAnswer` of what the letter leaves open, and `CommitFirst`.
    """
    if action.verb in _ACT_MOVES:
        return await _act(uow, by, action, pages)
    return await _DOING[action.verb](uow, by, action)


async def _invoice(uow: UnitOfWork, by: ByMail, action: Action) -> Done:
    order = await order_meant(uow, by, action)
    _, invoice = await issue_invoice.issue_typed(uow, by.desk, order.id, action.values["text"])
    told = {"number": invoice.number, "issued_on": invoice.issued_on.isoformat(), "total": invoice.total}
    return Done("invoice", told | {"order_number": order.number}, f"invoice:{invoice.id}")


async def _paid(uow: UnitOfWork, by: ByMail, action: Action) -> Done:
    numbers = [one for one in action.values.get("numbers", "").split(",") if one]
    money = action.values.get("money", "")
    if action.place is not None and not numbers:
        kind, subject, _ = numbered(by, action)
        if kind == "unpaid_invoice":
            return await _receive(uow, by, subject, money)
    if len(numbers) == 1 and _names_a_line(by, action, numbers[0]):
        return await _paid_line(uow, by, action, numbers[0])
    if len(numbers) > 1:
        return await _receive_many(uow, by, numbers, money)
    if numbers:
        invoice = await uow.invoice_by_number(by.centre.number, normal_number(numbers[0]))
        if invoice is None:
            raise BadAnswer("mail_invoice_absent", numbers[0])
        return await _receive(uow, by, invoice.id, money)
    return await _paid_order(uow, by, action, money)


def _names_a_line(by: ByMail, action: Action, number: str) -> bool:
    """Tell whether «3 оплачено» may be about the third line of a digest as well as about invoice 3."""
    return action.line.startswith(number) and number.isdecimal() and int(number) in by.numbers


async def _paid_line(uow: UnitOfWork, by: ByMail, action: Action, number: str) -> Done:
    """Take the digest's line, unless another invoice has this number. Problems: mail_which_invoice."""
    kind, subject, _ = by.numbers[int(number)]
    invoice = await uow.invoice_by_number(by.centre.number, normal_number(number))
    if invoice is not None and (kind, subject) != ("unpaid_invoice", invoice.id):
        raise BadAnswer("mail_which_invoice", action.line)
    money = {"money": action.values.get("money", "")}
    return await _paid(uow, by, replace(action, place=int(number), values=money))


async def _receive(uow: UnitOfWork, by: ByMail, invoice_id: str, money: str) -> Done:
    try:
        told = await receive_payment.receive(uow, by.desk, invoice_id, money)
    except BadAnswer as error:
        if error.problem == "invoice_paid":
            raise BadAnswer("mail_invoice_paid", error.value) from error
        raise
    except NotFound as error:
        known = await uow.invoice(invoice_id)
        if known is not None and known.centre == by.centre.number:
            raise BadAnswer("mail_invoice_absent", known.number) from error  # a cancelled one takes no money
        raise
    invoice = told.invoices[0]
    data = {"numbers": [invoice.number], "total": told.payment.amount, "left": invoice.rest}
    data |= {"day": told.payment.received_on.isoformat(), "asking": told.ask is not None, "waits": told.waits}
    return Done("paid", data, f"money:{told.undo}")


async def _receive_many(uow: UnitOfWork, by: ByMail, numbers: list[str], money: str) -> Done:
    day = parse_day(money, by.desk.today) if money else by.desk.today
    plan = await receive_payment.find_rows(uow, by.desk, [Row(number, day) for number in numbers], sheet=False)
    if plan.unknown or plan.closed:
        raise BadAnswer("mail_invoice_absent", ", ".join((*plan.unknown, *plan.closed)))
    applied = await receive_payment.record_planned(uow, by.desk, plan, sheet=False)
    data = {"numbers": [one.invoice.number for one in plan.good], "total": applied.total, "left": 0}
    data |= {"day": day.isoformat(), "asking": applied.asking > 0, "waits": applied.waits}
    return Done("paid", data, f"money:{applied.undo}")


async def _paid_order(uow: UnitOfWork, by: ByMail, action: Action, money: str) -> Done:
    """Take the order as paid: its only open invoice with its day and sum, else all its students."""
    order = await order_meant(uow, by, action)
    open_ones = [one for one in await uow.invoices_of_order(order.id) if one.state == "open"]
    if len(open_ones) == 1:
        return await _receive(uow, by, open_ones[0].id, money)
    if money:
        raise BadAnswer("mail_which_invoice", action.line)
    if by.desk.confirm == "school":
        raise NotYours
    desk = by.desk
    recorded = await mark_paid(uow, by.session, order.number, None, desk.now, desk.zone)
    names = [order.line(line_id).name for line_id in recorded.changed]
    undo = f"order:{order.number}:{moment_of(desk.now)}" if names else ""
    return Done("paid_order", {"order_number": order.number, "students": names}, undo)


async def _act(uow: UnitOfWork, by: ByMail, action: Action, pages: tuple[Page, ...]) -> Done:
    desk, values = by.desk, action.values
    act_id = await _act_id(uow, by, action)
    day = parse_day(values["day"], desk.today) if values.get("day") else desk.today
    given = Given(day, desk.now, tracking=values.get("tracking", ""), pages=pages)
    moved = await move_act(uow, by.session, act_id, _ACT_MOVES[action.verb], given, desk.today)
    data = {"act_number": moved.opened.act.number, "order_number": moved.opened.order.number, "day": day.isoformat()}
    return Done(action.verb, data, f"act:{moved.undo}" if moved.undo else "")


async def _act_id(uow: UnitOfWork, by: ByMail, action: Action) -> str:
    """Return the act meant: the digest line's, the one named, or the order's only one that waits for this."""
    if action.place is not None:
        known = await uow.act(numbered(by, action)[1])
        if known is not None:
            return known.id
    order = await order_meant(uow, by, action)
    before = {act.id for act in await uow.acts_of_order(order.id)}
    _, opened = await acts_of_number(uow, by.session, order.number)
    if any(one.act.id not in before for one in opened):
        raise CommitFirst
    acts = [one.act for one in opened]
    named = [act for act in acts if act.number and act.number == action.values.get("act")]
    waiting = [act for act in acts if not _nothing_left(act, action.verb)]
    fitting = named or waiting or acts
    if not fitting:
        raise BadAnswer("mail_no_act", order.number)
    if len(fitting) > 1:
        raise BadAnswer("mail_which_act", order.number, acts=", ".join(act.number for act in fitting))
    return fitting[0].id


def _nothing_left(act: closing.Act, verb: Verb) -> bool:
    return closing.original_closed(act) if verb == "posted" else closing.scan_closed(act)


async def _email(uow: UnitOfWork, by: ByMail, action: Action) -> Done:
    order = await order_meant(uow, by, action)
    line = student_named(order, action.values.get("name", ""))
    # The centre has typed the address itself: what looks shared by its name alone is taken and flagged, as in chat.
    desk = by.desk
    saved = await correct_email(uow, by.session, line.id, action.values["email"], desk.now, desk.today, sure=True)
    return Done(
        "email",
        {"name": saved.line.name, "before": line.email, "email": saved.line.email, "held": order.held},
        f"email:{line.id}:{line.email}",
    )


def student_named(order: Order, name: str) -> OrderLine:
    """Return the student whose name begins so; the only one where no name is given. Problems: mail_which_student."""
    typed = fold(" ".join(name.split())).strip(" .,")
    lines = order.living or order.lines
    found = [line for line in lines if fold(line.name).startswith(typed)]
    if not found and len(typed) > _ENDING + 2:
        # «Напомнить Соколовой»: a surname in another case.
        found = [line for line in lines if fold(line.name).startswith(typed[:-_ENDING])]
    if len(found) != 1:
        raise BadAnswer("mail_which_student", name)
    return found[0]


async def _status(uow: UnitOfWork, by: ByMail, action: Action) -> Done:
    inn = action.values.get("inn", "")
    orders = list(await uow.orders_by_inn(inn, by.centre.number, MOST_ORDERS)) if inn else []
    if not inn:
        orders = [await order_meant(uow, by, action)]
    if not orders:
        raise BadAnswer("mail_no_orders", inn)
    return Done("status", {"orders": [order_states(order) for order in orders]})


def order_states(order: Order) -> dict[str, Any]:
    """Return an order's states as plain JSON: numbers, names and codes; no address, no telephone (A2, M2)."""
    students = [
        {
            "name": line.name,
            "course_title": line.course_title,
            "payment": line.payment,
            "questionnaire": line.questionnaire,
            "admitted": line.admitted_at is not None,
            "cancelled": line.cancelled,
            "test": line.test,
            "training": line.training,
            "tracking": line.tracking,
        }
        for line in order.lines
    ]
    return {"number": order.number, "payer": order.payer.name, "total": order.total, "students": students}


async def _snooze(uow: UnitOfWork, by: ByMail, action: Action) -> Done:
    desk = by.desk
    until = _until(action.values["until"], desk.today)
    if action.place is not None:
        kind, subject, _ = numbered(by, action)
        about = await put_off(uow, by.session, CODES[kind], subject, until, desk.today, desk.zone)
        return _snoozed(about.order, until)
    order = await order_meant(uow, by, action)
    facts = await uow.facts([order.id])
    found = matters(facts[0], desk.zone) if facts else ()
    if not found:
        raise BadAnswer("mail_nothing_waits", order.number)
    for matter in found:
        await put_off(uow, by.session, CODES[matter.kind], matter.subject, until, desk.today, desk.zone)
    return _snoozed(order, until)


def _snoozed(order: Order, until: date) -> Done:
    day = until.isoformat()
    return Done("snooze", {"order_number": order.number, "until": day}, f"snooze:{order.id}:{day}")


def _until(text: str, today: date) -> date:
    """Return the day of «+7» as in a week, of a typed day as the coming one."""
    return (
        today + timedelta(days=int(text[1:])) if text.startswith("+") else coming(parse_day(text, today), text, today)
    )


async def _nudge(uow: UnitOfWork, by: ByMail, action: Action) -> Done:
    order = await order_meant(uow, by, action)
    name = action.values.get("name", "")
    asked = [student_named(order, name)] if name else [line for line in order.lines if may_nudge(line)]
    if not asked:
        raise BadAnswer("mail_nobody_to_remind", order.number)
    told, today = [], []
    for line in asked:
        try:
            await nudge_student(uow, by.session, line.id, by.desk.now)
        except NudgedToday:
            today.append(line.name)
        else:
            told.append(line.name)
    if not told:
        raise NudgedToday
    return Done("nudge", {"students": told, "today": today})


async def _accept(uow: UnitOfWork, by: ByMail, action: Action) -> Done:
    order = await order_meant(uow, by, action)
    accepted = await accept_order(uow, by.session, order.id, by.desk.now)
    return Done("accept", {"order_number": order.number, "state": accepted.state, "changed": accepted.changed})


_DOING: dict[Verb, Callable[[UnitOfWork, ByMail, Action], Awaitable[Done]]] = {
    "invoice": _invoice,
    "paid": _paid,
    "email": _email,
    "status": _status,
    "snooze": _snooze,
    "nudge": _nudge,
    "undo": undo_by_mail,
    "accept": _accept,
}
