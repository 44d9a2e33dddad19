"""Orders on the page of staff: the search of `/status` with all its columns, an order, its notes, the table (M1, M2).

What is searched by is personal data: it is sent as a form and stands in no address.
"""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from paper.status_sheet import file_name, status_workbook
from school.errors import BadAnswer
from school.order import Order
from school.status import Query, read_query, totals
from school.use_cases.billing_desk import Desk
from school.use_cases.confirm_order import accept_order
from school.use_cases.find import find_order_of_staff
from school.use_cases.find_status import MOST, Found, find_status
from school.use_cases.follow_order import leads
from school.use_cases.note_order import Note, add_note, notes_of
from web.staff import StaffPage, staff_page
from wording import held as held_words
from wording import status as words
from wording.held import to_staff
from wording.problems import explain

DONE = {
    "note": "Заметку записали.",
    "accepted": held_words.ACCEPTED,
    "released": held_words.ACCEPTED_BEFORE,
    "cancelled": held_words.CANCELLED,
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def _find(here: StaffPage, query: Query) -> Found:
    return await find_status(here.uow, here.session, query, "", registration=here.settings.registration)


async def _form(here: StaffPage) -> web.StreamResponse:
    return _show(here)


def _show(
    here: StaffPage, status: int = 200, *, asked: str = "", problem: str = "", found: Found | None = None
) -> web.Response:
    rows = (
        [] if found is None else [(row, words.facts(row, in_chat=True, zone=here.settings.zone)) for row in found.rows]
    )
    return here.show(
        "staff/orders.html",
        status,
        asked=asked,
        problem=problem,
        found=found,
        rows=rows,
        led=_led(here, found.orders if found is not None else ()),
        totals=words.totals(totals(found.rows)) if found is not None and found.rows else "",
        most=MOST,
    )


async def _search(here: StaffPage) -> web.StreamResponse:
    asked = here.field("asked")[:200]
    try:
        found = await _find(here, read_query(asked))
    except BadAnswer as problem:
        return _show(here, 400, asked=asked, problem=explain(problem))
    return _show(here, asked=asked, found=found)


async def _xlsx(here: StaffPage) -> web.StreamResponse:
    asked = here.field("asked")[:200]
    try:
        found = await _find(here, read_query(asked))
    except BadAnswer as problem:
        return _show(here, 400, asked=asked, problem=explain(problem))
    content = await asyncio.to_thread(status_workbook, found.rows, in_chat=True, zone=here.settings.zone)
    return here.attach(file_name(here.today), XLSX, content)


async def _order(here: StaffPage) -> web.StreamResponse:
    return await _show_order(here, done=DONE.get(here.request.query.get("done", ""), ""))


async def _show_order(here: StaffPage, status: int = 200, **told: str) -> web.Response:
    order = await find_order_of_staff(here.uow, here.session, here.part("order"))
    found = await _find(here, Query("number", order.number))
    notes = await notes_of(here.uow, here.session, order, here.now)
    values = {"done": "", "problem": "", "typed": "", **told}
    return here.show(
        "staff/order.html",
        status,
        order=order,
        centre=await here.uow.centre(order.centre),
        rows=[(row, words.facts(row, in_chat=True, zone=here.settings.zone)) for row in found.rows],
        notes=[_note(here, note) for note in notes],
        led=_led(here, [order]),
        held=to_staff(order.held_why) if order.held else "",
        **values,
    )


def _led(here: StaffPage, orders: Sequence[Order]) -> set[str]:
    """Return ids of the orders whose students the person may correct, remind and replace."""
    return {order.id for order in orders if leads(here.session, order)}


def _note(here: StaffPage, note: Note) -> tuple[Note, str]:
    return note, f"{note.at.astimezone(here.settings.zone):%d.%m.%Y %H:%M}"


async def _add_note(here: StaffPage) -> web.StreamResponse:
    order = await find_order_of_staff(here.uow, here.session, here.part("order"))
    desk = Desk(here.session, here.now, here.settings.zone, here.settings.confirm)
    try:
        await add_note(here.uow, desk, order.number, here.field("text"))
    except BadAnswer as problem:
        return await _show_order(here, 400, problem=explain(problem), typed=here.field("text"))
    return here.go(f"/staff/orders/{order.id}?done=note")


async def _accept(here: StaffPage) -> web.StreamResponse:
    accepted = await accept_order(here.uow, here.session, here.part("order"), here.now)
    done = "accepted" if accepted.changed else accepted.state
    return here.go(f"/staff/orders/{accepted.order.id}?done={done}")


ROUTES = [
    web.get("/staff/orders", staff_page(_form)),
    web.post("/staff/orders", staff_page(_search)),
    web.post("/staff/orders/xlsx", staff_page(_xlsx)),
    web.get("/staff/orders/{order}", staff_page(_order)),
    web.post("/staff/orders/{order}/note", staff_page(_add_note)),
    web.post("/staff/orders/{order}/accept", staff_page(_accept)),
]
