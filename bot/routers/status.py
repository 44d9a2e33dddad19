"""`/status`: what a client's students have got to, by requisites, number, names, or course and dates (M1, M2)."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import StatusButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.admission import send_file
from bot.routers.queue import put
from bot.status_code import unpack
from bot.views import act as act_view
from bot.views import status as view
from paper.status_sheet import file_name, status_workbook
from school.errors import NotFound
from school.status import Query, read_query
from school.use_cases import make_acts
from school.use_cases.find_status import Found, find_status, may_ask
from school.use_cases.follow_order import leads
from school.use_cases.note_order import notes_of
from school.use_cases.own_order import What, own_order

router = Router(name="status")
typed = Router(name="status_requisites")
"""An ИНН or a number typed by itself: to stand after every router that waits for an answer."""

Press = Callable[[Talk, StatusButton], Awaitable[None]]
LAST_PAGE = 10_000
DONE: dict[What, str] = {
    "take": "✅ Вы ведёте эту заявку",
    "stand": "✅ Вы замещаете по этой заявке",
    "leave": "Вы больше не ведёте эту заявку",
}
_REQUISITES = re.compile(
    r"(?:инн\W*)?(?:\d{10}|\d{12})(?:[\s/\\,;]*(?:кпп\W*)?\d{4}[\dA-Za-z]{2}\d{3})?", re.IGNORECASE
)
_ORDER = re.compile(r"№?\s*\d{2,8}\s*[-–—]\s*\d{4,8}")


class Requisites(Filter):
    """Passes an ИНН, with a КПП or without, or an order's number, from staff who fill nothing in; hands it over.

    Numbers from who leads orders are taken before: they open the order's students.
    """

    async def __call__(self, message: Message, talk: Talk) -> bool | dict[str, str]:
        """Tell whether the message is such a text."""
        text = (message.text or "").strip()
        draft = talk.session.draft
        idle = draft is None or draft.state != "active" or draft.form == "catalogue"
        known = _REQUISITES.fullmatch(text) or _ORDER.fullmatch(text)
        return {"asked": text} if idle and known and may_ask(talk.session) else False


@router.message(Command("status"))
async def status(_: Message, command: CommandObject, talk: Talk) -> None:
    """Answer what stands behind the command; without anything say what may be asked."""
    asked = (command.args or "").strip()
    if asked and may_ask(talk.session):
        talk.replies.say(await _screen(talk, read_query(asked)))
    elif may_ask(talk.session):
        talk.replies.say(view.how(talk.settings))
    else:
        talk.replies.say(Screen(texts.NOT_UNDERSTOOD))


@typed.message(Requisites())
async def requisites_typed(_: Message, asked: str, talk: Talk) -> None:
    """Answer a typed ИНН or number."""
    talk.replies.say(await _screen(talk, read_query(asked)))


@router.callback_query(StatusButton.filter())
async def pressed(_: CallbackQuery, callback_data: StatusButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    do = ACTS.get(callback_data.act)
    if do is None or not may_ask(talk.session):
        talk.replies.toast = texts.STALE
        return
    await do(talk, callback_data)


async def _find(talk: Talk, query: Query, centre: str = "") -> Found:
    return await find_status(talk.uow, talk.session, query, centre, registration=talk.settings.registration)


async def _screen(talk: Talk, query: Query, centre: str = "", page: int = 0, *, more: bool = False) -> Screen:
    found = await _find(talk, query, centre)
    return view.answer(found, page, talk.settings, await _looking(talk, found), more=more)


async def _looking(talk: Talk, found: Found) -> view.Looking:
    order = found.orders[0] if len(found.orders) == 1 else None
    shown = order if talk.settings.in_chat else None
    notes = () if shown is None else await notes_of(talk.uow, talk.session, shown, talk.now)
    return view.Looking(
        user_id=talk.user_id,
        leads=order is not None and leads(talk.session, order),
        manages=order is not None and talk.manages(order.centre),
        notes=notes,
    )


def _query(button: StatusButton) -> Query:
    query = unpack(button.kind, button.value)
    if query is None:
        raise NotFound
    return query


async def _go(talk: Talk, button: StatusButton) -> None:
    put(talk, await _screen(talk, _query(button), button.centre, min(button.page, LAST_PAGE)))


async def _more(talk: Talk, button: StatusButton) -> None:
    put(talk, await _screen(talk, _query(button), button.centre, min(button.page, LAST_PAGE), more=True))


async def _open(talk: Talk, button: StatusButton) -> None:
    talk.replies.say(await _screen(talk, _query(button)))


async def _xlsx(talk: Talk, button: StatusButton) -> None:
    found = await _find(talk, _query(button), button.centre)
    if not found.rows:
        talk.replies.say(Screen(view.nothing(talk.settings)))
        return
    settings = talk.settings
    content = await asyncio.to_thread(status_workbook, found.rows, in_chat=settings.in_chat, zone=settings.zone)
    send_file(talk, file_name(talk.today), content, view.caption(found))


async def _courses(talk: Talk, button: StatusButton) -> None:
    put(talk, view.courses(talk.session.catalogue, button.page))


async def _runs(talk: Talk, button: StatusButton) -> None:
    put(talk, view.runs(talk.session.catalogue, button.value, button.page))


async def _act(talk: Talk, button: StatusButton) -> None:
    order, found = await make_acts.acts_of_number(talk.uow, talk.session, button.value)
    if not found:
        talk.replies.say(act_view.no_acts(order))
    elif len(found) == 1:
        talk.replies.say(act_view.card(found[0], talk.settings, talk.today))
    else:
        talk.replies.say(act_view.of_order(found, order, talk.settings, talk.today))


def _moves(what: What) -> Press:
    async def move(talk: Talk, button: StatusButton) -> None:
        order = await own_order(talk.uow, talk.session, button.value, what)
        found = await _find(talk, Query("number", order.number))
        talk.replies.toast = DONE[what]
        put(talk, view.answer(found.with_order(order), 0, talk.settings, await _looking(talk, found), more=True))

    return move


ACTS: dict[str, Press] = {
    "go": _go,
    "more": _more,
    "open": _open,
    "xlsx": _xlsx,
    "courses": _courses,
    "runs": _runs,
    "act": _act,
    "take": _moves("take"),
    "stand": _moves("stand"),
    "leave": _moves("leave"),
}
