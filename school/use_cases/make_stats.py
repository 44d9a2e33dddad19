"""Make the figures of a centre or of the whole school for who may see them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from school.centre import Centre, Role
from school.errors import Forbidden, NotFound
from school.ports import Session, UnitOfWork
from school.stats import Span, Stats, first_monday, make_stats
from school.use_cases.find import holds, manages

HISTORY = timedelta(days=180)
"""How long before the first week shown an order may have been placed: its whole way, course and papers, is shorter."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures; `centre` is None where they are of all, `own` are the centres to choose among."""

    stats: Stats
    centre: Centre | None
    own: tuple[str, ...]


async def figures(uow: UnitOfWork, session: Session, asked: str, today: date, zone: tzinfo) -> Figures:
    """Return the figures of the centre asked for, "" for what the person sees by default; `today` in the `zone`.

    That is all centres for a curator and an administrator, the first of the own ones for a manager. Raises `Forbidden`
    for whoever has no figures, `NotFound` for a centre that is foreign or not there.
    """
    own = tuple(sorted({str(role.centre) for role in session.roles if role.role is Role.MANAGER}))
    centre = await _scope(uow, session, asked, own)
    first = first_monday(today)
    since = datetime.combine(first - HISTORY, time(), zone).astimezone(UTC)
    tallies = await uow.stage_tallies(centre.number if centre else None, Span(since, first, today, zone))
    return Figures(make_stats(tallies, today), centre, own)


async def _scope(uow: UnitOfWork, session: Session, asked: str, own: tuple[str, ...]) -> Centre | None:
    """Return the centre whose figures are wanted, None for all."""
    if not holds(session, Role.MANAGER, Role.CURATOR, Role.ADMIN):
        raise Forbidden
    if not holds(session, Role.CURATOR, Role.ADMIN):
        asked = asked or own[0]
        if not manages(session, asked):
            raise NotFound
    elif not asked:
        return None
    centre = await uow.centre(asked)
    if centre is None:
        raise NotFound
    return centre


def sees_all(session: Session) -> bool:
    """Tell whether the person sees the figures of all centres."""
    return holds(session, Role.CURATOR, Role.ADMIN)
