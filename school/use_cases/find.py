"""Find what an input is about; foreign and absent look the same."""

from school.centre import Role
from school.errors import Forbidden, NotFound
from school.order import Enrolment, Order
from school.ports import Session, UnitOfWork


async def find_enrolment(uow: UnitOfWork, line_id: str) -> Enrolment:
    """Return the order and the line of this id. Raises `NotFound`."""
    order = await uow.order_of_line(line_id)
    if order is None:
        raise NotFound
    return Enrolment(order, order.line(line_id))


def holds(session: Session, *roles: Role) -> bool:
    """Tell whether the person holds one of the roles now."""
    return any(member.role in roles for member in session.roles)


def manages(session: Session, centre: str) -> bool:
    """Tell whether the person is a manager of this very centre."""
    return any(member.role is Role.MANAGER and member.centre == centre for member in session.roles)


def require_role(session: Session, *roles: Role) -> None:
    """Raise `Forbidden` unless the person holds one of the roles now."""
    if not holds(session, *roles):
        raise Forbidden


def require_order_staff(session: Session, order: Order) -> None:
    """Raise `NotFound` unless the person is a manager of the order's centre, a curator or an administrator."""
    if not (manages(session, order.centre) or holds(session, Role.CURATOR, Role.ADMIN)):
        raise NotFound


async def find_order_of_staff(uow: UnitOfWork, session: Session, order_id: str) -> Order:
    """Return the order of this opaque id for its centre's managers, curators, administrators. Raises `NotFound`."""
    order = await uow.order(order_id)
    if order is None:
        raise NotFound
    require_order_staff(session, order)
    return order


def actor(session: Session) -> str:
    """Return how the audit names whoever the session is of."""
    return session.proof.actor if session.proof is not None else f"chat:{who(session)}"


def who(session: Session) -> int:
    """Return the account that the session is of, for the audit; 0 for one that has never written."""
    if session.visitor is not None:
        return session.visitor.user_id
    return session.roles[0].user_id if session.roles else 0
