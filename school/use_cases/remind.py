"""Who is told of what is due, and as what: one digest a centre a day, one message a day to a client or a student.

Nothing is told that has been done meanwhile: `still` is asked again before each message goes out.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Literal
from uuid import uuid4

from school.centre import Centre, Role, StaffMember
from school.errors import BadAnswer
from school.mailroom import TopicKind
from school.notices import Channel, Notice
from school.order import Order
from school.people import parse_full_name
from school.ports import Token, UnitOfWork
from school.reminder_kinds import Kind
from school.reminders import Due, still_stands
from school.tokens import digest
from school.use_cases.answerable import LIFETIME, add_answerable
from school.use_cases.own_order import owner_of
from school.use_cases.refuse_reminders import has_refused
from school.use_cases.renew_link import expires_on, renew_link
from school.use_cases.visit_page import client_link_data

DIGEST, CLIENT, STUDENT = "digest", "reminder_client", "reminder_student"
REMINDER_KINDS = frozenset({DIGEST, CLIENT, STUDENT})

DIGEST_LINES = "digest_lines"
# The groups of a digest in the order that it shows them, so that its numbers run on.
SHOWN_AS: tuple[Kind, ...] = (
    "scan_overdue",
    "original_due",
    "scan_due",
    "course_starts_unpaid",
    "unpaid_invoice",
    "act_not_returned",
    "questionnaire_returned",
    "questionnaire_missing",
)

Whose = Literal["manager", "admin", "person"]
Address = tuple[Channel, str]


@dataclass(slots=True)
class Box:
    """All that one recipient is told in one message: a centre's managers, the administrators, or one person.

    `day` is the recipient's own. `mail` is where a message that chat refuses goes instead ("" for nowhere). `readers`
    are the chats that are told of an order; an order that is not there goes to every address. `came_over` names who is
    told of an order because its digest lay unopened.
    """

    whose: Whose
    day: date
    addresses: tuple[Address, ...]
    mail: str
    centre: Centre
    due: list[Due] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    readers: dict[str, frozenset[str]] = field(default_factory=dict)
    came_over: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def dedupes(self) -> list[str]:
        """Return the dedupe key of every address: none is written to twice a day."""
        name = "digest" if self.whose != "person" else "reminder"
        about = {"manager": f"{self.centre.number}:", "admin": "admin:", "person": ""}[self.whose]
        return [f"{name}:{about}{self.day.isoformat()}:{channel}:{address}" for channel, address in self.addresses]

    def add(self, due: Due, order: Order) -> None:
        """Put one more line in."""
        self.due.append(due)
        self.orders[order.id] = order

    def due_for(self, channel: Channel, address: str) -> list[Due]:
        """Return what this address is told: a mailbox all, a chat what it reads."""
        if channel == "mail" or not self.readers:
            return self.due
        everyone = frozenset({address})
        return [one for one in self.due if address in self.readers.get(one.reminder.order_id, everyone)]


def accounts_of(order: Order, due: Iterable[Due]) -> set[int]:
    """Return the chat accounts that reminders of this order would go to."""
    found: set[int] = set()
    for one in due:
        account = _account(order, one)
        if account is not None:
            found.add(account)
    return found


def person_of(order: Order, due: Due, reachable: Collection[int]) -> tuple[Address, str]:
    """Return where the client or the student is told, and the mailbox beside it: chat where that reaches them."""
    student = due.reminder.audience == "student"
    mail = order.line(due.reminder.subject).email if student else order.orderer.email
    account = _account(order, due)
    if account is not None and account in reachable:
        return ("chat", str(account)), mail
    return ("mail", mail), mail


def managers_of(staff: Sequence[StaffMember], centre: Centre) -> tuple[Address, ...]:
    """Return where the centre's digest goes: its managers' chats, else its mailbox."""
    chats = {member.chat_id for member in staff}
    return tuple(("chat", str(chat)) for chat in sorted(chats)) or (("mail", centre.email),)


async def admins_of(uow: UnitOfWork) -> tuple[Address, ...]:
    """Return where administrators are told."""
    chats = {member.chat_id for member in await uow.staff_of_role(Role.ADMIN)}
    return tuple(("chat", str(chat)) for chat in sorted(chats))


async def stage(uow: UnitOfWork, box: Box, now: datetime) -> None:
    """Stage the box's messages and its reminders: they take effect together, so that none is lost or made twice."""
    if box.whose != "person":
        _stage_digest(uow, box, now)
    else:
        await _stage_letter(uow, box, now)
    uow.add_reminders([one.reminder for one in box.due])
    for order_id, names in box.came_over.items():
        if names:
            owner = owner_of(box.orders[order_id])
            uow.audit("clock", "order.handed_over", order_id, owner.name if owner is not None else "", ", ".join(names))


def _stage_digest(uow: UnitOfWork, box: Box, now: datetime) -> None:
    data = _digest(box)
    for (channel, address), key in zip(box.addresses, box.dedupes(), strict=True):
        due = box.due_for(channel, address)
        told = {**data, "lines": _numbered_for(box, due, address)} if box.readers and channel == "chat" else data
        if told["lines"]:
            _add(uow, Notice(uuid4().hex, DIGEST, channel, address, told, key, bulk=True), now)


async def _stage_letter(uow: UnitOfWork, box: Box, now: datetime) -> None:
    data = _letter(box)
    kind = _kind_of(data["lines"])
    for (channel, address), key in zip(box.addresses, box.dedupes(), strict=True):
        told = data
        if channel == "mail" and await has_refused(uow, address, now):
            continue
        if channel == "mail" and kind == STUDENT:
            told = {**data, "lines": [await _linked(uow, line, box.orders, now) for line in data["lines"]]}
        elif channel == "mail" and kind == CLIENT:
            told = data | client_link_data(uow, box.orders.values(), now)
        _add(uow, Notice(uuid4().hex, kind, channel, address, told, key, bulk=True), now)


async def instead_by_mail(uow: UnitOfWork, kind: str, data: dict[str, Any], key: str, now: datetime) -> bool:
    """Stage by mail what chat has refused; tell whether there is a mailbox."""
    if not data["mail"] or await has_refused(uow, data["mail"], now):
        return False
    orders = {order.id: order for line in data["lines"] if (order := await uow.order(line["order"])) is not None}
    if kind == STUDENT:
        data = {**data, "lines": [await _linked(uow, line, orders, now) for line in data["lines"]]}
    elif kind == CLIENT:
        data = data | client_link_data(uow, orders.values(), now)
    _add(uow, Notice(uuid4().hex, kind, "mail", data["mail"], data, key, bulk=True), now)
    return True


async def still(uow: UnitOfWork, data: dict[str, Any], zone: tzinfo, today: date) -> dict[str, Any] | None:
    """Return the message with the lines that still stand, None where none does: the facts are read at this moment."""
    lines = data["lines"]
    known = {facts.order.id: facts for facts in await uow.facts(list({line["order"] for line in lines}))}
    left = [
        line
        for line in lines
        if (facts := known.get(line["order"])) is not None
        and still_stands(facts, line["subject"], f"{line['kind']}.{line['audience']}", zone, today)
    ]
    return {**data, "lines": left} if left else None


def _add(uow: UnitOfWork, notice: Notice, now: datetime) -> None:
    """Stage a message; a letter can be answered, and its answer is known to be about this centre, order or student."""
    if notice.channel == "chat":
        uow.add_notice(notice)
        return
    first = notice.data["lines"][0]
    about: tuple[TopicKind, str] = ("order", first["order"])
    if notice.kind == DIGEST:
        about = ("centre", notice.data["centre"])
    elif first["audience"] == "student":
        about = ("line", first["subject"])
    made = add_answerable(uow, notice, about, now)
    if notice.kind == DIGEST:
        _keep_numbers(uow, made, now)


def digest_key(topic_sha256: str) -> str:
    """Return the hash under which the numbered lines of the digest with this reply token are kept."""
    return digest(f"{DIGEST_LINES}:{topic_sha256}")


def _keep_numbers(uow: UnitOfWork, notice: Notice, now: datetime) -> None:
    """Keep which number stands for what: an answer may say «3: оплачено»."""
    shown = enumerate(notice.data["lines"], 1)
    lines = {str(line.get("at", at)): [line["kind"], line["subject"], line["order"]] for at, line in shown}
    key = digest_key(digest(notice.data["reply"]))
    uow.save_token(Token(key, DIGEST_LINES, notice.data["centre"], now + LIFETIME, {"lines": json.dumps(lines)}))


def numbered(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a digest's lines as it shows them, each with its number `at`: lines that fall away leave the others'."""
    shown = sorted(lines, key=lambda one: (SHOWN_AS.index(one["kind"]), one.get("until") or "9999", one["number"]))
    return [{**line, "at": at} for at, line in enumerate(shown, 1)]


def _account(order: Order, due: Due) -> int | None:
    if due.reminder.audience == "student":
        return order.line(due.reminder.subject).student_id
    return None if order.filled_in_by_staff else order.placed_by


def _digest(box: Box) -> dict[str, Any]:
    return {
        "role": box.whose,
        "centre": box.centre.number if box.whose == "manager" else "",
        "centre_name": box.centre.name if box.whose == "manager" else "",
        "mail": box.mail,
        "day": box.day.isoformat(),
        "lines": numbered([_line(one, box.orders) for one in box.due]),
    }


def _letter(box: Box) -> dict[str, Any]:
    first = box.due[0]
    order = box.orders[first.reminder.order_id]
    student = first.reminder.audience == "student"
    name = order.line(first.reminder.subject).name if student else order.orderer.name
    return {
        "greeting": _greeting(name),
        "centre_name": box.centre.name,
        "centre_email": box.centre.email,
        "mail": box.mail,
        "day": box.day.isoformat(),
        "lines": [_line(one, box.orders) for one in box.due],
    }


def _line(due: Due, orders: dict[str, Order]) -> dict[str, Any]:
    """Return the line's data; an administrator sees whose order it is."""
    return {**due.data, "centre": orders[due.reminder.order_id].centre}


def _numbered_for(box: Box, due: Iterable[Due], address: str) -> list[dict[str, Any]]:
    """Return the lines of one chat; a line of another's order says whom it is for."""
    lines = []
    for one in due:
        owner = owner_of(box.orders[one.reminder.order_id])
        instead = {"instead_of": owner.name} if owner is not None and str(owner.user_id) != address else {}
        lines.append(_line(one, box.orders) | instead)
    return numbered(lines)


def _kind_of(lines: list[dict[str, Any]]) -> str:
    return STUDENT if any(line["audience"] == "student" for line in lines) else CLIENT


async def _linked(uow: UnitOfWork, line: dict[str, Any], orders: dict[str, Order], now: datetime) -> dict[str, Any]:
    """Return a student's line with a fresh link to the questionnaire: by mail there is no button."""
    order = orders.get(line["order"])
    if line["audience"] != "student" or order is None:
        return line
    secret = await renew_link(uow, order, order.line(line["subject"]), now)
    return {**line, "secret": secret, "expires": expires_on(now).isoformat()}


def _greeting(name: str) -> str:
    try:
        return parse_full_name(name).greeting
    except BadAnswer:
        return name
