"""«Отменить» in answer to what was done by mail: each action's own way back, the same as in chat (C1)."""

from dataclasses import replace

from school.errors import NotFound
from school.ports import UnitOfWork
from school.use_cases import revise_invoice
from school.use_cases.billing_desk import TooLate
from school.use_cases.correct_student import correct_email
from school.use_cases.find import who
from school.use_cases.mail_actor import Action, ByMail, Done
from school.use_cases.move_act import undo_move
from school.use_cases.record_payment import unrecord_payment
from school.use_cases.take_back import take_back


async def undo_by_mail(uow: UnitOfWork, by: ByMail, action: Action) -> Done:
    """Go the way back that the action has the key of. Raises `NotFound`, `TooLate`, and what chat's would raise."""
    what, _, secret = action.values["key"].partition(":")
    desk = by.desk
    if what == "act":
        await undo_move(uow, by.session, secret, desk.now)
    elif what == "money":
        await take_back(uow, desk, secret)
    elif what == "invoice":
        await revise_invoice.cancel(uow, desk, secret)
    elif what == "order":
        return await _unpaid(uow, by, *secret.split(":", 1))
    elif what == "snooze":
        await _remind_again(uow, by, *secret.split(":", 1))
    elif what == "email":
        await _email_back(uow, by, *secret.split(":", 1))
    else:
        raise NotFound
    return Done("undone", {"what": what})


async def _unpaid(uow: UnitOfWork, by: ByMail, number: str, moment: str) -> Done:
    """Take the order's students as not paid again. Raises `TooLate` where nothing is left to take back."""
    told = await unrecord_payment(uow, by.session, number, int(moment), by.desk.now, by.desk.zone)
    if not told.changed:
        raise TooLate
    return Done("undone", {"what": "order", "students": [told.order.line(one).name for one in told.changed]})


async def _remind_again(uow: UnitOfWork, by: ByMail, order_id: str, until: str) -> None:
    """Let what was put off to this day be reminded of from today on. Raises `NotFound`, `TooLate`."""
    facts = await uow.facts([order_id])
    if not facts:
        raise NotFound
    by.desk.require_lead(facts[0].order.centre)
    silent = [one for one in facts[0].snoozes if one.until.isoformat() == until and one.until > by.desk.today]
    if not silent:
        raise TooLate
    for one in silent:
        uow.snooze(order_id, replace(one, until=by.desk.today))
        uow.audit(f"chat:{who(by.session)}", f"reminder.back.{one.kind}", one.subject, until)


async def _email_back(uow: UnitOfWork, by: ByMail, line_id: str, before: str) -> None:
    """Give the student the former address back. Raises `TooLate` where they have it, and what correcting raises."""
    order = await uow.order_of_line(line_id)
    if order is None:
        raise NotFound
    if order.line(line_id).email == before:
        raise TooLate
    await correct_email(uow, by.session, line_id, before, by.desk.now, by.desk.today, sure=True)
