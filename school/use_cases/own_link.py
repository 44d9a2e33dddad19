"""A fresh link to the page for a student whose account is bound to the line: earlier secrets are kept nowhere (Q1)."""

from datetime import datetime

from school.order import Enrolment
from school.ports import UnitOfWork
from school.questionnaire import may_be_undone
from school.use_cases.fill_questionnaire import BeingDecided, NothingToFill, PlaceCancelled, own_enrolment
from school.use_cases.renew_link import new_link

OPEN = ("not_started", "filling", "returned")


async def own_link(uow: UnitOfWork, line_id: str, user_id: int, now: datetime) -> str:
    """Stage one more link to the questionnaire that this account fills in and return its secret; others stay good.

    Raises `NotFound` for any other account, and as `fill_questionnaire.begin` where nothing is to be filled in.
    """
    about = await own_enrolment(uow, line_id, user_id)
    if about.line.cancelled:
        raise PlaceCancelled(state="cancelled")
    if about.line.admitted_at is not None or about.line.questionnaire not in OPEN:
        raise NothingToFill(state=about.line.questionnaire)
    stored = await uow.questionnaire(line_id)
    if stored is not None and stored.state == "returned" and may_be_undone(stored, now):
        raise BeingDecided
    secret = new_link(uow, about.order, about.line, now)
    uow.audit(f"chat:{user_id}", "link.page", line_id)
    return secret


async def line_to_fill(uow: UnitOfWork, user_id: int) -> Enrolment | None:
    """Return the student's place whose questionnaire this account has to fill in, of several the first."""
    line_ids = await uow.line_of_visitor(user_id)
    orders = await uow.orders_of_lines(line_ids) if line_ids else ()
    for order in orders:
        for line in order.lines:
            if line.id in line_ids and line.admitted_at is None and line.questionnaire in OPEN:
                return Enrolment(order, line)
    return None
