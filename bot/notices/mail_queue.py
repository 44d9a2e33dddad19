"""Notices about letters that people have to look at, as chat messages."""

from collections.abc import Callable
from html import escape
from typing import Any

from bot.callbacks import mail
from bot.notices.tasks import students_button
from bot.replies import Button, Screen
from wording.plurals import plural


def letters_aside(data: dict[str, Any]) -> Screen:
    """Say how many letters nobody took; for administrators, once a day."""
    count = plural(data["count"], "письмо", "письма", "писем")
    return Screen(
        f"⚠️ <b>Нужно разобрать {count}</b>\nНепонятно, о какой заявке они. Откройте и скажите, чьи это письма: /mail.",
        ((Button("Разобрать письма", mail("list", "0")),),),
    )


def client_wrote(data: dict[str, Any]) -> Screen:
    """A client has answered a letter: what they want is the manager's to decide."""
    number = escape(data["order_number"])
    said = f"<i>{escape(data['text'])}</i>" if data["text"] else "Текст отправили на почту центра."
    return Screen(
        f"⚠️ <b>Заказчик ответил на письмо</b>\nЗаявка № {number}\n{said}\nРешите, что изменить, и ответьте заказчику.",
        ((students_button(data["order_number"]),),),
    )


def files_aside(data: dict[str, Any]) -> Screen:
    """Say that the vault holds files of which the database knows nothing; for administrators, once a day."""
    count, folder = plural(data["count"], "файл", "файла", "файлов"), escape(data["folder"])
    return Screen(
        f"⚠️ <b>В хранилище {count} не из этой базы</b>\n"
        f"Отложили в {folder}, через 30 дней сотрём. Так бывает, когда базу вернули из старой копии.\n"
        "Передайте это тому, кто следит за сервером: с более новой базой отложенное вернётся само."
    )


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "letters_aside": letters_aside,
    "client_wrote": client_wrote,
    "files_aside": files_aside,
}
