"""The students of a placed order, for who looks after them: remind, send a link, correct, replace."""

import re
from collections.abc import Awaitable, Callable
from html import escape

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import StudentsButton, students
from bot.context import Talk
from bot.page_links import PageLinks
from bot.replies import Button, Screen
from bot.routers.filters import Filling, HasText
from bot.views import students as view
from bot.views.closed import OPEN_PAGE
from school.cancelling import OrderCancelled
from school.centre import Role
from school.errors import NotFound
from school.numbers import whole
from school.order import Enrolment, Order
from school.use_cases import follow_order, type_correction
from school.use_cases.ask_replacement import ask_replacement
from school.use_cases.confirm_order import accept_order
from school.use_cases.correct_student import TooLateToCorrect
from school.use_cases.follow_order import StudentAdmitted
from school.use_cases.nudge_student import nudge_student
from school.use_cases.resend_link import resend_link
from school.use_cases.type_correction import FORM, Subject, Typed
from school.use_cases.visit_page import own_order_link
from wording.held import accepted_words
from wording.students import done_words

router = Router(name="students")
Press = Callable[[Talk, StudentsButton], Awaitable[None]]

MOBILE_DIGITS = 10
# What stands on personal data that somebody types.
TYPED = ("email", "mobile", "swap", "fix", "keep", "swap!")
_NUMBER = re.compile(r"№?\s*(\d{2,8})\s*[-–—]\s*(\d{4,8})")


class OrderNumber(Filter):
    """Passes a text that is exactly an order's number, from those who lead orders; hands the number over."""

    async def __call__(self, message: Message, talk: Talk) -> bool | dict[str, str]:
        """Tell whether the message is such a number."""
        found = _NUMBER.fullmatch((message.text or "").strip())
        if found is None or not talk.has_role(Role.MANAGER, Role.ADMIN):
            return False
        if talk.session.draft is not None and len(found[1] + found[2]) >= MOBILE_DIGITS:
            return False
        return {"number": f"{found[1]}-{found[2]}"}


@router.message(OrderNumber())
async def number_typed(_: Message, number: str, talk: Talk) -> None:
    """Open an order by its number."""
    await _open_number(talk, number)


@router.message(Filling(FORM), HasText())
async def typed(_: Message, text: str, talk: Talk) -> None:
    """Take what was asked for about a student."""
    if text.startswith("/"):
        talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
        return
    if not talk.settings.in_chat:
        type_correction.drop(talk.uow, talk.session, talk.now)
        talk.replies.say(_not_here(talk))
        return
    try:
        found = await type_correction.take(talk.uow, talk.session, text, talk.now, talk.today)
    except (TooLateToCorrect, StudentAdmitted, OrderCancelled, NotFound) as error:
        # It can never be done: the next line must not be taken for an answer again.
        type_correction.drop(talk.uow, talk.session, talk.now)
        talk.replies.say(Screen(f"{escape(texts.error(error))}\n\n{talk.settings.support()}"))
        return
    _answer(talk, found)


@router.callback_query(StudentsButton.filter())
async def pressed(_: CallbackQuery, callback_data: StudentsButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    act = ACTS.get(callback_data.act)
    if act is None:
        talk.replies.toast = texts.STALE
        return
    if callback_data.act in TYPED and not talk.settings.in_chat:
        talk.replies.say(_not_here(talk, await talk.uow.order_of_line(callback_data.key), callback_data.key))
        return
    await act(talk, callback_data)


def _not_here(talk: Talk, order: Order | None = None, line_id: str = "") -> Screen:
    """Say where a student is corrected where chats carry no personal data: the page for it is one tap away."""
    there = PageLinks(talk.settings.public_url).learner(line_id)
    if order is not None and there is not None and follow_order.leads(talk.session, order):
        # A browser's: the link that signs staff in comes by mail, and opens there.
        return Screen(texts.ON_STAFF_PAGE, ((Button(OPEN_PAGE, url=there),),))
    text = f"{texts.NOT_TYPED_IN_CHAT}\n\n{talk.settings.support()}"
    if order is None or order.filled_in_by_staff or order.placed_by != talk.user_id or not talk.settings.public_url:
        return Screen(text)
    return Screen(text, ((Button(view.ON_PAGE, students("page", order.id)),),))


def _show(talk: Talk, screen: Screen) -> None:
    """Put the screen in the place of the pressed message, or say it anew."""
    if talk.message_id is not None:
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)


def _done(talk: Talk, about: Enrolment, note: str) -> None:
    """Show the student with what was done; said over the button too, where the message stays as it was."""
    talk.replies.toast = note
    _show(talk, _one(talk, about, note))


def _said(about: Enrolment, what: str) -> str:
    return f"✅ {done_words(what, held=about.order.held)}"


def _one(talk: Talk, about: Enrolment, note: str = "") -> Screen:
    return view.one(about, talk.settings, leads=follow_order.leads(talk.session, about.order), note=note)


async def _open_number(talk: Talk, number: str) -> None:
    order = await follow_order.open_number(talk.uow, talk.session, number)
    talk.replies.say(await _list_screen(talk, order, 0))


async def _list_screen(talk: Talk, order: Order, page: int) -> Screen:
    invoices = await talk.uow.invoices_of_order(order.id)
    bills = follow_order.leads(talk.session, order)
    return view.listed(order, page, talk.settings, invoices, bills=bills)


async def _by_number(talk: Talk, button: StudentsButton) -> None:
    await _open_number(talk, button.key)


async def _open(talk: Talk, button: StudentsButton) -> None:
    talk.replies.say(_one(talk, await follow_order.open_student(talk.uow, talk.session, button.key)))


async def _page(talk: Talk, button: StudentsButton) -> None:
    pages = PageLinks(talk.settings.public_url)
    order, secret = await own_order_link(talk.uow, talk.session, button.key, talk.now)
    talk.replies.say(view.page_of(order, pages.mine(secret), talk.settings))


async def _list(talk: Talk, button: StudentsButton) -> None:
    order = await follow_order.open_order(talk.uow, talk.session, button.key)
    screen = await _list_screen(talk, order, whole(button.value, 0))
    # The first page opens below the orders it was asked from; its pages turn in place.
    if button.value:
        _show(talk, screen)
    else:
        talk.replies.say(screen)


async def _accept(talk: Talk, button: StudentsButton) -> None:
    order = await follow_order.open_number(talk.uow, talk.session, button.key)
    accepted = await accept_order(talk.uow, talk.session, order.id, talk.now)
    talk.replies.toast = told = accepted_words(accepted.state, changed=accepted.changed)
    talk.replies.say(Screen(f"Заявка № {order.number}. {told}"))


async def _student(talk: Talk, button: StudentsButton) -> None:
    _show(talk, _one(talk, await follow_order.open_student(talk.uow, talk.session, button.key)))


async def _nudge(talk: Talk, button: StudentsButton) -> None:
    about = await nudge_student(talk.uow, talk.session, button.key, talk.now)
    _done(talk, about, _said(about, "nudge"))


async def _link(talk: Talk, button: StudentsButton) -> None:
    about = await resend_link(talk.uow, talk.session, button.key, talk.now)
    _done(talk, about, _said(about, "link"))


async def _want(talk: Talk, button: StudentsButton) -> None:
    about = await ask_replacement(talk.uow, talk.session, button.key, talk.today)
    _done(talk, about, _said(about, "want"))


def _asks(subject: Subject) -> Press:
    async def ask(talk: Talk, button: StudentsButton) -> None:
        about = await type_correction.begin(talk.uow, talk.session, button.key, subject, talk.now)
        talk.replies.say(view.ask(about, subject))

    return ask


async def _fix(talk: Talk, button: StudentsButton) -> None:
    _answer(talk, await _decided(talk, button, fix=True))


async def _keep(talk: Talk, button: StudentsButton) -> None:
    _answer(talk, await _decided(talk, button, fix=False))


async def _decided(talk: Talk, button: StudentsButton, *, fix: bool) -> Typed:
    return await type_correction.decide(talk.uow, talk.session, button.key, talk.now, talk.today, fix=fix)


def _answer(talk: Talk, found: Typed) -> None:
    screen = view.typed(found)
    talk.replies.say(screen if screen is not None else _one(talk, found.about, _said(found.about, found.subject)))


async def _swap(talk: Talk, button: StudentsButton) -> None:
    about = await type_correction.put_in(talk.uow, talk.session, button.key, talk.now)
    _done(talk, about, _said(about, "replace"))


async def _stop(talk: Talk, button: StudentsButton) -> None:
    about = await follow_order.open_student(talk.uow, talk.session, button.key)
    await type_correction.give_up(talk.uow, talk.session, button.key, talk.now)
    _done(talk, about, "Ничего не изменили.")


ACTS: dict[str, Press] = {
    "number": _by_number,
    "open": _open,
    "list": _list,
    "page": _page,
    "accept": _accept,
    "one": _student,
    "nudge": _nudge,
    "link": _link,
    "want": _want,
    "email": _asks("email"),
    "mobile": _asks("mobile"),
    "swap": _asks("replace"),
    "fix": _fix,
    "keep": _keep,
    "swap!": _swap,
    "stop": _stop,
}
