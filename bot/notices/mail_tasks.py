"""Notices about letters that do not arrive, as chat messages: one short function a kind."""

from collections.abc import Callable
from html import escape
from typing import Any

from bot.callbacks import student, students
from bot.notices.tasks import open_button, student_initials, students_button
from bot.replies import Button, Rows, Screen
from wording.letters import LETTER_NAMES
from wording.mail_answers import fault_words


def address_fault(data: dict[str, Any]) -> Screen:
    """Letters do not reach an address; for those who can find out the right one."""
    whose = {"student": _student_fault, "client": _client_fault, "centre": _centre_fault}[data["whose"]]
    return whose(data)


def _student_fault(data: dict[str, Any]) -> Screen:
    chat = "Пока пишем ученику в чат. " if data["in_chat"] else ""
    then = "исправьте: отправим новую ссылку" if data["correct"] else "передайте его куратору"
    return Screen(
        f"⚠️ <b>Письма ученику не доходят</b>\nЗаявка № {escape(data['reference'])}, {student_initials(data)}, "
        f"{escape(data['course_title'])}\nАдрес: {escape(data['email'])} — {fault_words(data['why'])}.\n"
        f"{chat}Узнайте верный адрес и {then}.",
        _correct(data),
    )


def _correct(data: dict[str, Any]) -> Rows:
    if not data["correct"]:
        return ((open_button(data),),)
    return ((Button("Исправить почту", students("email", data["line"])), open_button(data)),)


def _client_fault(data: dict[str, Any]) -> Screen:
    return Screen(
        f"⚠️ <b>Письма заказчику не доходят</b>\nЗаявка № {escape(data['order_number'])}, {escape(data['name'])}\n"
        f"Адрес: {escape(data['email'])} — {fault_words(data['why'])}.\n"
        "Позвоните заказчику и узнайте верный адрес. Счёт и акт передайте ему сами.",
        ((students_button(data["order_number"]),),),
    )


def _centre_fault(data: dict[str, Any]) -> Screen:
    return Screen(
        f"⚠️ <b>Письма сервисному центру не доходят</b>\n{escape(data['name'])}, {escape(data['centre'])}\n"
        f"Адрес: {escape(data['email'])} — {fault_words(data['why'])}.\n"
        "Проверьте ящик. Если адрес сменился, администратор укажет новый в списке центров."
    )


def mail_bounced(data: dict[str, Any]) -> Screen:
    """A letter did not reach the student, who is told so in chat."""
    return Screen(
        f"⚠️ Письмо на {escape(data['email'])} не дошло: {fault_words(data['why'])}.\n"
        f"Курс: {escape(data['course_title'])}. Дальше пишем вам сюда. Если почта сменилась, скажите куратору.",
        ((Button("Мои курсы", student("courses", data["line"])),),),
    )


def student_unreached(data: dict[str, Any]) -> Screen:
    """Neither chat nor mail reaches the student; for the centre's managers."""
    what = LETTER_NAMES.get(data["kind"], "сообщение")
    return Screen(
        f"⚠️ <b>До ученика не достучаться</b>\nЗаявка № {escape(data['reference'])}, {student_initials(data)}, "
        f"{escape(data['course_title'])}\nНе дошло: {what}. Письма на {escape(data['email'])} возвращаются, "
        "в Телеграме ученика нет или он остановил бота.\nПозвоните ему и узнайте верную почту.",
        ((open_button(data),),),
    )


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "address_fault": address_fault,
    "mail_bounced": mail_bounced,
    "student_unreached": student_unreached,
}
