"""«Кому открыть доступ»: whom the school has to open the access for, by letter or as a list (REGULATIONS A1)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from school.centre import Role
from school.notices import Notice
from school.order import Enrolment
from school.ports import Session, UnitOfWork
from school.use_cases.admit import enrolments
from school.use_cases.find import require_role

OF_A_LETTER = 1000


def access_rows(admitted: Iterable[Enrolment]) -> list[dict[str, Any]]:
    """Return what opens the access of each, as plain JSON; dates and moments ISO."""
    return [
        {
            "name": line.name,
            "email": line.email,
            "mobile": line.mobile,
            "course_title": line.course_title,
            "tariff_title": line.tariff_title,
            "starts": line.starts.isoformat(),
            "ends": line.ends.isoformat(),
            "order_number": order.number,
            "centre": order.centre,
            "admitted_at": line.admitted_at.isoformat() if line.admitted_at else "",
        }
        for order, line in ((about.order, about.line) for about in admitted)
    ]


async def list_for_access(uow: UnitOfWork, email: str, now: datetime) -> int:
    """Stage one letter with all who were admitted since the last, and the mark that they are told; return how many."""
    admitted = await enrolments(uow, await uow.lines_to_list(OF_A_LETTER))
    if not admitted:
        return 0
    for about in admitted:
        uow.save_line(about.order.id, replace(about.line, listed_at=now))
    key = uuid4().hex
    uow.audit("scheduler", "access.listed", key, after=str(len(admitted)))
    data = {"rows": access_rows(admitted)}
    # The mark on the lines keeps it from going twice, so the key has only to be new.
    uow.add_notice(Notice(key, "access_list", "mail", email, data, f"access_list:{key}"))
    return len(admitted)


async def admitted_of_run(uow: UnitOfWork, session: Session, run: str) -> tuple[Enrolment, ...]:
    """Return all who are admitted to the run, by name. Raises `Forbidden`."""
    require_role(session, Role.CURATOR, Role.ADMIN)
    return await enrolments(uow, await uow.lines_of_run(run))
