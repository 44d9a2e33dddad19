"""Screens of payments: an order's students, who is paid for, and the buttons that say so."""

from html import escape

from bot.callbacks import bank, pay
from bot.replies import Button, Rows, Screen
from school.billing import AskWhom, Invoice
from school.order import Order, OrderLine
from school.payer import PayerKind
from school.use_cases.receive_payment import MANY, Applied, Plan
from school.use_cases.record_payment import Recorded, moment_of
from school.use_cases.settle_payment import Told, hit_key
from school.use_cases.take_back import TakenBack
from wording.billing import HOW_TO_PAY, invoice_line, payment_line
from wording.dates import no_later_than
from wording.names import bare
from wording.plurals import plural
from wording.sums import format_sum

PAGE = 10
NAMED = 20
WHOM = 20
ORGANISATION_INN = 10
HOW = (
    "Отметить оплату: /paid и номер заявки, например <code>/paid 0123-0042</code>.\n"
    "Только за некоторых учеников — их номера через пробел: <code>/paid 0123-0042 1 3</code>."
)


def shown_name(line: OrderLine, *, in_chat: bool) -> str:
    """Return a student's name as this chat may show it, as HTML: whole, or by first letters."""
    return escape(line.name if in_chat else bare(line.name))


def number_buttons(buttons: list[Button]) -> Rows:
    """Lay numbered buttons out, five a row."""
    return tuple(tuple(buttons[at : at + 5]) for at in range(0, len(buttons), 5))


def card(order: Order, page: int = 0, *, in_chat: bool, told: Recorded | None = None) -> Screen:
    """Return an order with the marks of its payment; after a change, with what was changed and the way back."""
    unpaid = [line for line in order.living if line.payment == "unpaid"]
    pages = (len(order.lines) + PAGE - 1) // PAGE
    page = min(page, pages - 1)
    first = page * PAGE
    students = [
        f"{place}. {shown_name(line, in_chat=in_chat)} — {_state(line)}"
        for place, line in enumerate(order.lines[first : first + PAGE], first + 1)
    ]
    head = [*([_told(told)] if told else []), f"<b>Оплата · заявка № {order.number}</b>", _payer(order, in_chat)]
    head.append(f"Оплачено: {len(order.living) - len(unpaid)} из {len(order.living)}")
    return Screen("\n".join([*head, "", *students]), _buttons(order, page, pages, told))


def _payer(order: Order, in_chat: bool) -> str:
    named = in_chat or order.payer.kind is PayerKind.ORGANISATION
    name = order.payer.name if named else bare(order.payer.name)
    return f"{escape(name)} · {format_sum(order.total)}"


def _state(line: OrderLine) -> str:
    if line.cancelled:
        return "отменено, деньги верните клиенту" if line.payment == "paid" else "отменено"
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
        if told.taken_back and told.untouched:
            return "Отменить нельзя: доступ к обучению уже открыт.\n"
        same = "Отметка об оплате уже снята" if told.taken_back else "Оплата уже была отмечена"
        return f"{same}, ничего не изменилось.\n"
    count = plural(len(told.changed), "ученика", "учеников", "учеников")
    before = ", за остальных она уже была отмечена" if paid and told.untouched else ""
    if paid:
        return f"✅ Оплата за {count} отмечена{before}.\n"
    kept = " За остальных она осталась: доступ к обучению уже открыт." if told.untouched else ""
    return f"Отметку об оплате за {count} сняли.{kept}\n"


def _buttons(order: Order, page: int, pages: int, told: Recorded | None) -> Rows:
    number = order.number
    rows: list[tuple[Button, ...]] = []
    moments = [line.paid_at for line in order.lines if told and line.id in told.changed and line.paid_at]
    if moments:
        rows.append((Button("Отменить", pay("undo", number, str(moment_of(moments[0])))),))
    unpaid = [place for place, line in enumerate(order.lines, 1) if line.payment == "unpaid" and not line.cancelled]
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


def ask_payment(it: Invoice) -> Screen:
    """Ask for a payment of an invoice by hand."""
    buttons: Rows = ((Button("Отменить", bank("stop")),),)
    if it.state == "cancelled":
        sample = format_sum(it.paid).removesuffix("\u00a0₽")
        return Screen(
            f"<b>Возврат по счёту № {escape(it.number)}</b>\nСчёт отменён, по нему оплачено {format_sum(it.paid)}. "
            "Когда вернёте деньги клиенту, пришлите сумму и дату.\n"
            f"Например: <code>возврат {sample} {HOW_TO_PAY.rpartition(' ')[2]}</code>",
            buttons,
        )
    rest = format_sum(it.rest)
    if it.rest:
        buttons = ((Button(f"{rest} сегодня", bank("rest", it.id)), Button("Отменить", bank("stop"))),)
    return Screen(
        f"<b>Оплата по счёту № {escape(it.number)}</b>\nОсталось оплатить: {rest}. Пришлите сумму и дату.\n"
        f"Например: <code>{HOW_TO_PAY}</code>. Возврат: <code>возврат 24 500</code>",
        buttons,
    )


def told(found: Told, *, in_chat: bool, page: int = 0) -> Screen:
    """Say what a payment has come to, and ask for whom it is where that is still open."""
    payment = found.payment
    numbers = ", ".join(f"№ {escape(one.number)}" for one in found.invoices)
    what = payment_line(payment.amount, payment.received_on)
    if found.doubt:
        return _doubt(found, numbers, what)
    if found.waits:
        text = f"⏳ Записали: {what}, счёт {numbers}. Оплату подтвердит школа, ей уже написали."
        return Screen(text, _undo_row(found.undo))
    done = f"✅ Записали: {what}, счёт {numbers}." if found.invoices else f"Отложили платёж: {what}. Он не наш."
    lines = [done, *[escape(invoice_line(one)) for one in found.invoices]]
    if found.rest:
        word = "Переплата" if found.rest > 0 else "Вернули больше, чем было оплачено, на"
        lines.append(f"⚠️ {word} {format_sum(abs(found.rest))}. Что с ней делать, решите в /bank.")
    if found.ask is None:
        return Screen("\n".join(lines), _undo_row(found.undo))
    return _whom(found, found.ask, lines if found.undo else [], page, in_chat=in_chat)


def _doubt(found: Told, numbers: str, what: str) -> Screen:
    key = hit_key(one.id for one in found.invoices)
    rows: Rows = (
        (Button("Да, за этот счёт", bank("hit!", found.payment.id, key)),),
        (Button("Другой счёт", bank("other", found.payment.id)), Button("Не наше", bank("no", found.payment.id))),
    )
    return Screen(f"⚠️ Заплатил не тот, на кого выписан счёт {numbers}: {what}.\nЗаписать этот платёж за него?", rows)


def _whom(found: Told, ask: AskWhom, done: list[str], page: int, *, in_chat: bool) -> Screen:
    """Ask for whom the money is: a button a student, the one whom the sum fits first."""
    places = {line.id: (order, line) for order in found.orders for line in order.lines}
    shares = sorted(ask.shares, key=lambda share: share.line_id != ask.fits)
    first = page * WHOM if page * WHOM < len(shares) else 0
    money = "возвращаем" if ask.amount < 0 else "оплачено"
    lines = [*done, f"<b>За кого {money} {format_sum(abs(ask.amount))}?</b>"]
    buttons = []
    for place, share in enumerate(shares[first : first + WHOM], first + 1):
        _, line = places[share.line_id]
        fits = " — сумма совпадает" if share.line_id == ask.fits else ""
        lines.append(f"{place}. {shown_name(line, in_chat=in_chat)}: {format_sum(share.amount)}{fits}")
        buttons.append(Button(str(place), bank("whom", ask.payment_id, share.line_id)))
    rows = (*number_buttons(buttons), *_undo_row(found.undo))
    if len(shares) > WHOM and len(found.invoices) == 1:
        next_page = page + 1 if first + WHOM < len(shares) else 0
        rows = (*rows, (Button("Дальше ›", bank("more", ask.payment_id, f"{found.invoices[0].id}.{next_page}")),))
    return Screen("\n".join(lines), rows)


def _undo_row(secret: str) -> Rows:
    return ((Button("Отменить запись", bank("undo", secret)),),) if secret else ()


def planned(found: Plan) -> Screen:
    """Show what would be recorded before anything is."""
    good = [
        f"№ {escape(one.invoice.number)}: {payment_line(one.amount, one.row.day)} — {_payer_of(one.invoice)}"
        for one in found.good[:NAMED]
    ]
    lines = [f"<b>Запишем: {plural(len(found.good), 'оплата', 'оплаты', 'оплат')}</b>", *good]
    if len(found.good) > NAMED:
        lines.append(f"…и ещё {len(found.good) - NAMED}")
    total = sum(one.amount for one in found.good)
    lines.append(f"Всего: {format_sum(total)}")
    lines += unplanned(found)
    if not found.good:
        return Screen("\n".join(unplanned(found) or ["Записывать нечего."]) + "\nЧто ждёт решения — /bank.")
    return Screen(
        "\n".join(lines), ((Button("Записать", bank("apply", found.draft)), Button("Отменить", bank("stop"))),)
    )


def unplanned(found: Plan) -> list[str]:
    """Say what of the plan would not be recorded, and why."""
    lines = []
    if found.unknown:
        lines.append(f"⚠️ Таких счетов нет: {escape(', '.join(found.unknown[:NAMED]))}")
    if found.closed:
        lines.append(f"⚠️ Уже оплачены или отменены: {escape(', '.join(found.closed[:NAMED]))}")
    if found.repeated:
        lines.append(f"Уже были записаны: {found.repeated}")
    if found.beyond:
        rest = plural(found.beyond, "строку", "строки", "строк")
        lines.append(f"⚠️ За раз берём не больше {MANY}. Пришлите остальное отдельно: {rest}")
    return lines


def _payer_of(it: Invoice) -> str:
    """Name an organisation; a person not at all: the number is enough."""
    return escape(it.payer_name) if it.payer_inn and len(it.payer_inn) == ORGANISATION_INN else "физлицо или ИП"


def applied(found: Applied) -> Screen:
    """Say what was recorded at once."""
    head = f"{plural(found.count, 'оплата', 'оплаты', 'оплат')} на {format_sum(found.total)}"
    if found.waits:
        text = f"⏳ Записали: {head}. Оплату подтвердит школа, ей уже написали."
        return Screen(text, _undo_row(found.undo))
    lines = [f"✅ Записали: {head}. Оплачено за {plural(len(found.paid), 'ученика', 'учеников', 'учеников')}."]
    if found.asking:
        lines.append(f"⚠️ Не ясно, за кого: {plural(found.asking, 'оплата', 'оплаты', 'оплат')}. Разберите в /bank.")
    return Screen("\n".join(lines), _undo_row(found.undo))


def taken_back(found: TakenBack) -> Screen:
    """Say what was undone."""
    if found.what == "invoice" and found.invoice:
        return Screen(
            f"Вернули как было: {escape(invoice_line(found.invoice))}. Если счёт у клиента, отправьте его снова."
        )
    if found.what == "dropped":
        return Screen("Вернули платёж в список. Разобрать — /bank.")
    what = plural(found.count, "платёж", "платежа", "платежей")
    if found.what == "payments":
        return Screen(f"Отменили запись: {what}. Отметки об оплате сняли.")
    return Screen(f"Отменили: {what}. Отметки об оплате сняли, выбрать другой счёт можно в /bank.")
