"""Ask the centre to put another student in: a task for its managers, once a day at most."""

from datetime import date

from school.centre import Role
from school.order import Enrolment
from school.ports import Session, UnitOfWork
from school.use_cases.find import actor
from school.use_cases.follow_order import StudentAdmitted, may_replace, open_student, require_living
from school.use_cases.tell import student_data, tell_managers, tell_role


async def ask_replacement(uow: UnitOfWork, session: Session, line_id: str, today: date) -> Enrolment:
    """Stage the task; `today` in the school's zone. A second one of a day is dropped. Return the student.

    A centre without managers leaves it to the administrators. Raises `NotFound`, `OrderCancelled`,
    `StudentAdmitted`.
    """
    about = await open_student(uow, session, line_id)
    require_living(about.line)
    if not may_replace(about.line):
        raise StudentAdmitted
    key = f"replace:{line_id}:{today.isoformat()}"
    data = student_data(about)
    if await uow.centre_staff(about.order.centre):
        await tell_managers(uow, about.order.centre, "replace_wanted", data, key)
    else:
        await tell_role(uow, Role.ADMIN, "replace_wanted", data, key)
    uow.audit(actor(session), "replacement.asked", line_id)
    return about
