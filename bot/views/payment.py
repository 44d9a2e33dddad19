"""Screens of payments: an order's students, who is paid for, and the buttons that say so."""

from html import escape

from bot.callbacks import pay
from bot.replies import Button, Rows, Screen
from school.names import parse_full_name
from school.order import Order, OrderLine
from school.payer import PayerKind
from school.use_cases.record_payment import Recorded, moment_of
from wording.dates import no_later_than
from wording.plurals import plural
from wording.sums import format_sum

PAGE = 10
HOW = (
    "Отметить оплату: /paid и номер заявки, например <code>/paid 0123-0042</code>.\n"
    "Только за некоторых учеников — их номера через пробел: <code>/paid 0123-0042 1 3</code>."
)


def shown_name(line: OrderLine, *, in_chat: bool) -> str:
    """Return a student's name as this chat may show it, as HTML: whole, or by initials."""
    return escape(line.name if in_chat else parse_full_name(line.name).initials)


def number_buttons(buttons: list[Button]) -> Rows:
    """Lay numbered buttons out, five a row."""
    return tuple(tuple(buttons[at : at + 5]) for at in range(0, len(buttons), 5))


def card(order: Order, page: int = 0, *, in_chat: bool, told: Recorded | None = None) -> Screen:
    """Return an order with the marks of its payment; after a change, with what was changed and the way back."""
    unpaid = [line for line in order.lines if line.payment == "unpaid"]
    pages = (len(order.lines) + PAGE - 1) // PAGE
    page = min(page, pages - 1)
    first = page * PAGE
    students = [
        f"{place}. {shown_name(line, in_chat=in_chat)} — {_state(line)}"
        for place, line in enumerate(order.lines[first : first + PAGE], first + 1)
    ]
    head = [*([_told(told)] if told else []), f"<b>Оплата · заявка № {order.number}</b>", _payer(order, in_chat)]
    head.append(f"Оплачено: {len(order.lines) - len(unpaid)} из {len(order.lines)}")
    return Screen("\n".join([*head, "", *students]), _buttons(order, page, pages, told))


def _payer(order: Order, in_chat: bool) -> str:
    named = in_chat or order.payer.kind is PayerKind.ORGANISATION
    name = order.payer.name if named else parse_full_name(order.payer.name).initials
    return f"{escape(name)} · {format_sum(order.total)}"


def _state(line: OrderLine) -> str:
    if line.payment == "unpaid":
        return "⚠️ не оплачено"
    if line.admitted_at is not None:
        return "✅ оплачено, доступ открыт"
    if line.admit_by is not None:
        return f"✅ оплачено, зачислить {no_later_than(line.admit_by)}"
    return "✅ оплачено, анкеты ещё нет" if line.questionnaire != "approved" else "✅ оплачено"


def _told(told: Recorded) -> str:
    paid = any(line.id in told.changed and line.payment == "paid" for line in told.order.lines)
    if not told.changed:
        if any(line.id in told.untouched and line.admitted_at for line in told.order.lines):
            return "Отменить нельзя: доступ к обучению уже открыт.\n"
        return "Оплата уже была отмечена, ничего не изменилось.\n"
    count = plural(len(told.changed), "ученика", "учеников", "учеников")
    before = ", за остальных она уже была отмечена" if paid and told.untouched else ""
    return f"✅ Оплата за {count} отмечена{before}.\n" if paid else f"Отметку об оплате за {count} сняли.\n"


def _buttons(order: Order, page: int, pages: int, told: Recorded | None) -> Rows:
    number = order.number
    rows: list[tuple[Button, ...]] = []
    moments = [line.paid_at for line in order.lines if told and line.id in told.changed and line.paid_at]
    if moments:
        rows.append((Button("Отменить", pay("undo", number, str(moment_of(moments[0])))),))
    unpaid = [place for place, line in enumerate(order.lines, 1) if line.payment == "unpaid"]
    if len(unpaid) == 1:
        rows.append((Button("Оплачено", pay("one", number, str(unpaid[0]))),))
    elif unpaid:
        rows.append((Button(f"Оплачено за всех ({len(unpaid)})", pay("all", number)),))
        here = [place for place in unpaid if page * PAGE < place <= (page + 1) * PAGE]
        rows.extend(number_buttons([Button(str(place), pay("one", number, str(place))) for place in here]))
    turn = [Button("‹ Назад", pay("page", number, str(page - 1)))] if page else []
    if page + 1 < pages:
        turn.append(Button("Дальше ›", pay("page", number, str(page + 1))))
    return (*rows, tuple(turn)) if turn else tuple(rows)
