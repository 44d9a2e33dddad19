"""The proof behind a student's link: the shared contact or the last four digits."""

from aiogram import Router
from aiogram.types import Message

from bot import texts
from bot.callbacks import student
from bot.context import Talk
from bot.replies import Button, Rows, Screen
from bot.routers import questionnaire
from bot.routers.filters import Filling, HasContact, HasText
from bot.views import closed, home
from school.errors import SchoolError
from school.order import Enrolment
from school.use_cases.fill_questionnaire import BeingDecided
from school.use_cases.prove_link import LinkDead, LinkLocked, LinkTaken, give_up, prove, report_phone
from wording.plurals import plural

router = Router(name="proof")


def ask_proof() -> Screen:
    """Ask who opened the link; nothing of the order is named before that."""
    return Screen(texts.PROVE, share_contact=texts.SHARE, keyboard=(texts.NOT_MY_PHONE,))


def link_fault(talk: Talk, error: SchoolError) -> tuple[Screen, ...]:
    """Say why a link opens nothing; a new one may be asked for where the line is known."""
    line = error.data.get("line")
    rows: Rows = ((Button("Прислать новую ссылку", student("link", str(line))),),) if line else ()
    further = f" {texts.NEW_LINK if line else texts.ASK_FOR_LINK}" if not isinstance(error, LinkLocked) else ""
    return (Screen(f"{texts.error(error)}{further}\n\n{talk.settings.support()}", rows),)


async def welcome(talk: Talk, about: Enrolment) -> None:
    """Show the course to the student who has proved to be that person, and go on with the questionnaire."""
    talk.replies.say(home.student_card(about, talk.settings, talk.session.catalogue))
    if about.line.admitted_at is None and about.line.questionnaire in ("not_started", "filling", "returned"):
        try:
            await questionnaire.begin(talk, about, remind=True)
        except BeingDecided as wait:
            talk.replies.say(Screen(texts.error(wait)))


@router.message(Filling("proof"), HasContact())
async def contact(_: Message, mobile: str, own: bool, talk: Talk) -> None:
    """Compare the sender's own number."""
    if _closed(talk):
        return
    if not own:
        talk.replies.say(Screen(texts.FOREIGN_CONTACT, share_contact=texts.SHARE, keyboard=(texts.NOT_MY_PHONE,)))
        return
    await _prove(talk, mobile, own_contact=True)


@router.message(Filling("proof"), HasText())
async def digits(_: Message, text: str, talk: Talk) -> None:
    """Compare the last four digits, or hear that the number in the order is another's."""
    if _closed(talk):
        return
    if text.strip().rstrip(".").casefold() == texts.NOT_MY_PHONE.casefold():
        await _not_my_phone(talk)
        return
    await _prove(talk, text, own_contact=False)


@router.message(Filling("proof"))
async def other(_: Message, talk: Talk) -> None:
    """Ask again when something else came."""
    if not _closed(talk):
        talk.replies.say(ask_proof())


def _closed(talk: Talk) -> bool:
    """End a proof asked for before chats were closed to personal data, and name the page; tell whether that is so."""
    if talk.settings.in_chat:
        return False
    give_up(talk.uow, talk.session, talk.now)
    talk.replies.say(closed.questionnaire(talk.settings, None))
    return True


async def _not_my_phone(talk: Talk) -> None:
    try:
        await report_phone(talk.uow, talk.session, talk.now)
    except (LinkDead, LinkTaken, LinkLocked) as error:
        _refuse(talk, error)
        return
    give_up(talk.uow, talk.session, talk.now)
    talk.replies.say(Screen(f"{texts.PHONE_REPORTED}\n\n{talk.settings.support()}", drop_keyboard=True))


def _refuse(talk: Talk, error: SchoolError) -> None:
    give_up(talk.uow, talk.session, talk.now)
    for screen in link_fault(talk, error):
        talk.replies.say(screen)


async def _prove(talk: Talk, answer: str, *, own_contact: bool) -> None:
    try:
        proof = await prove(talk.uow, talk.session, answer, talk.now, own_contact=own_contact)
    except (LinkDead, LinkTaken, LinkLocked) as error:
        _refuse(talk, error)
        return
    if proof.about is not None:
        await welcome(talk, proof.about)
    elif proof.left:
        left = "Осталась" if proof.left == 1 else "Осталось"
        left = f"{left} {plural(proof.left, 'попытка', 'попытки', 'попыток')}"
        words = texts.PROOF_WRONG.format(left=left)
        talk.replies.say(Screen(words, share_contact=texts.SHARE, keyboard=(texts.NOT_MY_PHONE,)))
    else:
        talk.replies.say(Screen(f"{texts.LINK_LOCKED}\n\n{talk.settings.support()}", drop_keyboard=True))
