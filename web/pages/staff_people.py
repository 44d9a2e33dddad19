"""Who works here and which mailbox signs them in: administrators register it where chats ask no personal field."""

from aiohttp import web

from school.centre import StaffMember
from school.errors import BadAnswer
from school.use_cases.own_mailbox import set_mailbox_of
from school.use_cases.withdraw_staff import list_staff
from web.staff import StaffPage, staff_page
from wording.problems import explain
from wording.staff import role_name

LONGEST = 254  # characters of an address


async def _list(here: StaffPage) -> web.StreamResponse:
    return await _show(here)


async def _show(here: StaffPage, status: int = 200, **told: str) -> web.Response:
    """Return everyone once, with all their roles; `wrong` is whose `typed` address was not taken, and `problem` why."""
    people: dict[int, tuple[StaffMember, list[str]]] = {}
    for member in await list_staff(here.uow, here.session):
        people.setdefault(member.user_id, (member, []))[1].append(role_name(member))
    done = "Почту записали." if here.request.query.get("done") == "1" and status == 200 else ""
    values = {"done": done, "wrong": "", "typed": "", "problem": "", **told}
    return here.show("staff/people.html", status, people=list(people.values()), **values)


async def _set(here: StaffPage) -> web.StreamResponse:
    typed, member_id = here.field("email")[:LONGEST], here.field("member")
    try:
        await set_mailbox_of(here.uow, here.session, member_id, typed, here.now)
    except BadAnswer as problem:
        return await _show(here, 400, wrong=member_id, typed=typed, problem=explain(problem))
    return here.go("/staff/people?done=1")


ROUTES = [
    web.get("/staff/people", staff_page(_list)),
    web.post("/staff/people", staff_page(_set)),
]
