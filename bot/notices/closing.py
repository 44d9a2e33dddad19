"""Notices about closing documents, as chat messages: one short function a kind (REGULATIONS C1)."""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

from bot.callbacks import act
from bot.replies import Button, Screen
from wording.closing import BUTTONS, CLIENT_SERVICE, REOPEN_BUTTONS, last_day
from wording.dates import date_short
from wording.plurals import plural


def act_wanted(data: dict[str, Any]) -> Screen:
    """A run has ended: the act is to be made, and the scan has a day."""
    count = plural(data["students"], "ученик", "ученика", "учеников")
    return Screen(
        f"⚠️ <b>Курс закончился: заявка {escape(data['order_number'])}, {count}.</b> "
        f"Скан акта — {_until(data)}.\n"
        f"{escape(data['course_title'])}, до {date_short(date.fromisoformat(data['ends']))}\n"
        "Сделайте акт и отправьте клиенту.",
        ((Button("Сделать акт", act("make", data["act"])), Button("Открыть", act("card", data["act"]))),),
    )


def scan_returned(data: dict[str, Any]) -> Screen:
    """The school does not take the scan."""
    return Screen(
        f"⚠️ <b>Школа вернула скан акта: заявка {escape(data['order_number'])}.</b>\n"
        f"Причина: {escape(data['reason'])}.\nПришлите новый скан — {_until(data)}.",
        ((Button("Скан у меня", act("scan", data["act"])), Button("Открыть", act("card", data["act"]))),),
    )


def scan_return_undone(data: dict[str, Any]) -> Screen:
    """The school has taken its return of the scan back."""
    return Screen(
        f"Заявка {escape(data['order_number'])}: школа отменила возврат скана акта. Новый скан не нужен.",
        ((Button("Открыть", act("card", data["act"])),),),
    )


def client_scan(data: dict[str, Any]) -> Screen:
    """The client has handed the signed act back: it is the scan now."""
    return Screen(
        f"📎 <b>Клиент прислал подписанный акт № {escape(data['act_number'])}.</b> Скан принят.\n"
        f"Проверьте его и загрузите в {CLIENT_SERVICE} — {_until(data)}.",
        (
            (Button(BUTTONS["uploaded"], act("uploaded", data["act"])),),
            (Button("Отменить", act("undo", data["undo"])), Button("К акту", act("card", data["act"]))),
        ),
    )


def client_file(data: dict[str, Any]) -> Screen:
    """The client has sent a file, and which act it is of is not certain."""
    rows = tuple(
        (Button(f"Принять как скан акта № {number}", act("accept", data["secret"], str(place))),)
        for place, number in enumerate(data["acts"])
    )
    return Screen(
        f"📎 <b>Клиент прислал файл: заявка № {escape(data['order_number'])}.</b>\n"
        "Если это подписанный акт, примите его кнопкой.",
        rows,
    )


def act_reopened(data: dict[str, Any]) -> Screen:
    """The school has taken back a final state of the act."""
    return Screen(
        f"⚠️ <b>Школа открыла акт заново: заявка {escape(data['order_number'])}.</b> Сроки снова идут.\n"
        f"{REOPEN_BUTTONS[data['state']]}. Причина: {escape(data['reason'])}.",
        ((Button("Открыть", act("card", data["act"])),),),
    )


def act_reopen_undone(data: dict[str, Any]) -> Screen:
    """The school has closed again what it had reopened."""
    return Screen(
        f"Заявка {escape(data['order_number'])}: школа вернула акту прежнюю отметку. Делать ничего не нужно.",
        ((Button("Открыть", act("card", data["act"])),),),
    )


def _until(data: dict[str, Any]) -> str:
    return last_day(date.fromisoformat(data["scan_due"]))


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "act_wanted": act_wanted,
    "scan_returned": scan_returned,
    "scan_return_undone": scan_return_undone,
    "client_scan": client_scan,
    "client_file": client_file,
    "act_reopened": act_reopened,
    "act_reopen_undone": act_reopen_undone,
}
