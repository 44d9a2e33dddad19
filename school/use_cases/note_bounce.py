"""Note that letters do not reach an address, and tell at once who can mend it (REGULATIONS O5)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from school.centre import Centre, Role
from school.mailroom import Topic
from school.notices import Notice
from school.order import Enrolment, Order
from school.ports import UnitOfWork
from school.ports_mail import AddressFault
from school.use_cases.answerable import add_letter
from school.use_cases.find import find_enrolment
from school.use_cases.follow_order import may_correct_email
from school.use_cases.tell import reaches_chat, student_data, tell_managers, tell_role

_MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Undelivered:
    """An address a letter did not reach; `wrong`: the address itself is at fault, else it may be right.

    `why` is a code of the mail system's reason; `said` its own words.
    """

    email: str
    wrong: bool
    why: str
    said: str


async def note_bounce(uow: UnitOfWork, found: Undelivered, about: Topic | None, now: datetime, today: date) -> bool:
    """Stage the fault of the address, and word of it to whom it concerns, once a day; `about` is the letter's topic.

    What may be a passing trouble is noted only. Return False for an address that is nobody's: anybody can write a
    report about any address.
    """
    email = found.email.lower()
    lines = await _students(uow, email, about)
    orders = [] if lines else await _orders(uow, email, about)
    centres = await uow.centre_by_email(email)
    if not (lines or orders or centres):
        return False
    known = await uow.address_fault(email)
    if found.wrong or known is None or not known.permanent:
        uow.save_address_fault(AddressFault(email, found.wrong, found.said[:300], now))
    if not found.wrong:
        return True
    key = f"fault:{email}:{today}"
    for line in lines:
        await _tell_of_student(uow, line, email, found, f"{key}:{line.order.centre}", now)
    for order in orders:
        await _tell_of_client(uow, order, email, found.why, f"{key}:{order.centre}")
    for centre in centres:
        await _tell_of_centre(uow, centre, found.why, f"{key}:centre:{centre.number}")
    return True


async def _students(uow: UnitOfWork, email: str, about: Topic | None) -> list[Enrolment]:
    """Return one student of the address in each centre: the one the letter was about, else of the newest order."""
    ids = [*await uow.lines_of_email(email, _MOST_LINES)]
    if about is not None and about.kind == "line" and about.subject in ids:
        ids.insert(0, about.subject)
    found: dict[str, Enrolment] = {}
    for line_id in ids:
        one = await find_enrolment(uow, line_id)
        found.setdefault(one.order.centre, one)
    return list(found.values())


async def _orders(uow: UnitOfWork, email: str, about: Topic | None) -> list[Order]:
    if about is None or about.kind != "order" or about.address != email:
        return []
    order = await uow.order(about.subject)
    return [order] if order is not None and order.orderer.email.lower() == email else []


async def _tell_of_student(
    uow: UnitOfWork, about: Enrolment, email: str, found: Undelivered, key: str, now: datetime
) -> None:
    line, centre = about.line, about.order.centre
    in_chat = await reaches_chat(uow, line)
    data: dict[str, Any] = {**student_data(about), "email": email, "why": found.why, "whose": "student"}
    data |= {"correct": may_correct_email(line), "in_chat": in_chat}
    if in_chat:
        chat = str(line.student_id)
        uow.add_notice(Notice(uuid4().hex, "mail_bounced", "chat", chat, data, f"{key}:student"))
    if await uow.centre_staff(centre):
        await tell_managers(uow, centre, "address_fault", data, key)
        return
    mailbox = await uow.centre(centre)
    if mailbox is None or await _faulty(uow, mailbox.email):
        await tell_role(uow, Role.ADMIN, "address_fault", data, key)
        return
    add_letter(uow, "address_fault", mailbox.email, data, dedupe=key, about=("order", about.order.id), now=now)


async def _tell_of_client(uow: UnitOfWork, order: Order, email: str, why: str, key: str) -> None:
    data = {"email": email, "why": why, "whose": "client", "order_number": order.number, "name": order.orderer.name}
    if await uow.centre_staff(order.centre):
        await tell_managers(uow, order.centre, "address_fault", data, key)
    else:
        await tell_role(uow, Role.ADMIN, "address_fault", data, key)


async def _tell_of_centre(uow: UnitOfWork, centre: Centre, why: str, key: str) -> None:
    data = {"email": centre.email, "why": why, "whose": "centre", "name": centre.name, "centre": centre.number}
    await tell_managers(uow, centre.number, "address_fault", data, key)
    await tell_role(uow, Role.ADMIN, "address_fault", data, f"{key}:admin")


async def _faulty(uow: UnitOfWork, email: str) -> bool:
    fault = await uow.address_fault(email)
    return fault is not None and fault.permanent
