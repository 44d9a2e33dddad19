"""`/report`: what waits for money and papers, on the screen, as XLSX and as a picture (REGULATIONS C4)."""

import asyncio
import re
from base64 import b64encode
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot.callbacks import ReportButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.admission import send_file
from bot.routers.filters import Acting
from bot.routers.queue import put
from bot.views import report as view
from paper.report_picture import report_picture
from paper.report_sheet import file_name, report_workbook
from school.centre import Role
from school.errors import NotFound
from school.notices import Notice
from school.report import PARTS
from school.use_cases import make_report

router = Router(name="report")
typed = Router(name="report_centre")
"""A centre's number typed by itself: to stand after every router that waits for an answer."""

_CENTRE = re.compile(r"\d{2,8}")


class CentreNumber(Filter):
    """Passes a text that looks like a centre's number, from those who see all centres and fill nothing in."""

    async def __call__(self, message: Message, talk: Talk) -> bool | dict[str, str]:
        """Tell whether the message is such a number, and hand it over."""
        text = (message.text or "").strip()
        draft = talk.session.draft
        idle = draft is None or draft.state != "active" or draft.form == "catalogue"
        return {"centre": text} if idle and _CENTRE.fullmatch(text) and looking(talk).all_centres else False


def looking(talk: Talk) -> view.Looking:
    """Return who looks at the report."""
    return view.Looking(
        opens=talk.has_role(Role.MANAGER, Role.ADMIN),
        all_centres=talk.has_role(Role.CURATOR, Role.ADMIN),
        in_chat=talk.settings.in_chat,
    )


@router.message(Command("report"))
async def report(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show the report: the own centre's, all centres', or that of the number typed behind the command."""
    await _open(talk, (command.args or "").strip())


@typed.message(CentreNumber())
async def centre_typed(_: Message, centre: str, talk: Talk) -> None:
    """Show the report of the centre whose number was typed."""
    await _open(talk, centre)


async def _open(talk: Talk, asked: str) -> None:
    try:
        made = await make_report.report(talk.uow, talk.session, asked, talk.today)
    except NotFound:
        talk.replies.say(Screen(view.NO_CENTRE))
        return
    talk.replies.say(view.summary(made, looking(talk)))


@router.callback_query(ReportButton.filter(), Acting("part"))
async def part(_: CallbackQuery, callback_data: ReportButton, talk: Talk) -> None:
    """Show a page of a part in the place of the report."""
    made = await make_report.report(talk.uow, talk.session, callback_data.centre, talk.today)
    name = callback_data.part
    if name in PARTS:
        put(talk, view.part_page(made, name, callback_data.page, looking(talk)))
    else:
        put(talk, view.summary(made, looking(talk)))


@router.callback_query(ReportButton.filter(), Acting("xlsx"))
async def xlsx(_: CallbackQuery, callback_data: ReportButton, talk: Talk) -> None:
    """Send the whole report as a table, where files may go into chats."""
    made = await make_report.report(talk.uow, talk.session, callback_data.centre, talk.today)
    if not talk.settings.in_chat:
        talk.replies.say(Screen(view.NO_FILE))
        return
    content = await asyncio.to_thread(report_workbook, made.report)
    send_file(talk, file_name(made.report), content, view.caption(made.centre, talk.today))


@router.callback_query(ReportButton.filter(), Acting("picture"))
async def picture(_: CallbackQuery, callback_data: ReportButton, talk: Talk) -> None:
    """Send the funnel and the ages as a picture: it holds numbers only."""
    drawn = await make_report.picture(talk.uow, talk.session, callback_data.centre, talk.now, talk.today)
    png = await asyncio.to_thread(
        report_picture, drawn.picture, view.picture_title(drawn.centre), drawn.since, drawn.today
    )
    key = uuid4().hex
    data = {
        "name": f"otchet-{drawn.today.isoformat()}.png",
        "base64": b64encode(png).decode(),
        "caption": view.caption(drawn.centre, drawn.today),
    }
    talk.uow.add_notice(Notice(key, "file", "chat", str(talk.chat_id), data, f"file:{key}"))


@router.callback_query(ReportButton.filter())
async def opened(_: CallbackQuery, callback_data: ReportButton, talk: Talk) -> None:
    """Show the report: from its own part in its place, from the weekly message anew."""
    made = await make_report.report(talk.uow, talk.session, callback_data.centre, talk.today)
    screen = view.summary(made, looking(talk))
    if callback_data.act == "weekly":
        talk.replies.say(screen)
    else:
        put(talk, screen)
