"""`/page`: where the page of staff is, and the mailbox that signs in there; it is asked for in a short question."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import MailboxButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import Acting, Filling, HasText
from bot.routers.queue import put
from bot.views import mailbox as view
from school.errors import BadAnswer
from school.use_cases import own_mailbox
from school.use_cases.own_mailbox import FORM, STAFF

router = Router(name="mailbox")


@router.message(Command("page"))
async def page(_: Message, talk: Talk) -> None:
    """Show the page's address and the mailbox, to staff."""
    if not talk.has_role(*STAFF):
        talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
        return
    talk.replies.say(view.page(own_mailbox.mailbox_of(talk.session), talk.settings))


@router.callback_query(MailboxButton.filter(), Acting("own"))
async def ask_own(_: CallbackQuery, talk: Talk) -> None:
    """Ask for the person's own mailbox."""
    if not talk.settings.in_chat:
        talk.replies.say(view.not_here(talk.settings))
        return
    await own_mailbox.ask_mailbox(talk.uow, talk.session, talk.now)
    talk.replies.say(view.ask_own())


@router.callback_query(MailboxButton.filter(), Acting("invited"))
async def ask_invited(_: CallbackQuery, callback_data: MailboxButton, talk: Talk) -> None:
    """Ask an administrator for the mailbox of whoever was invited."""
    if not talk.settings.in_chat:
        talk.replies.say(view.not_here(talk.settings))
        return
    await own_mailbox.ask_mailbox_of_invited(talk.uow, talk.session, callback_data.key, talk.now)
    talk.replies.say(view.ask_invited())


@router.callback_query(MailboxButton.filter(), Acting("stop"))
async def stop(_: CallbackQuery, talk: Talk) -> None:
    """Wait for no mailbox any more."""
    await own_mailbox.close_question(talk.uow, talk.session, talk.now)
    put(talk, Screen(view.CLOSED))


@router.callback_query(MailboxButton.filter())
async def unknown(_: CallbackQuery, talk: Talk) -> None:
    """A button that nobody knows any more."""
    talk.replies.toast = texts.STALE


@router.message(Filling(FORM), HasText())
async def take(_: Message, text: str, talk: Talk) -> None:
    """Take the mailbox."""
    if not talk.settings.in_chat:
        await own_mailbox.close_question(talk.uow, talk.session, talk.now)
        talk.replies.say(view.not_here(talk.settings))
        return
    draft = talk.session.draft
    assert draft is not None
    try:
        address, own = await own_mailbox.take_mailbox(talk.uow, talk.session, draft, text.strip(), talk.now)
    except BadAnswer as problem:
        talk.replies.say(view.not_taken(problem, talk.settings))
        return
    talk.replies.say(view.taken_own(address, talk.settings) if own else view.taken_invited())


@router.message(Filling(FORM))
async def not_text(_: Message, talk: Talk) -> None:
    """A mailbox is written in words."""
    talk.replies.say(view.only_text())
