"""Orders by mail: a letter to a centre's order address is answered with a form, the filled form becomes an order."""

import asyncio
import base64
import re

from bot.letters.post import Post
from mail.parse import FilePart
from paper.order_form import order_form
from paper.order_form_read import ReadForm, SheetRefused
from paper.sheet_jobs import READ_ORDER_FORM
from school.centre import Centre
from school.forms.field import Context
from school.mailroom import TopicKind
from school.use_cases.fill_form import ConsentText
from school.use_cases.hold_order import Placer, confirm_data
from school.use_cases.order_by_mail import OrderLetter, order_by_mail
from school.use_cases.place_order import CentreClosed, LooksRepeated, NotOnSale, order_data
from school.use_cases.visit_page import client_link_data
from wording.consents import order_consent
from wording.sheets import explain_sheet

FORM_NAME = "Заявка на обучение.xlsx"
# «Высылаю повторно» asks for no second order: only the word that the letter told, on a line of its own, does.
_REPEAT = re.compile(r"^\W*(?:да\W+)?повтори(?:ть|те)?(?:\s+заявку)?\W*$", re.IGNORECASE | re.MULTILINE)
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def handle(post: Post) -> bool:
    """Take letters to an order address, and answers to a form that was sent out."""
    centre = await _centre(post)
    if centre is None or not post.sender:
        return False
    about: tuple[TopicKind, str] = ("centre", centre.number)
    if centre.closed:
        await post.answer("order_not_taken", {"why": "closed", "centre_name": centre.name}, about)
        return True
    sheets = {file.content: file for file in post.letter.files if is_sheet(file)}
    if len(sheets) > 1:
        await post.answer("order_not_taken", {"why": "several_files", "centre_name": centre.name}, about)
        return True
    sheet = next(iter(sheets.values()), None)
    context = Context(await post.uow.catalogue(), post.today, centre.email, None)
    if sheet is None:
        file = await asyncio.to_thread(order_form, context, centre.name, centre_number=centre.number)
        await post.answer("order_form", {"centre_name": centre.name, "file": _packed(file)}, about)
        return True
    try:
        read = await post.jobs.run(READ_ORDER_FORM, sheet.content, context, centre)
    except SheetRefused as refused:
        file = await asyncio.to_thread(order_form, context, centre.name, centre_number=centre.number)
        data = {"centre_name": centre.name, "why": explain_sheet(refused), "faults": [], "file": _packed(file)}
        await post.answer("order_faults", data, about)
        return True
    await (_faults(post, read, context, centre) if read.answers is None else _place(post, read, centre))
    return True


def is_sheet(file: FilePart) -> bool:
    """Tell whether a file of a letter is a workbook."""
    return file.media == _SHEET or file.name.lower().endswith(".xlsx")


async def _centre(post: Post) -> Centre | None:
    topic = post.topic
    if topic is not None and topic.kind == "centre" and post.fits_topic:
        centre = await post.uow.centre(topic.subject)
        # The centre's own mailbox acts by words; whoever else was sent a form answers with the form.
        return centre if centre is not None and topic.address != centre.email.lower() else None
    local, _, host = post.base.lower().rpartition("@")
    shape = re.compile(rf"{re.escape(local)}\+z([0-9a-z-]+)@{re.escape(host)}")
    numbers = {found[1] for address in post.letter.recipients if (found := shape.fullmatch(address.lower()))}
    return await post.uow.centre(numbers.pop()) if len(numbers) == 1 else None


async def _faults(post: Post, read: ReadForm, context: Context, centre: Centre) -> None:
    file = await asyncio.to_thread(order_form, context, centre.name, read.raw, read.marks, centre_number=centre.number)
    faults = [{"place": f"{mark.sheet}, {mark.cell}".strip(", "), "text": mark.text} for mark in read.marks]
    data = {"centre_name": centre.name, "why": "", "faults": faults, "file": _packed(file)}
    await post.answer("order_faults", data, ("centre", centre.number))


async def _place(post: Post, read: ReadForm, centre: Centre) -> None:
    assert read.answers is not None
    document = order_consent(centre.name)
    consent = ConsentText(document.key, document.version, document.sha256)
    repeat = bool(_REPEAT.search(post.words))
    try:
        placed = await order_by_mail(
            post.uow,
            centre,
            read.answers,
            OrderLetter(post.stored, consent, _placer(post)),
            post.now,
            repeat=repeat,
        )
    except (LooksRepeated, NotOnSale, CentreClosed) as refused:
        data = {"why": refused.code, "centre_name": centre.name}
        await post.answer("order_not_taken", data, ("centre", centre.number))
        return
    order = placed.order
    data = order_data(order, centre) | client_link_data(post.uow, [order], post.now)
    data |= confirm_data(post.uow, order, post.sender, post.now)
    await post.answer("order_accepted", data, ("order", order.id))


def _placer(post: Post) -> Placer:
    proved = post.topic is not None and bool(post.topic.token_sha256) and post.fits_topic
    return Placer(mailbox=post.sender, proved=proved, caps=post.settings.caps)


def _packed(content: bytes) -> dict[str, str]:
    return {"name": FORM_NAME, "base64": base64.b64encode(content).decode()}
