"""Place an order: the draft becomes an order, the centre's letter and every student's link, all at once (O6, O7).

The students' letters of an order that nobody known answers for wait until it is confirmed (`hold_order`).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from school import people
from school.centre import Centre
from school.draft import Draft
from school.errors import SchoolError
from school.notices import Notice
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.ports import Session, UnitOfWork
from school.use_cases.answerable import add_letter
from school.use_cases.bind_group import tell_new_order
from school.use_cases.hold_order import Placer, judge
from school.use_cases.renew_link import expires_on, new_link


class CentreClosed(SchoolError):
    """The centre takes no orders any more."""

    code = "centre_closed"


class NotOnSale(SchoolError):
    """A chosen course, run or tariff is not offered any more."""

    code = "not_on_sale"


class LooksRepeated(SchoolError):
    """An order of the same payer with the same student on the same run stands already."""

    code = "looks_repeated"


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of it; `again` when this draft was an order already, `told`: the orderer may be written to."""

    order: Order
    again: bool
    told: bool = True


async def place_order(
    uow: UnitOfWork,
    session: Session,
    draft: Draft,
    now: datetime,
    placer: Placer,
    *,
    repeat: bool = False,
    actor: str = "",
) -> Placed:
    """Turn a complete draft into an order and stage all letters and messages of O6.

    Those to students leave at once where `placer` is known. `actor` is how the audit names a person whom the draft does
    not. Raises `CentreClosed`, `NotOnSale`, and `LooksRepeated` unless `repeat` says that the person knows.
    """
    if existing := await uow.order_by_draft(draft.id):
        return Placed(existing, again=True)
    centre = session.centre
    if centre is None or centre.closed:
        raise CentreClosed
    payer = payer_of(draft)
    students = draft.answers["students"]
    if not repeat:
        similar = await uow.similar_orders(payer, [(people.fold(s["name"]), s["run"]) for s in students])
        # Nobody's account is not one person: what others ordered without an account stays theirs.
        own = {o.id for o in similar if draft.user_id and o.placed_by == draft.user_id}
        known = [o for o in similar if o.id in own or o.centre == centre.number]
        if known:
            raise LooksRepeated(numbers=[o.number for o in known if o.id in own])
    order = _order(draft, session, centre, payer, now)
    judged = await judge(uow, order, placer, now)
    if judged.held:
        order = replace(order, held_since=now, held_why=judged.held)
    uow.add_order(order)
    uow.save_draft(replace(draft, state="placed", touched_at=now))
    await tell_centre(uow, order, centre, now)
    await tell_new_order(uow, centre.number, order.number, len(order.lines), f"order:{order.id}")
    if not order.held:
        invite_students(uow, order, centre, now)
    uow.audit(actor or actor_of(draft), "order.placed", order.id, after=order.number)
    return Placed(order, again=False, told=judged.told)


def actor_of(draft: Draft) -> str:
    """Return who filled the draft in, for the audit: an account, or an address where it came by mail."""
    return f"chat:{draft.user_id}" if draft.user_id else f"mail:{draft.answers.get('orderer_email', '')}"


def payer_of(draft: Draft) -> Payer:
    """Read the payer from a complete draft."""
    a = draft.answers
    kind = PayerKind(a["payer_kind"])
    kpp = a.get("payer_kpp") if kind is PayerKind.ORGANISATION else None
    return Payer(kind, a["payer_name"], a.get("payer_inn"), kpp, a["payer_address"])


def _order(draft: Draft, session: Session, centre: Centre, payer: Payer, now: datetime) -> Order:
    a = draft.answers
    orderer = Orderer(a["orderer_name"], a["orderer_mobile"], a["orderer_email"])
    return Order(
        id=uuid4().hex,
        number=f"{centre.number}-{centre.next_order:04d}",
        centre=centre.number,
        draft_id=draft.id,
        payer=payer,
        orderer=orderer,
        lines=tuple(_line(s, session) for s in a["students"]),
        placed_at=now,
        placed_by=draft.user_id,
        filled_in_by_staff=any(r.centre == centre.number for r in session.roles),
    )


def _line(student: dict[str, Any], session: Session) -> OrderLine:
    catalogue = session.catalogue
    course, run = catalogue.course(student["course"]), catalogue.run(student["run"])
    tariff = catalogue.tariff(student["tariff"])
    if course is None or run is None or tariff is None or run.closed:
        raise NotOnSale(name=student["name"])
    return OrderLine(
        id=uuid4().hex,
        name=student["name"],
        mobile=student["mobile"],
        email=student["email"],
        course=course.key,
        run=run.key,
        tariff=tariff.key,
        course_title=course.title,
        tariff_title=tariff.title,
        price=tariff.price,
        starts=run.starts,
        ends=run.ends,
        flags=tuple(student.get("flags", ())),
    )


async def tell_centre(uow: UnitOfWork, order: Order, centre: Centre, now: datetime, again: str = "") -> None:
    """Stage the order for the centre's mailbox and its managers' chats; `again` names why it is told once more."""
    data = order_data(order, centre)
    key = f"order:{order.id}" + (f":{again}" if again else "")
    add_letter(uow, "order_to_centre", centre.email, data, dedupe=f"{key}:centre", about=("order", order.id), now=now)
    for member in await uow.centre_staff(centre.number):
        to = str(member.chat_id)
        uow.add_notice(Notice(uuid4().hex, "order_to_staff", "chat", to, data, f"{key}:staff:{member.id}"))


def invite_students(uow: UnitOfWork, order: Order, centre: Centre, now: datetime) -> None:
    """Stage the first link of every student who is still in the order, and the letter with it (O7)."""
    for line in order.living:
        add_letter(
            uow,
            "questionnaire_invite",
            line.email,
            invite_data(order, line, centre, new_link(uow, order, line, now), expires_on(now)),
            dedupe=f"invite:{line.id}:1",
            about=("line", line.id),
            now=now,
        )


def order_data(order: Order, centre: Centre) -> dict[str, Any]:
    """The order as plain JSON for letters and messages; dates ISO, sums in kopecks."""
    payer = order.payer
    return {
        "number": order.number,
        "centre_name": centre.name,
        "payer": {
            "kind": payer.kind.value,
            "name": payer.name,
            "inn": payer.inn,
            "kpp": payer.kpp,
            "address": payer.address,
        },
        "orderer": {"name": order.orderer.name, "mobile": order.orderer.mobile, "email": order.orderer.email},
        "students": [_student_data(line) for line in order.lines],
        "total": order.total,
        "placed_at": order.placed_at.isoformat(),
        "filled_in_by_staff": order.filled_in_by_staff,
        "held": order.held_why if order.held else "",
    }


def _student_data(line: OrderLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "mobile": line.mobile,
        "email": line.email,
        "course_title": line.course_title,
        "tariff_title": line.tariff_title,
        "price": line.price,
        "starts": line.starts.isoformat(),
        "ends": line.ends.isoformat(),
        "flags": list(line.flags),
    }


def invite_data(order: Order, line: OrderLine, centre: Centre, secret: str, expires: date) -> dict[str, Any]:
    """The student's letter of O7 as plain JSON; the secret is worded into links by the face that sends it."""
    return {
        "student_name": line.name,
        "greeting": people.parse_full_name(line.name).greeting,
        "course_title": line.course_title,
        "starts": line.starts.isoformat(),
        "payer_kind": order.payer.kind.value,
        "payer_name": order.payer.name,
        "orderer_name": order.orderer.name,
        "centre_name": centre.name,
        "order_number": order.number,
        "secret": secret,
        "expires": expires.isoformat(),
    }
