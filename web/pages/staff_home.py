"""The home of staff: what waits for the person, and the ways there."""

from aiohttp import web

from school.use_cases.whats_waiting import whats_waiting
from web.staff import StaffPage, staff_page
from wording.staff import role_name
from wording.waiting import waiting_lines


async def _home(here: StaffPage) -> web.StreamResponse:
    registration = here.settings.registration
    waiting = await whats_waiting(here.uow, here.session, here.now, here.today, registration=registration)
    centres = [member.centre for member in here.session.roles if member.centre]
    return here.show(
        "staff/home.html",
        roles=[role_name(member) for member in here.session.roles],
        lines=waiting_lines(waiting),
        queue=waiting.queue,
        to_admit=waiting.to_admit,
        centres=list(dict.fromkeys(centres)),
    )


ROUTES = [web.get("/staff", staff_page(_home))]
