"""Payments: /paid and the buttons that record them or take them back."""

import re

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.callbacks import PayButton
from bot.context import Talk
from bot.replies import Screen
from bot.views import payment as view
from school.centre import Role
from school.numbers import whole
from school.use_cases import find
from school.use_cases import record_payment as payments
from school.use_cases.billing_desk import NotYours

router = Router(name="payment")

MANY = 500
_ALL = frozenset({"все", "всё", "всех"})
_ASKED = re.compile(r"(?:№\s*)?(?P<number>[^\s/]+)(?:/(?P<place>\d{1,4}))?(?P<rest>[\s\d,]*|\s+[а-яё]+)", re.IGNORECASE)


@router.message(Command("paid"))
async def paid(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show an order's payment, or record it for the students named by their numbers."""
    find.require_role(talk.session, Role.MANAGER, Role.ADMIN)
    asked = _ASKED.fullmatch((command.args or "").strip())
    if asked is None:
        talk.replies.say(Screen(view.HOW))
        return
    _require_word(talk)
    number, rest = asked["number"], asked["rest"].strip().lower()
    places = [int(place) for place in re.findall(r"\d+", f"{asked['place'] or ''} {rest}") if len(place) < 5][:MANY]
    if not places and rest not in _ALL:
        order = await payments.order_to_pay(talk.uow, talk.session, number)
        talk.replies.say(view.card(order, in_chat=talk.settings.in_chat))
        return
    told = await payments.record_payment(talk.uow, talk.session, number, places or None, talk.now, talk.settings.zone)
    talk.replies.say(view.card(told.order, in_chat=talk.settings.in_chat, told=told))


@router.callback_query(PayButton.filter())
async def pressed(_: CallbackQuery, callback_data: PayButton, talk: Talk) -> None:
    """Record or take back a payment, and change the card; from the card of a new order, show it below."""
    number, value = callback_data.number, callback_data.value
    given = whole(value, 0, digits=15)  # a student's place, a page or a moment in milliseconds
    zone, in_chat = talk.settings.zone, talk.settings.in_chat
    if callback_data.act in ("all", "one", "undo"):
        _require_word(talk)
    told: payments.Recorded | None = None
    if callback_data.act in ("all", "one"):
        places = [given] if callback_data.act == "one" else None
        told = await payments.record_payment(talk.uow, talk.session, number, places, talk.now, zone)
    elif callback_data.act == "undo":
        told = await payments.unrecord_payment(talk.uow, talk.session, number, given, talk.now, zone)
    order = told.order if told else await payments.order_to_pay(talk.uow, talk.session, number)
    page = given if callback_data.act == "page" else (given - 1) // view.PAGE if callback_data.act == "one" else 0
    screen = view.card(order, page, in_chat=in_chat, told=told)
    if callback_data.act == "open" or talk.message_id is None:
        talk.replies.say(screen)
    else:
        talk.replies.change(talk.message_id, screen)


def _require_word(talk: Talk) -> None:
    """Raise `NotYours` where the school confirms payments and this is not the school."""
    if talk.settings.confirm == "school" and not talk.has_role(Role.ADMIN, Role.CURATOR):
        raise NotYours
