"""`/centres`: the administrator adds service centres, closes and opens them, sets their mailboxes and details."""

from dataclasses import replace

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import CentreButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import Acting, Filling, HasText
from bot.routers.queue import put
from bot.views import centres as view
from school.centre import Centre
from school.errors import BadAnswer
from school.numbers import whole
from school.seller import SELLER_KEYS
from school.seller_dated import settings_on
from school.use_cases import manage_centre
from school.use_cases.keep_document import NoCentreYet
from school.use_cases.manage_centre import FORM, NEW, About, Changed

router = Router(name="centres")
_LAST_PAGE = 10_000


class First(Filter):
    """Passes what an administrator types, other than a command, while there is no centre at all."""

    async def __call__(self, message: Message, talk: Talk) -> bool:
        """Tell whether this may be the first centre."""
        typed = message.text or ""
        return not typed.startswith("/") and await manage_centre.awaits_first(talk.uow, talk.session)


@router.message(Command("centres"))
async def centres(_: Message, command: CommandObject, talk: Talk) -> None:
    """List the centres; with a number open it, with a number, a name and a mailbox add it."""
    typed = (command.args or "").strip()
    if not typed:
        talk.replies.say(await _page(talk, 0))
    elif typed.isdecimal():
        talk.replies.say(view.card(await _about(talk, typed), talk.settings))
    else:
        made = await manage_centre.add(talk.uow, talk.session, typed)
        talk.replies.say(_added(talk, made))


def _today(talk: Talk, centre: Centre) -> Centre:
    """Return the centre with the seller's details as they are today."""
    return replace(centre, settings=settings_on(centre.settings, talk.today))


async def _about(talk: Talk, number: str) -> About:
    found = await manage_centre.about(talk.uow, talk.session, number)
    return replace(found, centre=_today(talk, found.centre))


def _added(talk: Talk, made: Centre) -> Screen:
    return view.card(About(made, 0), talk.settings, view.done(Changed(made, NEW)))


async def _page(talk: Talk, page: int) -> Screen:
    found, total = await manage_centre.centres(talk.uow, talk.session, view.PAGE, page * view.PAGE)
    return await _page(talk, 0) if page and not found else view.listed(found, total, page)


@router.callback_query(CentreButton.filter(), Acting("page"))
async def turn(_: CallbackQuery, callback_data: CentreButton, talk: Talk) -> None:
    """Turn a page of the list."""
    page = whole(callback_data.value, 0)
    put(talk, await _page(talk, min(page, _LAST_PAGE)))


@router.callback_query(CentreButton.filter(), Acting("open"))
async def opened(_: CallbackQuery, callback_data: CentreButton, talk: Talk) -> None:
    """Show a centre."""
    put(talk, view.card(await _about(talk, callback_data.number), talk.settings))


@router.callback_query(CentreButton.filter(), Acting("closing", "opening"))
async def sure(_: CallbackQuery, callback_data: CentreButton, talk: Talk) -> None:
    """Ask before a centre is closed or opened again."""
    put(talk, view.sure(await manage_centre.find_centre(talk.uow, talk.session, callback_data.number)))


@router.callback_query(CentreButton.filter(), Acting("close", "reopen"))
async def set_closed(_: CallbackQuery, callback_data: CentreButton, talk: Talk) -> None:
    """Close a centre or open it again."""
    found = await manage_centre.about(talk.uow, talk.session, callback_data.number)
    closed = callback_data.act == "close"
    centre = await manage_centre.set_closed(talk.uow, talk.session, found.centre.number, talk.now, closed=closed)
    put(talk, view.card(About(_today(talk, centre), found.managers), talk.settings))


@router.callback_query(CentreButton.filter(), Acting("seller"))
async def seller(_: CallbackQuery, callback_data: CentreButton, talk: Talk) -> None:
    """Show the centre's details as the seller."""
    put(talk, view.seller(_today(talk, await manage_centre.find_centre(talk.uow, talk.session, callback_data.number))))


@router.callback_query(CentreButton.filter(), Acting("new", "name", "email", "detail"))
async def ask(_: CallbackQuery, callback_data: CentreButton, talk: Talk) -> None:
    """Ask for what is to be typed."""
    what = callback_data.value if callback_data.act == "detail" else callback_data.act
    try:
        found = await manage_centre.ask(talk.uow, talk.session, what, callback_data.number, talk.now)
    except NoCentreYet:
        talk.replies.say(view.ask_first())
        return
    talk.replies.say(view.ask(what, _today(talk, found) if found else None))


@router.callback_query(CentreButton.filter(), Acting("erase"))
async def erase(_: CallbackQuery, callback_data: CentreButton, talk: Talk) -> None:
    """Erase one of the seller's details."""
    await manage_centre.close_question(talk.uow, talk.session, talk.now)
    number, key = callback_data.number, callback_data.value
    changed = await manage_centre.set_detail(talk.uow, talk.session, number, key, "", talk.today)
    put(talk, view.seller(_today(talk, changed), "✅ Стёрли."))


@router.callback_query(CentreButton.filter(), Acting("stop"))
async def stop(_: CallbackQuery, talk: Talk) -> None:
    """Wait no longer for what was asked."""
    await manage_centre.close_question(talk.uow, talk.session, talk.now)
    put(talk, Screen(view.CLOSED))


@router.message(Filling(FORM), HasText())
async def take(_: Message, text: str, talk: Talk) -> None:
    """Take what was asked for and show the centre, or its details, as they are now."""
    draft = talk.session.draft
    assert draft is not None
    try:
        changed = await manage_centre.take(talk.uow, talk.session, draft, text.strip(), talk.now, talk.today)
    except BadAnswer as problem:
        talk.replies.say(view.not_taken(problem))
        return
    said = view.done(changed)
    if changed.what == NEW:
        talk.replies.say(_added(talk, changed.centre))
    elif changed.what in SELLER_KEYS:
        talk.replies.say(view.seller(_today(talk, changed.centre), said))
    else:
        managers = (await manage_centre.about(talk.uow, talk.session, changed.centre.number)).managers
        talk.replies.say(view.card(About(_today(talk, changed.centre), managers), talk.settings, said))


@router.message(Filling(FORM))
async def neither(_: Message, talk: Talk) -> None:
    """A file or a voice is answered with what is waited for."""
    talk.replies.say(Screen("Здесь нужен ответ текстом. Если передумали, откройте /centres заново."))


@router.message(HasText(), First())
async def first(_: Message, text: str, talk: Talk) -> None:
    """Take the school's very first centre: there is none yet that a question could be kept with."""
    try:
        made = await manage_centre.add(talk.uow, talk.session, text.strip())
    except BadAnswer as problem:
        talk.replies.say(view.first_not_taken(problem))
        return
    talk.replies.say(_added(talk, made))


@router.callback_query(CentreButton.filter())
async def unknown(_: CallbackQuery, talk: Talk) -> None:
    """A button that nobody knows any more."""
    talk.replies.say(Screen(texts.NOT_UNDERSTOOD))
