"""A student and a curator write to each other: by a button or by a reply to a message of the conversation (Q5)."""

from contextlib import suppress

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from bot.callbacks import ThreadButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import Filling
from bot.routers.queue import acting, put
from bot.views import thread as view
from bot.views.closed import staff_rows
from school.centre import Role
from school.errors import NotFound
from school.ports import Card
from school.use_cases import ask_aside, converse

router = Router(name="thread")


class RepliesTo(Filter):
    """Passes replies to a message of a conversation and hands over its line; commands are commands still."""

    async def __call__(self, message: Message, talk: Talk) -> bool | dict[str, str]:
        """Tell whether the message answers one of a conversation."""
        replied = message.reply_to_message
        if replied is None or (message.text or "").startswith("/"):
            return False
        # The button under it tells at once; what sending it gave is written a little later.
        line_id = _line_of_button(replied) or await talk.uow.thread_of(talk.chat_id, replied.message_id)
        return {"line_id": line_id} if line_id is not None else False


def _line_of_button(replied: Message) -> str | None:
    markup = replied.reply_markup
    for button in (button for row in markup.inline_keyboard for button in row) if markup is not None else ():
        with suppress(ValueError, TypeError):
            return ThreadButton.unpack(button.callback_data or "").line
    return None


@router.callback_query(ThreadButton.filter())
async def pressed(_: CallbackQuery, callback_data: ThreadButton, talk: Talk) -> None:
    """Ask for the text: of the student to the curator, or of the curator to the student."""
    if _refused(talk, callback_data.line):
        return
    if callback_data.act == "stop":
        await ask_aside.end_asides(talk.uow, talk.user_id, talk.now)
        put(talk, Screen(view.STOPPED))
    elif callback_data.act == "write" and await converse.may_write(talk.uow, talk.user_id, callback_data.line):
        about = await converse.ask_student(talk.uow, talk.user_id, callback_data.line, talk.now)
        talk.replies.say(view.ask_student(about))
    elif callback_data.act in ("write", "answer"):
        talk.replies.say(view.ask_curator(await converse.ask_curator(talk.uow, acting(talk), callback_data.line)))
    else:
        raise NotFound


@router.message(RepliesTo())
async def replied(message: Message, line_id: str, talk: Talk) -> None:
    """Send a reply on within its conversation."""
    if await converse.may_write(talk.uow, talk.user_id, line_id):
        await _to_curator(message, line_id, talk)
    else:
        await _to_student(message, line_id, talk)


@router.message(Filling(converse.TO_CURATOR))
async def typed_by_student(message: Message, talk: Talk) -> None:
    """Send the text that was asked for to the curator."""
    await _typed(message, talk)


@router.message(Filling(converse.ANSWER))
async def typed_by_curator(message: Message, talk: Talk) -> None:
    """Send the text that was asked for to the student."""
    await _typed(message, talk)


async def _typed(message: Message, talk: Talk) -> None:
    draft = talk.session.draft
    assert draft is not None
    if not ask_aside.is_fresh(draft, talk.now):
        ask_aside.end_aside(talk.uow, draft, talk.now)
        talk.replies.say(Screen(view.LATE))
        return
    if converse.is_rest(draft, talk.now):
        talk.replies.say(Screen(view.REST))
        return
    send = _to_curator if draft.form == converse.TO_CURATOR else _to_student
    if await send(message, draft.answers["line"], talk):
        converse.end_question(talk.uow, draft, talk.now)
    elif len(message.text or "") >= converse.SPLIT:
        converse.expect_rest(talk.uow, draft, talk.now)


async def _to_curator(message: Message, line_id: str, talk: Talk) -> bool:
    if _refused(talk, line_id) or not _is_text(message, talk, view.TEXT_ONLY_OF_STUDENT):
        return False
    written = await converse.write_to_curator(talk.uow, talk.user_id, line_id, message.text or "", talk.now)
    talk.replies.say(view.sent_to_curator(written.about))
    return True


async def _to_student(message: Message, line_id: str, talk: Talk) -> bool:
    if _refused(talk, line_id) or not _is_text(message, talk, view.TEXT_ONLY):
        return False
    written = await converse.answer_student(talk.uow, acting(talk), line_id, message.text or "")
    notice_id = talk.replies.say(view.sent_to_student(written.about, in_chat=written.in_chat))
    # By this card the curator is known as the one who answered last; a reply to it is one more answer.
    talk.uow.save_card(Card(notice_id, line_id, "thread", talk.chat_id, talk.now))
    return True


def _refused(talk: Talk, line_id: str) -> bool:
    if talk.settings.in_chat:
        return False
    if talk.has_role(Role.CURATOR, Role.ADMIN):
        page = staff_rows(talk.settings.public_url, line_id)
        talk.replies.say(Screen(view.ON_PAGE if page else view.BY_MAIL, page))
        return True
    talk.replies.say(view.not_in_chat(talk.settings.curator_email, talk.settings.support()))
    return True


def _is_text(message: Message, talk: Talk, only: str) -> bool:
    """Tell whether a text of bearable length came; say what to do where not."""
    if message.text is None:
        talk.replies.say(Screen(only))
        return False
    if len(message.text) > converse.MOST_TEXT:
        talk.replies.say(view.too_long(len(message.text)))
        return False
    return True
