"""Notices of a cancelled order, as chat messages: to the student, the client, the centre's managers and groups."""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

from bot.callbacks import status
from bot.notices.tasks import student_initials
from bot.replies import Button, Screen
from wording.cancelling import money_back
from wording.dates import period_with_year
from wording.plurals import plural
from wording.sums import format_sum

MOST_NAMED = 10


def order_cancelled(data: dict[str, Any]) -> Screen:
    """The student's own place is no more."""
    dates = period_with_year(date.fromisoformat(data["starts"]), date.fromisoformat(data["ends"]))
    return Screen(
        f"⚠️ <b>Ваша запись на курс отменена</b>\n{escape(data['course_title'])}, {dates}\n"
        "Делать ничего не нужно: ссылка на анкету больше не работает. "
        "Если это ошибка, спросите того, кто вас записал, или поддержку: /support."
    )


def _what(data: dict[str, Any]) -> str:
    number = escape(str(data["order_number"]))
    return f"Заявка № {number} отменена" if data["whole"] else f"В заявке № {number} отменили часть мест"


def _who(data: dict[str, Any]) -> str:
    lines = [f"{student_initials(one)} — {escape(one['course_title'])}" for one in data["students"][:MOST_NAMED]]
    if rest := len(data["students"]) - MOST_NAMED:
        lines += [f"…и ещё {plural(rest, 'ученик', 'ученика', 'учеников')}"] if rest > 0 else []
    return "\n".join(lines)


def order_cancelled_client(data: dict[str, Any]) -> Screen:
    """The client's order is no more, or a part of it."""
    money = f"\nОплачено {format_sum(data['money'])}: центр вернёт эти деньги." if data["money"] else ""
    return Screen(
        f"⚠️ <b>{_what(data)}</b>\n{_who(data)}{money}\n"
        "Счета на эти места не оплачивайте. Если это ошибка, напишите в центр. Новая заявка — /order."
    )


def order_cancelled_staff(data: dict[str, Any]) -> Screen:
    """A colleague has cancelled it."""
    money = f"\n{money_back(data['money'])}" if data["money"] else ""
    open_it = Button("Открыть заявку", status("open", "n", str(data["order_number"])))
    return Screen(f"<b>{_what(data)}</b>\n{_who(data)}{money}", ((open_it,),))


def order_cancelled_to_group(data: dict[str, Any]) -> Screen:
    """For a centre's group: numbers only."""
    number = escape(str(data["number"]))
    count = plural(int(data["students"]), "ученик", "ученика", "учеников")
    return Screen(
        f"Отменили заявку № {number} · {count}" if data["whole"] else f"В заявке № {number} отменили: {count}"
    )


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "order_cancelled": order_cancelled,
    "order_cancelled_client": order_cancelled_client,
    "order_cancelled_staff": order_cancelled_staff,
    "order_cancelled_to_group": order_cancelled_to_group,
}
