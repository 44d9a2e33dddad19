"""The buttons of a digest: open a line, put it off, stop an order's reminders, say that a scan is uploaded."""

from datetime import timedelta

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.callbacks import RemindButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import HasText
from bot.routers.queue import put
from bot.views import act as act_view
from bot.views import reminders as view
from school.closing import ActState
from school.use_cases import move_act, snooze
from school.use_cases.move_act import Given

router = Router(name="reminders")

# These stand under a digest, which stays as it is: what they bring comes below it.
BELOW = frozenset({"open", "later", "scan"})


class Waiting(Filter):
    """Passes while a day is waited for, to which a line is to be put off."""

    async def __call__(self, _: Message, talk: Talk) -> bool:
        """Tell whether it is."""
        return snooze.is_waiting(talk.session.draft, talk.now)


@router.callback_query(RemindButton.filter())
async def pressed(_: CallbackQuery, callback_data: RemindButton, talk: Talk) -> None:
    """Do what the button says about the line of the digest."""
    if callback_data.act == "scan":
        await _scan(talk, callback_data.subject)
        return
    screen = await _screen(talk, callback_data)
    if callback_data.act in BELOW:
        talk.replies.say(screen)
    else:
        put(talk, screen)


@router.message(Waiting(), HasText())
async def day(_: Message, text: str, talk: Talk) -> None:
    """Take the day that was typed."""
    draft = talk.session.draft
    assert draft is not None
    found = await snooze.type_day(talk.uow, talk.session, draft, text, talk.now, talk.settings.zone)
    talk.replies.say(view.put_off(found, talk.today, in_chat=talk.settings.in_chat))


async def _screen(talk: Talk, pressed: RemindButton) -> Screen:
    uow, session, zone = talk.uow, talk.session, talk.settings.zone
    what, code, subject = pressed.act, pressed.code, pressed.subject
    if what.isdecimal() and int(what) in view.DAYS:
        until = talk.today + timedelta(days=int(what))
        found = await snooze.put_off(uow, session, code, subject, until, talk.today, zone)
        return view.put_off(found, talk.today, in_chat=talk.settings.in_chat)
    if what in ("stop", "resume"):
        found = await snooze.pause(uow, session, code, subject, zone, stop=what == "stop")
        return view.paused(found, talk.today)
    if what == "day":
        found = await snooze.ask_day(uow, session, code, subject, zone, talk.now)
        return view.ask_day(found, talk.today, in_chat=talk.settings.in_chat)
    if what == "keep":
        found = await snooze.keep(uow, session, code, subject, zone, talk.now)
        return view.card(found, talk.today, in_chat=talk.settings.in_chat)
    found = await snooze.open_reminder(uow, session, code, subject, zone)
    shown = view.choose_day if what == "later" else view.card
    return shown(found, talk.today, in_chat=talk.settings.in_chat)


async def _scan(talk: Talk, act_id: str) -> None:
    """Note that the scan is uploaded to Клиент-Сервис, and show the act below, with the way back."""
    try:
        moved = await move_act.move_act(
            talk.uow, talk.session, act_id, "uploaded", Given(talk.today, talk.now), talk.today
        )
    except ActState as error:
        talk.replies.say(act_view.refused(error.data.get("why"), act_id))
        return
    talk.replies.say(act_view.card(moved.opened, talk.settings, talk.today, moved=moved))
