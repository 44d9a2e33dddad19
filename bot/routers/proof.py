"""The proof behind a student's link: the shared contact or the last four digits."""

from aiogram import Router
from aiogram.types import Message

from bot import texts
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import Filling, HasContact, HasText
from bot.views import home
from school.use_cases.prove_link import LinkDead, LinkLocked, LinkTaken, give_up, prove
from wording.plurals import plural

router = Router(name="proof")


@router.message(Filling("proof"), HasContact())
async def contact(_: Message, mobile: str, own: bool, talk: Talk) -> None:
    """Compare the sender's own number."""
    if not own:
        talk.replies.say(Screen(texts.FOREIGN_CONTACT, share_contact=texts.SHARE))
        return
    await _prove(talk, mobile, own_contact=True)


@router.message(Filling("proof"), HasText())
async def digits(_: Message, text: str, talk: Talk) -> None:
    """Compare the last four digits."""
    await _prove(talk, text, own_contact=False)


@router.message(Filling("proof"))
async def other(_: Message, talk: Talk) -> None:
    """Ask again when something else came."""
    talk.replies.say(Screen(texts.PROVE, share_contact=texts.SHARE))


async def _prove(talk: Talk, answer: str, *, own_contact: bool) -> None:
    try:
        proof = await prove(talk.uow, talk.session, answer, talk.now, own_contact=own_contact)
    except (LinkDead, LinkTaken, LinkLocked) as error:
        give_up(talk.uow, talk.session, talk.now)
        talk.replies.say(Screen(f"{texts.error(error)}\n\n{talk.settings.support()}", drop_keyboard=True))
        return
    if proof.order is not None and proof.line is not None:
        talk.replies.say(home.student_card(proof.order, proof.line, support=talk.settings.support()))
    elif proof.left:
        left = "Осталась" if proof.left == 1 else "Осталось"
        left = f"{left} {plural(proof.left, 'попытка', 'попытки', 'попыток')}"
        talk.replies.say(Screen(texts.PROOF_WRONG.format(left=left), share_contact=texts.SHARE))
    else:
        talk.replies.say(Screen(f"{texts.LINK_LOCKED}\n\n{talk.settings.support()}", drop_keyboard=True))
