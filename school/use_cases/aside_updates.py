"""Updates that could not be handled: an administrator looks at them one by one, has one handled again or drops it."""

from dataclasses import dataclass

from school.centre import Role
from school.errors import NotFound
from school.ports import Session, UnitOfWork
from school.ports_inbox import AsideUpdate, AsideUpdates
from school.use_cases.find import require_role, who


@dataclass(frozen=True, slots=True)
class Place:
    """One of the updates set aside: at which place it is (from 0) of how many; None where there is none."""

    update: AsideUpdate | None
    at: int
    total: int


async def count(session: Session, updates: AsideUpdates) -> int:
    """Return how many updates are set aside. Raises `Forbidden`."""
    require_role(session, Role.ADMIN)
    return await updates.aside_count()


async def look(session: Session, updates: AsideUpdates, at: int) -> Place:
    """Return the update at this place, the nearest one where there are fewer. Raises `Forbidden`."""
    total = await count(session, updates)
    at = min(max(at, 0), max(total - 1, 0))
    found = await updates.aside(1, at)
    return Place(found[0] if found else None, at, total)


async def retry(uow: UnitOfWork, session: Session, updates: AsideUpdates, row_id: int) -> None:
    """Have the update handled again. Raises `Forbidden`, `NotFound` where it is not set aside any more."""
    require_role(session, Role.ADMIN)
    if not await updates.take_up(row_id):
        raise NotFound
    uow.audit(f"chat:{who(session)}", "update.retried", str(row_id))


async def drop(uow: UnitOfWork, session: Session, updates: AsideUpdates, row_id: int) -> None:
    """Take the update away, its content with it. Raises `Forbidden`, `NotFound` where it is gone."""
    require_role(session, Role.ADMIN)
    if not await updates.drop(row_id):
        raise NotFound
    uow.audit(f"chat:{who(session)}", "update.dropped", str(row_id))
