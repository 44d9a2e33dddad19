"""Who acts by a letter, what is asked for, and what it is about: a centre's mailbox as a manager of its centre."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from school.catalogue import Catalogue
from school.centre import Centre, Role, StaffMember
from school.errors import BadAnswer
from school.order import Order
from school.ports import Session, UnitOfWork
from school.reminder_kinds import Kind
from school.use_cases.billing_desk import Desk
from school.use_cases.record_payment import order_to_pay
from school.use_cases.remind import digest_key

Verb = Literal[
    "invoice",
    "paid",
    "diadoc",
    "promised",
    "uploaded",
    "posted",
    "email",
    "status",
    "snooze",
    "nudge",
    "undo",
    "scan",
    "accept",
]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing asked for: `line` as it was written, `values` by the verb, `place` the number of a digest's line.

    `order` is the number of the order where the line names one.
    """

    verb: Verb
    line: str
    values: Mapping[str, str] = field(default_factory=dict)
    place: int | None = None
    order: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: a code for the words, plain data, and the key of the way back ("" for none)."""

    code: str
    data: dict[str, Any]
    undo: str = ""


@dataclass(frozen=True, slots=True)
class ByMail:
    """Who acts: a centre's mailbox, about an order where the letter is about one; `numbers` are a digest's lines.

    A number stands for (kind, subject, order's id).
    """

    desk: Desk
    centre: Centre
    order: Order | None
    numbers: Mapping[int, tuple[Kind, str, str]]

    @property
    def session(self) -> Session:
        """The mailbox as a manager of its centre."""
        return self.desk.session


def mail_session(centre: Centre, catalogue: Catalogue, now: datetime) -> Session:
    """Return the session of a centre's mailbox: a manager of this centre, with no chat account."""
    member = StaffMember(f"mail:{centre.number}", 0, 0, Role.MANAGER, centre.number, centre.name, now)
    return Session(None, (member,), None, centre, catalogue)


async def digest_numbers(uow: UnitOfWork, topic_sha256: str) -> dict[int, tuple[Kind, str, str]]:
    """Return what the numbers of a digest stand for; nothing where the letter answers no digest."""
    token = await uow.token(digest_key(topic_sha256)) if topic_sha256 else None
    if token is None:
        return {}
    return {int(at): (kind, subject, order) for at, (kind, subject, order) in json.loads(token.data["lines"]).items()}


async def order_meant(uow: UnitOfWork, by: ByMail, action: Action) -> Order:
    """Return the order that the action is about. Problems: mail_which_order, mail_line_absent. Raises `NotFound`."""
    if action.order:
        return await order_to_pay(uow, by.session, action.order)
    found = by.order
    if action.place is not None:
        found = await uow.order(numbered(by, action)[2])
    if found is None:
        raise BadAnswer("mail_which_order", action.line)
    by.desk.require_lead(found.centre)
    return found


def numbered(by: ByMail, action: Action) -> tuple[Kind, str, str]:
    """Return what the named line of a digest stands for. Problems: mail_line_absent."""
    found = by.numbers.get(action.place) if action.place is not None else None
    if found is None:
        raise BadAnswer("mail_line_absent", str(action.place))
    return found
