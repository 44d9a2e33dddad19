"""The questionnaire in chat: files, its own buttons, and a student's buttons about an own course."""

from collections.abc import Mapping
from html import escape

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import FormButton, StudentButton
from bot.context import Talk
from bot.downloads import NotFetched, file_of
from bot.replies import Screen
from bot.routers import conversation
from bot.routers.filters import Filling, HasFile
from bot.routers.pressing import Press
from bot.views import form as form_view
from bot.views import questionnaire as view
from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import SUMMARY, Step
from school.order import Enrolment
from school.uploads import UploadRefused
from school.use_cases import fill_form, fill_questionnaire
from school.use_cases.admit import mark_registered
from school.use_cases.attach_page import (
    album_of,
    attach,
    attach_late,
    drop_last,
    expects_file,
    of_album,
    take_document,
)
from school.use_cases.fill_by_mail import set_preference
from school.use_cases.fill_form import Asked
from school.use_cases.fill_questionnaire import Filled
from school.use_cases.request_link import request_link
from wording.uploads import explain_upload

router = Router(name="questionnaire")


async def begin(talk: Talk, about: Enrolment, *, remind: bool = False) -> None:
    """Begin the questionnaire or go on where it was left; `remind` says first what was returned."""
    filled = await fill_questionnaire.begin(talk.uow, talk.session, about, talk.user_id, talk.now, talk.settings.frdo)
    talk.filled, talk.session = filled, filled.session
    if remind and filled.questionnaire.remarks:
        talk.replies.say(Screen(view.returned(filled.questionnaire)))
    conversation.ask(talk, await fill_form.resume(talk.uow, talk.session, talk.today))


@router.message(Filling("questionnaire"), HasFile())
async def file(message: Message, talk: Talk) -> None:
    """Take a page of the document asked for; parts of an album come one by one and share one answer."""
    if await conversation.closed_in_chat(talk):
        return
    await conversation.open_form(talk)
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    album = message.media_group_id
    document = album_of(asked.draft.answers, album)
    late = document is not None and bool(asked.draft.answers.get(document)) and not _asks(asked, document)
    if talk.filled is None or not (late or expects_file(asked)):
        talk.replies.say(Screen(_not_now(asked)))
        return
    _, name, _ = file_of(message) or ("", "", 0)
    try:
        content = await talk.download(message)
        page = await talk.files.uploads.keep(content, name, f"{talk.chat_id}:{message.message_id}")
    except UploadRefused as refused:
        told = name if message.document else ""
        talk.replies.say(Screen(escape(explain_upload(refused, told))))
        return
    except NotFetched:
        talk.replies.say(Screen(texts.NOT_FETCHED))
        return
    line_id = talk.filled.about.line.id
    if late and document is not None:
        after = attach_late(talk.uow, asked, line_id, document, page)
    else:
        after = attach(talk.uow, asked, line_id, page, message.message_id)
    if after.problem is not None:
        talk.replies.say(form_view.problem(after.problem))
    elif late and document is not None:
        _show_late(talk, after, document)
    else:
        _show_pages(talk, of_album(after, album), same_album=document is not None)


def _asks(asked: Asked, document: str) -> bool:
    return isinstance(asked.at, Step) and asked.at.field.key == document


def _show_pages(talk: Talk, after: Asked, *, same_album: bool) -> None:
    """Tell the pages so far: in the message of the same album, else below the new page."""
    if same_album and after.draft.question is not None:
        conversation.replace_question(talk, after, after.draft.question)
    else:
        conversation.ask(talk, after)


def _show_late(talk: Talk, after: Asked, document: str) -> None:
    """Tell that a page came after «Готово» and where it is now; the summary is shown anew."""
    talk.replies.say(view.page_added(after, document))
    if after.at == SUMMARY:
        conversation.ask(talk, after)
    else:
        conversation.save(talk, after, after.draft.question)


def _not_now(asked: Asked) -> str:
    step = escape(form_view.step_name(asked))
    if not asked.draft.answers.get("diploma"):
        return texts.FILE_TOO_EARLY.format(step=step)
    return texts.FILE_AFTER_ALL if asked.at == SUMMARY else texts.FILE_NOT_ASKED.format(step=step)


async def _take(talk: Talk, button: FormButton, message: int) -> None:
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    if not isinstance(asked.at, Step) or asked.at.path != button.step:
        talk.replies.toast = texts.STALE
        return
    try:
        answers = take_document(talk.uow, asked, asked.at)
    except BadAnswer as problem:
        talk.replies.say(form_view.problem(problem))
        return
    conversation.settle(talk, await fill_form.moved(talk.uow, talk.session, asked, answers, talk.today), message)


async def _drop_page(talk: Talk, _: FormButton, message: int) -> None:
    asked = drop_last(talk.uow, await fill_form.resume(talk.uow, talk.session, talk.today))
    if asked.stale:
        talk.replies.toast = texts.STALE
        return
    conversation.replace_question(talk, asked, message)


def _filled(talk: Talk) -> Filled:
    if talk.filled is None:
        raise fill_questionnaire.NothingToFill
    return talk.filled


async def _later(talk: Talk, _: FormButton, message: int) -> None:
    filled = _filled(talk)
    moment = fill_questionnaire.remind_later(talk.uow, filled, talk.now, talk.settings.zone)
    talk.replies.change(message, view.remind_on(moment.date(), filled.about.line))


async def _edit(talk: Talk, _: FormButton, message: int) -> None:
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    talk.replies.change(message, view.edit_menu(asked))


async def _cancel(talk: Talk, _: FormButton, __: int) -> None:
    await ask_to_pause(talk)


async def ask_to_pause(talk: Talk) -> None:
    """Ask whether the questionnaire is left for later or erased."""
    await conversation.open_form(talk)
    filled = _filled(talk)
    draft = fill_form.active(talk.session)
    talk.replies.say(view.pause_sure(draft, may_wipe=filled.questionnaire.state == "filling"))


async def _pause(talk: Talk, _: FormButton, message: int) -> None:
    talk.replies.change(message, view.paused(_filled(talk).about.line))


async def _wipe(talk: Talk, _: FormButton, message: int) -> None:
    filled = _filled(talk)
    await fill_questionnaire.abandon(talk.uow, filled, talk.now)
    talk.replies.change(message, view.wiped(filled.about.line, talk.settings.support()))


async def _send(talk: Talk, button: FormButton, message: int) -> None:
    asked = await fill_form.resume(talk.uow, talk.session, talk.today)
    if asked.at != SUMMARY or button.value != engine.seal(asked.draft.answers):
        talk.replies.say(Screen(texts.STALE_QUESTIONNAIRE))
        conversation.ask(talk, asked)
        return
    about = fill_questionnaire.hand_in(talk.uow, _filled(talk), talk.now, talk.settings.zone)
    talk.replies.change(message, view.handed_in(about))


ACTS: Mapping[str, Press] = {
    "take": _take,
    "unpage": _drop_page,
    "later": _later,
    "edit": _edit,
    "cancel": _cancel,
    "pause": _pause,
    "wipe": _wipe,
    "refuse": _wipe,
    "send": _send,
}


@router.callback_query(StudentButton.filter())
async def pressed(_: CallbackQuery, callback_data: StudentButton, talk: Talk) -> None:
    """Do what a student asks about an own course; a new link may be asked for by whoever holds an old one."""
    if callback_data.act == "link":
        await request_link(talk.uow, callback_data.line, talk.now, f"chat:{talk.user_id}")
        talk.replies.say(Screen(texts.LINK_SENT))
        return
    about = await fill_questionnaire.own_enrolment(talk.uow, callback_data.line, talk.user_id)
    if callback_data.act == "fill":
        await _fill(talk, about)
    elif callback_data.act == "mail":
        set_preference(talk.uow, about, "mail", f"chat:{talk.user_id}")
        email = escape(about.line.email) if talk.settings.in_chat else "из заявки"
        talk.replies.say(Screen(texts.PREFERS_MAIL.format(email=email)))
    elif callback_data.act == "chat":
        set_preference(talk.uow, about, "chat", f"chat:{talk.user_id}")
        talk.replies.say(Screen(texts.PREFERS_CHAT))
    elif callback_data.act == "registered":
        await mark_registered(talk.uow, talk.session, callback_data.line, talk.now)
        talk.replies.say(Screen(texts.REGISTERED))
    else:
        await show_courses(talk)


async def _fill(talk: Talk, about: Enrolment) -> None:
    if not talk.settings.in_chat:
        talk.replies.say(await conversation.own_page(talk, about.line.id))
        return
    await begin(talk, about)


async def show_courses(talk: Talk) -> None:
    """Show the courses of the student this account is bound to."""
    from bot.routers.commands import say_courses

    await say_courses(talk)
