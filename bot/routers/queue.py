"""`/queue`: deals a curator one card after another."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.context import Talk
from bot.looking import show_pages
from bot.replies import Screen
from bot.views import closed
from bot.views import queue as queue_view
from bot.views import review as review_view
from bot.views.review import Frame
from school.ports import Card
from school.use_cases import review_questionnaire
from school.use_cases.review_questionnaire import Acting, Look

router = Router(name="queue")


@router.message(Command("queue"))
async def queue(_: Message, talk: Talk) -> None:
    """Deal the next card: the one that this curator has comes again only after all others."""
    await deal(talk)


async def deal(talk: Talk, but: str = "", skipped: str = "") -> None:
    """Send the next card, not the one decided just now, or say that there is none, or none but the one skipped."""
    who = acting(talk)
    dealt = await review_questionnaire.deal(talk.uow, who, but)
    if dealt is not None and dealt.about.line.id == skipped:
        talk.replies.toast = queue_view.NO_OTHERS
        return
    if dealt is not None:
        show_documents(talk, dealt)
        say_card(talk, dealt.about.line.id, review_view.card(dealt, frame_of(talk, dealt.about.line.id)))
        return
    state = await review_questionnaire.queue_state(talk.uow, who, but)
    talk.replies.say(queue_view.nothing_to_deal(state))


def acting(talk: Talk) -> Acting:
    """Return who is at work, for the use cases."""
    return Acting(talk.session, talk.user_id, talk.staff_name, talk.now, talk.settings.zone)


def frame_of(talk: Talk, line_id: str = "") -> Frame:
    """Return when and where the cards are shown; of one student's card, with the way to their page."""
    page = closed.staff_rows(talk.settings.public_url, line_id) if line_id and not talk.settings.in_chat else ()
    return Frame(talk.now, talk.settings.zone, talk.settings.in_chat, page)


def show_documents(talk: Talk, seen: Look) -> None:
    """Send the documents to look at, above the card; nothing where chats carry no documents."""
    if talk.settings.in_chat:
        for document, files in review_questionnaire.note_read(talk.uow, acting(talk), seen.questionnaire).items():
            show_pages(talk, files, review_view.caption(seen.about, document))


def say_card(talk: Talk, line_id: str, screen: Screen) -> None:
    """Send a card and remember it, so that it changes when somebody decides."""
    notice_id = talk.replies.say(screen)
    talk.uow.save_card(Card(notice_id, line_id, "review", talk.chat_id, talk.now))


def put(talk: Talk, screen: Screen) -> None:
    """Put a screen in the place of the message that was pressed, or send it where that is gone."""
    if talk.message_id is None:
        talk.replies.say(screen)
    else:
        talk.replies.change(talk.message_id, screen)
