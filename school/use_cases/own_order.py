"""Who of the centre's managers leads an order, and who stands in for them."""

from dataclasses import dataclass, replace
from typing import Literal

from school.centre import Role
from school.errors import NotFound
from school.order import Order
from school.ports import Session, UnitOfWork
from school.status import Query
from school.use_cases.find import manages, require_role, who

What = Literal["take", "stand", "leave"]


@dataclass(frozen=True, slots=True)
class Owner:
    """A manager at an order: the chat account and the name of the day they took it."""

    user_id: int
    name: str


def owner_of(order: Order) -> Owner | None:
    """Return who leads the order, or None."""
    return _read(order, "owner")


def substitute_of(order: Order) -> Owner | None:
    """Return who stands in, or None."""
    return _read(order, "substitute")


def _read(order: Order, place: str) -> Owner | None:
    number = order.extra.get(place, "")
    return Owner(int(number), order.extra.get(f"{place}_name", "")) if number.isdecimal() else None


def moved(order: Order, person: Owner, what: What) -> Order:
    """Return the order with the person in another place; the same order where they stand there already. Pure.

    Who takes an order makes its owner the substitute; where the owner leaves, the substitute leads.
    """
    owner, substitute = owner_of(order), substitute_of(order)
    was_owner = owner is not None and owner.user_id == person.user_id
    was_substitute = substitute is not None and substitute.user_id == person.user_id
    if what == "take" and not was_owner:
        owner, substitute = person, owner if owner is not None else None if was_substitute else substitute
    elif what == "stand" and not was_owner and not was_substitute:
        substitute = person
    elif what == "leave" and was_owner:
        owner, substitute = substitute, None
    elif what == "leave" and was_substitute:
        substitute = None
    return _written(order, owner, substitute)


def _written(order: Order, owner: Owner | None, substitute: Owner | None) -> Order:
    places = ("owner", "owner_name", "substitute", "substitute_name")
    extra = {key: value for key, value in order.extra.items() if key not in places}
    for place, person in (("owner", owner), ("substitute", substitute)):
        if person is not None:
            extra |= {place: str(person.user_id), f"{place}_name": person.name}
    return replace(order, extra=extra)


async def own_order(uow: UnitOfWork, session: Session, number: str, what: What) -> Order:
    """Let a manager of the order's centre take it, stand in or leave. Raises `Forbidden`, `NotFound`."""
    require_role(session, Role.MANAGER)
    own = {str(member.centre): member for member in session.roles if member.role is Role.MANAGER}
    hits = await uow.find_status(Query("number", number), tuple(own), 1)
    if not hits.orders or not manages(session, hits.orders[0].centre):
        raise NotFound
    order = hits.orders[0]
    after = moved(order, Owner(who(session), own[order.centre].name), what)
    if after.extra == order.extra:
        return order
    uow.save_order_extra(after)
    before = owner_of(order)
    now = owner_of(after)
    uow.audit(
        f"chat:{who(session)}",
        f"order.{what}",
        order.id,
        str(before.user_id) if before else "",
        str(now.user_id) if now else "",
    )
    return after
