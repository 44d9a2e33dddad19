"""Orders that a manager fills in for a client: from an earlier one of the same payer, or from a list file (O2, O4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from school.centre import Centre, Role
from school.draft import Answers, Draft
from school.errors import NotFound, SchoolError
from school.order import Order, OrderLine
from school.ports import Session, UnitOfWork
from school.use_cases import fill_form
from school.use_cases.fill_form import Asked
from school.use_cases.find import manages

LISTED = "listed"
"""Where a draft keeps the answers of a file until the person says that they are to be taken."""


class StaleList(SchoolError):
    """Another file was sent since, or none waits."""

    code = "stale_list"


@dataclass(frozen=True, slots=True)
class Begun:
    """The new order's first step, and the session that it is filled in with."""

    asked: Asked
    session: Session


async def open_centres(uow: UnitOfWork, session: Session) -> tuple[Centre, ...]:
    """Return the open centres that the person manages, by number: orders may be filled in for their clients."""
    numbers = sorted({one.centre for one in session.roles if one.role is Role.MANAGER and one.centre})
    found = [await uow.centre(number) for number in numbers]
    return tuple(centre for centre in found if centre is not None and not centre.closed)


async def open_centre(uow: UnitOfWork, session: Session, number: str) -> Centre:
    """Return the open centre of this number that the person manages. Raises `NotFound`."""
    found = next((one for one in await open_centres(uow, session) if one.number == number), None)
    if found is None:
        raise NotFound
    return found


async def earlier_order(uow: UnitOfWork, session: Session, number: str) -> Order:
    """Return an order to repeat, for managers of its open centre. Raises `NotFound`."""
    order = await uow.order_by_number(number)
    if order is None or not manages(session, order.centre):
        raise NotFound
    centre = await uow.centre(order.centre)
    if centre is None or centre.closed:
        raise NotFound
    return order


async def order_from_earlier(
    uow: UnitOfWork, session: Session, number: str, places: Sequence[int], now: datetime, today: date
) -> Begun:
    """Begin an order of the same payer with the students at these places (from 0); their courses are chosen anew.

    An order being filled in is given up. Consents are not carried over: they are asked for as in every order. Raises
    `NotFound`.
    """
    order = await earlier_order(uow, session, number)
    anew = replace(session, centre=await uow.centre(order.centre))
    who = session.visitor
    if who is None:
        raise NotFound
    begun = await fill_form.start_order(uow, anew, who.user_id, who.chat_id, None, now, today)
    chosen = [line for place, line in enumerate(order.lines) if place in places]
    draft = replace(begun.draft, answers=_answers(order, chosen))
    anew = replace(anew, draft=draft)
    return Begun(await fill_form.resume(uow, anew, today), anew)


def _answers(order: Order, lines: Sequence[OrderLine]) -> Answers:
    payer, orderer = order.payer, order.orderer
    answers: dict[str, Any] = {
        "payer_kind": payer.kind.value,
        "payer_name": payer.name,
        "payer_inn": payer.inn,
        "payer_address": payer.address,
        "orderer_name": orderer.name,
        "orderer_mobile": orderer.mobile,
        "orderer_email": orderer.email,
    }
    if payer.kpp:
        answers["payer_kpp"] = payer.kpp
    if lines:
        answers["students"] = [_student(line) for line in lines]
    return answers


def _student(line: OrderLine) -> dict[str, Any]:
    return {"name": line.name, "mobile": line.mobile, "email": line.email, "flags": list(line.flags)}


def keep_list(draft: Draft, answers: Answers) -> Draft:
    """Return the draft that remembers what a file would make of it."""
    return replace(draft, answers={**draft.answers, LISTED: answers})


async def take_list(uow: UnitOfWork, session: Session, today: date) -> Asked:
    """Put the file's answers in the place of the draft's; go on to the summary. Raises `NoDraft`, `StaleList`."""
    draft = fill_form.active(session)
    listed = draft.answers.get(LISTED)
    if not isinstance(listed, dict):
        raise StaleList
    taken = replace(draft, answers={**listed, "students_done": True}, cursor=None)
    return await fill_form.resume(uow, replace(session, draft=taken), today)


async def drop_list(uow: UnitOfWork, session: Session, today: date) -> Asked:
    """Forget the file and go on where the form was. Raises `NoDraft`."""
    draft = fill_form.active(session)
    kept = {key: value for key, value in draft.answers.items() if key != LISTED}
    return await fill_form.resume(uow, replace(session, draft=replace(draft, answers=kept)), today)
