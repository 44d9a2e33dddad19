"""Invoices: /invoice and its buttons; an invoice made here is shown before it goes to the client."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import InvoiceButton
from bot.context import Talk
from bot.replies import Screen
from bot.routers.filters import Filling, HasText
from bot.views import invoice as view
from bot.views import payment as payment_view
from paper.docx_template import TemplateRefused
from paper.invoice_files import PaperFile, invoice_files
from school.billing import Invoice
from school.centre import Role
from school.notices import Notice
from school.numbers import whole
from school.use_cases import find, issue_invoice, receive_payment, revise_invoice
from school.use_cases.billing_desk import Desk
from school.use_cases.issue_invoice import FORM
from school.use_cases.side_form import end

router = Router(name="invoice")
Press = Callable[[Talk, InvoiceButton], Awaitable[None]]


def desk(talk: Talk) -> Desk:
    """Return who acts on money, and when."""
    return Desk(talk.session, talk.now, talk.settings.zone, talk.settings.confirm)


def show(talk: Talk, screen: Screen) -> None:
    """Put the screen in the place of the pressed message, or say it anew."""
    if talk.message_id is not None:
        talk.replies.change(talk.message_id, screen)
    else:
        talk.replies.say(screen)


@router.message(Command("invoice"))
async def invoice(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show an order's invoices."""
    find.require_role(talk.session, Role.MANAGER, Role.ADMIN)
    number = (command.args or "").strip()
    if not number:
        talk.replies.say(Screen(view.HOW))
        return
    found = await issue_invoice.open_billing(talk.uow, desk(talk), number)
    talk.replies.say(view.billing(found, talk.settings))


@router.message(Filling(FORM), HasText())
async def typed(_: Message, text: str, talk: Talk) -> None:
    """Take a typed invoice, or its new sum or date."""
    draft = talk.session.draft
    assert draft is not None
    what, at = str(draft.answers.get("what", "")), desk(talk)
    if what == "issue":
        found, made = await issue_invoice.issue_typed(talk.uow, at, str(draft.answers["order"]), text)
        await end(talk.uow, talk.session, FORM, talk.now)
        talk.replies.say(view.one(found, made, talk.settings, note="✅ Записали счёт."))
        return
    change = revise_invoice.change_sum if what == "sum" else revise_invoice.change_date
    await _revised(talk, await change(talk.uow, at, str(draft.answers["invoice"]), text))


@router.callback_query(InvoiceButton.filter())
async def pressed(_: CallbackQuery, callback_data: InvoiceButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    act = ACTS.get(callback_data.act)
    if act is None:
        talk.replies.toast = texts.STALE
        return
    await act(talk, callback_data)


async def _open(talk: Talk, button: InvoiceButton) -> None:
    found = await issue_invoice.open_billing(talk.uow, desk(talk), button.key)
    talk.replies.say(view.billing(found, talk.settings))


async def _card(talk: Talk, button: InvoiceButton) -> None:
    found, it = await issue_invoice.one_invoice(talk.uow, desk(talk), button.key)
    show(talk, view.one(found, it, talk.settings))


async def _type(talk: Talk, button: InvoiceButton) -> None:
    talk.replies.say(view.ask_typed(await issue_invoice.ask_typed(talk.uow, desk(talk), button.key)))


async def _gaps(talk: Talk, button: InvoiceButton) -> None:
    found = await issue_invoice.billing_of(talk.uow, desk(talk), button.key)
    talk.replies.say(view.gaps(found) if found.gaps else view.billing(found, talk.settings))


async def _make(talk: Talk, button: InvoiceButton) -> None:
    found, it = await issue_invoice.make_invoice(talk.uow, desk(talk), button.key)
    await _look(talk, found, it, "Составили счёт. Проверьте его и отправьте клиенту.")


async def _revised(talk: Talk, done: revise_invoice.Revised) -> None:
    note = f"✅ Изменили счёт, редакция {done.invoice.edition}."
    if done.invoice.generated:
        await _look(talk, done.billing, done.invoice, note, done.undo)
    else:
        talk.replies.say(view.one(done.billing, done.invoice, talk.settings, note=note, undo=done.undo))


async def _look(talk: Talk, found: issue_invoice.Billing, it: Invoice, note: str, undo: str = "") -> None:
    """Show the papers to the manager: in chat, or in the centre's mailbox where chats take no files."""
    data = issue_invoice.papers_data(found, it)
    try:
        files = await asyncio.to_thread(invoice_files, data)
    except TemplateRefused:
        talk.replies.say(Screen(view.BROKEN_TEMPLATE))
        return
    if talk.settings.in_chat:
        for file in files[:1]:
            _stage_file(talk, file)
    else:
        issue_invoice.stage_look(talk.uow, desk(talk), found, it)
        note = f"{note} {view.NO_FILES}"
    talk.replies.say(view.one(found, it, talk.settings, note=note, undo=undo))


def _file_data(file: PaperFile) -> dict[str, str]:
    return {"name": file.name, "media": file.media, "base64": b64encode(file.content).decode(), "caption": ""}


def _stage_file(talk: Talk, file: PaperFile) -> None:
    key = uuid4().hex
    talk.uow.add_notice(Notice(key, "file", "chat", str(talk.chat_id), dict(_file_data(file)), f"file:{key}"))


async def _send(talk: Talk, button: InvoiceButton) -> None:
    found, it = await issue_invoice.one_invoice(talk.uow, desk(talk), button.key)
    files: list[dict[str, Any]] = []
    try:
        # Made even where chats take no files: what cannot be made must not go into the letter.
        made = await asyncio.to_thread(invoice_files, issue_invoice.papers_data(found, it))
    except TemplateRefused:
        talk.replies.say(Screen(view.BROKEN_TEMPLATE))
        return
    if talk.settings.in_chat:
        files = [_file_data(file) for file in made]
    found, it = await issue_invoice.send_invoice(talk.uow, desk(talk), button.key, files)
    note = "✅ Отправили клиенту." if it.generated else "✅ Написали клиенту о счёте."
    talk.replies.toast = note
    show(talk, view.one(found, it, talk.settings, note=note))


async def _pay(talk: Talk, button: InvoiceButton) -> None:
    it = await receive_payment.ask_payment(talk.uow, desk(talk), button.key)
    talk.replies.say(payment_view.ask_payment(it))


async def _edit(talk: Talk, button: InvoiceButton) -> None:
    _, it = await issue_invoice.one_invoice(talk.uow, desk(talk), button.key)
    show(talk, view.edit(it))


async def _ask(talk: Talk, button: InvoiceButton) -> None:
    _, it = await revise_invoice.ask_change(talk.uow, desk(talk), button.key, button.act)
    talk.replies.say(view.ask_change(it, button.act))


async def _out(talk: Talk, button: InvoiceButton) -> None:
    found, it = await issue_invoice.one_invoice(talk.uow, desk(talk), button.key)
    page = whole(button.value, 0)
    show(talk, view.leave_out(found, it, talk.settings, page))


async def _left_out(talk: Talk, button: InvoiceButton) -> None:
    await _revised(talk, await revise_invoice.leave_out(talk.uow, desk(talk), button.key, button.value))


async def _cancel(talk: Talk, button: InvoiceButton) -> None:
    _, it = await issue_invoice.one_invoice(talk.uow, desk(talk), button.key)
    show(talk, view.cancel_sure(it))


async def _cancelled(talk: Talk, button: InvoiceButton) -> None:
    done = await revise_invoice.cancel(talk.uow, desk(talk), button.key)
    show(talk, view.billing(done.billing, talk.settings, note="Отменили счёт.", undo=done.undo))


async def _stop(talk: Talk, _: InvoiceButton) -> None:
    await end(talk.uow, talk.session, FORM, talk.now)
    show(talk, Screen(view.STOPPED))


ACTS: dict[str, Press] = {
    "open": _open,
    "card": _card,
    "type": _type,
    "gaps": _gaps,
    "make": _make,
    "send": _send,
    "pay": _pay,
    "edit": _edit,
    "sum": _ask,
    "date": _ask,
    "out": _out,
    "out!": _left_out,
    "cancel": _cancel,
    "cancel!": _cancelled,
    "stop": _stop,
}
