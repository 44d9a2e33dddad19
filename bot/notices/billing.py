"""Notices about invoices and payments, as chat messages: one short function a kind."""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

from bot.callbacks import bank
from bot.replies import Button, Screen
from wording.billing import pay_by
from wording.dates import date_short
from wording.plurals import plural
from wording.sums import format_sum


def invoice_issued(data: dict[str, Any]) -> Screen:
    """An invoice for the client: what to pay, by when; the files follow where it was made here."""
    until = pay_by(date.fromisoformat(data["valid_until"]) if data["valid_until"] else None)
    day = date_short(date.fromisoformat(data["issued_on"]))
    changed = "Прежний счёт не оплачивайте: он изменён. " if data["edition"] > 1 else ""
    papers = "Счёт и договор отправили на почту из заявки." if data["generated"] else "Счёт и договор пришлёт центр."
    return Screen(
        f"<b>Оплатите счёт № {escape(data['number'])} от {day}{f' {until}' if until else ''} — "
        f"{format_sum(data['total'])}</b>\n"
        f"Заявка № {escape(data['order_number'])}. {changed}{papers} В назначении платежа укажите номер счёта."
    )


def payments_to_confirm(data: dict[str, Any]) -> Screen:
    """A centre has recorded payments that the school is to confirm."""
    count = plural(data["count"], "оплату", "оплаты", "оплат")
    return Screen(
        f"⏳ Центр {escape(data['centre'])} записал {count} на {format_sum(data['total'])}. Подтвердите их.",
        ((Button("Посмотреть", bank("list", data["centre"], "0")),),),
    )


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "invoice_issued": invoice_issued,
    "payments_to_confirm": payments_to_confirm,
}
