"""Send a student the link once more, as the client asks: only to the address in the order (Q1)."""

from dataclasses import replace
from datetime import datetime

from school.order import Enrolment, OrderLine
from school.ports import Session, UnitOfWork
from school.use_cases.find import actor
from school.use_cases.follow_order import LinkNotNeeded, may_get_link, open_student, require_living, require_released
from school.use_cases.request_link import send_link


async def resend_link(uow: UnitOfWork, session: Session, line_id: str, now: datetime) -> Enrolment:
    """Stage a new link in place of the earlier ones and its letter; return the student as saved.

    For who placed or proved the order, its centre's managers, administrators. Raises `NotFound`, `LinkNotNeeded`,
    `OrderHeld`, and `LinkSentLately` when one went out minutes ago.
    """
    about = await open_student(uow, session, line_id)
    require_living(about.line)
    require_released(about.order)
    if not may_get_link(about.line):
        raise LinkNotNeeded
    await send_link(uow, about, now)
    uow.audit(actor(session), "link.sent", line_id)
    return Enrolment(about.order, replace(about.line, link_sent_at=now))


async def send_first_link(uow: UnitOfWork, about: Enrolment, line: OrderLine, now: datetime) -> Enrolment:
    """Stage the changed line with a link to its new person or address, whenever the last one went out.

    Return the student as saved. While the order is held no link goes out.
    """
    await send_link(uow, Enrolment(about.order, replace(line, link_sent_at=None)), now)
    if about.order.held:
        return Enrolment(about.order, replace(line, link_sent_at=None))
    return Enrolment(about.order, replace(line, link_sent_at=now))
