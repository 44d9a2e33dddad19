"""`/audit`: who did what, when, from what to what; for administrators, on the screen and as XLSX."""

import asyncio
import re
from base64 import b64encode
from typing import get_args
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import AuditButton
from bot.context import Talk
from bot.replies import Screen
from bot.views import audit as view
from paper.audit_sheet import audit_workbook
from school.centre import Role
from school.dates_typed import parse_day
from school.errors import BadAnswer
from school.notices import Notice
from school.use_cases import read_audit
from school.use_cases.find import require_role
from school.use_cases.read_audit import Asked, Of

router = Router(name="audit")

# A student's number leads to the whole order.
_NUMBER = re.compile(r"№?\s*(\d{2,8})\s*[-–—]\s*(\d{4,8})(?:/\d{1,4})?")


@router.message(Command("audit"))
async def audit(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show what was done about an order, on a day or by a person; without words, ask which."""
    require_role(talk.session, Role.ADMIN)
    typed = (command.args or "").strip()
    if not typed:
        talk.replies.say(view.menu(talk.today))
    elif number := _NUMBER.fullmatch(typed):
        await _show(talk, Asked("order", f"{number[1]}-{number[2]}"), 0)
    elif "@" in typed:
        await _show(talk, Asked("person", typed.lower()), 0)
    elif (day := _day(typed, talk)) is not None:
        await _show(talk, Asked("day", day), 0)
    else:
        await _of_person(talk, typed)


def _day(typed: str, talk: Talk) -> str | None:
    try:
        return parse_day(typed, talk.today).isoformat()
    except BadAnswer:
        return None


async def _of_person(talk: Talk, name: str) -> None:
    found = await read_audit.people(talk.uow, talk.session, name)
    if not found:
        talk.replies.say(Screen(view.NOBODY))
    elif len(found) == 1:
        await _show(talk, Asked("person", str(found[0].user_id)), 0)
    else:
        talk.replies.say(view.people(found, 0))


async def _show(talk: Talk, asked: Asked, page: int, *, anew: bool = True) -> None:
    read = await read_audit.read_audit(talk.uow, talk.session, asked, page, talk.settings.zone)
    _put(talk, view.page_of(read, talk.settings), anew=anew)


@router.callback_query(AuditButton.filter())
async def pressed(_: CallbackQuery, callback_data: AuditButton, talk: Talk) -> None:
    """Turn a page, choose whose actions to look at, or take the lines out as a table."""
    require_role(talk.session, Role.ADMIN)
    act, key, page = callback_data.act, callback_data.key, callback_data.page
    if act == "menu":
        _put(talk, view.menu(talk.today), anew=False)
    elif act == "people":
        _put(talk, view.people(await read_audit.people(talk.uow, talk.session), page), anew=False)
    elif act == "xlsx":
        await _export(talk, key)
    elif asked := _asked(act, key):
        await _show(talk, asked, page, anew=False)
    else:
        talk.replies.toast = texts.STALE


def _asked(of: str, key: str) -> Asked | None:
    known: Of | None = next((one for one in get_args(Of) if one == of), None)
    return Asked(known, key) if known is not None and key else None


async def _export(talk: Talk, key: str) -> None:
    of, _, rest = key.partition("=")
    asked = _asked(of, rest)
    if asked is None:
        talk.replies.toast = texts.STALE
        return
    if not talk.settings.in_chat:
        talk.replies.say(Screen(view.NO_FILE))
        return
    read = await read_audit.export_audit(talk.uow, talk.session, asked, talk.settings.zone)
    content = await asyncio.to_thread(audit_workbook, read.lines, read.labels, read.staff, talk.settings.zone)
    key = uuid4().hex
    data = {
        "name": f"zhurnal-{talk.today.isoformat()}.xlsx",
        "base64": b64encode(content).decode(),
        "caption": view.caption(read),
    }
    talk.uow.add_notice(Notice(key, "file", "chat", str(talk.chat_id), data, f"file:{key}"))


def _put(talk: Talk, screen: Screen, *, anew: bool) -> None:
    if anew or talk.message_id is None:
        talk.replies.say(screen)
    else:
        talk.replies.change(talk.message_id, screen)
