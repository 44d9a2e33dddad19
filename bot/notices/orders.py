"""Notices about orders and drafts, as chat messages: one short function a kind."""

from collections.abc import Callable
from html import escape
from typing import Any

from bot.callbacks import form, invoice, pay, students
from bot.notices.tasks import open_button, students_button
from bot.replies import Button, Screen
from school.reminder_kinds import initials
from wording.held import ACCEPT, to_staff
from wording.plurals import plural
from wording.sums import format_sum


def _short_payer(payer: dict[str, Any]) -> str:
    """An organisation by its name, a person by initials: a chat is no place for more."""
    return str(payer["name"]) if payer["kind"] == "organisation" else initials(payer["name"])


def order_to_staff(data: dict[str, Any]) -> Screen:
    """A new order, for the centre's managers: numbers and the payer, details are in the mailbox."""
    count = plural(len(data["students"]), "ученик", "ученика", "учеников")
    payer = data["payer"]
    inn = f", ИНН {escape(payer['inn'])}" if payer.get("inn") else ""
    wait = to_staff(data.get("held", ""))
    accept = ((Button(ACCEPT, students("accept", data["number"])),),) if wait else ()
    return Screen(
        f"<b>Новая заявка № {escape(data['number'])}</b> · {count} · {format_sum(data['total'])}\n"
        f"{escape(_short_payer(payer))}{inn}\n"
        "Выставьте счёт и договор: все данные — в почте центра." + (f"\n\n⏳ {wait}" if wait else ""),
        (
            *accept,
            (invoice_button(data["number"]), paid_button(data["number"]), students_button(data["number"])),
        ),
    )


def paid_button(number: str) -> Button:
    """The way from a card of an order to its payment."""
    return Button("Оплачено", pay("open", number))


def invoice_button(number: str) -> Button:
    """The way from a card of an order to its invoices."""
    return Button("Счёт", invoice("open", number))


def link_locked(data: dict[str, Any]) -> Screen:
    """Someone failed the proof too often."""
    student = escape(initials(data["student_name"]))
    return Screen(
        f"⚠️ Заявка № {escape(data['number'])}: ссылка ученика закрыта после пяти неверных ответов.\n"
        f"Ученик: {student}. Проверьте телефон в заявке и свяжитесь с учеником.",
        ((open_button(data),),),
    )


def client_link_locked(data: dict[str, Any]) -> Screen:
    """Someone failed the proof of an order's page too often."""
    return Screen(
        f"⚠️ Заявка № {escape(data['number'])}: ссылка заказчика закрыта после пяти неверных ответов.\n"
        "Проверьте телефон заказчика и свяжитесь с ним. Новая ссылка придёт ему в письме со счётом.",
        ((students_button(data["number"]), invoice_button(data["number"])),),
    )


def draft_nudge(data: dict[str, Any]) -> Screen:
    """A draft was left alone."""
    rows = ((Button("Продолжить", form("resume", data["draft"])),),) if data.get("draft") else ()
    return Screen(
        "Вы начали заявку на обучение и не отправили её. Ответы сохранены, можно продолжить с того же места. "
        "Больше напоминать не будем.",
        rows,
    )


def draft_expired(_: dict[str, Any]) -> Screen:
    """A draft has expired."""
    return Screen("Незаконченную заявку мы удалили: к ней две недели не возвращались. Новая заявка — /order.")


def alert(data: dict[str, Any]) -> Screen:
    """Something needs the administrator."""
    return Screen(f"⚠️ {escape(str(data['text']))}")


def trouble(data: dict[str, Any]) -> Screen:
    """Something stands in the way of the bot's work, or does no more (`over`)."""
    return Screen(f"{'✅' if data['over'] else '⚠️'} {escape(str(data['words']))}")


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "order_to_staff": order_to_staff,
    "link_locked": link_locked,
    "client_link_locked": client_link_locked,
    "draft_nudge": draft_nudge,
    "draft_expired": draft_expired,
    "alert": alert,
    "trouble": trouble,
}
