"""Ask for a new student's link: it goes to nobody but the address in the order, and not too often (Q1)."""

from dataclasses import replace
from datetime import datetime, timedelta

from school.errors import NotFound, SchoolError
from school.order import Enrolment, OrderLine
from school.ports import UnitOfWork
from school.use_cases.answerable import add_letter
from school.use_cases.find import find_enrolment
from school.use_cases.place_order import invite_data
from school.use_cases.prove_link import MOST_FAILURES, LinkLocked
from school.use_cases.renew_link import KIND, expires_on, renew_link

PAUSE = timedelta(minutes=10)


class LinkSentLately(SchoolError):
    """A link went to the address minutes ago."""

    code = "link_sent_lately"


async def request_link(uow: UnitOfWork, line_id: str, now: datetime, actor: str) -> Enrolment:
    """Stage a new link by mail in place of the earlier ones; whoever asks learns nothing but that it was sent.

    The new link goes on counting the wrong guesses of the one before, so that asking gives no further tries: only
    staff and the client begin anew. Raises `NotFound` for an unknown line or one already admitted, `LinkLocked`,
    `LinkSentLately` within `PAUSE` of the last.
    """
    about = await find_enrolment(uow, line_id)
    if not may_be_asked(about.line):
        raise NotFound
    failures = max((one.failures for one in await uow.living_tokens(KIND, line_id, now)), default=0)
    if failures >= MOST_FAILURES:
        raise LinkLocked
    await send_link(uow, about, now, failures)
    uow.audit(actor, "link.requested", line_id)
    return about


def may_be_asked(line: OrderLine) -> bool:
    """Tell whether a link still leads to something to do."""
    return line.admitted_at is None and not line.cancelled and line.questionnaire != "declined"


async def send_link(uow: UnitOfWork, about: Enrolment, now: datetime, failures: int = 0) -> None:
    """Stage the renewed link's letter and note when. Raises `LinkSentLately`, `NotFound` without a centre.

    While the order is held the line is saved and nothing is sent: the first link leaves with the others.
    """
    order, line = about.order, about.line
    if order.held:
        uow.save_line(order.id, line)
        return
    if line.link_sent_at is not None and now - line.link_sent_at < PAUSE:
        raise LinkSentLately
    centre = await uow.centre(order.centre)
    if centre is None:
        raise NotFound
    secret = await renew_link(uow, order, line, now, failures)
    data = invite_data(order, line, centre, secret, expires_on(now))
    uow.save_line(order.id, replace(line, link_sent_at=now))
    key = f"invite:{line.id}:v{line.version}"
    add_letter(uow, "questionnaire_invite", line.email, data, dedupe=key, about=("line", line.id), now=now)
