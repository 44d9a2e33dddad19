"""Commands that work at every step."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import MenuButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers import conversation
from bot.routers.filters import Filling
from bot.routers.start import without_link
from bot.views import form as form_view
from bot.views import home

router = Router(name="commands")


@router.message(Command("help"))
async def help_(_: Message, talk: Talk) -> None:
    """Say what the bot does."""
    talk.replies.say(Screen(f"{texts.HELP}\n\n{talk.settings.support()}"))


@router.message(Command("support"))
async def support(_: Message, talk: Talk) -> None:
    """Say where a person helps."""
    talk.replies.say(Screen(talk.settings.support()))


@router.message(Command("order"))
async def order(_: Message, talk: Talk) -> None:
    """Begin an order at the centre whose link was opened last."""
    centre = talk.session.centre
    if centre is not None and not centre.closed:
        await conversation.greet(talk, centre, None)
        return
    own = next((r.centre for r in talk.session.roles if r.centre), None)
    found = await talk.uow.centre(own) if own else None
    if found is not None and not found.closed:
        await conversation.greet(talk, found, None)
    else:
        await without_link(talk)


@router.message(Command("cancel"), Filling("order"))
async def cancel(_: Message, talk: Talk) -> None:
    """Ask before the order being filled in is given up."""
    assert talk.session.draft is not None
    talk.replies.say(form_view.cancel_sure(talk.session.draft))


@router.message(Command("cancel"))
async def nothing_to_cancel(_: Message, talk: Talk) -> None:
    """Say that nothing is being filled in."""
    talk.replies.say(Screen(texts.NOTHING_TO_CANCEL))


@router.message(Command("orders"))
async def orders(_: Message, talk: Talk) -> None:
    """Show the account's own orders."""
    talk.replies.say(await _orders(talk, 0))


async def _orders(talk: Talk, page: int) -> Screen:
    found, total = await talk.uow.orders_placed_by(talk.user_id, home.ORDERS_PAGE, page * home.ORDERS_PAGE)
    return home.orders(found, total, page) if found else Screen(texts.NO_ORDERS)


@router.callback_query(MenuButton.filter())
async def menu(_: CallbackQuery, callback_data: MenuButton, talk: Talk) -> None:
    """Turn a page of the orders; from another message, show them anew."""
    page = int(callback_data.value) if callback_data.value.isdecimal() else 0
    screen = await _orders(talk, min(page, 100_000))
    if talk.message_id is not None and callback_data.act == "page":
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)


@router.message(Command("courses"))
async def courses(_: Message, talk: Talk) -> None:
    """Show the courses of the student this account is bound to."""
    found = []
    for line_id in await talk.uow.line_of_visitor(talk.user_id):
        bound = await talk.uow.order_of_line(line_id)
        if bound is not None:
            found.append((bound, next(line for line in bound.lines if line.id == line_id)))
    talk.replies.say(home.courses(found) if found else Screen(texts.NO_COURSES))
