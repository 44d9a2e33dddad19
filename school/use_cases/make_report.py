"""Make a centre's report for who may see it, and the weekly one (REGULATIONS C4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from school.centre import Centre, Role
from school.errors import Forbidden, NotFound
from school.facts import OrderFacts
from school.notices import Notice
from school.ports import Session, UnitOfWork
from school.report import PARTS, WEEK, Picture, Report, make_picture, make_report, row_data
from school.use_cases.find import holds, manages
from school.use_cases.tell import tell_managers

MOST = 2000
"""Invoices, unshipped lines and acts are each read up to this many, the oldest first: a screen stays quick."""

FUNNEL = timedelta(days=180)
"""How far back the funnel looks: an order's whole life, course and papers, is shorter."""

FUNNEL_MOST = 5000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Made:
    """A report; `centre` is None where it is of all, `cut` tells that there is more than `MOST`.

    `own` are the numbers of a manager's centres to choose among.
    """

    report: Report
    centre: Centre | None
    cut: bool
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the picture shows, of orders placed since the day `since`."""

    picture: Picture
    centre: Centre | None
    since: date
    today: date


def may_report(session: Session) -> bool:
    """Tell whether the person may see any report."""
    return holds(session, Role.MANAGER, Role.CURATOR, Role.ADMIN)


async def report(uow: UnitOfWork, session: Session, asked: str, today: date) -> Made:
    """Return the report of the centre asked for, "" for what the person sees by default.

    That is all centres for a curator and an administrator, the first of the own ones for a manager. Raises `Forbidden`
    for whoever has no report, `NotFound` for a centre that is foreign or not there.
    """
    centre = await _scope(uow, session, asked)
    return replace(await made_for(uow, centre, today), own=_own(session))


async def made_for(uow: UnitOfWork, centre: Centre | None, today: date) -> Made:
    """Return the report of a centre, or of all; asks nobody's right."""
    of = centre.number if centre else None
    order_ids, cut = await _to_report(uow, of, today)
    facts = await _facts(uow, order_ids)
    return Made(make_report(facts, today, of), centre, cut)


async def picture(uow: UnitOfWork, session: Session, asked: str, now: datetime, today: date) -> Drawn:
    """Return what the picture shows; rights as for `report`."""
    centre = await _scope(uow, session, asked)
    of = centre.number if centre else None
    waiting, _ = await _to_report(uow, of, today)
    placed = await uow.orders_placed_since(of, now - FUNNEL, FUNNEL_MOST)
    facts = await _facts(uow, list(dict.fromkeys((*placed, *waiting))))
    return Drawn(make_picture(facts, today, frozenset(placed)), centre, today - FUNNEL, today)


async def tell_weekly(uow: UnitOfWork, centre: Centre, today: date, week: str) -> bool:
    """Stage the weekly report to the centre's managers in chat and to its mailbox; tell whether there was anything.

    `week` is the same for all of a week: whoever was told is not told twice.
    """
    found = (await made_for(uow, centre, today)).report
    if not found.rows:
        return False
    counts = [{"part": part, "count": (total := found.total(part)).count, "amount": total.amount} for part in PARTS]
    data: dict[str, Any] = {"centre": centre.number, "centre_name": centre.name, "today": today.isoformat()}
    key = f"report_weekly:{centre.number}:{week}"
    await tell_managers(uow, centre.number, "report_weekly", {**data, "totals": counts}, key)
    letter = {**data, "rows": [row_data(row) for row in found.rows]}
    uow.add_notice(Notice(uuid4().hex, "report_weekly", "mail", centre.email, letter, f"{key}:mail", bulk=True))
    return True


def _own(session: Session) -> tuple[str, ...]:
    """Return the centres that the person manages, by number."""
    return tuple(sorted({str(role.centre) for role in session.roles if role.role is Role.MANAGER}))


async def _scope(uow: UnitOfWork, session: Session, asked: str) -> Centre | None:
    """Return the centre to report on, None for all."""
    if not may_report(session):
        raise Forbidden
    if holds(session, Role.CURATOR, Role.ADMIN):
        if not asked:
            return None
    elif not asked:
        asked = _own(session)[0]
    elif not manages(session, asked):
        raise NotFound
    centre = await uow.centre(asked)
    if centre is None:
        raise NotFound
    return centre


async def _to_report(uow: UnitOfWork, centre: str | None, today: date) -> tuple[list[str], bool]:
    """Return ids of the orders that may have a row, and whether there are more."""
    unpaid, count_unpaid = await uow.report_unpaid(centre, MOST, 0)
    unshipped, count_unshipped = await uow.report_unshipped(centre, today, MOST, 0)
    acts, count_acts = await uow.report_acts(centre, today + WEEK, MOST, 0)
    found = dict.fromkeys(
        [
            *(act.order_id for act in acts),
            *(line.order_id for line in unshipped),
            *(invoice.order_id for invoice in unpaid),
        ]
    )
    return list(found), max(count_unpaid, count_unshipped, count_acts) > MOST


async def _facts(uow: UnitOfWork, order_ids: Sequence[str]) -> list[OrderFacts]:
    found: list[OrderFacts] = []
    for at in range(0, len(order_ids), _AT_ONCE):
        found += await uow.facts(order_ids[at : at + _AT_ONCE])
    return found
