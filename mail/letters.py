"""Letters: which there are, the data each is made of, and the settings each waits for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from mail import contexts, contexts_answers, contexts_report, contexts_staff
from mail import contexts_billing as billing
from mail import contexts_centre as centre
from mail import contexts_closing as closing
from mail import contexts_orders as orders
from mail import contexts_reminders as reminders
from mail import contexts_students as students
from mail.errors import ComposeError
from wording.order_block import OrderData


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a letter; `media` like "application/pdf"."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Links:
    """Where a link's token leads: `bot_name` without «@», `public_url` of the pages where there are any."""

    bot_name: str | None
    public_url: str | None = None

    def chat(self, secret: str) -> str | None:
        """Return the deep link, or None while the bot's name is not known."""
        return f"https://t.me/{self.bot_name}?start=q_{secret}" if self.bot_name else None

    def page(self, secret: str) -> str | None:
        """Return the questionnaire's page, or None where there are no pages."""
        return f"{self.public_url.rstrip('/')}/q/{secret}" if self.public_url else None

    def confirm(self, secret: str) -> str | None:
        """Return the page that confirms an order, or None where there are no pages."""
        return f"{self.public_url.rstrip('/')}/confirm/{secret}" if self.public_url else None

    def me(self, secret: str) -> str | None:
        """Return the person's own page (a student's courses, a client's order), or None where there are no pages."""
        return f"{self.public_url.rstrip('/')}/me/{secret}" if self.public_url else None


def _no_files(_: Mapping[str, Any], __: Mapping[str, str]) -> tuple[Attachment, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Letter:
    """A kind of letter: `context` makes the templates' values of its data, `needs` are settings it waits for.

    `unsubscribe`: it may be refused, and its header says how (RFC 2369).
    """

    kind: str
    context: Callable[[Any, Mapping[str, str]], dict[str, Any]]
    needs: tuple[str, ...] = ()
    needs_links: bool = False
    attachments: Callable[[Any, Mapping[str, str]], tuple[Attachment, ...]] = _no_files
    unsubscribe: bool = False


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _order_files(data: OrderData, _: Mapping[str, str]) -> tuple[Attachment, ...]:
    from paper.order_xlsx import order_workbook

    return (Attachment(f"Заявка {data['number']}.xlsx", XLSX, order_workbook(data)),)


def _access_files(data: students.AccessListData, settings: Mapping[str, str]) -> tuple[Attachment, ...]:
    from paper.access_list import access_workbook

    zone = ZoneInfo(settings.get("school.timezone") or "Europe/Moscow")
    return (Attachment("Кому открыть доступ.xlsx", XLSX, access_workbook(data["rows"], zone)),)


def _report_files(data: contexts_report.ReportWeeklyData, _: Mapping[str, str]) -> tuple[Attachment, ...]:
    from paper.report_sheet import report_workbook

    return (Attachment(f"Отчёт {data['today']}.xlsx", XLSX, report_workbook(contexts_report.report_of(data))),)


def _invoice_files(data: billing.InvoiceData, _: Mapping[str, str]) -> tuple[Attachment, ...]:
    from paper.invoice_files import invoice_files

    return tuple(Attachment(one.name, one.media, one.content) for one in invoice_files(data))


def _act_files(data: closing.ActToClientData, _: Mapping[str, str]) -> tuple[Attachment, ...]:
    return tuple(Attachment(*file) for file in closing.act_files(data))


def _packed_file(data: Mapping[str, Any], _: Mapping[str, str]) -> tuple[Attachment, ...]:
    return (Attachment(*orders.packed_file(data)),)


def _forwarded(data: centre.CentreAnswerData, _: Mapping[str, str]) -> tuple[Attachment, ...]:
    return tuple(Attachment(*file) for file in centre.forwarded(data))


# Every letter to a student says who to ask (REGULATIONS S1).
CONTACTS = ("school.curator_email", "school.support_phone")


LETTERS: dict[str, Letter] = {
    letter.kind: letter
    for letter in (
        Letter("order_to_centre", contexts.order_to_centre, attachments=_order_files),
        Letter("questionnaire_invite", contexts_answers.invite, CONTACTS, needs_links=True),
        Letter("questionnaire_approved", students.approved, CONTACTS),
        Letter("questionnaire_returned", students.returned, CONTACTS, needs_links=True),
        Letter("questionnaire_declined", students.declined, CONTACTS),
        Letter("questionnaire_reminder", students.reminder, CONTACTS, needs_links=True),
        Letter("curator_message", students.curator_message, CONTACTS, needs_links=True),
        Letter("student_message", students.student_message),
        Letter("student_answer", contexts_answers.student_answer, CONTACTS),
        Letter("student_consent_wanted", contexts_answers.consent_wanted, CONTACTS),
        Letter("address_fault", contexts_answers.address_fault, CONTACTS),
        Letter("access_open", students.access_open, CONTACTS),
        Letter("documents_sent", students.student, CONTACTS),
        Letter("documents_sent_to_client", students.documents_sent_to_client, ("school.support_phone",)),
        Letter("order_cancelled", students.student, CONTACTS),
        Letter("order_cancelled_to_client", students.order_cancelled_to_client, ("school.support_phone",)),
        Letter("invoice_to_client", billing.invoice_to_client, attachments=_invoice_files),
        Letter("act_to_client", closing.act_to_client, attachments=_act_files),
        Letter("scan_returned", closing.scan_returned),
        Letter("reminder_client", reminders.personal, unsubscribe=True),
        Letter("reminder_student", reminders.personal, needs_links=True, unsubscribe=True),
        Letter("digest", reminders.digest),
        Letter("order_form", orders.order_form, attachments=_packed_file),
        Letter("order_faults", orders.order_faults, attachments=_packed_file),
        Letter("order_accepted", orders.order_accepted),
        Letter("order_not_taken", orders.order_not_taken),
        Letter("centre_answer", centre.centre_answer, attachments=_forwarded),
        Letter("action_code", centre.action_code),
        Letter("staff_sign_in", contexts_staff.sign_in),
        Letter("staff_mailbox_changed", contexts_staff.mailbox_changed),
        Letter("trouble", contexts_staff.trouble),
        Letter("reminders_off", reminders.off, ("school.curator_email",)),
        Letter("letter_sealed", reminders.off, ("school.curator_email",)),
        Letter("access_list", students.access_list, attachments=_access_files),
        Letter("report_weekly", contexts_report.report_weekly, attachments=_report_files),
    )
}


def waiting_for(settings: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the letters that cannot be sent yet, each with the settings that it waits for."""
    missing = {kind: missing_settings(letter, settings) for kind, letter in LETTERS.items()}
    return {kind: keys for kind, keys in missing.items() if keys}


def missing_settings(letter: Letter, settings: Mapping[str, str]) -> list[str]:
    """Return what of the letter's needs is absent or empty."""
    return [key for key in letter.needs if not settings.get(key)]


def with_links(data: Mapping[str, Any], links: Links | None) -> dict[str, Any]:
    """Return the data with `chat_link`, `page_link` and `me_link` worded from its secret; the first or second is there.

    A letter of several `lines` has them in each that has a secret. Raises `ComposeError` when no link can be made.
    """
    if "lines" in data:
        return {**data, "lines": [with_links(line, links) if "secret" in line else line for line in data["lines"]]}
    secret = data.get("secret")
    chat = data.get("chat_link") or (links.chat(secret) if links and secret else None)
    page = data.get("page_link") or (links.page(secret) if links and secret else None)
    if not chat and not page:
        raise ComposeError("no link can be made")
    me = links.me(secret) if links and secret else None
    return {**data, "chat_link": chat, "page_link": page, "me_link": me}


def client_links(data: Mapping[str, Any], links: Links | None) -> list[tuple[str, str]]:
    """Return the order's number and its client's page for each of the data's `clients`; none where there are no pages.

    Made by `school.use_cases.visit_page.client_link_data`; a letter without them is whole.
    """
    made = [(str(one["number"]), links.me(one["secret"])) for one in data.get("clients", ())] if links else []
    return [(number, link) for number, link in made if link]


def confirm_link(data: Mapping[str, Any], links: Links | None) -> str | None:
    """Return the page that confirms the order of the letter; None where it needs none, or there are no pages."""
    return links.confirm(str(data["confirm"]["secret"])) if links and data.get("confirm") else None
