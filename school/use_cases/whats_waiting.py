"""What waits for a member of staff right now: counts only, in few trips, for the home screen and the groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from school.centre import Role
from school.closing import Act, original_due, scan_closed, scan_due
from school.ports import QueueState, Session, UnitOfWork
from school.ports_audit import Trouble
from school.report import WEEK
from school.use_cases.find import holds


@dataclass(frozen=True, slots=True)
class OfCentres:
    """Open invoices, and acts whose scan or original is due within a week; `act_due` is the most urgent's last day.

    `unbilled` counts unpaid orders that have no invoice; `first_unbilled` is the number of one that waits longest.
    `first_owing` is the first of the centres that has open invoices or acts due.
    """

    unpaid: int = 0
    acts: int = 0
    act_due: date | None = None
    unbilled: int = 0
    first_unbilled: str = ""
    first_owing: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for this person; None where it is not theirs to do."""

    centres: OfCentres | None = None
    queue: QueueState | None = None
    to_admit: int | None = None
    trouble: Trouble | None = None


async def whats_waiting(
    uow: UnitOfWork, session: Session, now: datetime, today: date, *, registration: bool
) -> Waiting:
    """Return what waits, by the roles held now: a manager's own centres, the school's queues, troubles."""
    of_school = holds(session, Role.CURATOR, Role.ADMIN)
    own = sorted({m.centre for m in session.roles if m.role is Role.MANAGER and m.centre})
    to_admit = None
    if of_school:
        _, to_admit = await uow.lines_to_admit(now, registration=registration, limit=1)
    return Waiting(
        centres=await of_centres(uow, own, today) if own else None,
        queue=await uow.queue_state(now, today) if of_school else None,
        to_admit=to_admit,
        trouble=await uow.trouble() if holds(session, Role.ADMIN) else None,
    )


async def of_centres(uow: UnitOfWork, numbers: Sequence[str], today: date) -> OfCentres:
    """Return the counts of these centres together."""
    unpaid = acts = unbilled = 0
    first = owing = ""
    dues: list[date] = []
    for number in numbers:
        _, bills = await uow.report_unpaid(number, 1, 0)
        urgent, due = await uow.report_acts(number, today + WEEK, 1, 0)
        unpaid, acts, owing = unpaid + bills, acts + due, owing or (number if bills or due else "")
        dues += [last_day(act) for act in urgent]
        oldest, without = await uow.orders_without_invoice(number, 1)
        unbilled, first = unbilled + without, first or next(iter(oldest), "")
    return OfCentres(unpaid, acts, min(dues, default=None), unbilled, first, owing)


def last_day(act: Act) -> date:
    """Return the last day of the clock that runs: the scan's, then the original's."""
    return (original_due(act) if scan_closed(act) else None) or scan_due(act)
