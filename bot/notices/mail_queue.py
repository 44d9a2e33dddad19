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


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {"letters_aside": letters_aside, "client_wrote": client_wrote}
