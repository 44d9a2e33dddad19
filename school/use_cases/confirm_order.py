"""Let the letters of a held order go: its orderer shows that the mailbox is theirs, or staff answer for it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from school import tokens
from school.errors import NotFound
from school.letter_caps import Caps, Letters, hash_of
from school.order import Order
from school.ports import Session, Token, UnitOfWork
from school.use_cases.answerable import add_letter
from school.use_cases.find import actor
from school.use_cases.follow_order import centre_of, leads, open_order
from school.use_cases.hold_order import CONFIRM, confirm_data, take
from school.use_cases.place_order import invite_students, order_data, tell_centre
from school.use_cases.prove_link import LinkDead

NUDGE_AFTER = timedelta(days=1)
State = Literal["waits", "released", "capped", "cancelled"]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The order, and how it stands now; `changed`: by this very act."""

    order: Order
    state: State
    changed: bool = False

    @property
    def students(self) -> int:
        """How many students are written to, or will be."""
        return len(self.order.living)


def state_of(order: Order) -> State:
    """Tell whether the letters wait for the orderer, for staff alone ("capped"), for nothing, or for nobody."""
    if order.cancelled:
        return "cancelled"
    if not order.held:
        return "released"
    return "capped" if order.held_why == "cap" else "waits"


async def find_confirmation(uow: UnitOfWork, secret: str, now: datetime) -> tuple[Token, Confirmed]:
    """Return what the link of the letter would confirm; nothing is changed. Raises `LinkDead`."""
    token = await uow.token(tokens.digest(secret))
    if token is None or token.kind != CONFIRM or token.revoked_at or token.expires_at <= now:
        raise LinkDead
    order = await uow.order(token.subject)
    if order is None:
        raise LinkDead
    return token, Confirmed(order, state_of(order))


async def confirm_by_link(uow: UnitOfWork, secret: str, caps: Caps, now: datetime) -> Confirmed:
    """Confirm the order by its letter's link; a second time changes nothing. Raises `LinkDead`."""
    token, found = await find_confirmation(uow, secret, now)
    return await _confirm(uow, found.order, token.data["mailbox"], f"page:{found.order.orderer.email}", caps, now)


async def confirm_by_reply(uow: UnitOfWork, order: Order, mailbox: str, caps: Caps, now: datetime) -> Confirmed:
    """Confirm the order by an answer to its letter from the mailbox that got it; a second time changes nothing."""
    return await _confirm(uow, order, hash_of(mailbox), f"mail:{mailbox}", caps, now)


async def accept_order(uow: UnitOfWork, session: Session, order_id: str, now: datetime) -> Confirmed:
    """Let the letters go because staff answer for the order, whatever they wait for; a second time changes nothing.

    For managers of its centre and administrators. Raises `NotFound`.
    """
    order = await open_order(uow, session, order_id)
    if not leads(session, order):
        raise NotFound
    if state_of(order) in ("released", "cancelled"):
        return Confirmed(order, state_of(order))
    uow.audit(actor(session), "order.accepted", order.id, after=order.number)
    return await _release(uow, order, actor(session), now)


async def nudge_orderer(uow: UnitOfWork, order: Order, now: datetime) -> None:
    """Stage the one reminder of an order that nobody has confirmed, with a fresh link."""
    uow.save_held(replace(order, held_nudged_at=now))
    if state_of(order) != "waits":
        return
    centre = await centre_of(uow, order)
    data = order_data(order, centre) | confirm_data(uow, order, order.orderer.email, now) | {"nudge": True}
    key = f"order:{order.id}:confirm"
    add_letter(uow, "order_accepted", order.orderer.email, data, dedupe=key, about=("order", order.id), now=now)


async def _confirm(uow: UnitOfWork, order: Order, mailbox: str, by: str, caps: Caps, now: datetime) -> Confirmed:
    if state_of(order) != "waits":
        return Confirmed(order, state_of(order))
    uow.know_mailbox(mailbox, now)
    letters = Letters(mailbox, order.centre, [line.email for line in order.living])
    if await take(uow, letters, caps, now):
        uow.audit(by, "order.confirmed", order.id, after=order.number)
        return await _release(uow, order, by, now)
    capped = replace(order, held_why="cap")
    uow.save_held(capped)
    uow.audit(by, "order.capped", order.id, after=order.number)
    await tell_centre(uow, capped, await centre_of(uow, order), now, "capped")
    return Confirmed(capped, "capped", changed=True)


async def _release(uow: UnitOfWork, order: Order, by: str, now: datetime) -> Confirmed:
    released = replace(order, released_at=now, released_by=by)
    uow.save_held(released)
    for line in released.living:
        # Whoever corrects or cancels this student meanwhile loses, or we do: no letter goes to an address of before.
        uow.save_line(order.id, replace(line, link_sent_at=now))
    invite_students(uow, released, await centre_of(uow, order), now)
    return Confirmed(released, "released", changed=True)
