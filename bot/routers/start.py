"""`/start` with and without a link: a centre's, a student's, a member of staff's."""

from dataclasses import replace
from html import escape

from aiogram import Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import Message

from bot import texts
from bot.context import Talk
from bot.page_links import PageLinks
from bot.replies import Screen
from bot.routers import conversation, proof, questionnaire
from bot.views import closed, home
from school.draft import Visitor
from school.errors import SchoolError
from school.use_cases import fill_form, prove_link
from school.use_cases.accept_staff_invite import accept_staff_invite
from school.use_cases.hand_draft import find_handed, take_into_chat
from school.use_cases.prove_link import LinkDead, LinkLocked, LinkTaken
from school.use_cases.visit_page import open_door
from school.use_cases.whats_waiting import whats_waiting
from wording.consents import quoted

router = Router(name="start")


@router.message(CommandStart())
async def start(message: Message, command: CommandObject, talk: Talk) -> None:
    """Greet by the link that brought the person here."""
    payload = (command.args or "").strip()
    if payload.startswith("sc_"):
        await _centre(payload.removeprefix("sc_"), talk)
    elif payload.startswith("q_"):
        await _questionnaire(payload.removeprefix("q_"), talk)
    elif payload.startswith("o_"):
        await _order(payload.removeprefix("o_"), talk)
    elif payload.startswith("staff_"):
        await _staff(payload.removeprefix("staff_"), message, talk)
    else:
        await _plain(talk)


async def _centre(payload: str, talk: Talk) -> None:
    number, _, discipline = payload.partition("_")
    centre = await talk.uow.centre(number)
    if centre is None:
        talk.replies.say(Screen(f"{texts.UNKNOWN_CENTRE}\n\n{talk.settings.support()}"))
        return
    if centre.closed:
        words = texts.CLOSED_CENTRE.format(name=escape(quoted(centre.name)))
        talk.replies.say(Screen(f"{words}\n\n{talk.settings.support()}"))
        return
    known = discipline if talk.session.catalogue.discipline(discipline) else None
    visitor = Visitor(talk.user_id, talk.chat_id, talk.first_name, centre=centre.number)
    talk.uow.save_visitor(visitor)
    await conversation.greet(talk, centre, known)


async def _questionnaire(secret: str, talk: Talk) -> None:
    if not talk.settings.in_chat:
        await _to_page(secret, talk)
        return
    try:
        opened = await prove_link.open_link(talk.uow, secret, talk.user_id, talk.chat_id, talk.now)
    except (LinkDead, LinkTaken, LinkLocked) as error:
        for screen in proof.link_fault(talk, error):
            talk.replies.say(screen)
        return
    if opened is None:
        if address := PageLinks(talk.settings.public_url).questionnaire(secret):
            talk.replies.say(closed.either_way(address))
        talk.replies.say(proof.ask_proof())
    else:
        await proof.welcome(talk, opened)


async def _order(secret: str, talk: Talk) -> None:
    """Go on with an order begun on the page, at its next open question."""
    try:
        if not talk.settings.in_chat:
            _, draft = await find_handed(talk.uow, secret, talk.now)
            address = PageLinks(talk.settings.public_url).handed(draft.centre, secret)
            talk.replies.say(closed.handed(talk.settings, address))
            return
        draft = await take_into_chat(talk.uow, secret, talk.user_id, talk.chat_id, talk.now)
    except LinkDead:
        talk.replies.say(Screen(f"{texts.ORDER_LINK_DEAD}\n\n{talk.settings.support()}"))
        return
    centre = await talk.uow.centre(draft.centre)
    talk.uow.save_visitor(Visitor(talk.user_id, talk.chat_id, talk.first_name, centre=draft.centre))
    talk.session = replace(talk.session, draft=draft, centre=centre)
    conversation.ask(talk, await fill_form.resume(talk.uow, talk.session, talk.today))


async def _to_page(secret: str, talk: Talk) -> None:
    try:
        await open_door(talk.uow, secret, talk.now)
    except (LinkDead, LinkLocked) as error:
        if await talk.uow.line_of_visitor(talk.user_id):
            await questionnaire.show_courses(talk)
            return
        for screen in proof.link_fault(talk, error):
            talk.replies.say(screen)
        return
    talk.replies.say(closed.questionnaire(talk.settings, secret))


async def _staff(secret: str, message: Message, talk: Talk) -> None:
    # With the surname: colleagues and the audit tell people of one first name apart.
    name = message.from_user.full_name if message.from_user else talk.first_name
    try:
        member = await accept_staff_invite(talk.uow, talk.now, secret, talk.user_id, talk.chat_id, name)
    except SchoolError:
        talk.replies.say(Screen(f"{texts.STAFF_LINK_DEAD}\n\n{talk.settings.support()}"))
        return
    talk.new_role = member.role
    talk.replies.say(Screen(f"✅ {texts.STAFF_WELCOME[member.role.value]}"))


async def _plain(talk: Talk) -> None:
    if talk.session.draft is not None and talk.session.draft.form == "order" and talk.session.draft.answers:
        await conversation.offer_to_continue(talk)
    elif talk.session.roles:
        waiting = await whats_waiting(
            talk.uow, talk.session, talk.now, talk.today, registration=talk.settings.registration
        )
        talk.replies.say(home.staff_home(talk.session.roles, waiting))
    elif talk.session.centre is not None and not talk.session.centre.closed:
        await conversation.greet(talk, talk.session.centre, None)
    elif await talk.uow.line_of_visitor(talk.user_id):
        await questionnaire.show_courses(talk)
    else:
        await without_link(talk)


async def without_link(talk: Talk) -> None:
    """Someone came without a centre's link: the default centre, or what to do."""
    number = talk.settings.default_centre
    centre = await talk.uow.centre(number) if number else None
    if centre is None or centre.closed:
        talk.replies.say(Screen(f"{texts.NO_LINK}\n\n{talk.settings.support()}"))
        return
    talk.uow.save_visitor(Visitor(talk.user_id, talk.chat_id, talk.first_name, centre=centre.number))
    await conversation.greet(talk, centre, None)
