"""Follow an order: who may look after its students, what may be done for each, and reading them for that."""

from datetime import date

from school.cancelling import OrderCancelled
from school.catalogue import Catalogue
from school.centre import Centre, Role
from school.errors import NotFound, SchoolError
from school.forms.field import Context, Scope
from school.order import Enrolment, Order, OrderLine
from school.ports import Session, UnitOfWork
from school.use_cases.find import find_enrolment, holds, manages, who

TO_FILL_IN = frozenset({"not_started", "filling", "returned"})


class StudentAdmitted(SchoolError):
    """The student is admitted already: nobody takes their place any more."""

    code = "student_admitted"


class LinkNotNeeded(SchoolError):
    """The student is admitted or declined: there is nothing to fill in by a link."""

    code = "link_not_needed"


class OrderHeld(SchoolError):
    """Nobody has answered for the order yet: nothing is written to its students."""

    code = "order_held"


def leads(session: Session, order: Order) -> bool:
    """Tell whether the person is a manager of the order's centre or an administrator."""
    return manages(session, order.centre) or holds(session, Role.ADMIN)


def follows(session: Session, order: Order) -> bool:
    """Tell whether the order is the person's to look after: they placed it, lead it, or proved it on its page.

    What a manager placed for a client stays the centre's: a withdrawn manager does not take it along.
    """
    if session.proof is not None:
        return order.id == session.proof.order
    own = session.visitor is not None and order.placed_by == who(session) and not order.filled_in_by_staff
    return own or leads(session, order)


async def open_order(uow: UnitOfWork, session: Session, order_id: str) -> Order:
    """Return the order of this opaque id. Raises `NotFound`, for a foreign one too."""
    return _followed(await uow.order(order_id), session)


async def open_number(uow: UnitOfWork, session: Session, number: str) -> Order:
    """Return the order that people call by this number. Raises `NotFound`, for a foreign one too."""
    return _followed(await uow.order_by_number(number), session)


async def open_student(uow: UnitOfWork, session: Session, line_id: str) -> Enrolment:
    """Return the student of an order that is the person's to look after. Raises `NotFound`, for a foreign one too."""
    about = await find_enrolment(uow, line_id)
    _followed(about.order, session)
    return about


async def open_student_led(uow: UnitOfWork, session: Session, line_id: str) -> Enrolment:
    """Return the student of an order that the person leads. Raises `NotFound`, for a foreign one too."""
    about = await find_enrolment(uow, line_id)
    if not leads(session, about.order):
        raise NotFound
    return about


def require_living(line: OrderLine) -> None:
    """Raise `OrderCancelled` where the student's place was given up: nothing is done about it any more."""
    if line.cancelled:
        raise OrderCancelled


def require_released(order: Order) -> None:
    """Raise `OrderHeld` where the order's letters to students wait for a confirmation."""
    if order.held:
        raise OrderHeld


def _followed(order: Order | None, session: Session) -> Order:
    if order is None or not follows(session, order):
        raise NotFound
    return order


async def centre_of(uow: UnitOfWork, order: Order) -> Centre:
    """Return the order's centre. Raises `NotFound`."""
    found = await uow.centre(order.centre)
    if found is None:
        raise NotFound
    return found


def may_nudge(line: OrderLine) -> bool:
    """Tell whether there is something to remind the student of."""
    return line.admitted_at is None and not line.cancelled and line.questionnaire in TO_FILL_IN


def may_get_link(line: OrderLine) -> bool:
    """Tell whether the student still needs a link."""
    return line.admitted_at is None and not line.cancelled and line.questionnaire != "declined"


def may_correct_email(line: OrderLine) -> bool:
    """Tell whether nobody stands behind the address yet: no account is bound, nothing is filled in."""
    open_to_all = line.student_id is None and line.questionnaire == "not_started"
    return line.admitted_at is None and not line.cancelled and open_to_all


def may_correct_mobile(line: OrderLine) -> bool:
    """Tell whether the mobile still serves as proof: a student who has proved it changes it in the questionnaire."""
    return may_get_link(line) and line.student_id is None


def may_replace(line: OrderLine) -> bool:
    """Tell whether another person may take the student's place."""
    return line.admitted_at is None and not line.cancelled


def scope_of_order(
    order: Order, line_id: str, item: dict[str, object], centre: Centre, catalogue: Catalogue, today: date
) -> Scope:
    """Return a placed order as the order form's checks see it, `item` being what is typed for this student now."""
    answers = {
        "orderer_name": order.orderer.name,
        "orderer_email": order.orderer.email,
        "students": [{"name": line.name, "email": line.email} for line in order.lines],
    }
    index = order.lines.index(order.line(line_id))
    return Scope(answers, item, index, Context(catalogue, today, centre.email, None))
