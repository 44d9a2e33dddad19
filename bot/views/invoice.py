"""Screens of invoices: an order's, how one is typed in or made, changed and cancelled."""

from html import escape

from bot.callbacks import bank, invoice
from bot.context import Settings
from bot.replies import Button, Rows, Screen
from bot.views.payment import number_buttons, shown_name
from school.billing import Invoice
from school.payer import PayerKind
from school.use_cases.issue_invoice import Billing
from wording.billing import HOW_TO_TYPE, invoice_line, pay_by
from wording.names import bare
from wording.papers import SELLER_LABELS
from wording.plurals import plural
from wording.sums import format_sum

PAGE = 20
HOW = "Счёт по заявке: /invoice и её номер, например <code>/invoice 0123-0042</code>."
STOP = Button("Отменить", invoice("stop"))
STOPPED = "Ничего не изменили. Счета заявки — /invoice и её номер."
NO_FILES = "Файлы в переписке не отправляем: так решила школа. Счёт и договор ушли на почту центра, посмотрите их там."
BROKEN_TEMPLATE = "Договор не составился: шаблон центра не подходит. Попросите администратора записать его заново."


def billing(found: Billing, settings: Settings, *, note: str = "", undo: str = "") -> Screen:
    """Return an order with its invoices and what may be done."""
    lines = [note, ""] if note else []
    lines += [_head(found), _payer(found, settings), ""]
    lines += [f"{escape(invoice_line(one))}{_sent(one)}" for one in found.invoices] or ["Счёта ещё нет."]
    if found.free and found.living:
        lines.append(f"⚠️ Без счёта: {plural(len(found.free), 'ученик', 'ученика', 'учеников')}")
    rows: list[tuple[Button, ...]] = [(Button("Вернуть как было", bank("undo", undo)),)] if undo else []
    living = found.living
    if len(living) == 1:
        rows += _of_invoice(living[0])
    elif living:
        buttons = [Button(f"№ {one.number}"[:20], invoice("card", one.id)) for one in living[:20]]
        rows += [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    rows += _refunds(found)
    if found.free:
        rows += _new(found)
        if found.gaps and not living:
            lines += ["", "Введите счёт из Клиент-Сервиса или дополните реквизиты центра, чтобы составить его здесь."]
    return Screen("\n".join(lines), tuple(rows))


def one(found: Billing, it: Invoice, settings: Settings, *, note: str = "", undo: str = "") -> Screen:
    """Return one invoice with its students and what may be done."""
    shares = dict(it.lines)
    lines = [note, ""] if note else []
    lines += [f"<b>{escape(invoice_line(it))}</b>{_sent(it)}", _head(found), _payer(found, settings)]
    if it.valid_until and it.state == "open":
        lines.append(f"Оплатить {pay_by(it.valid_until)}")
    students = [line for line in found.order.lines if line.id in shares]
    lines.append("")
    lines += [
        f"{shown_name(line, in_chat=settings.in_chat)} — {format_sum(shares[line.id])}"
        f"{' ✅ оплачено' if line.payment == 'paid' else ''}"
        for line in students[:PAGE]
    ]
    if len(students) > PAGE:
        lines.append(f"…и ещё {plural(len(students) - PAGE, 'ученик', 'ученика', 'учеников')}")
    rows: list[tuple[Button, ...]] = [(Button("Вернуть как было", bank("undo", undo)),)] if undo else []
    rows += _of_invoice(it) if it.state != "cancelled" else _refund(it)
    return Screen("\n".join(lines), tuple(rows))


def _refunds(found: Billing) -> list[tuple[Button, ...]]:
    """Return the ways to note that money of cancelled invoices was given back."""
    return [row for one in found.invoices if one.state == "cancelled" for row in _refund(one)]


def _refund(it: Invoice) -> list[tuple[Button, ...]]:
    return [(Button(f"Возврат по № {it.number}"[:24], invoice("pay", it.id)),)] if it.paid > 0 else []


def _of_invoice(it: Invoice) -> list[tuple[Button, ...]]:
    send = "Отправить ещё раз" if it.sent_at else "Отправить клиенту"
    return [
        (Button(send, invoice("send", it.id)), Button("Оплата", invoice("pay", it.id))),
        (Button("Изменить", invoice("edit", it.id)), Button("Отменить счёт", invoice("cancel", it.id))),
    ]


def _new(found: Billing) -> list[tuple[Button, ...]]:
    more = " на остальных" if found.living else ""
    typed = Button(f"Ввести счёт{more}", invoice("type", found.order.id))
    if found.gaps:
        return [(typed, Button("Почему нельзя составить", invoice("gaps", found.order.id)))] if not more else [(typed,)]
    return [(typed, Button(f"Сделать счёт{more}"[:24], invoice("make", found.order.id)))]


def _head(found: Billing) -> str:
    order = found.order
    return (
        f"Заявка № {order.number} · {plural(len(order.living), 'ученик', 'ученика', 'учеников')} · "
        f"{'отменена' if order.cancelled else format_sum(order.total)}"
    )


def _payer(found: Billing, settings: Settings) -> str:
    payer = found.order.payer
    named = settings.in_chat or payer.kind is PayerKind.ORGANISATION
    name = payer.name if named else bare(payer.name)
    return escape(f"{name}, ИНН {payer.inn}" if payer.inn and named else name)


def _sent(it: Invoice) -> str:
    return " · отправлен клиенту" if it.sent_at and it.state != "cancelled" else ""


def ask_typed(found: Billing) -> Screen:
    """Ask for an invoice issued in Клиент-Сервис."""
    students = plural(len(found.free), "ученика", "учеников", "учеников")
    return Screen(
        f"<b>Номер, дата и сумма счёта</b>\nЗаявка № {found.order.number}, за {students}. Как в Клиент-Сервисе: "
        f"эта сумма заменит цену из каталога.\nНапример: <code>{HOW_TO_TYPE}</code>",
        ((STOP,),),
    )


def gaps(found: Billing) -> Screen:
    """Say which of the seller's details are missing, and where in chat the administrator enters them."""
    missing = "\n".join(f"— {escape(SELLER_LABELS[key])}" for key in found.gaps)
    return Screen(
        f"<b>Чтобы составить счёт, не хватает реквизитов центра</b>\n{missing}\n\n"
        f"Их вписывает администратор: <code>/centres {found.centre.number}</code>, кнопка «Реквизиты».\n"
        "Пока введите счёт из Клиент-Сервиса.",
        ((Button("Ввести счёт", invoice("type", found.order.id)),),),
    )


def edit(it: Invoice) -> Screen:
    """Ask what is to be changed."""
    rows: Rows = (
        (Button("Сумму", invoice("sum", it.id)), Button("Дату", invoice("date", it.id))),
        (Button("Убрать ученика", invoice("out", it.id)), Button("← К счёту", invoice("card", it.id))),
    )
    text = f"<b>{escape(invoice_line(it))}</b>\nЧто изменить? Номер останется, у счёта будет новая редакция."
    return Screen(text, rows if len(it.lines) > 1 else (rows[0], (rows[1][1],)))


def ask_change(it: Invoice, what: str) -> Screen:
    """Ask for the new sum or date."""
    example = "49 000" if what == "sum" else "5 мая"
    title = "Новая сумма счёта" if what == "sum" else "Новая дата счёта"
    return Screen(f"<b>{title}</b>\n{escape(invoice_line(it))}\nНапример: <code>{example}</code>", ((STOP,),))


def leave_out(found: Billing, it: Invoice, settings: Settings, page: int = 0) -> Screen:
    """Ask who is to be taken off the invoice, a page of students at a time."""
    shares = dict(it.lines)
    billed = [line for line in found.order.lines if line.id in shares]
    first = page * PAGE if page * PAGE < len(billed) else 0
    students = billed[first : first + PAGE]
    lines = [
        f"{place}. {shown_name(line, in_chat=settings.in_chat)} — {format_sum(shares[line.id])}"
        for place, line in enumerate(students, first + 1)
    ]
    buttons = number_buttons(
        [Button(str(place), invoice("out!", it.id, line.id)) for place, line in enumerate(students, first + 1)]
    )
    back: tuple[Button, ...] = (Button("← К счёту", invoice("card", it.id)),)
    if len(billed) > PAGE:
        next_page = page + 1 if first + PAGE < len(billed) else 0
        back = (*back, Button("Дальше ›", invoice("out", it.id, str(next_page))))
    return Screen("\n".join([f"<b>Кого убрать из счёта № {escape(it.number)}?</b>", *lines]), (*buttons, back))


def cancel_sure(it: Invoice) -> Screen:
    """Ask before an invoice is cancelled."""
    return Screen(
        f"Отменить? {escape(invoice_line(it))}\nНомер больше не понадобится ни одному счёту. Вернуть можно сутки.",
        ((Button("Да, отменить счёт", invoice("cancel!", it.id)), Button("← К счёту", invoice("card", it.id))),),
    )
