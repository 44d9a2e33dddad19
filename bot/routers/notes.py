"""Notes beside an order, written and read by staff from its card."""

from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import NoteButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import Filling, HasText
from bot.routers.queue import put
from bot.views import notes as view
from school.use_cases import note_order
from school.use_cases.billing_desk import Desk
from school.use_cases.cancel_order import order_of_staff

router = Router(name="notes")
Press = Callable[[Talk, NoteButton], Awaitable[None]]
KEPT = "✅ Записали заметку"


@router.message(Filling(note_order.FORM), HasText())
async def typed(_: Message, text: str, talk: Talk) -> None:
    """Keep what was typed."""
    if text.startswith("/"):
        talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
        return
    if not talk.settings.in_chat:
        await note_order.give_up(talk.uow, _desk(talk))
        talk.replies.say(view.not_in_chat(talk.settings))
        return
    order, notes = await note_order.take_note(talk.uow, _desk(talk), text)
    talk.replies.say(view.listed(order, notes, talk.settings, KEPT))


@router.callback_query(NoteButton.filter())
async def pressed(_: CallbackQuery, callback_data: NoteButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    act = ACTS.get(callback_data.act)
    if act is None:
        talk.replies.toast = texts.STALE
        return
    if not talk.settings.in_chat:
        put(talk, view.not_in_chat(talk.settings, await order_of_staff(talk.uow, _desk(talk), callback_data.number)))
        return
    await act(talk, callback_data)


def _desk(talk: Talk) -> Desk:
    return Desk(talk.session, talk.now, talk.settings.zone, talk.settings.confirm)


async def _open(talk: Talk, button: NoteButton) -> None:
    order, notes = await note_order.open_notes(talk.uow, _desk(talk), button.number)
    put(talk, view.listed(order, notes, talk.settings))


async def _ask(talk: Talk, button: NoteButton) -> None:
    talk.replies.say(view.ask(await note_order.ask_note(talk.uow, _desk(talk), button.number)))


async def _stop(talk: Talk, button: NoteButton) -> None:
    order, notes = await note_order.open_notes(talk.uow, _desk(talk), button.number)
    await note_order.give_up(talk.uow, _desk(talk))
    put(talk, view.listed(order, notes, talk.settings))


ACTS: dict[str, Press] = {"open": _open, "ask": _ask, "stop": _stop}
