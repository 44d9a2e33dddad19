"""The papers of an act: made of the template for a look, sent to the client, the scan handed back (REGULATIONS C1)."""

import asyncio
from base64 import b64decode, b64encode
from datetime import date, tzinfo
from html import escape
from uuid import uuid4

from bot.callbacks import ActButton
from bot.context import Talk
from bot.replies import Screen
from bot.views import act as view
from paper.act import ActPaper, act_docx, act_pdf, check_act_template
from paper.docx_template import TemplateRefused
from paper.text_paper import LearnerRow
from school.closing import ActState
from school.errors import BadAnswer
from school.notices import Notice
from school.seller import Seller, parse_seller, seller_faults, seller_gaps
from school.seller_dated import settings_on
from school.use_cases import make_acts, send_act, take_scan
from school.use_cases.make_acts import Opened, PaperParts
from school.use_cases.send_act import ActFile
from wording.dates import date_long
from wording.papers import SELLER_LABELS

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LOOK = "📎 Акт № {number}. Проверьте и отправьте клиенту."


async def kept_out(talk: Talk, opened: Opened) -> bool:
    """Say that the mailbox serves where chats carry no documents, and tell whether it is so."""
    if talk.settings.in_chat:
        return False
    talk.replies.say(Screen(view.MAILBOX.format(email=escape(opened.centre.email))))
    return True


async def download(talk: Talk, button: ActButton) -> None:
    """Hand the scan back."""
    opened = await make_acts.open_act(talk.uow, talk.session, button.key)
    if await kept_out(talk, opened):
        return
    pages = opened.act.scan_pages
    if not pages:
        raise ActState(why="no_scan")
    caption = f"📎 Скан акта № {escape(opened.act.number)}, заявка № {opened.order.number}"
    data = {"pages": [{"id": p.id, "media": p.media, "name": p.name} for p in pages], "caption": caption}
    key = uuid4().hex
    talk.uow.add_notice(Notice(key, "documents", "chat", str(talk.chat_id), data, f"documents:{key}"))


async def make(talk: Talk, button: ActButton) -> None:
    """Make the act of the template and send it here to be looked at, to the mailbox where chats carry no documents."""
    parts = await make_acts.paper_parts(talk.uow, talk.session, button.key)
    day = send_act.issue_day(parts, talk.today)
    seller = _seller(parts, day)
    if seller is None:
        settings = settings_on(parts.opened.centre.settings, day)
        wrong = [*seller_gaps(settings), *(key for key, _ in seller_faults(settings))]
        talk.replies.say(view.incomplete(button.key, [SELLER_LABELS[key] for key in wrong]))
        return
    await _require_template(parts)
    await take_scan.stop(talk.uow, talk.session, talk.now)
    moved = await send_act.note_made(talk.uow, talk.session, parts, talk.now, talk.today)
    files = await asyncio.to_thread(_generated, parts, moved.opened, seller, talk.settings.zone)
    if not talk.settings.in_chat:
        send_act.stage_look(talk.uow, moved.opened, files, talk.now, talk.today)
        talk.replies.say(Screen(view.LOOK_BY_MAIL.format(email=escape(moved.opened.centre.email))))
    else:
        caption = LOOK.format(number=escape(moved.opened.act.number))
        for made in files:
            _send_file(talk, talk.chat_id, made, caption)
    talk.replies.say(view.card(moved.opened, talk.settings, talk.today, moved=moved))


async def _require_template(parts: PaperParts) -> None:
    """Raise `ActState` where the centre's own template cannot be filled."""
    own = parts.opened.centre.settings.get(send_act.TEMPLATE)
    try:
        if own:
            await asyncio.to_thread(check_act_template, b64decode(own))
    except TemplateRefused as refused:
        raise ActState(why="bad_template") from refused


def _seller(parts: PaperParts, day: date) -> Seller | None:
    """Return the seller as on the act's own date; None where details are missing or wrong."""
    try:
        return parse_seller(settings_on(parts.opened.centre.settings, day))
    except BadAnswer:
        return None


def _generated(parts: PaperParts, opened: Opened, seller: Seller, zone: tzinfo) -> list[ActFile]:
    """Make the act of the template, as PDF and DOCX; of a centre's own one, as DOCX. Slow: call it off the loop."""
    order, one = opened.order, opened.act
    if parts.invoice is not None:
        basis = f"счёт № {parts.invoice.number} от {date_long(parts.invoice.issued_on)} г."
    else:
        basis = f"заявка № {order.number} от {date_long(order.placed_at.astimezone(zone).date())} г."
    rows = tuple(
        LearnerRow(
            line.name, line.course_title, line.tariff_title, line.starts, line.ends, parts.sums.get(line.id, line.price)
        )
        for line in opened.lines
    )
    paper = ActPaper(one.number, one.issued_on or one.ends, basis, seller, order.payer, rows)
    name, own = f"Акт {one.number}", opened.centre.settings.get(send_act.TEMPLATE)
    if own:
        return [ActFile(f"{name}.docx", DOCX, act_docx(paper, b64decode(own)))]
    return [ActFile(f"{name}.pdf", PDF, act_pdf(paper)), ActFile(f"{name}.docx", DOCX, act_docx(paper))]


async def send(talk: Talk, button: ActButton) -> None:
    """Send the act that was looked at to the client, by letter and in chat."""
    parts = await make_acts.paper_parts(talk.uow, talk.session, button.key)
    await take_scan.stop(talk.uow, talk.session, talk.now)
    if not parts.opened.act.paper:
        raise ActState(why="no_paper")
    files = await _files(talk, parts)
    sent = await send_act.send_act(talk.uow, talk.session, parts.opened, files, talk.now, talk.today)
    if sent.client_chat is not None and talk.settings.in_chat:
        _send_file(talk, sent.client_chat, files[0], view.TO_CLIENT.format(number=parts.opened.order.number))
    screen = view.card(sent.moved.opened, talk.settings, talk.today, moved=sent.moved)
    if talk.message_id is not None:
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)


async def _files(talk: Talk, parts: PaperParts) -> list[ActFile]:
    pages = parts.opened.act.paper_pages
    if pages:
        return [
            ActFile(f"Акт {parts.opened.act.number} {place}.{page.media.rpartition('/')[2]}", page.media, content)
            for place, page in enumerate(pages, 1)
            for content in [await talk.files.stored(page.id)]
        ]
    send_act.require_same(parts)
    act = parts.opened.act
    seller = _seller(parts, act.issued_on or act.ends)
    if seller is None:
        raise ActState(why="paper_old")
    await _require_template(parts)
    return await asyncio.to_thread(_generated, parts, parts.opened, seller, talk.settings.zone)


def _send_file(talk: Talk, chat_id: int, made: ActFile, caption: str) -> None:
    data = {"name": made.name, "media": made.media, "base64": b64encode(made.content).decode(), "caption": caption}
    key = uuid4().hex
    talk.uow.add_notice(Notice(key, "file", "chat", str(chat_id), data, f"file:{key}"))
