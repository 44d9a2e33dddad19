"""`/catalog`: the administrator takes the catalogue as XLSX, sends it back changed and applies what has changed."""

import asyncio

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import CatalogueButton
from bot.context import Talk
from bot.downloads import NotFetched
from bot.replies import Screen
from bot.routers.admission import send_file
from bot.routers.filters import Acting, Filling, HasFile
from bot.routers.queue import put
from bot.views import catalogue as view
from paper.catalogue_sheet import SheetRefused, catalogue_workbook
from paper.sheet_jobs import READ_CATALOGUE
from school.uploads import UploadRefused
from school.use_cases import load_catalogue
from school.use_cases.load_catalogue import FORM
from wording.sheets import explain_sheet
from wording.uploads import explain_upload

router = Router(name="catalogue")
late = Router(name="catalogue_late")
"""What else is sent while the file is waited for: to stand after every router that understands typed text."""


@router.message(Command("catalog"))
async def catalogue(_: Message, talk: Talk) -> None:
    """Send the catalogue as a table and wait for it to come back changed."""
    found = await load_catalogue.give(talk.uow, talk.session, talk.now, talk.today)
    content = await asyncio.to_thread(catalogue_workbook, found)
    send_file(talk, f"katalog-{talk.today.isoformat()}.xlsx", content, view.caption(found, talk.today))


@router.message(Filling(FORM), HasFile())
async def take(message: Message, talk: Talk) -> None:
    """Read the changed table and show what it would change, or every fault in it."""
    draft = talk.session.draft
    assert draft is not None
    if message.document is None:
        talk.replies.say(view.asked())
        return
    try:
        read = await talk.files.jobs.run(READ_CATALOGUE, await talk.download(message))
    except SheetRefused as refused:
        talk.replies.say(view.not_taken(explain_sheet(refused)))
        return
    except UploadRefused as refused:
        talk.replies.say(view.not_taken(explain_upload(refused)))
        return
    except NotFetched:
        talk.replies.say(view.not_taken(view.NOT_FETCHED))
        return
    if read.faults:
        talk.replies.say(view.faults(read.faults))
        return
    found = await load_catalogue.preview(talk.uow, talk.session, draft, read.catalogue, talk.now, talk.today)
    talk.replies.say(view.preview(found))


@router.callback_query(CatalogueButton.filter(), Acting("apply"))
async def apply(_: CallbackQuery, callback_data: CatalogueButton, talk: Talk) -> None:
    """Load what was previewed; the preview becomes what was done."""
    put(talk, view.applied(await load_catalogue.apply(talk.uow, talk.session, callback_data.key, talk.now)))


@router.callback_query(CatalogueButton.filter(), Acting("close"))
async def close(_: CallbackQuery, talk: Talk) -> None:
    """Wait no longer for the file."""
    was_open = await load_catalogue.close(talk.uow, talk.session, talk.now)
    words = "Закрыли, каталог не изменили." if was_open else "Уже закрыто."
    put(talk, Screen(f"{words} Открыть его снова — /catalog."))


@late.message(Filling(FORM))
async def not_a_file(_: Message, talk: Talk) -> None:
    """Say what is waited for, and the way out, where nobody else understood what was typed."""
    talk.replies.say(view.asked())


@router.callback_query(CatalogueButton.filter())
async def unknown(_: CallbackQuery, talk: Talk) -> None:
    """A button that nobody knows any more."""
    talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
