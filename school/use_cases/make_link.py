"""The links by which a centre's clients place orders: one a discipline and one for all (docs/regulations.md: O1)."""

from dataclasses import dataclass

from school.catalogue import Discipline
from school.centre import Centre, Role
from school.errors import Forbidden, NotFound
from school.ports import Session, UnitOfWork
from school.use_cases.find import holds, manages


@dataclass(frozen=True, slots=True)
class Links:
    """A centre and the disciplines it has links for; those of a closed centre open nothing."""

    centre: Centre
    disciplines: tuple[Discipline, ...]

    def discipline(self, key: str) -> Discipline | None:
        """Return the discipline of this key, None for all courses. Raises `NotFound` for one that is gone."""
        if not key:
            return None
        found = next((one for one in self.disciplines if one.key == key), None)
        if found is None:
            raise NotFound
        return found


async def centres_for_links(uow: UnitOfWork, session: Session) -> tuple[Centre, ...]:
    """Return the manager's own centres by number; none for an administrator, who names one. Raises `Forbidden`."""
    if not holds(session, Role.MANAGER, Role.ADMIN):
        raise Forbidden
    numbers = sorted({member.centre for member in session.roles if member.role is Role.MANAGER and member.centre})
    found = [await uow.centre(number) for number in numbers]
    return tuple(centre for centre in found if centre is not None)


async def links_of(uow: UnitOfWork, session: Session, number: str) -> Links:
    """Return the links of a centre. Raises `Forbidden`; `NotFound` for a centre that is foreign or not there."""
    if not holds(session, Role.MANAGER, Role.ADMIN):
        raise Forbidden
    centre = await uow.centre(number)
    if centre is None or not (manages(session, number) or holds(session, Role.ADMIN)):
        raise NotFound
    return Links(centre, session.catalogue.disciplines)
