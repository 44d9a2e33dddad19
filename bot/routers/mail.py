"""`/mail`: what goes out and what was given up, for administrators; letters that nobody took, for curators too."""

import base64
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.callbacks import MailButton
from bot.context import MailDesk, ShownLetter, Talk
from bot.replies import Screen
from bot.routers.filters import Acting
from bot.routers.queue import put
from bot.views import aside as aside_view
from bot.views import mail as view
from school.centre import Role
from school.errors import NotFound
from school.notices import Notice
from school.numbers import whole
from school.use_cases import aside_updates, file_letter, mail_desk

router = Router(name="mail")
MOST_RAW = 10 * 1024 * 1024  # bytes that go to a chat within an outbox row


@router.message(Command("mail"))
async def overview(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show how the mail stands; with a letter's number and an order's («17 0123-0042»), file that letter to it."""
    words = (command.args or "").split(maxsplit=1)
    if len(words) == 2 and words[0].isdecimal():
        order = await file_letter.file_to_number(talk.uow, talk.session, whole(words[0]), words[1])
        talk.replies.say(Screen(view.filed(order.number)))
        return
    talk.replies.say(await _overview(talk))


@router.callback_query(MailButton.filter(), Acting("home"))
async def again(_: CallbackQuery, talk: Talk) -> None:
    """Show it anew."""
    put(talk, await _overview(talk))


@router.callback_query(MailButton.filter(), Acting("now"))
async def send_now(_: CallbackQuery, talk: Talk) -> None:
    """Send whatever waits for another try."""
    await mail_desk.send_now(talk.uow, talk.session, _desk(talk).channels)
    talk.replies.toast = view.SENT_NOW
    put(talk, await _overview(talk))


@router.callback_query(MailButton.filter(), Acting("dead"))
async def dead(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Show one message that was given up."""
    await _show_dead(talk, whole(callback_data.key))


@router.callback_query(MailButton.filter(), Acting("retry"))
async def retry(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Send it once more."""
    await mail_desk.retry(talk.uow, talk.session, callback_data.key, talk.now)
    talk.replies.toast = view.retried(1)
    await _show_dead(talk, 0, but=callback_data.key)


@router.callback_query(MailButton.filter(), Acting("drop"))
async def drop(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Take it away."""
    await mail_desk.drop(talk.uow, talk.session, _desk(talk).queue, callback_data.key, talk.now)
    await _show_dead(talk, 0)


@router.callback_query(MailButton.filter(), Acting("all"))
async def retry_all(_: CallbackQuery, talk: Talk) -> None:
    """Send all of them once more."""
    count, outdated = await mail_desk.retry_all(talk.uow, talk.session, _desk(talk).queue, talk.now)
    put(talk, Screen(view.retried(count, outdated)))


@router.callback_query(MailButton.filter(), Acting("aside"))
async def aside(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Show one update that was set aside."""
    await _show_aside(talk, whole(callback_data.key))


@router.callback_query(MailButton.filter(), Acting("aside_retry"))
async def aside_retry(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Have it handled again."""
    await aside_updates.retry(talk.uow, talk.session, _desk(talk).updates, whole(callback_data.key))
    talk.replies.toast = aside_view.RETRIED
    await _show_aside(talk, whole(callback_data.value))


@router.callback_query(MailButton.filter(), Acting("aside_drop"))
async def aside_drop(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Take it away."""
    await aside_updates.drop(talk.uow, talk.session, _desk(talk).updates, whole(callback_data.key))
    talk.replies.toast = aside_view.DROPPED
    await _show_aside(talk, whole(callback_data.value))


@router.callback_query(MailButton.filter(), Acting("list"))
async def listed(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Show a page of the letters that nobody took."""
    page = max(0, whole(callback_data.key))
    letters, total = await file_letter.letters_aside(talk.uow, talk.session, page)
    if not letters and page:
        page = 0
        letters, total = await file_letter.letters_aside(talk.uow, talk.session, page)
    put(talk, view.listed(letters, page, total, talk.settings))


@router.callback_query(MailButton.filter(), Acting("open"))
async def opened(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Show one letter with its text."""
    found = await file_letter.open_letter(talk.uow, talk.session, whole(callback_data.key))
    talk.replies.say(view.letter_card(found, await _shown(talk, found.letter.raw_id), talk.settings))


@router.callback_query(MailButton.filter(), Acting("raw"))
async def raw(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Send the letter as it came, as a file."""
    found = await file_letter.open_letter(talk.uow, talk.session, whole(callback_data.key))
    shown = await _shown(talk, found.letter.raw_id)
    if not talk.settings.in_chat:
        talk.replies.say(Screen(view.NOT_IN_CHAT))
        return
    if shown is None or len(shown.raw) > MOST_RAW:
        talk.replies.say(Screen(view.NOT_READ if shown is None else view.TOO_BIG))
        return
    key = uuid4().hex
    content = base64.b64encode(shown.raw).decode()
    data = {"name": f"Письмо {found.letter.id}.eml", "base64": content, "caption": ""}
    talk.uow.add_notice(Notice(key, "file", "chat", str(talk.chat_id), data, f"file:{key}"))


@router.callback_query(MailButton.filter(), Acting("to"))
async def to_student(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """File the letter to the suggested student."""
    letter, place = whole(callback_data.key), whole(callback_data.value)
    about = await file_letter.file_to_student(talk.uow, talk.session, letter, place)
    put(talk, Screen(view.filed(about.reference)))


@router.callback_query(MailButton.filter(), Acting("number"))
async def ask_number(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Say how to name the order."""
    found = await file_letter.open_letter(talk.uow, talk.session, whole(callback_data.key))
    talk.replies.say(Screen(view.ask_number(found.letter.id)))


@router.callback_query(MailButton.filter(), Acting("spam"))
async def spam(_: CallbackQuery, callback_data: MailButton, talk: Talk) -> None:
    """Take the letter away."""
    await file_letter.drop_letter(talk.uow, talk.session, whole(callback_data.key))
    put(talk, Screen(view.DROPPED))


async def _overview(talk: Talk) -> Screen:
    _, letters = await file_letter.letters_aside(talk.uow, talk.session, 0)
    admin = talk.has_role(Role.ADMIN)
    found = await mail_desk.outgoing(talk.uow, talk.session, _desk(talk).queue) if admin else None
    updates = await aside_updates.count(talk.session, _desk(talk).updates) if admin else 0
    away = _desk(talk).channels.away() if admin else {}
    return view.overview(found, letters, talk.settings, view.Standing(updates, away, talk.now))


async def _show_aside(talk: Talk, at: int) -> None:
    put(talk, aside_view.card(await aside_updates.look(talk.session, _desk(talk).updates, at), talk.settings))


async def _show_dead(talk: Talk, place: int, but: str = "") -> None:
    found = await mail_desk.outgoing(talk.uow, talk.session, _desk(talk).queue)
    put(talk, view.dead([one for one in found.dead if one.id != but], place, talk.settings))


async def _shown(talk: Talk, raw_id: str) -> ShownLetter | None:
    try:
        return await _desk(talk).show(raw_id)
    except NotFound:
        return None


def _desk(talk: Talk) -> MailDesk:
    if talk.files.mail is None:
        raise NotFound
    return talk.files.mail
