"""Read the audit: who did what, when, from what to what. For administrators only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from school.centre import Role, StaffMember
from school.errors import NotFound
from school.names import fold
from school.ports import Session, UnitOfWork
from school.ports_audit import AuditLine, Label
from school.use_cases.find import require_role, who

Of = Literal["order", "person", "day"]

PAGE = 10
MOST = 5000
"""Lines of an export: what is older is asked for by order, by person or by day."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the audit is asked for: an order by its number, a person by an account or an address, a day (ISO)."""

    of: Of
    key: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff, present or former, by the account."""

    user_id: int
    name: str
    former: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A page of the audit, the newest first; `more` lines are older. `staff` names accounts, `labels` subjects."""

    asked: Asked
    lines: tuple[AuditLine, ...]
    labels: Mapping[str, Label]
    staff: Mapping[int, str]
    page: int
    more: bool


async def people(uow: UnitOfWork, session: Session, name: str = "") -> list[Person]:
    """Return the staff, present and former, whose name holds `name`, the present ones first. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    found = _people(await uow.staff_ever())
    wanted = fold(name)
    return sorted((one for one in found if wanted in fold(one.name)), key=lambda one: (one.former, fold(one.name)))


async def read_audit(uow: UnitOfWork, session: Session, asked: Asked, page: int, zone: tzinfo) -> Read:
    """Return a page; that it was read is staged in the audit once for the first. Raises `Forbidden`, `NotFound`."""
    require_role(session, Role.ADMIN)
    page = min(max(page, 0), MOST // PAGE)
    lines = await _lines(uow, asked, PAGE + 1, page * PAGE, zone)
    if page == 0:
        uow.audit(f"chat:{who(session)}", "audit.read", asked.key)
    return await _read(uow, asked, lines[:PAGE], page, more=len(lines) > PAGE)


async def export_audit(uow: UnitOfWork, session: Session, asked: Asked, zone: tzinfo) -> Read:
    """Return the newest `MOST` lines, and stage that they were taken out. Raises `Forbidden`, `NotFound`."""
    require_role(session, Role.ADMIN)
    lines = await _lines(uow, asked, MOST + 1, 0, zone)
    uow.audit(f"chat:{who(session)}", "audit.exported", asked.key, after=str(min(len(lines), MOST)))
    return await _read(uow, asked, lines[:MOST], 0, more=len(lines) > MOST)


async def _lines(uow: UnitOfWork, asked: Asked, limit: int, offset: int, zone: tzinfo) -> Sequence[AuditLine]:
    if asked.of == "order":
        return await uow.audit_of_subjects(await _subjects(uow, asked.key), limit, offset)
    if asked.of == "person":
        way = "mail" if "@" in asked.key else "chat"
        return await uow.audit_of_actors((f"{way}:{asked.key}", f"page:{asked.key}"), limit, offset)
    since, until = _bounds(asked.key, zone)
    return await uow.audit_between(since, until, limit, offset)


async def _subjects(uow: UnitOfWork, number: str) -> list[str]:
    """Return the order's id and those of all that belongs to it. Raises `NotFound`."""
    order = await uow.order_by_number(number)
    if order is None:
        raise NotFound
    invoices = [invoice.id for invoice in await uow.invoices_of_order(order.id)]
    acts = [act.id for act in await uow.acts_of_order(order.id)]
    parts = await uow.allocations_of(invoices) if invoices else ()
    payments = dict.fromkeys(part.payment_id for part in parts)
    return [order.id, *(line.id for line in order.lines), *invoices, *acts, *payments]


def _bounds(day: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first moment of the school's day and of the next, in UTC. Raises `NotFound` for no day."""
    try:
        first = date.fromisoformat(day)
        bounds = [datetime.combine(one, time(), zone).astimezone(UTC) for one in (first, first + timedelta(days=1))]
    except (ValueError, OverflowError):
        raise NotFound from None
    return bounds[0], bounds[1]


async def _read(uow: UnitOfWork, asked: Asked, lines: Sequence[AuditLine], page: int, *, more: bool) -> Read:
    labels = await uow.audit_labels(list({line.subject for line in lines}))
    names = {one.user_id: one.name for one in _people(await uow.staff_ever())}
    return Read(asked, tuple(lines), labels, names, page, more)


def _people(roles: Sequence[StaffMember]) -> list[Person]:
    """Return each account once, under its newest name; former where no role is left."""
    found: dict[int, Person] = {}
    for member in roles:
        known = found.get(member.user_id)
        former = member.withdrawn_at is not None
        found[member.user_id] = Person(
            member.user_id, known.name if known else member.name, former and (known is None or known.former)
        )
    return list(found.values())
