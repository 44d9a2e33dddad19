"""Clients who send the signed act in chat, by itself or in reply to a reminder (REGULATIONS C1)."""

import re
from dataclasses import replace
from datetime import timedelta
from html import escape

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import Message

from bot import texts
from bot.context import Talk
from bot.downloads import NotFetched, file_of
from bot.letters.centres import answer_data
from bot.replies import Screen
from bot.views import act as view
from school.closing import Act, ActState, dump_pages, load_pages
from school.order import Order
from school.ports import Token
from school.questionnaire import Page
from school.tokens import digest
from school.uploads import UploadRefused
from school.use_cases import client_scan
from school.use_cases.answerable import add_letter
from school.use_cases.client_scan import Client, Handed
from school.use_cases.send_act import ActFile, packed
from wording import mail_echoes
from wording.uploads import explain_upload

router = Router(name="client_scan")
late = Router(name="client_scan_late")
"""A file that nobody has asked for: to stand after every router that takes files."""

BEGUN = "client_scan"
GOES_ON = timedelta(minutes=30)  # pages sent within it belong together
MOST_ORDERS = 20
_ACT = re.compile(r"\bакт", re.IGNORECASE)

Found = tuple[Order, list[Act]]


class OwesAct(Filter):
    """Passes a picture or a PDF of a client one of whose acts may still come; hands the orders with such acts over.

    Where chats carry no documents it passes none.

    `named`: only where the file or the message that it answers speaks of an act by its number.
    """

    def __init__(self, *, named: bool = False) -> None:
        self.named = named

    async def __call__(self, message: Message, talk: Talk) -> bool | dict[str, object]:
        """Tell whether it is so."""
        text = text_about(message)
        if not talk.settings.in_chat:
            return False
        media = (message.document.mime_type or "") if message.document else ""
        if not (message.photo or media == "application/pdf" or media.startswith("image/")):
            return False
        if self.named and not (_ACT.search(text) and client_scan.numbers_in(text)):
            return False
        found = await owing(talk)
        numbers = client_scan.numbers_in(text)
        named = [one for one in found if one[0].number in numbers or any(act.number in numbers for act in one[1])]
        if self.named and not named:
            return False
        return {"found": named or found} if found else False


def text_about(message: Message) -> str:
    """Return what is said of a file: its caption, and the message of the bot that it answers."""
    answered = message.reply_to_message
    said = (answered.text or answered.caption or "") if answered is not None else ""
    return f"{message.caption or ''}\n{said}"


async def owing(talk: Talk) -> list[Found]:
    """Return the person's own orders one of whose acts may still come, with these acts."""
    placed, _ = await talk.uow.orders_placed_by(talk.user_id, MOST_ORDERS, 0)
    found = [(order, await client_scan.open_acts(talk.uow, order)) for order in placed if not order.filled_in_by_staff]
    return [(order, acts) for order, acts in found if acts]


@router.message(OwesAct(named=True))
@late.message(OwesAct())
async def take(message: Message, found: list[Found], talk: Talk) -> None:
    """Take a page of a signed act; where it may be of several orders ask which."""
    begun = await _begun(talk, found)
    if begun is None and len(found) > 1:
        numbers = ", ".join(order.number for order, _ in found)
        talk.replies.say(Screen(view.WHICH_OF_CLIENT.format(numbers=escape(numbers))))
        return
    try:
        await _take(message, talk, found, begun)
    except UploadRefused as refused:
        name = message.document.file_name if message.document else ""
        talk.replies.say(Screen(escape(explain_upload(refused, name or ""))))
    except NotFetched:
        talk.replies.say(Screen(texts.NOT_FETCHED))
    except ActState as error:
        talk.replies.say(view.refused(error.data.get("why"), None))


async def _take(message: Message, talk: Talk, found: list[Found], begun: Token | None) -> None:
    _, name, _ = file_of(message) or ("", "", 0)
    content = await talk.download(message)
    page = await talk.files.uploads.keep(content, name, f"{talk.chat_id}:{message.message_id}")
    client = Client(f"chat:{talk.user_id}", talk.settings.in_chat, talk.now, talk.today)
    order, acts = found[0]
    handed = None
    if begun is not None:
        order = next(one for one, _ in found if one.id == begun.subject)
        former = _handed(begun, acts)
        if page.sha256 in [one.sha256 for one in former.pages]:
            talk.replies.say(Screen(view.PAGE_REPEATED))
            return
        handed = await client_scan.go_on(talk.uow, order, former, page, client)
    going_on = handed is not None
    if handed is None:
        handed = await client_scan.hand_in(talk.uow, order, acts, (page,), text_about(message), client)
    await _tell_mailbox(talk, order, handed, ActFile(_named(page), page.media, content))
    await _answer(message, talk, order, handed, begun if going_on else None)


async def _tell_mailbox(talk: Talk, order: Order, handed: Handed, file: ActFile) -> None:
    """Send the file to the centre's mailbox where nobody of it is in chat."""
    centre = await talk.uow.centre(order.centre)
    if centre is None or await talk.uow.centre_staff(order.centre):
        return
    act = handed.act
    heading = mail_echoes.client_scan(order.number, act.number) if act else mail_echoes.client_file(order.number)
    data = answer_data(centre, heading=heading, files=[packed(file)])
    key, about = f"client_scan:{handed.pages[-1].id}:mail", order.id
    add_letter(talk.uow, "centre_answer", centre.email, data, dedupe=key, about=("order", about), now=talk.now)


async def _answer(message: Message, talk: Talk, order: Order, handed: Handed, begun: Token | None) -> None:
    """Thank once for an album, and remember what the next pages belong to."""
    screen = view.thanks(handed, order.number)
    album = message.media_group_id or ""
    if begun is not None and album and begun.data["album"] == album:
        said = begun.data["said"]
        talk.replies.change(said, screen)
    else:
        said = talk.replies.say(screen)
    key = digest(f"{BEGUN}:{talk.user_id}")
    data = {"act": handed.act.id if handed.act else "", "secret": handed.secret, "pages": dump_pages(handed.pages)}
    token = await talk.uow.token(key) or Token(key, BEGUN, order.id, talk.now, {})
    kept = replace(token, subject=order.id, expires_at=talk.now + GOES_ON, data=data | {"album": album, "said": said})
    talk.uow.save_token(kept)


async def _begun(talk: Talk, found: list[Found]) -> Token | None:
    """Return what the client has begun to hand in just before, for one of these orders."""
    token = await talk.uow.token(digest(f"{BEGUN}:{talk.user_id}"))
    if token is None or token.expires_at <= talk.now or token.subject not in [order.id for order, _ in found]:
        return None
    return token


def _handed(begun: Token, acts: list[Act]) -> Handed:
    act = next((one for one in acts if one.id == begun.data["act"]), None)
    return Handed(act, load_pages(begun.data["pages"]), begun.data["secret"])


def _named(page: Page) -> str:
    return f"Акт.{page.media.rpartition('/')[2]}"
