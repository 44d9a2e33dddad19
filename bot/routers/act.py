"""Closing documents: /act, the card's buttons, typed days and ids, and the files of a scan (REGULATIONS C1–C3)."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import escape

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import ActButton
from bot.context import Talk
from bot.downloads import NotFetched, file_of
from bot.replies import Screen
from bot.routers import act_papers
from bot.routers.filters import Filling, HasFile, HasText
from bot.views import act as view
from bot.views.closed import problem_words
from school.centre import Role
from school.closing import ActState
from school.errors import BadAnswer, NotFound
from school.numbers import whole
from school.order import Order
from school.uploads import UploadRefused
from school.use_cases import client_scan, make_acts, move_act, take_scan
from school.use_cases.make_acts import Opened
from school.use_cases.move_act import Given, Move, Moved
from wording.closing import REOPEN_REASONS, RETURN_REASONS
from wording.uploads import explain_upload

router = Router(name="act")
Press = Callable[[Talk, ActButton], Awaitable[None]]

LAST_PAGE = 199
_NUMBER = re.compile(r"(\d{2,8})\s*[-–—]\s*(\d{4,8})")


class ScanWithNumber(Filter):
    """Passes a picture or a PDF with an order's number under it, from who leads orders; hands the number over."""

    async def __call__(self, message: Message, talk: Talk) -> bool | dict[str, str]:
        """Tell whether the message is such a file."""
        found = _NUMBER.search(message.caption or "")
        media = (message.document.mime_type or "") if message.document else ""
        if found is None or not (message.photo or media == act_papers.PDF or media.startswith("image/")):
            return False
        return {"number": f"{found[1]}-{found[2]}"} if talk.has_role(Role.MANAGER, Role.ADMIN) else False


@router.message(Command("act"))
async def act(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show an order's acts, making those that are missing; without a number, what waits."""
    number = (command.args or "").strip()
    if not number:
        talk.replies.say(await _list(talk, 0))
        return
    order, found = await make_acts.acts_of_number(talk.uow, talk.session, number)
    if not found:
        talk.replies.say(view.no_acts(order))
    elif len(found) == 1:
        talk.replies.say(view.card(found[0], talk.settings, talk.today))
    else:
        talk.replies.say(view.of_order(found, order, talk.settings, talk.today))


@router.callback_query(ActButton.filter())
async def pressed(_: CallbackQuery, callback_data: ActButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    do = ACTS.get(callback_data.act)
    if do is None:
        talk.replies.toast = texts.STALE
        return
    try:
        await do(talk, callback_data)
    except ActState as error:
        act_id = None if callback_data.act in ("undo", "accept") else callback_data.key
        talk.replies.say(view.refused(error.data.get("why"), act_id))


@router.message(ScanWithNumber())
async def scan_with_number(message: Message, number: str, talk: Talk) -> None:
    """Take a file for the scan of the act of the order whose number stands under it; of several acts ask which."""
    order, found = await make_acts.acts_of_number(talk.uow, talk.session, number)
    if found and await act_papers.kept_out(talk, found[0]):
        return
    if len(found) != 1 or not found[0].act.version:
        _say_acts(talk, order, found)
        return
    asked = await take_scan.ask(talk.uow, talk.session, found[0].act.id, "scan", talk.now)
    await _take_file(message, talk, asked)


@router.message(Filling(take_scan.FORM), HasFile())
async def file(message: Message, talk: Talk) -> None:
    """Take a page of the scan or of the act that was asked for."""
    draft = talk.session.draft
    assert draft is not None
    try:
        asked = await take_scan.may_take_file(talk.uow, talk.session, talk.now)
    except BadAnswer as problem:
        talk.replies.say(view.problem(problem_words(problem, talk.settings), draft.answers["act"]))
        return
    except NotFound:
        talk.replies.say(Screen(view.STALE))
        return
    if await act_papers.kept_out(talk, asked.opened):
        return
    await _take_file(message, talk, asked)


@router.message(Filling(take_scan.FORM), HasText())
async def typed(_: Message, text: str, talk: Talk) -> None:
    """Take a typed day, tracking id or reason."""
    draft = talk.session.draft
    assert draft is not None
    act_id = str(draft.answers["act"])
    if draft.answers.get("move") in take_scan.REASONED and not talk.settings.in_chat:
        talk.replies.say(view.problem(view.REASON_BY_BUTTON, act_id))
        return
    try:
        found = await take_scan.take_text(talk.uow, talk.session, text, talk.now, talk.today)
    except BadAnswer as problem:
        talk.replies.say(view.problem(problem_words(problem, talk.settings), act_id))
    except ActState as error:
        talk.replies.say(view.refused(error.data.get("why"), act_id))
    except NotFound:
        talk.replies.say(Screen(view.STALE))
    else:
        if isinstance(found, Moved):
            talk.replies.say(_card(talk, found))
        else:
            talk.replies.say(view.question(found, talk.settings))


async def _take_file(message: Message, talk: Talk, asked: take_scan.Question) -> None:
    act_id = asked.opened.act.id
    _, name, _ = file_of(message) or ("", "", 0)
    try:
        content = await talk.download(message)
        page = await talk.files.uploads.keep(content, name, f"{talk.chat_id}:{message.message_id}")
        place = (message.message_id, message.media_group_id)
        given = Given(talk.today, talk.now)
        kept = await take_scan.take_page(talk.uow, talk.session, asked, page, place, given)
    except UploadRefused as refused:
        talk.replies.say(view.problem(escape(explain_upload(refused, name if message.document else "")), act_id))
    except NotFetched:
        talk.replies.say(view.problem(texts.NOT_FETCHED, act_id))
    except BadAnswer as problem:
        talk.replies.say(view.problem(problem_words(problem, talk.settings), act_id))
    except ActState as error:
        talk.replies.say(view.refused(error.data.get("why"), act_id))
    else:
        screen = view.kept(kept.moved, kept.pages)
        if kept.said is not None:
            talk.replies.change(kept.said, screen)
        else:
            take_scan.remember_said(talk.uow, kept, talk.replies.say(screen))


def _say_acts(talk: Talk, order: Order, found: list[Opened]) -> None:
    if not found:
        talk.replies.say(view.no_acts(order))
    else:
        shown = view.of_order(found, order, talk.settings, talk.today)
        talk.replies.say(Screen(f"{view.WHICH}\n\n{shown.text}", shown.buttons))


def _show(talk: Talk, screen: Screen) -> None:
    if talk.message_id is not None:
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)


def _card(talk: Talk, moved: Moved) -> Screen:
    return view.card(moved.opened, talk.settings, talk.today, moved=moved)


def _number(value: str) -> int:
    return min(whole(value, 0), LAST_PAGE)


async def _list(talk: Talk, page: int) -> Screen:
    found, total = await make_acts.open_acts(talk.uow, talk.session, view.PAGE, page * view.PAGE)
    return view.listed(found, total, page, talk.settings, talk.today)


async def _turn(talk: Talk, button: ActButton) -> None:
    _show(talk, await _list(talk, _number(button.value)))


async def _open(talk: Talk, button: ActButton) -> None:
    opened = await make_acts.open_act(talk.uow, talk.session, button.key)
    talk.replies.say(view.card(opened, talk.settings, talk.today))


async def _more(talk: Talk, button: ActButton) -> None:
    opened = await make_acts.open_act(talk.uow, talk.session, button.key)
    _show(talk, view.card(opened, talk.settings, talk.today, start=_number(button.value)))


async def _stop(talk: Talk, button: ActButton) -> None:
    await take_scan.stop(talk.uow, talk.session, talk.now)
    await _more(talk, button)


def _moves(move: Move) -> Press:
    async def do(talk: Talk, button: ActButton) -> None:
        await take_scan.stop(talk.uow, talk.session, talk.now)
        given = Given(talk.today, talk.now)
        _show(talk, _card(talk, await move_act.move_act(talk.uow, talk.session, button.key, move, given, talk.today)))

    return do


def _asks(move: Move) -> Press:
    async def ask(talk: Talk, button: ActButton) -> None:
        if move in take_scan.FILES and await act_papers.kept_out(
            talk, await move_act.act_to_move(talk.uow, talk.session, button.key, move)
        ):
            return
        asked = await take_scan.ask(talk.uow, talk.session, button.key, move, talk.now)
        talk.replies.say(view.question(asked, talk.settings))

    return ask


async def _day(talk: Talk, button: ActButton) -> None:
    day = talk.today - timedelta(days=_number(button.value))
    try:
        moved = await take_scan.take_day(talk.uow, talk.session, button.key, day, talk.now, talk.today)
    except BadAnswer as problem:
        talk.replies.say(view.problem(problem_words(problem, talk.settings), button.key))
        return
    _show(talk, _card(talk, moved))


async def _why(talk: Talk, button: ActButton) -> None:
    uow, session, code = talk.uow, talk.session, button.value
    if code in RETURN_REASONS:
        flaw = (code, RETURN_REASONS[code])
        moved = await take_scan.take_flaw(uow, session, button.key, flaw, talk.now, talk.today)
    elif code in REOPEN_REASONS:
        reason = REOPEN_REASONS[code]
        moved = await take_scan.take_reason(uow, session, button.key, "reopen", reason, talk.now, talk.today)
    else:
        raise NotFound
    _show(talk, _card(talk, moved))


async def _accept(talk: Talk, button: ActButton) -> None:
    place = _number(button.value)
    moved = await client_scan.accept(talk.uow, talk.session, button.key, place, talk.now, talk.today)
    _show(talk, _card(talk, moved))


async def _undo(talk: Talk, button: ActButton) -> None:
    await take_scan.stop(talk.uow, talk.session, talk.now)
    undone = await move_act.undo_move(talk.uow, talk.session, button.key, talk.now)
    _show(talk, view.undone(undone.opened, talk.settings, talk.today))


ACTS: dict[str, Press] = {
    "list": _turn,
    "card": _open,
    "more": _more,
    "stop": _stop,
    "day": _day,
    "why": _why,
    "undo": _undo,
    "accept": _accept,
    "show": act_papers.download,
    "make": act_papers.make,
    "send": act_papers.send,
    "upload": _asks("paper"),
    "scan": _asks("scan"),
    "diadoc": _asks("diadoc"),
    "signed": _asks("signed"),
    "posted": _asks("posted"),
    "received": _asks("received"),
    "return": _asks("return"),
    "reopen": _asks("reopen"),
    "uploaded": _moves("uploaded"),
    "promised": _moves("promised"),
    "confirm": _moves("confirm"),
}
