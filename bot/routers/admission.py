"""Admission: /admit, one tap for one, one for all, and the list of those to open the access for."""

import asyncio
from base64 import b64encode
from typing import cast
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.callbacks import AdmitButton, ResultButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import Acting
from bot.views import admission as view
from paper.access_list import AccessRow, access_workbook
from school.notices import Notice
from school.numbers import whole
from school.use_cases import admit as admissions
from school.use_cases import record_results
from school.use_cases.list_for_access import access_rows, admitted_of_run

router = Router(name="admission")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LAST_PAGE = 199
NO_FILE = (
    "Списки с фамилиями в переписке не отправляем: так решила школа. "
    "Список для доступа уходит на почту куратора сразу после зачисления."
)


def rule(talk: Talk) -> admissions.Rule:
    """Return what the operator has decided on admission."""
    return admissions.Rule(talk.settings.registration, talk.settings.in_chat)


def send_file(talk: Talk, name: str, content: bytes, caption: str) -> None:
    """Stage an XLSX to this chat with a caption in HTML."""
    data = {"name": name, "media": XLSX, "base64": b64encode(content).decode(), "caption": caption}
    key = uuid4().hex
    talk.uow.add_notice(Notice(key, "file", "chat", str(talk.chat_id), data, f"file:{key}"))


@router.message(Command("admit"))
async def admit(_: Message, talk: Talk) -> None:
    """Show who is ready to be admitted."""
    talk.replies.say(await _waiting(talk, 0))


async def _waiting(talk: Talk, page: int) -> Screen:
    size = view.PAGE
    found = await admissions.waiting(talk.uow, talk.session, rule(talk), talk.now, talk.today, (page * size, size))
    if not found.ready and page:
        return await _waiting(talk, 0)
    return view.waiting(found, page, talk.today, in_chat=talk.settings.in_chat)


def _page(value: str) -> int:
    return min(whole(value, 0), LAST_PAGE)


@router.callback_query(AdmitButton.filter(), Acting("one"))
async def one(_: CallbackQuery, callback_data: AdmitButton, talk: Talk) -> None:
    """Admit one and say so; the list goes on without them."""
    done = await admissions.admit(talk.uow, talk.session, callback_data.line, rule(talk), talk.now)
    talk.replies.say(view.admitted(done, in_chat=talk.settings.in_chat))


@router.callback_query(AdmitButton.filter(), Acting("all"))
async def everyone(_: CallbackQuery, talk: Talk) -> None:
    """Admit all who are ready now, as many as one transaction takes."""
    talk.replies.say(view.batch(await admissions.admit_all(talk.uow, talk.session, rule(talk), talk.now)))


@router.callback_query(AdmitButton.filter(), Acting("runs"))
async def choose_run(_: CallbackQuery, talk: Talk) -> None:
    """Ask whose list for access is wanted."""
    found = await record_results.runs(talk.uow, talk.session)
    if not talk.settings.in_chat:
        talk.replies.say(Screen(NO_FILE))
        return
    talk.replies.say(view.choose_run([(run.key, run.one.line, run.count) for run in found], "access"))


@router.callback_query(ResultButton.filter(), Acting("access"))
async def access(_: CallbackQuery, callback_data: ResultButton, talk: Talk) -> None:
    """Send the list of all admitted students of a run."""
    found = await admitted_of_run(talk.uow, talk.session, callback_data.key)
    if not talk.settings.in_chat or not found:
        talk.replies.say(Screen(NO_FILE if found else view.NOBODY))
        return
    rows = cast("list[AccessRow]", access_rows(found))
    content = await asyncio.to_thread(access_workbook, rows, talk.settings.zone)
    caption = f"📎 Кому открыть доступ: {view.course_and_dates(found[0].line)}"
    send_file(talk, f"dostup-{found[0].line.run}.xlsx", content, caption)


@router.callback_query(AdmitButton.filter())
async def turn(_: CallbackQuery, callback_data: AdmitButton, talk: Talk) -> None:
    """Turn a page of the list; from another message, show it anew."""
    screen = await _waiting(talk, _page(callback_data.value))
    if callback_data.act == "page" and talk.message_id is not None:
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)
