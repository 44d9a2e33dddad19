"""What no other router took is answered, never dropped in silence."""

from aiogram import Router
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message

from bot import texts
from bot.context import Talk
from bot.replies import Screen

router = Router(name="fallback")


def not_understood(talk: Talk) -> Screen:
    """Say that it was not understood and what the person may do: staff work with what others ordered."""
    return Screen(texts.NOT_UNDERSTOOD_OF_STAFF if talk.session.roles else texts.NOT_UNDERSTOOD)


@router.message()
async def message(_: Message, talk: Talk) -> None:
    """Say what can be done here."""
    known = talk.session.draft is not None or talk.session.centre is not None or bool(talk.session.roles)
    if not known and not await talk.uow.line_of_visitor(talk.user_id):
        talk.replies.say(Screen(f"{texts.NO_LINK}\n\n{talk.settings.support()}"))
    else:
        talk.replies.say(not_understood(talk))


@router.edited_message()
async def edited(_: Message, talk: Talk) -> None:
    """An edited answer is not taken; say so."""
    talk.replies.say(Screen(texts.EDITED))


@router.callback_query()
async def button(_: CallbackQuery, talk: Talk) -> None:
    """A button nobody knows any more."""
    talk.replies.say(not_understood(talk))


@router.my_chat_member()
async def membership(_: ChatMemberUpdated, talk: Talk) -> None:
    """Blocking and unblocking needs no answer."""
