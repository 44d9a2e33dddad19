"""Admission on the page of staff: who is ready, one or all at once, who is late and why (REGULATIONS A1)."""

from aiohttp import web

from school.status import Row
from school.use_cases import admit as admissions
from web.staff import StaffPage, staff_page
from wording.plurals import plural
from wording.status import blocking

PAGE = 50
OUTCOMES = {
    "admitted": "Ученик зачислен, доступ открыт.",
    "before": "Этого ученика уже зачислили.",
    "not_ready": "Зачислить нельзя: не все условия выполнены.",
    "no_access": "Зачислить нельзя: в каталоге нет ссылки на обучение у этого потока.",
}


def _rule(here: StaffPage) -> admissions.Rule:
    return admissions.Rule(here.settings.registration, here.settings.in_chat)


async def _waiting(here: StaffPage) -> web.StreamResponse:
    done = here.request.query.get("done", "")
    count = here.request.query.get("count", "")
    told = _of_all(int(count)) if count.isascii() and count.isdecimal() and len(count) < 6 else ""
    good = OUTCOMES[done] if done == "admitted" else told
    return await _show(here, done=good, refusal=OUTCOMES.get(done, "") if done != "admitted" else "")


def _of_all(count: int) -> str:
    return f"Зачислили: {plural(count, 'ученик', 'ученика', 'учеников')}."


async def _show(here: StaffPage, *, done: str, refusal: str) -> web.Response:
    found = await admissions.waiting(here.uow, here.session, _rule(here), here.now, here.today, (0, PAGE))
    late = [(about, blocking(Row(about.order, about.line, blocked))) for about, blocked in found.late]
    return here.show("staff/admit.html", ready=found.ready, total=found.total, late=late, done=done, refusal=refusal)


async def _one(here: StaffPage) -> web.StreamResponse:
    done = await admissions.admit(here.uow, here.session, here.field("line"), _rule(here), here.now)
    return here.go(f"/staff/admit?done={done.outcome}")


async def _all(here: StaffPage) -> web.StreamResponse:
    batch = await admissions.admit_all(here.uow, here.session, _rule(here), here.now)
    return here.go(f"/staff/admit?count={batch.admitted}")


ROUTES = [
    web.get("/staff/admit", staff_page(_waiting)),
    web.post("/staff/admit", staff_page(_one)),
    web.post("/staff/admit/all", staff_page(_all)),
]
