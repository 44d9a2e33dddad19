"""Orders made for a client: from an earlier order, from a list file; the same file works for clients. `/form`."""

import asyncio
import re
from base64 import b64encode
from dataclasses import replace
from html import escape
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import OrderForButton
from bot.context import Talk
from bot.downloads import NotFetched
from bot.replies import Screen
from bot.routers import conversation
from bot.routers.filters import Acting, Filling
from bot.routers.queue import put
from bot.views import closed
from bot.views import order_for as view
from paper.order_form import order_form
from paper.order_form_difference import difference
from paper.order_form_read import ReadForm, SheetRefused
from paper.sheet_jobs import READ_ORDER_FORM
from school.centre import Centre, Role
from school.forms.engine import seal
from school.forms.field import Context
from school.notices import Notice
from school.uploads import UploadRefused
from school.use_cases import fill_form, order_from_earlier
from wording.sheets import explain_sheet
from wording.uploads import explain_upload

router = Router(name="order_for")
late = Router(name="order_for_late")
"""A workbook that nobody has asked for: to stand after every router that takes files."""

FILE = "zayavka.xlsx"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_STUDENTS = 500
# A student's number leads to the whole order.
_NUMBER = re.compile(r"№?\s*(\d{2,8})\s*[-–—]\s*(\d{4,8})(?:/\d{1,4})?")
_CHOSEN = re.compile(r"([0-9a-f]{1,40})(?:\.(\d{1,4}))?")


class IsSheet(Filter):
    """Passes files that are a workbook by their kind or name."""

    async def __call__(self, message: Message) -> bool:
        """Tell whether the message brings one."""
        file = message.document
        return file is not None and (file.mime_type == SHEET or (file.file_name or "").lower().endswith(".xlsx"))


class Repeats(Filter):
    """Passes `/order` with the number of an earlier order behind it, from managers."""

    async def __call__(self, _: Message, command: CommandObject, talk: Talk) -> bool | dict[str, str]:
        """Tell whether it is so, and hand the number over."""
        found = _NUMBER.fullmatch((command.args or "").strip())
        return {"number": f"{found[1]}-{found[2]}"} if found and talk.has_role(Role.MANAGER) else False


@router.message(Command("order"), Repeats())
async def repeat(_: Message, number: str, talk: Talk) -> None:
    """Offer to repeat an earlier order for its client."""
    await _choose(talk, number, "", anew=True)


class OfSeveralCentres(Filter):
    """Passes managers of several open centres who have no order begun."""

    async def __call__(self, _: Message, talk: Talk) -> bool | dict[str, tuple[Centre, ...]]:
        """Tell whether it is so, and hand the centres over."""
        if _begun(talk):
            return False
        found = await order_from_earlier.open_centres(talk.uow, talk.session)
        return {"centres": found} if len(found) > 1 else False


@router.message(Command("order"), OfSeveralCentres())
async def which_centre(_: Message, centres: tuple[Centre, ...], talk: Talk) -> None:
    """Ask whose client the order is for: the centre of the link opened last may be the wrong one."""
    talk.replies.say(view.which_centre(centres))


@router.callback_query(OrderForButton.filter(), Acting("at"))
async def at_centre(_: CallbackQuery, callback_data: OrderForButton, talk: Talk) -> None:
    """Begin an order at the centre chosen, or offer to go on with one that was begun meanwhile."""
    centre = await order_from_earlier.open_centre(talk.uow, talk.session, callback_data.key)
    await conversation.greet(talk, centre, None)


def _begun(talk: Talk) -> bool:
    draft = talk.session.draft
    return draft is not None and draft.form == "order" and draft.state == "active" and bool(draft.answers)


@router.callback_query(OrderForButton.filter(), Acting("again"))
async def again(_: CallbackQuery, callback_data: OrderForButton, talk: Talk) -> None:
    """Offer to repeat the order, or change whom to take."""
    await _choose(talk, callback_data.key, callback_data.value, anew=not callback_data.value)


async def _choose(talk: Talk, number: str, value: str, *, anew: bool) -> None:
    if await conversation_closed(talk):
        return
    order = await order_from_earlier.earlier_order(talk.uow, talk.session, number)
    everybody = (1 << len(order.lines)) - 1
    mask, page = _read(value) if value else (everybody, 0)
    screen = view.choose(order, mask & everybody, page, talk.settings, begun=_begun(talk))
    if anew or talk.message_id is None:
        talk.replies.say(screen)
    else:
        talk.replies.change(talk.message_id, screen)


def _read(value: str) -> tuple[int, int]:
    found = _CHOSEN.fullmatch(value)
    return (int(found[1], 16), int(found[2] or 0)) if found else (0, 0)


async def conversation_closed(talk: Talk) -> bool:
    """Say where orders are filled in where chat takes no personal data; tell whether that is so."""
    if talk.settings.in_chat:
        return False
    own = talk.session.centre or await _own_centre(talk)
    talk.replies.say(closed.order(talk.settings, own))
    return True


@router.callback_query(OrderForButton.filter(), Acting("begin"))
async def begin(_: CallbackQuery, callback_data: OrderForButton, talk: Talk) -> None:
    """Begin the order with the students chosen."""
    if await conversation_closed(talk):
        return
    mask, _page = _read(callback_data.value)
    places = [place for place in range(MOST_STUDENTS) if mask >> place & 1]
    order = await order_from_earlier.earlier_order(talk.uow, talk.session, callback_data.key)
    made = await order_from_earlier.order_from_earlier(
        talk.uow, talk.session, order.number, places, talk.now, talk.today
    )
    talk.session = made.session
    if talk.message_id is not None:
        talk.replies.change(talk.message_id, view.begun(order))
    conversation.ask(talk, made.asked)


@router.callback_query(OrderForButton.filter(), Acting("stop"))
async def stop(_: CallbackQuery, callback_data: OrderForButton, talk: Talk) -> None:
    """Begin nothing; an order being filled in goes on."""
    put(talk, view.stopped(callback_data.key))


@router.message(Command("form"))
async def form(_: Message, talk: Talk) -> None:
    """Send the form as a file, filled with what the order being filled in holds already."""
    last = talk.session.centre
    centre = last if last is not None and not last.closed else await _own_centre(talk)
    if centre is None:
        talk.replies.say(Screen(f"{view.NO_CENTRE}\n\n{talk.settings.support()}"))
        return
    draft = talk.session.draft
    filling = talk.settings.in_chat and draft is not None and draft.form == "order" and draft.state == "active"
    answers = draft.answers if filling and draft is not None else None
    content = await asyncio.to_thread(
        order_form, _context(talk, centre), centre.name, answers, centre_number=centre.number
    )
    _send(talk, content, view.form_caption(talk.settings, centre))


async def _own_centre(talk: Talk) -> Centre | None:
    return next(iter(await order_from_earlier.open_centres(talk.uow, talk.session)), None)


def _context(talk: Talk, centre: Centre) -> Context:
    draft = talk.session.draft
    return Context(talk.session.catalogue, talk.today, centre.email, draft.discipline if draft else None)


def _send(talk: Talk, content: bytes, caption: str) -> None:
    key = uuid4().hex
    data = {"name": FILE, "base64": b64encode(content).decode(), "caption": caption}
    talk.uow.add_notice(Notice(key, "file", "chat", str(talk.chat_id), data, f"file:{key}"))


@router.message(Filling("order"), IsSheet())
async def listed(message: Message, talk: Talk) -> None:
    """Read a list file sent during an order: show what it would change, or send it back marked."""
    centre = talk.session.centre
    if await conversation.closed_in_chat(talk) or centre is None:
        return
    draft = fill_form.active(talk.session)
    given = {key: value for key, value in draft.answers.items() if key not in (order_from_earlier.LISTED, "pending")}
    context = _context(talk, centre)
    try:
        content = await talk.download(message)
        read = await talk.files.jobs.run(READ_ORDER_FORM, content, context, centre, given)
    except NotFetched:
        talk.replies.say(Screen(texts.NOT_FETCHED))
    except UploadRefused as refused:
        talk.replies.say(Screen(escape(explain_upload(refused))))
    except SheetRefused as refused:
        talk.replies.say(Screen(f"{escape(explain_sheet(refused))}\nПустая форма — /form."))
    else:
        await _answer(talk, read, context, centre)


async def _answer(talk: Talk, read: ReadForm, context: Context, centre: Centre) -> None:
    if read.answers is None:
        talk.replies.say(view.faults(read.marks))
        content = await asyncio.to_thread(
            order_form, context, centre.name, read.raw, read.marks, centre_number=centre.number
        )
        _send(talk, content, view.MARKED_CAPTION)
        return
    draft = fill_form.active(talk.session)
    changes = difference(draft.answers, read.answers, context)
    kept = order_from_earlier.keep_list(draft, read.answers)
    fill_form.save(talk.uow, kept, draft.question, talk.now)
    talk.replies.say(view.preview(kept, changes, read.students, seal(read.answers), outdated=read.outdated))


@router.callback_query(OrderForButton.filter(), Acting("take", "drop"))
async def decided(_: CallbackQuery, callback_data: OrderForButton, talk: Talk) -> None:
    """Put the file's list in the place of the draft's, or forget it."""
    if not conversation.is_current(talk, callback_data.key):
        await conversation.turn_to(talk, callback_data.key)
    draft = talk.session.draft
    listed_answers = draft.answers.get(order_from_earlier.LISTED) if draft else None
    current = conversation.is_current(talk, callback_data.key) and listed_answers is not None
    if not current or draft is None or seal(listed_answers or {}) != callback_data.value:
        talk.replies.toast = texts.STALE
        return
    if await conversation.closed_in_chat(talk, sent=False):
        return
    if callback_data.act == "drop":
        asked = await order_from_earlier.drop_list(talk.uow, talk.session, talk.today)
    else:
        asked = await order_from_earlier.take_list(talk.uow, talk.session, talk.today)
        if not draft.answers.get("consent"):
            document = conversation.consent_of(talk)
            text = fill_form.ConsentText(document.key, document.version, document.sha256)
            fill_form.give_consent(talk.uow, draft, text, talk.now)
    talk.session = replace(talk.session, draft=asked.draft)
    if talk.message_id is not None:
        words = view.KEPT if callback_data.act == "drop" else "✅ Взяли список из файла."
        talk.replies.change(talk.message_id, Screen(words))
    conversation.ask(talk, asked)


@late.message(IsSheet())
async def not_asked(_: Message, talk: Talk) -> None:
    """Say where a list may be sent."""
    talk.replies.say(Screen(view.NO_FORM_OPEN))
