"""Results: /results gives a run's sheet and takes it back, /student shows one student and what may be recorded."""

import asyncio

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import ResultButton
from bot.context import Talk
from bot.downloads import NotFetched
from bot.replies import Button, Screen
from bot.routers.admission import send_file
from bot.routers.filters import Acting, Filling, HasFile, HasText
from bot.views import admission as admission_view
from bot.views import results as view
from bot.views.closed import problem_words
from paper.results_sheet import ResultRow, SheetRefused, results_workbook
from paper.sheet_jobs import READ_RESULTS
from school.errors import BadAnswer
from school.numbers import whole
from school.order import Enrolment
from school.uploads import UploadRefused
from school.use_cases import admit, record_results
from school.use_cases.record_results import FORM, Wanted
from wording.sheets import explain_sheet
from wording.statuses import TEST, TRAINING
from wording.uploads import explain_upload

router = Router(name="results")

CLOSE = ((Button("Закрыть", admission_view.CLOSE),),)
NO_FILE = (
    "Файлы с фамилиями в переписке не отправляем и не берём: так решила школа. "
    "Отмечайте по одному ученику: /student и номер заявки."
)
SEND_SHEET = "Ждём заполненный файл с итогами: пришлите его сюда файлом XLSX. Если передумали, нажмите «Закрыть»."


@router.message(Command("results"))
async def results(_: Message, talk: Talk) -> None:
    """Ask whose results are to be recorded."""
    found = await record_results.runs(talk.uow, talk.session)
    if not talk.settings.in_chat:
        talk.replies.say(Screen(NO_FILE))
        return
    talk.replies.say(admission_view.choose_run([(run.key, run.one.line, run.count) for run in found], "run"))


@router.callback_query(ResultButton.filter(), Acting("run"))
async def give_sheet(_: CallbackQuery, callback_data: ResultButton, talk: Talk) -> None:
    """Send a run's sheet and wait for it to come back."""
    record_results.may_record(talk.session)
    if not talk.settings.in_chat:
        talk.replies.say(Screen(NO_FILE))
        return
    found = await record_results.open_sheet(talk.uow, talk.session, callback_data.key, talk.now)
    if not found:
        talk.replies.say(Screen(admission_view.NOBODY))
        return
    content = await asyncio.to_thread(results_workbook, [_row(about) for about in found])
    send_file(talk, f"itogi-{found[0].line.run}.xlsx", content, view.sheet_caption(found))


def _row(about: Enrolment) -> ResultRow:
    line = about.line
    return ResultRow(
        about.reference, line.name, line.email, line.course_title, line.starts, line.ends, line.test, line.training,
        line.tracking,
    )  # fmt: skip


@router.message(Filling(FORM), HasFile())
async def take_sheet(message: Message, talk: Talk) -> None:
    """Read a filled sheet and show what it would change."""
    draft = talk.session.draft
    assert draft is not None
    if message.document is None or "line" in draft.answers:
        talk.replies.say(Screen(SEND_SHEET if "run" in draft.answers else view.ASK_TRACKING, CLOSE))
        return
    if not talk.settings.in_chat:
        talk.replies.say(Screen(NO_FILE))
        return
    try:
        sheet = await talk.files.jobs.run(READ_RESULTS, await talk.download(message))
    except SheetRefused as refused:
        talk.replies.say(Screen(view.plain(explain_sheet(refused)), CLOSE))
        return
    except UploadRefused as refused:
        talk.replies.say(Screen(view.plain(explain_upload(refused)), CLOSE))
        return
    except NotFetched:
        talk.replies.say(Screen("Файл не скачался. Пришлите его ещё раз.", CLOSE))
        return
    wanted = [Wanted(row.reference, row.test, row.training, row.tracking) for row in sheet.rows]
    found = await record_results.preview(talk.uow, talk.session, draft, wanted, talk.now)
    talk.replies.say(view.preview(draft, found, sheet, in_chat=talk.settings.in_chat))


@router.callback_query(ResultButton.filter(), Acting("apply"))
async def apply(_: CallbackQuery, callback_data: ResultButton, talk: Talk) -> None:
    """Record what was previewed; the preview becomes what was changed."""
    found = await record_results.apply(talk.uow, talk.session, callback_data.key, talk.now)
    _show(talk, view.applied(found, in_chat=talk.settings.in_chat))


@router.callback_query(ResultButton.filter(), Acting("close"))
async def close(_: CallbackQuery, talk: Talk) -> None:
    """Wait no longer."""
    was_open = await record_results.close(talk.uow, talk.session, talk.now)
    words = "Закрыли, ничего не записали." if was_open else "Уже закрыто."
    _show(talk, Screen(f"{words} Итоги потока — /results, один ученик — /student."))


@router.message(Command("student"))
async def student(_: Message, command: CommandObject, talk: Talk) -> None:
    """List an order's students; the only one is shown at once."""
    number, _slash, place = (command.args or "").strip().partition("/")
    if not number:
        record_results.may_record(talk.session)
        talk.replies.say(Screen(view.WHERE))
        return
    order = await record_results.order_for_results(talk.uow, talk.session, number)
    at = whole(place, 1 if len(order.lines) == 1 else 0)
    if 1 <= at <= len(order.lines):
        about = Enrolment(order, order.lines[at - 1])
        talk.replies.say(view.student(about, in_chat=talk.settings.in_chat))
    else:
        talk.replies.say(view.order(order, 0, in_chat=talk.settings.in_chat))


@router.callback_query(ResultButton.filter(), Acting("order"))
async def turn(_: CallbackQuery, callback_data: ResultButton, talk: Talk) -> None:
    """Turn a page of an order's students."""
    order = await record_results.order_for_results(talk.uow, talk.session, callback_data.key)
    page = whole(callback_data.value, 0)
    _show(talk, view.order(order, page, in_chat=talk.settings.in_chat))


@router.callback_query(ResultButton.filter(), Acting("line", "test?", "train?", "more"))
async def look(_: CallbackQuery, callback_data: ResultButton, talk: Talk) -> None:
    """Show a student, or what may be chosen for them."""
    about = await record_results.student(talk.uow, talk.session, callback_data.key)
    in_chat = talk.settings.in_chat
    if callback_data.act == "line":
        _show(talk, view.student(about, in_chat=in_chat))
    elif callback_data.act == "more":
        questionnaire = await talk.uow.questionnaire(about.line.id)
        _show(talk, view.more(about, questionnaire, in_chat=in_chat, registration=talk.settings.registration))
    else:
        _show(talk, view.choose(about, "test" if callback_data.act == "test?" else "training", in_chat=in_chat))


@router.callback_query(ResultButton.filter(), Acting("test", "training"))
async def set_status(_: CallbackQuery, callback_data: ResultButton, talk: Talk) -> None:
    """Record the final test or the training of one student."""
    field, value = callback_data.act, callback_data.value
    if value not in (TEST if field == "test" else TRAINING):
        talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
        return
    change = await record_results.set_result(talk.uow, talk.session, callback_data.key, field, value, talk.now)
    _show(talk, _changed(talk, change))


@router.callback_query(ResultButton.filter(), Acting("registered"))
async def registered(_: CallbackQuery, callback_data: ResultButton, talk: Talk) -> None:
    """Note that the student has registered at the school's site."""
    record_results.may_record(talk.session)
    about = await admit.mark_registered(talk.uow, talk.session, callback_data.key, talk.now)
    _show(talk, view.student(about, in_chat=talk.settings.in_chat, told="✅ Регистрация отмечена."))


@router.callback_query(ResultButton.filter(), Acting("send?"))
async def ask_tracking(_: CallbackQuery, callback_data: ResultButton, talk: Talk) -> None:
    """Ask for the post id of a student's documents."""
    about = await record_results.ask_tracking(talk.uow, talk.session, callback_data.key, talk.now)
    talk.replies.say(view.ask_tracking(about, in_chat=talk.settings.in_chat))


@router.message(Filling(FORM), HasText())
async def typed(_: Message, talk: Talk, text: str) -> None:
    """Take a typed post id; where a sheet is waited for, say so."""
    draft = talk.session.draft
    assert draft is not None
    if "line" not in draft.answers:
        talk.replies.say(Screen(SEND_SHEET, CLOSE))
        return
    line_id = str(draft.answers["line"])
    try:
        change = await record_results.set_result(talk.uow, talk.session, line_id, "tracking", text, talk.now)
    except BadAnswer as problem:
        talk.replies.say(Screen(problem_words(problem, talk.settings), CLOSE))
        return
    talk.replies.say(_changed(talk, change))


def _changed(talk: Talk, change: record_results.Change) -> Screen:
    about = Enrolment(change.about.order, change.after)
    return view.student(about, in_chat=talk.settings.in_chat, told=view.recorded(change))


def _show(talk: Talk, screen: Screen) -> None:
    if talk.message_id is not None:
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)
