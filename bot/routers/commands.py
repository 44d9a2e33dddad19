"""Commands that work at every step."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import MenuButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers import conversation, questionnaire
from bot.routers.filters import Filling
from bot.routers.start import without_link
from bot.views import documents as documents_view
from bot.views import form as form_view
from bot.views import home
from school.centre import Role
from school.numbers import whole
from school.order import Enrolment
from school.use_cases.follow_order import follows
from school.use_cases.order_from_earlier import open_centres

router = Router(name="commands")


@router.message(Command("help"))
async def help_(_: Message, talk: Talk) -> None:
    """Say what the bot does."""
    talk.replies.say(home.help_(talk.session.roles, talk.settings.support()))


@router.message(Command("support"))
async def support(_: Message, talk: Talk) -> None:
    """Say where a person helps."""
    talk.replies.say(documents_view.support(talk.settings))


@router.message(Command("order"))
async def order(_: Message, talk: Talk) -> None:
    """Begin an order at the centre whose link was opened last."""
    centre = talk.session.centre
    if centre is not None and not centre.closed:
        await conversation.greet(talk, centre, None)
        return
    if own := await open_centres(talk.uow, talk.session):
        await conversation.greet(talk, own[0], None)
    elif talk.session.roles:
        talk.replies.say(Screen(home.NO_ORDERS_OF_STAFF))
    else:
        await without_link(talk)


@router.message(Command("cancel"), Filling("order"))
async def cancel(_: Message, talk: Talk) -> None:
    """Ask before the order being filled in is given up."""
    assert talk.session.draft is not None
    talk.replies.say(form_view.cancel_sure(talk.session.draft))


@router.message(Command("cancel"), Filling("questionnaire"))
async def cancel_questionnaire(_: Message, talk: Talk) -> None:
    """Ask whether the questionnaire is left for later or erased."""
    await questionnaire.ask_to_pause(talk)


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
    if not found:
        return Screen(home.NO_ORDERS_OF_STAFF if talk.session.roles and not _may_order(talk) else texts.NO_ORDERS)
    shown = [order for order in found if follows(talk.session, order)]
    invoices = {order.id: await talk.uow.invoices_of_order(order.id) for order in shown}
    return home.orders(shown, total, page, talk.settings, invoices)


def _may_order(talk: Talk) -> bool:
    return talk.has_role(Role.MANAGER) or talk.session.centre is not None


@router.callback_query(MenuButton.filter())
async def menu(_: CallbackQuery, callback_data: MenuButton, talk: Talk) -> None:
    """Turn a page of the orders; from another message, show them anew."""
    page = whole(callback_data.value, 0)
    screen = await _orders(talk, min(page, 100_000))
    if talk.message_id is not None and callback_data.act == "page":
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)


@router.message(Command("courses"))
async def courses(_: Message, talk: Talk) -> None:
    """Show the courses of the student this account is bound to."""
    await say_courses(talk)


async def say_courses(talk: Talk) -> None:
    """Say the account's courses, each with its conditions and what may be done now."""
    line_ids = await talk.uow.line_of_visitor(talk.user_id)
    orders_ = await talk.uow.orders_of_lines(line_ids) if line_ids else ()
    of_line = {line.id: Enrolment(order, line) for order in orders_ for line in order.lines}
    found = [of_line[line_id] for line_id in line_ids if line_id in of_line]
    if found:
        talk.replies.say(home.courses(found, talk.settings, talk.session.catalogue))
    else:
        talk.replies.say(Screen(texts.NO_COURSES))
