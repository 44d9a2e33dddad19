"""Find and make acts: of an order and a run, when the run has ended or when a manager asks (REGULATIONS C1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from school import closing
from school.billing import Invoice
from school.centre import Centre, Role
from school.closing import Act
from school.errors import NotFound
from school.money import Kopecks
from school.order import Order, OrderLine
from school.ports import Session, UnitOfWork
from school.use_cases.find import holds, manages, require_order_staff, require_role, who
from school.use_cases.record_payment import clean_number
from school.use_cases.tell import tell_managers

# Later than any term; acts that no clock runs for are stored with a day beyond it.
EVER = date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class Opened:
    """An act with its order and centre, and what this person may do: `leads` it, or check it for the `school`."""

    act: Act
    order: Order
    centre: Centre
    leads: bool
    school: bool

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """The students that the act is about."""
        return tuple(line for line in self.order.lines if line.id in self.act.line_ids)


@dataclass(frozen=True, slots=True)
class PaperParts:
    """What an act is made of: the act about those admitted now (`opened` has it as it was saved), the sums by line.

    `invoice` is what it is founded on, the latest one, if any.
    """

    opened: Opened
    act: Act
    sums: dict[str, Kopecks]
    invoice: Invoice | None


async def open_act(uow: UnitOfWork, session: Session, act_id: str) -> Opened:
    """Return the act for who may see it: a manager of its centre, a curator, an administrator. Raises `NotFound`."""
    act = await uow.act(act_id)
    order = await uow.order(act.order_id) if act is not None else None
    if act is None or order is None:
        raise NotFound
    require_order_staff(session, order)
    return await _opened(uow, session, order, act)


async def acts_of_number(uow: UnitOfWork, session: Session, number: str) -> tuple[Order, list[Opened]]:
    """Return the order of this number and its acts; those of runs with admitted students are made where missing.

    A curator makes none. Raises `NotFound`.
    """
    order = await uow.order_by_number(clean_number(number))
    if order is None:
        raise NotFound
    require_order_staff(session, order)
    acts = list(await uow.acts_of_order(order.id))
    if leads(session, order.centre):
        acts = await follow_students(uow, order, acts, f"chat:{who(session)}")
        acts += await _make_missing(uow, session, order, acts)
    return order, [await _opened(uow, session, order, act) for act in acts]


async def open_acts(uow: UnitOfWork, session: Session, limit: int, offset: int) -> tuple[list[Opened], int]:
    """Return a page of the acts that wait for something, the most urgent first, and how many there are.

    A manager sees those of the own centre, the school all. Raises `Forbidden`.
    """
    require_role(session, Role.MANAGER, Role.CURATOR, Role.ADMIN)
    centre = None if holds(session, Role.CURATOR, Role.ADMIN) else own_centre(session)
    found, total = await uow.report_acts(centre, EVER, limit, offset)
    return [await open_act(uow, session, act.id) for act in found], total


def own_centre(session: Session) -> str | None:
    """Return the centre that the person manages, if any."""
    return next((member.centre for member in session.roles if member.role is Role.MANAGER and member.centre), None)


def leads(session: Session, centre: str) -> bool:
    """Tell whether the person moves this centre's acts: its manager or an administrator."""
    return manages(session, centre) or holds(session, Role.ADMIN)


async def make_due(uow: UnitOfWork, order_id: str, run: str, not_before: datetime | None) -> Act | None:
    """Make the act of a run that has ended and tell the managers, not before the moment; None where there is none.

    None too where the order has nobody who was admitted to the run. The act and the word of it commit together.
    """
    order = await uow.order(order_id)
    act = closing.act_of(order, run, uuid4().hex) if order is not None else None
    if order is None or act is None:
        return None
    act = with_invoice(act, order, await uow.invoices_of_order(order.id))
    uow.save_act(act)
    uow.audit("clock", "act.made", act.id, after=act.number)
    key = f"act_wanted:{order.id}:{run}"
    await tell_managers(uow, order.centre, "act_wanted", wanted_data(act, order), key, after=not_before)
    return act


def wanted_data(act: Act, order: Order) -> dict[str, Any]:
    """Return what managers are told of an act that is due, as plain JSON; dates ISO."""
    return {
        "act": act.id,
        "order_number": order.number,
        "students": len(act.line_ids),
        "course_title": closing.lines_of_run(order, act.run)[0].course_title,
        "ends": act.ends.isoformat(),
        "scan_due": closing.scan_due(act).isoformat(),
    }


def with_invoice(act: Act, order: Order, invoices: Sequence[Invoice]) -> Act:
    """Return the act about those who are admitted to its run now, with the sums of the invoices (P1)."""
    return closing.with_lines(act, closing.lines_of_run(order, act.run), sums_of(invoices))


def sums_of(invoices: Sequence[Invoice]) -> dict[str, Kopecks]:
    """Return the sum of every invoiced line; the latest invoice that is not cancelled counts."""
    return {line: kopecks for one in invoices if one.state != "cancelled" for line, kopecks in one.lines}


async def paper_parts(uow: UnitOfWork, session: Session, act_id: str) -> PaperParts:
    """Return what the act is made of, about those admitted now. Raises `NotFound` for who does not lead it."""
    opened = await open_act(uow, session, act_id)
    if not opened.leads:
        raise NotFound
    invoices = [one for one in await uow.invoices_of_order(opened.order.id) if one.state != "cancelled"]
    act = with_invoice(opened.act, opened.order, invoices)
    mine = [one for one in invoices if any(line in act.line_ids for line, _ in one.lines)]
    return PaperParts(opened, act, sums_of(invoices), mine[-1] if mine else None)


async def follow_students(uow: UnitOfWork, order: Order, acts: Sequence[Act], actor: str) -> list[Act]:
    """Put into acts that have no paper yet who was admitted to their run since, and take out who was expelled.

    An act whose students were all expelled stays as it is: the centre settles with the client what is owed.
    """
    found = []
    for act in acts:
        ids = {line.id for line in closing.lines_of_run(order, act.run)}
        if not act.paper and not closing.scan_closed(act) and ids and ids != set(act.line_ids):
            fresh = with_invoice(act, order, await uow.invoices_of_order(order.id))
            uow.save_act(fresh)
            uow.audit(actor, "act.students", act.id, *closing.differences(act, fresh))
            found.append(replace(fresh, version=act.version + 1))
        else:
            found.append(act)
    return found


async def _make_missing(uow: UnitOfWork, session: Session, order: Order, known: Sequence[Act]) -> list[Act]:
    have, made = {act.run for act in known}, []
    invoices = await uow.invoices_of_order(order.id)
    for run in dict.fromkeys(line.run for line in order.living):
        act = None if run in have else closing.act_of(order, run, uuid4().hex)
        if act is not None:
            act = with_invoice(act, order, invoices)
            uow.save_act(act)
            uow.audit(f"chat:{who(session)}", "act.made", act.id, after=act.number)
            made.append(act)
    return made


async def _opened(uow: UnitOfWork, session: Session, order: Order, act: Act) -> Opened:
    centre = await uow.centre(act.centre)
    if centre is None:
        raise NotFound
    return Opened(act, order, centre, leads(session, act.centre), holds(session, Role.CURATOR, Role.ADMIN))
