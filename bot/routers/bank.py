"""Bank statements, sheets of payments and what waits for a person: /bank, files, several payments in one line."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message

from bot import texts
from bot.callbacks import BankButton
from bot.context import Talk
from bot.downloads import NotFetched
from bot.replies import Screen
from bot.routers.admission import send_file
from bot.routers.filters import Filling, HasText
from bot.routers.invoice import desk, show
from bot.views import bank as view
from bot.views import payment as payment_view
from bot.views.results import plain
from paper.bank_statement import StatementRefused, payment_of
from paper.payments_sheet import SheetRefused, payments_workbook
from paper.sheet_jobs import READ_PAYMENTS, READ_STATEMENT
from school.centre import Role
from school.draft import SIDE_FORMS
from school.errors import NotFound
from school.numbers import whole
from school.uploads import UploadRefused
from school.use_cases import find, issue_invoice, read_bank_file, receive_payment, settle_payment
from school.use_cases.read_bank_file import Incoming
from school.use_cases.receive_payment import Row, reads_several
from school.use_cases.settle_payment import FORM
from school.use_cases.side_form import end, wait_for
from school.use_cases.take_back import take_back
from wording.sheets import explain_sheet
from wording.statements import explain_statement, odd_document
from wording.uploads import explain_upload

router = Router(name="bank")
Press = Callable[[Talk, BankButton], Awaitable[None]]

NOT_FETCHED = "Файл не скачался. Пришлите его ещё раз."
PRESS = "Ответьте кнопкой под вопросом или начните заново: /bank."


class StatementFile(Filter):
    """Passes a text file from a manager: a statement of a bank."""

    async def __call__(self, message: Message, talk: Talk) -> bool:
        """Tell whether it is one."""
        return _named(message).endswith(".txt") and _free(talk)


class PaymentsFile(Filter):
    """Passes a workbook from a manager while one is waited for, or one that is named as payments are."""

    async def __call__(self, message: Message, talk: Talk) -> bool:
        """Tell whether it is one."""
        draft, name = talk.session.draft, _named(message)
        if not name.endswith(".xlsx") or not talk.has_role(Role.MANAGER):
            return False
        if draft is not None and draft.form == FORM and "sheet" in draft.answers:
            return True
        return _free(talk) and name.startswith(("oplat", "оплат"))


class SeveralPaid(Filter):
    """Passes «57, 58, 61 оплачены 12.05» from a manager."""

    async def __call__(self, message: Message, talk: Talk) -> bool:
        """Tell whether the text has this shape."""
        return talk.has_role(Role.MANAGER) and reads_several(message.text or "")


def _named(message: Message) -> str:
    return (message.document.file_name or "").lower() if message.document else ""


def _free(talk: Talk) -> bool:
    """Tell whether a manager's file may be of a bank: another form of files is not being filled in."""
    draft = talk.session.draft
    busy = draft is not None and draft.state == "active" and draft.form in SIDE_FORMS - {FORM, issue_invoice.FORM}
    return talk.has_role(Role.MANAGER) and not busy


@router.message(Command("bank"))
async def bank(_: Message, command: CommandObject, talk: Talk) -> None:
    """Show what waits for a person: in the own centres, or in the one named."""
    find.require_role(talk.session, Role.MANAGER, Role.ADMIN, Role.CURATOR)
    at = desk(talk)
    named = (command.args or "").strip()
    for centre in (named,) if named else at.own_centres():
        found = await settle_payment.unsettled(talk.uow, at, centre)
        talk.replies.say(await _one(talk, centre, found, 0))
    if not named and not at.own_centres():
        talk.replies.say(Screen(view.WHICH))


@router.message(StatementFile())
async def statement(message: Message, talk: Talk) -> None:
    """Read a statement whole and record it, or refuse it whole with the reason."""
    read_bank_file.own_centre(desk(talk))
    content = await _content(message, talk)
    if content is None:
        return
    try:
        read = await talk.files.jobs.run(READ_STATEMENT, content)
    except StatementRefused as refused:
        talk.replies.say(Screen(plain(explain_statement(refused))))
        return
    incoming = [
        Incoming(payment_of(document, uuid4().hex[:16], ""), document.account)
        for document in read.incoming
        if document.account is not None
    ]
    accounts = [totals.account for totals in read.accounts]
    taken = await read_bank_file.take_statement(talk.uow, desk(talk), accounts, incoming)
    talk.replies.say(view.taken(taken, read.unchecked, [odd_document(o.number, o.line, o.value) for o in read.odd]))


@router.message(PaymentsFile())
async def sheet(message: Message, talk: Talk) -> None:
    """Read a sheet of payments and show what it would record, with every fault."""
    content = await _content(message, talk)
    if content is None:
        return
    try:
        read = await talk.files.jobs.run(READ_PAYMENTS, content, talk.today)
    except SheetRefused as refused:
        talk.replies.say(Screen(plain(explain_sheet(refused))))
        return
    rows = [Row(row.number, row.paid_on, row.amount) for row in read.rows]
    plan = await receive_payment.plan(talk.uow, desk(talk), rows, sheet=True)
    talk.replies.say(view.with_faults(payment_view.planned(plan), read, plan))


async def _content(message: Message, talk: Talk) -> bytes | None:
    """Return the file; None where it is not taken, which is said."""
    if not talk.settings.in_chat:
        talk.replies.say(Screen(view.NO_FILES))
        return None
    try:
        return await talk.download(message)
    except UploadRefused as refused:
        talk.replies.say(Screen(plain(explain_upload(refused))))
    except NotFetched:
        talk.replies.say(Screen(NOT_FETCHED))
    return None


@router.message(Filling(FORM), HasText())
async def typed(message: Message, text: str, talk: Talk) -> None:
    """Take a typed payment, or the number of the invoice that a payment is for."""
    draft = talk.session.draft
    assert draft is not None
    at = desk(talk)
    if reads_several(text):
        await several(message, talk)
    elif "invoice" in draft.answers:
        told = await receive_payment.receive(talk.uow, at, str(draft.answers["invoice"]), text)
        talk.replies.say(payment_view.told(told, in_chat=talk.settings.in_chat))
    elif "other" in draft.answers:
        numbers = [number.strip(" №") for number in re.split(r"[,;]|\s+и\s+", text) if number.strip(" №")]
        told = await settle_payment.settle_typed(talk.uow, at, draft, numbers[: view.FAULTS])
        talk.replies.say(payment_view.told(told, in_chat=talk.settings.in_chat))
    else:
        talk.replies.say(Screen(PRESS))


@router.message(SeveralPaid())
async def several(message: Message, talk: Talk) -> None:
    """Show what «57, 58 оплачены 12.05» would record."""
    rows = receive_payment.parse_several(message.text or "", talk.today)
    talk.replies.say(payment_view.planned(await receive_payment.plan(talk.uow, desk(talk), rows or ())))


@router.callback_query(BankButton.filter())
async def pressed(_: CallbackQuery, callback_data: BankButton, talk: Talk) -> None:
    """Do what the button says, if it still makes sense."""
    act = ACTS.get(callback_data.act)
    if act is None:
        talk.replies.toast = texts.STALE
        return
    await act(talk, callback_data)


async def _list(talk: Talk, button: BankButton) -> None:
    found = await settle_payment.unsettled(talk.uow, desk(talk), button.key)
    page = whole(button.value, 0)
    show(talk, await _one(talk, button.key, found, page))


async def _one(talk: Talk, centre: str, found: Sequence[settle_payment.Unsettled], page: int) -> Screen:
    """Return the payment of this place; beyond the last, the last."""
    at = min(page, len(found) - 1)
    known = await settle_payment.recorded_before(talk.uow, found[at]) if found else ()
    return view.listed(centre, found, at, in_chat=talk.settings.in_chat, known=known)


def _tells(talk: Talk, told: settle_payment.Told) -> None:
    show(talk, payment_view.told(told, in_chat=talk.settings.in_chat))


async def _deals(talk: Talk, told: settle_payment.Told) -> None:
    """Say what came of a payment, with its way back, and deal the next one below, as the curators' queue does."""
    _tells(talk, told)
    if told.ask is not None or told.doubt:
        return
    left = settle_payment.others(await settle_payment.unsettled(talk.uow, desk(talk), told.payment.centre), told)
    talk.replies.say(await _one(talk, told.payment.centre, left, 0) if left else Screen(view.ALL_SETTLED))


async def _hit(talk: Talk, button: BankButton) -> None:
    sure = button.act == "hit!"
    await _deals(talk, await settle_payment.settle_hit(talk.uow, desk(talk), button.key, button.value, sure=sure))


async def _whom(talk: Talk, button: BankButton) -> None:
    await _deals(talk, await settle_payment.settle_whom(talk.uow, desk(talk), button.key, button.value))


async def _more(talk: Talk, button: BankButton) -> None:
    invoice_id, _, page = button.value.partition(".")
    told = await settle_payment.ask_whom(talk.uow, desk(talk), button.key, invoice_id)
    at = whole(page, 0)
    show(talk, payment_view.told(told, in_chat=talk.settings.in_chat, page=at))


async def _no(talk: Talk, button: BankButton) -> None:
    await _deals(talk, await settle_payment.not_ours(talk.uow, desk(talk), button.key))


async def _other(talk: Talk, button: BankButton) -> None:
    await settle_payment.ask_other(talk.uow, desk(talk), button.key)
    talk.replies.say(Screen(view.ASK_NUMBER))


async def _rest(talk: Talk, button: BankButton) -> None:
    _tells(talk, await receive_payment.receive(talk.uow, desk(talk), button.key, "сегодня"))


async def _undo(talk: Talk, button: BankButton) -> None:
    show(talk, payment_view.taken_back(await take_back(talk.uow, desk(talk), button.key)))


async def _apply(talk: Talk, button: BankButton) -> None:
    show(talk, payment_view.applied(await receive_payment.apply(talk.uow, desk(talk), button.key)))


async def _own(talk: Talk, _: BankButton) -> None:
    await read_bank_file.own_accounts(talk.uow, desk(talk))
    show(talk, Screen(view.OWNED))


async def _sheet(talk: Talk, button: BankButton) -> None:
    if button.key not in desk(talk).own_centres():
        raise NotFound
    if not talk.settings.in_chat:
        talk.replies.say(Screen(view.NO_FILES))
        return
    await wait_for(talk.uow, talk.session, FORM, button.key, {"sheet": True}, talk.now)
    invoices = await talk.uow.open_invoices(button.key)
    content = await asyncio.to_thread(payments_workbook, list(invoices))
    send_file(talk, "oplaty.xlsx", content, "📎 Заполните дату и сумму и пришлите таблицу сюда.")


async def _stop(talk: Talk, _: BankButton) -> None:
    await end(talk.uow, talk.session, FORM, talk.now)
    show(talk, Screen("Ничего не записали. Что ждёт решения — /bank."))


ACTS: dict[str, Press] = {
    "list": _list,
    "hit": _hit,
    "hit!": _hit,
    "whom": _whom,
    "more": _more,
    "no": _no,
    "other": _other,
    "rest": _rest,
    "undo": _undo,
    "apply": _apply,
    "own": _own,
    "sheet": _sheet,
    "stop": _stop,
}
