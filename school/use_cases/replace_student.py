"""Put another person in a student's place: run, tariff, price and payment stay, all that was the person's goes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from school import people
from school.draft import Draft
from school.forms.questionnaire import KEY as QUESTIONNAIRE
from school.notices import Notice
from school.order import Enrolment, OrderLine
from school.ports import Session, UnitOfWork
from school.questionnaire import may_be_undone
from school.use_cases.converse import forget_conversation
from school.use_cases.correct_student import SUFFIX_FLAG, checked_email
from school.use_cases.decide_questionnaire import take_back
from school.use_cases.find import who
from school.use_cases.follow_order import (
    StudentAdmitted,
    centre_of,
    may_replace,
    open_student_led,
    require_living,
    scope_of_order,
)
from school.use_cases.resend_link import send_first_link
from school.use_cases.tell import student_data


@dataclass(frozen=True, slots=True)
class Newcomer:
    """The person to put in, as far as they are named; mobile in E.164, `suffix`: the address looks shared."""

    name: str = ""
    mobile: str = ""
    email: str = ""
    suffix: bool = False

    @property
    def complete(self) -> bool:
        """Whether all three are there."""
        return bool(self.name and self.mobile and self.email)


async def start_replacing(uow: UnitOfWork, session: Session, line_id: str) -> Enrolment:
    """Return the student who may be replaced by the order's leader.

    Raises `NotFound`, `OrderCancelled`, `StudentAdmitted`.
    """
    about = await open_student_led(uow, session, line_id)
    require_living(about.line)
    if not may_replace(about.line):
        raise StudentAdmitted
    return about


def read_contact(known: Newcomer, text: str) -> tuple[Newcomer, str]:
    """Take «ФИО, телефон, почта» in one message, or the name or the mobile, whichever is missing.

    Return the person as named now, and what of the text is an address still to be checked. Raises `BadAnswer`.
    """
    if known.name and known.mobile:
        return known, text
    if known.name:
        return replace(known, mobile=people.parse_mobile(text)), ""
    if "@" not in text:
        return replace(known, name=people.parse_full_name(text).full), ""
    found = people.parse_contact_line(text)
    return replace(known, name=found.name.full, mobile=found.mobile), found.email


async def with_email(
    uow: UnitOfWork, session: Session, about: Enrolment, named: Newcomer, text: str, today: date, *, sure: bool
) -> Newcomer:
    """Return the person with the address, checked as the order form does (O4).

    Raises `NotFound`, `BadAnswer`, and `NeedsConfirmation` unless the person is `sure`.
    """
    centre = await centre_of(uow, about.order)
    scope = scope_of_order(about.order, about.line.id, {"name": named.name}, centre, session.catalogue, today)
    email, suffix = checked_email(text, scope, sure=sure)
    return replace(named, email=email, suffix=suffix)


async def replace_student(
    uow: UnitOfWork, session: Session, line_id: str, newcomer: Newcomer, now: datetime
) -> Enrolment:
    """Stage the newcomer with a link of their own, and the end of all that was the former student's.

    For the centre's managers and administrators. A client who placed the order is told in chat. Return the student as
    saved. Raises `NotFound`, `StudentAdmitted`.
    """
    about = await start_replacing(uow, session, line_id)
    await _forget_former(uow, about, now)
    saved = await send_first_link(uow, about, _with(about.line, newcomer), now)
    before, after = (people.parse_full_name(name).initials for name in (about.line.name, newcomer.name))
    uow.audit(f"chat:{who(session)}", "student.replaced", line_id, before=before, after=after)
    # An order that came by mail or by the page is nobody's in chat.
    client = None if about.order.filled_in_by_staff else await uow.visitor(about.order.placed_by)
    if client is not None and client.blocked_at is None and client.user_id != who(session):
        data = {**student_data(saved), "before": before, "held": about.order.held}
        key = f"replaced:{line_id}:v{about.line.version}"
        uow.add_notice(Notice(uuid4().hex, "student_replaced", "chat", str(about.order.placed_by), data, key))
    return saved


def newcomer_of(answers: Mapping[str, Any]) -> Newcomer:
    """Return the person whom a draft's answers name so far."""
    return Newcomer(**answers.get("newcomer", {}))


def _with(line: OrderLine, newcomer: Newcomer) -> OrderLine:
    flags = set(people.parse_full_name(newcomer.name).flags) | ({SUFFIX_FLAG} if newcomer.suffix else set())
    return replace(
        line,
        name=newcomer.name,
        mobile=newcomer.mobile,
        email=newcomer.email,
        flags=tuple(sorted(flags)),
        questionnaire="not_started",
        submitted_at=None,
        admit_by=None,
        registered_at=None,
        listed_at=None,
        nudged_at=None,
        student_id=None,
    )


async def _forget_former(uow: UnitOfWork, about: Enrolment, now: datetime) -> None:
    line = about.line
    found = await uow.questionnaire(line.id)
    if found is not None:
        if may_be_undone(found, now):
            await take_back(uow, about, found)
        uow.drop_questionnaire(found)
    uow.drop_lease(line.id)
    # Answers to messages about the former student must not reach the newcomer.
    uow.drop_cards(line.id, "review")
    forget_conversation(uow, line.id)
    begun = await uow.active_draft(line.student_id, QUESTIONNAIRE) if line.student_id is not None else None
    if begun is not None and begun.answers.get("line") == line.id:
        uow.save_draft(_ended(begun, now))


def _ended(draft: Draft, now: datetime) -> Draft:
    return replace(draft, state="cancelled", answers={}, touched_at=now)
