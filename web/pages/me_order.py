"""An order behind its client's link: conditions of every student, invoices, acts, dispatch (REGULATIONS A2, P1, D1)."""

import asyncio
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from aiohttp import web

from paper.docx_template import TemplateRefused
from paper.invoice_files import invoice_files
from school.billing import Invoice
from school.course_card import CourseCard, course_card
from school.errors import NotFound
from school.numbers import whole
from school.order import Order, OrderLine
from school.use_cases.issue_invoice import client_papers
from school.use_cases.visit_page import Door, client_session
from web.page import Page, page
from web.pages import me_learner
from web.pages.door import behind
from wording.billing import invoice_line
from wording.closing import client_line
from wording.conditions import conditions
from wording.held import to_client

SHOWN = 30
PAPERS = {"invoice": 0, "contract": 1}


@dataclass(frozen=True, slots=True)
class Learner:
    """A student of the order with every condition in words, the one that blocks first."""

    line: OrderLine
    conditions: list[str]

    @property
    def rank(self) -> int:
        """The place among others: what needs a person comes first, then what waits, then what is fine."""
        return {"⚠️": 0, "⏳": 1}.get(self.conditions[0].partition(" ")[0], 2)


@dataclass(frozen=True, slots=True)
class Group:
    """Students of one course and run, with the course's card (A2)."""

    line: OrderLine
    card: CourseCard
    learners: list[Learner]


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice in words; `papers`: it was made here and sent, so its files may be had."""

    invoice: Invoice
    words: str
    papers: bool


def _learners(here: Page, order: Order) -> list[Learner]:
    """Return the students course by course, those whom something waits for first."""
    registration = here.settings.registration
    found = [Learner(one, conditions(one, "client", registration=registration, pays=True)) for one in order.lines]
    return sorted(found, key=lambda one: (one.line.starts, one.line.course, one.line.run, one.rank))


async def _groups(here: Page, order: Order, at: int) -> list[Group]:
    catalogue = await here.uow.catalogue()
    shown = _learners(here, order)[at * SHOWN : (at + 1) * SHOWN]
    found = []
    for _, members in groupby(shown, key=lambda one: (one.line.course, one.line.run)):
        same = list(members)
        found.append(Group(same[0].line, course_card(catalogue, same[0].line), same))
    return found


async def _bills(here: Page, order: Order) -> list[Bill]:
    found = [one for one in await here.uow.invoices_of_order(order.id) if one.state != "cancelled"]
    return [Bill(one, invoice_line(one), one.generated and one.sent_at is not None) for one in found]


async def _acts(here: Page, order: Order) -> list[tuple[OrderLine, str]]:
    """Return each act's course, by one of its students, and what the client has to do about it."""
    acts = await here.uow.acts_of_order(order.id)
    return [(order.line(act.line_ids[0]), client_line(act)) for act in acts if act.line_ids]


async def show_order(here: Page, door: Door) -> web.Response:
    """Return the client's page of the order."""
    order = door.order
    pages = max(1, -(-len(order.lines) // SHOWN))
    asked = here.request.query.get("page", "")
    at = min(max(whole(asked, 1), 1), pages) - 1
    return here.show(
        "me/order.html",
        token=here.token,
        order=order,
        held=to_client(order.held_why, order.orderer.email) if order.held else "",
        centre=await here.uow.centre(order.centre),
        groups=await _groups(here, order, max(at, 0)),
        bills=await _bills(here, order),
        acts=await _acts(here, order),
        at=max(at, 0),
        pages=pages,
    )


async def _paper(here: Page, door: Door) -> web.StreamResponse:
    """Give the invoice or the contract that the client was sent by mail, made anew of the same data."""
    session = await client_session(here.uow, door, here.visit)
    data = await client_papers(here.uow, session, here.request.match_info["invoice"])
    try:
        files = await asyncio.to_thread(invoice_files, data)
    except TemplateRefused:
        raise NotFound from None
    at = PAPERS.get(here.request.match_info["paper"], len(files))
    if at >= len(files):
        raise NotFound
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(files[at].name)}"}
    return web.Response(body=files[at].content, content_type=files[at].media, headers=headers)


ROUTES = [web.get("/me/{token}/invoice/{invoice}/{paper}", page(behind(_paper))), *me_learner.ROUTES]
