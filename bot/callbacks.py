"""Callback data of the inline buttons: typed, short, and never trusted (old buttons stay clickable)."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

# A number beyond these is forged: the button is then none of ours, and stale.
Count = Annotated[int, Field(ge=0, lt=10**9)]
Chat = Annotated[int, Field(gt=-(2**52), lt=2**52)]


class FormButton(CallbackData, prefix="f"):
    """A button of a form: what to do (`act`), in which draft, at which step, with which value."""

    act: str
    draft: str
    step: str = ""
    value: str = ""


class MenuButton(CallbackData, prefix="m"):
    """A button outside a form, e.g. a page of the orders."""

    act: str
    value: str = ""


class StudentButton(CallbackData, prefix="qn"):
    """A student's button about an own course: fill in, register; or a request for a new link to it."""

    act: str
    line: str


def form(act: str, draft: str, step: str = "", value: str = "") -> str:
    """Pack a form button."""
    return FormButton(act=act, draft=draft, step=step, value=value).pack()


def menu(act: str, value: str = "") -> str:
    """Pack a menu button."""
    return MenuButton(act=act, value=value).pack()


class PayButton(CallbackData, prefix="pay"):
    """A button of payments: what to do with the order of this number; `value` is a student's place or a moment."""

    act: str
    number: str
    value: str = ""


class AdmitButton(CallbackData, prefix="ad"):
    """A button of admission: what to do, with which line; `value` is the page it stands on."""

    act: str
    line: str = ""
    value: str = ""


class ResultButton(CallbackData, prefix="rs"):
    """A button of results: what to do, with which order, run, draft or line (`key`), and the value to set."""

    act: str
    key: str = ""
    value: str = ""


def pay(act: str, number: str, value: str = "") -> str:
    """Pack a button of payments."""
    return PayButton(act=act, number=number, value=value).pack()


def admission(act: str, line: str = "", value: str = "") -> str:
    """Pack a button of admission."""
    return AdmitButton(act=act, line=line, value=value).pack()


def result(act: str, key: str = "", value: str = "") -> str:
    """Pack a button of results."""
    return ResultButton(act=act, key=key, value=value).pack()


def student(act: str, line: str) -> str:
    """Pack a student's button."""
    return StudentButton(act=act, line=line).pack()


class StudentsButton(CallbackData, prefix="st"):
    """A button about the students of an order: what to do, with which order, number or student (`key`)."""

    act: str
    key: str
    value: str = ""


class StaffButton(CallbackData, prefix="sf"):
    """A button of the staff list: what to do, with which role, person, centre or page."""

    act: str
    value: str = ""


def students(act: str, key: str, value: str = "") -> str:
    """Pack a button about the students of an order."""
    return StudentsButton(act=act, key=key, value=value).pack()


def staff(act: str, value: str = "") -> str:
    """Pack a button of the staff list."""
    return StaffButton(act=act, value=value).pack()


class MailboxButton(CallbackData, prefix="mb"):
    """A button about the mailbox that signs staff in: `own` asks for it, `invited` for an invitation's, `stop`."""

    act: str
    key: str = ""


def mailbox(act: str, key: str = "") -> str:
    """Pack a button about a mailbox; `key` begins an invitation's hash."""
    return MailboxButton(act=act, key=key).pack()


class ReviewButton(CallbackData, prefix="rv"):
    """A curator's button: what to do with a line's questionnaire of this version; `value` is a field or a reason."""

    act: str
    line: str = ""
    version: Count = 0
    value: str = ""


class ThreadButton(CallbackData, prefix="th"):
    """A button of a conversation about a line: a student writes (`write`), a curator answers (`answer`)."""

    act: str
    line: str


def review(act: str, line: str = "", version: int = 0, value: str = "") -> str:
    """Pack a curator's button."""
    return ReviewButton(act=act, line=line, version=version, value=value).pack()


def thread(act: str, line: str) -> str:
    """Pack a button of a conversation."""
    return ThreadButton(act=act, line=line).pack()


class ReportButton(CallbackData, prefix="rp"):
    """A button of the report: of which centre ("" for what the person sees by default), which part and page."""

    act: str
    centre: str = ""
    part: str = ""
    page: Count = 0


def report(act: str, centre: str = "", part: str = "", page: int = 0) -> str:
    """Pack a button of the report."""
    return ReportButton(act=act, centre=centre, part=part, page=page).pack()


class ActButton(CallbackData, prefix="ac"):
    """A button of closing documents: what to do, with which act (`key`; for `undo` a secret), and a value."""

    act: str
    key: str = ""
    value: str = ""


def act(what: str, key: str = "", value: str = "") -> str:
    """Pack a button of closing documents."""
    return ActButton(act=what, key=key, value=value).pack()


class InvoiceButton(CallbackData, prefix="in"):
    """A button of invoices: what to do, with which order or invoice (`key`); `value` is a student's line."""

    act: str
    key: str = ""
    value: str = ""


class BankButton(CallbackData, prefix="bk"):
    """A button of payments received: what to do, with which payment, centre, draft or secret (`key`)."""

    act: str
    key: str = ""
    value: str = ""


def invoice(act: str, key: str = "", value: str = "") -> str:
    """Pack a button of invoices."""
    return InvoiceButton(act=act, key=key, value=value).pack()


def bank(act: str, key: str = "", value: str = "") -> str:
    """Pack a button of payments received."""
    return BankButton(act=act, key=key, value=value).pack()


class StatusButton(CallbackData, prefix="su"):
    """A button of `/status`: what to do, with which question (`kind` and `value` as `bot.status_code` packs them).

    `centre` narrows it ("": all that the person sees), `page` is of students, courses or runs.
    """

    act: str
    kind: str = ""
    value: str = ""
    centre: str = ""
    page: Count = 0


class CancelButton(CallbackData, prefix="cn"):
    """A button of cancelling: what to do, with which order's number or which line (`key`), for what reason or page."""

    act: str
    key: str
    value: str = ""


class NoteButton(CallbackData, prefix="nt"):
    """A button of an order's notes: what to do, with the order of this number."""

    act: str
    number: str


def cancel(act: str, key: str, value: str = "") -> str:
    """Pack a button of cancelling."""
    return CancelButton(act=act, key=key, value=value).pack()


def note(act: str, number: str) -> str:
    """Pack a button of notes."""
    return NoteButton(act=act, number=number).pack()


def status(act: str, kind: str = "", value: str = "", centre: str = "", page: int = 0) -> str:
    """Pack a button of `/status`."""
    return StatusButton(act=act, kind=kind, value=value, centre=centre, page=page).pack()


class RemindButton(CallbackData, prefix="rm"):
    """A button of a reminder: what to do, of which kind (its code) and about what (`subject`)."""

    act: str
    code: str
    subject: str


def remind(what: str, code: str, subject: str) -> str:
    """Pack a button of a reminder."""
    return RemindButton(act=what, code=code, subject=subject).pack()


class MailButton(CallbackData, prefix="ml"):
    """A button of the mail queue: what to do with which letter, message or page (`key`); `value` is a place."""

    act: str
    key: str = ""
    value: str = ""


def mail(act: str, key: str = "", value: str = "") -> str:
    """Pack a button of the mail queue."""
    return MailButton(act=act, key=key, value=value).pack()


class LinkButton(CallbackData, prefix="lk"):
    """A button of a centre's links: what to do, for which centre and discipline ("" for all courses)."""

    act: str
    centre: str = ""
    discipline: str = ""


class DocumentButton(CallbackData, prefix="dc"):
    """A button of the documents for clients: what to do, with which version or kind (`key`), and a page."""

    act: str
    key: str = ""
    page: Count = 0


class StatsButton(CallbackData, prefix="ss"):
    """A button of the figures: what to show, of which centre ("" for what the person sees by default)."""

    act: str
    centre: str = ""


class CentreButton(CallbackData, prefix="ct"):
    """A button of the service centres: what to do, with which centre; `value` is a key of its details or a page."""

    act: str
    number: str = ""
    value: str = ""


class CatalogueButton(CallbackData, prefix="cg"):
    """A button of the catalogue: what to do, with which draft (`key`)."""

    act: str
    key: str = ""


def link(act: str, centre: str = "", discipline: str = "") -> str:
    """Pack a button of a centre's links."""
    return LinkButton(act=act, centre=centre, discipline=discipline).pack()


def document(act: str, key: str = "", page: int = 0) -> str:
    """Pack a button of the documents for clients."""
    return DocumentButton(act=act, key=key, page=page).pack()


def stats(act: str, centre: str = "") -> str:
    """Pack a button of the figures."""
    return StatsButton(act=act, centre=centre).pack()


def centre(act: str, number: str = "", value: str = "") -> str:
    """Pack a button of the service centres."""
    return CentreButton(act=act, number=number, value=value).pack()


def catalogue(act: str, key: str = "") -> str:
    """Pack a button of the catalogue."""
    return CatalogueButton(act=act, key=key).pack()


class GroupButton(CallbackData, prefix="gr"):
    """A button about a group chat: what to do (bind, leave), with which chat, for which centre."""

    act: str
    chat: Chat
    centre: str = ""


class AuditButton(CallbackData, prefix="au"):
    """A button of the audit: what to show (`act`: menu, people, order, person, day, xlsx), of what (`key`), from where.

    For `xlsx` the `key` begins with what it is of: "order=0123-0042".
    """

    act: str
    key: str = ""
    page: Count = 0


class OrderForButton(CallbackData, prefix="of"):
    """A button of orders made for a client: again (choose, begin) by an order's number, list (take, drop) by a draft.

    `at` begins an order at the centre of the key.

    `value` holds what is chosen: a mask of students in hex and a page, or the seal of a list.
    """

    act: str
    key: str
    value: str = ""


def group(act: str, chat: int, centre: str = "") -> str:
    """Pack a button about a group chat."""
    return GroupButton(act=act, chat=chat, centre=centre).pack()


def audit(act: str, key: str = "", page: int = 0) -> str:
    """Pack a button of the audit."""
    return AuditButton(act=act, key=key, page=page).pack()


def order_for(act: str, key: str, value: str = "") -> str:
    """Pack a button of orders made for a client."""
    return OrderForButton(act=act, key=key, value=value).pack()
