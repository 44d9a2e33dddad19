"""`/stats`: figures of the centre or of the school, on the screen, as a picture and as XLSX.

They hold nobody's personal data, so they go into chats wherever those are kept.
"""

import asyncio
from base64 import b64encode
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.callbacks import StatsButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.admission import send_file
from bot.routers.filters import Acting
from bot.routers.queue import put
from bot.views import stats as view
from paper.stats_picture import stats_picture
from paper.stats_sheet import file_name, stats_workbook
from school.errors import NotFound
from school.notices import Notice
from school.use_cases import make_stats
from school.use_cases.make_stats import Figures

router = Router(name="stats")


async def _figures(talk: Talk, asked: str) -> Figures:
    return await make_stats.figures(talk.uow, talk.session, asked, talk.today, talk.settings.zone)


@router.message(Command("stats"))
async def stats(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show the figures: the own centre's, all centres', or those of the number typed behind the command."""
    try:
        made = await _figures(talk, (command.args or "").strip())
    except NotFound:
        talk.replies.say(Screen(view.NO_CENTRE))
        return
    talk.replies.say(view.summary(made, all_centres=make_stats.sees_all(talk.session)))


@router.callback_query(StatsButton.filter(), Acting("picture"))
async def picture(_: CallbackQuery, callback_data: StatsButton, talk: Talk) -> None:
    """Send the weeks as a picture."""
    made = await _figures(talk, callback_data.centre)
    png = await asyncio.to_thread(stats_picture, made.stats, view.name_of(made.centre))
    key, number = uuid4().hex, made.centre.number if made.centre else None
    data = {
        "name": file_name(made.stats, number, "png"),
        "base64": b64encode(png).decode(),
        "caption": view.caption(made),
    }
    talk.uow.add_notice(Notice(key, "file", "chat", str(talk.chat_id), data, f"file:{key}"))


@router.callback_query(StatsButton.filter(), Acting("xlsx"))
async def xlsx(_: CallbackQuery, callback_data: StatsButton, talk: Talk) -> None:
    """Send the weeks as a table."""
    made = await _figures(talk, callback_data.centre)
    content = await asyncio.to_thread(stats_workbook, made.stats)
    number = made.centre.number if made.centre else None
    send_file(talk, file_name(made.stats, number, "xlsx"), content, view.caption(made))


@router.callback_query(StatsButton.filter())
async def opened(_: CallbackQuery, callback_data: StatsButton, talk: Talk) -> None:
    """Show other figures in the place of these."""
    made = await _figures(talk, callback_data.centre)
    put(talk, view.summary(made, all_centres=make_stats.sees_all(talk.session)))
