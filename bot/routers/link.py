"""`/link`: a centre's links for its clients, as text and as QR pictures (docs/regulations.md: O1)."""

import asyncio
from base64 import b64encode
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.callbacks import LinkButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import Acting
from bot.routers.queue import put
from bot.views import link as view
from paper.link_qr import link_qr
from school.errors import NotFound
from school.notices import Notice
from school.use_cases.make_link import centres_for_links, links_of
from wording.links import file_name

router = Router(name="link")


@router.message(Command("link"))
async def links(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show the links of the own centre, of the one chosen, or of the number typed behind the command."""
    asked = (command.args or "").strip()
    own = await centres_for_links(talk.uow, talk.session)
    if asked:
        talk.replies.say(await _of(talk, asked))
    elif len(own) == 1:
        talk.replies.say(await _of(talk, own[0].number))
    else:
        talk.replies.say(view.choose(own) if own else Screen(view.ASK_CENTRE))


async def _of(talk: Talk, number: str) -> Screen:
    try:
        return view.listed(await links_of(talk.uow, talk.session, number), talk.settings)
    except NotFound:
        return Screen(view.NO_CENTRE)


@router.callback_query(LinkButton.filter(), Acting("qr"))
async def picture(_: CallbackQuery, callback_data: LinkButton, talk: Talk) -> None:
    """Send one link as a QR picture with a text that is ready to be forwarded."""
    found = await links_of(talk.uow, talk.session, callback_data.centre)
    discipline = found.discipline(callback_data.discipline)
    if found.centre.closed:
        put(talk, view.listed(found, talk.settings))
        return
    png = await asyncio.to_thread(link_qr, view.address(talk.settings, found.centre, discipline))
    key = uuid4().hex
    data = {
        "name": file_name(found.centre.number, callback_data.discipline),
        "base64": b64encode(png).decode(),
        "caption": view.caption(found, discipline, talk.settings),
    }
    talk.uow.add_notice(Notice(key, "file", "chat", str(talk.chat_id), data, f"file:{key}"))


@router.callback_query(LinkButton.filter())
async def opened(_: CallbackQuery, callback_data: LinkButton, talk: Talk) -> None:
    """Show the links of the centre that was chosen, in the place of the choice."""
    put(talk, await _of(talk, callback_data.centre))
