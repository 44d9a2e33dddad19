"""Notices to a centre's group chats: numbers and counts only, never a name or anything else personal."""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

from bot.replies import Screen
from wording.dates import until
from wording.plurals import plural


def order_to_group(data: dict[str, Any]) -> Screen:
    """A new order has come."""
    count = plural(int(data["students"]), "ученик", "ученика", "учеников")
    return Screen(f"Новая заявка № {escape(str(data['number']))} · {count}")


def group_daily(data: dict[str, Any]) -> Screen:
    """The morning's counts of a centre."""
    lines = []
    if data["orders"]:
        lines.append(f"За сутки: {plural(data['orders'], 'новая заявка', 'новые заявки', 'новых заявок')}")
    if data["unpaid"]:
        lines.append(f"⏳ {plural(data['unpaid'], 'неоплаченный счёт', 'неоплаченных счёта', 'неоплаченных счетов')}")
    if data["acts"]:
        when = f", ближайший — {until(date.fromisoformat(data['until']))}" if data.get("until") else ""
        lines.append(f"⚠️ {plural(data['acts'], 'акт', 'акта', 'актов')} ждёт подписи{when}")
    return Screen("\n".join(["<b>Сводка на сегодня</b>", *lines]))


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "order_to_group": order_to_group,
    "group_daily": group_daily,
}
