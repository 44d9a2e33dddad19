"""Notices about what managers and administrators have to do, as chat messages: one short function a kind.

Of a student the initials are shown: a chat is no place for more.
"""

from collections.abc import Callable
from html import escape
from typing import Any

from bot.callbacks import students
from bot.replies import Button, Rows, Screen
from school.reminder_kinds import initials
from wording.reasons import DECLINE_REASONS, OTHER

_ROLES = {"manager": "менеджера центра", "curator": "куратора", "admin": "администратора"}


def student_initials(data: dict[str, Any]) -> str:
    """Return the student's surname and initials, for HTML."""
    return escape(initials(data["student_name"]))


def open_button(data: dict[str, Any]) -> Button:
    """The way from a notice about a student to their screen."""
    return Button("Открыть", students("open", data["line"]))


def students_button(number: str) -> Button:
    """The way from a notice about an order to its students."""
    return Button("Ученики", students("number", number))


def _about(data: dict[str, Any]) -> str:
    return f"Заявка № {escape(data['reference'])}, {student_initials(data)}, {escape(data['course_title'])}"


def _replace(data: dict[str, Any]) -> Rows:
    return ((Button("Заменить ученика", students("swap", data["line"])), open_button(data)),)


def student_declined(data: dict[str, Any]) -> Screen:
    """A curator has declined a student: the place may go to another."""
    reason = data.get("reason")
    code = reason.get("reason") if isinstance(reason, dict) else reason
    label = dict(DECLINE_REASONS).get(str(code)) if code != OTHER else None
    why = f"Причина: {escape(label.lower())}." if label else "Причину мы сообщили ученику."
    then = "Можно записать на это место другого, оплата останется."
    return Screen(f"⚠️ <b>Куратор отклонил ученика</b>\n{_about(data)}\n{why}\n{then}", _replace(data))


def phone_not_mine(data: dict[str, Any]) -> Screen:
    """A student says that the mobile in the order is another's (accountants often enter their own)."""
    return Screen(
        f"⚠️ <b>В заявке чужой телефон</b>\n{_about(data)}\n"
        "Ученик пишет, что телефон не его, и не может открыть анкету. "
        "Узнайте номер и исправьте: отправим новую ссылку.",
        ((Button("Исправить телефон", students("mobile", data["line"])), open_button(data)),),
    )


def replace_wanted(data: dict[str, Any]) -> Screen:
    """The client asks to put another student in."""
    return Screen(
        f"⚠️ <b>Клиент просит заменить ученика</b>\n{_about(data)}\nСвяжитесь с клиентом и узнайте, кто будет учиться.",
        _replace(data),
    )


def student_replaced(data: dict[str, Any]) -> Screen:
    """The centre has put another student in; for the client."""
    link = (
        "Ссылку на анкету отправим новому ученику, когда заявку подтвердят."
        if data.get("held")
        else "Ссылку на анкету отправили новому ученику на почту. Попросите заполнить её сразу."
    )
    return Screen(
        f"✅ <b>Ученика заменили</b>\n{_about(data)}\nРаньше был записан: {escape(data['before'])}. {link}",
        ((open_button(data),),),
    )


def role_withdrawn(data: dict[str, Any]) -> Screen:
    """A role is over; for who held it."""
    centre = f" {escape(data['centre'])}" if data.get("centre") else ""
    return Screen(
        f"Администратор отозвал вашу роль {_ROLES[data['role']]}{centre}. Доступ закрыт. "
        "Если это ошибка, обратитесь к администратору школы. Что можно делать дальше — /help."
    )


def staff_mailbox_changed(data: dict[str, Any]) -> Screen:
    """Another mailbox signs a member of staff in now; for administrators."""
    return Screen(
        f"<b>Рабочую почту сотрудника сменили</b>\n{escape(data['name'])}. Ссылки для входа на страницу теперь придут "
        "на новую. Если сотрудник об этом не знает, отзовите роль: /staff."
    )


def centre_closed(data: dict[str, Any]) -> Screen:
    """An administrator has closed the centre; for its managers."""
    return Screen(
        f"⚠️ <b>{_centre(data)} больше не принимает заявки</b>\nТак решил администратор. "
        "Начатые заявки доведите до конца. Найти их — /status."
    )


def centre_opened(data: dict[str, Any]) -> Screen:
    """An administrator has opened the centre again; for its managers."""
    return Screen(
        f"✅ <b>{_centre(data)} снова принимает заявки</b>\nТак решил администратор. "
        "Ссылки для клиентов опять работают: /link."
    )


def _centre(data: dict[str, Any]) -> str:
    return f"Центр {escape(data['centre'])} · {escape(data['name'])}"


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "student_declined": student_declined,
    "phone_not_mine": phone_not_mine,
    "replace_wanted": replace_wanted,
    "student_replaced": student_replaced,
    "role_withdrawn": role_withdrawn,
    "centre_closed": centre_closed,
    "centre_opened": centre_opened,
    "staff_mailbox_changed": staff_mailbox_changed,
}
