"""Screens of bank statements: what one has come to, and the payments that wait for a person, one at a time."""

from collections.abc import Sequence
from html import escape

from bot.callbacks import bank
from bot.replies import Button, Rows, Screen
from paper.payments_sheet import PaymentSheet
from school.billing import Invoice
from school.use_cases.read_bank_file import Taken
from school.use_cases.receive_payment import Plan
from school.use_cases.settle_payment import Unsettled, hit_key
from wording.billing import account_tail, payment_line
from wording.plurals import plural
from wording.statements import explain_hit, unchecked_account
from wording.sums import format_sum

ORGANISATION_INN = 10
PURPOSE = 210
RETURNED = "Вернули остаток? Откройте счёт, нажмите «Оплата» и напишите «возврат» и сумму."
SAME_MONEY = "Если это те же деньги, нажмите «Не наше»."
FAULTS = 30
HOW = (
    "Пришлите выписку из банка файлом для 1С (.txt): платежи сами найдут свои счета. "
    "Можно и таблицей, и словами: <code>57, 58 оплачены 12.05</code>."
)
WHICH = "Платежи какого центра показать? Пришлите команду с номером, например: <code>/bank 0123</code>."
ASK_NUMBER = (
    "<b>За какой счёт этот платёж?</b>\nПришлите номер, несколько — через запятую.\nНапример: <code>57, 58</code>"
)
OWNED = "✅ Запомнили счёт центра. Пришлите выписку ещё раз: теперь её запишем."
NO_FILES = (
    "Файлы в переписке не берём: так решила школа. Записать оплату можно словами: <code>57, 58 оплачены 12.05</code>."
)


ALL_SETTLED = "Все платежи разобраны."


def taken(found: Taken, unchecked: Sequence[str], odd: Sequence[str] = ()) -> Screen:
    """Say what a statement has come to."""
    if found.ask:
        named = ", ".join(account_tail(account) for account in found.ask)
        return Screen(
            f"⚠️ Выписка по счёту {named}. Такого счёта у центра мы не знаем, пока ничего не записали.\n"
            "Это счёт вашего центра?",
            ((Button("Да, это наш счёт", bank("own")), Button("Нет", bank("stop"))),),
        )
    lines = ["<b>Выписка прочитана</b>"]
    if found.settled:
        count = plural(found.settled, "платёж", "платежа", "платежей")
        lines.append(f"✅ Записали сами: {count} на {format_sum(found.settled_sum)}")
    if found.waiting and not found.waits:
        lines.append(f"⚠️ Нужно ваше решение: {plural(found.waiting, 'платёж', 'платежа', 'платежей')}")
    if found.waits:
        lines.append(f"⏳ Ждут подтверждения школы: {plural(found.waiting, 'платёж', 'платежа', 'платежей')}")
    if found.repeated:
        lines.append(f"Уже были записаны: {plural(found.repeated, 'платёж', 'платежа', 'платежей')}")
    if found.skipped:
        lines.append(f"По чужим счетам, пропустили: {found.skipped}")
    if not (found.settled or found.waiting or found.repeated):
        lines.append("Новых поступлений в ней нет.")
    lines += [unchecked_account(account_tail(account)) for account in unchecked]
    lines += map(escape, odd)
    rows: list[tuple[Button, ...]] = []
    if found.waiting and not found.waits:
        rows.append((Button(f"Разобрать ({found.waiting})", bank("list", found.centre, "0")),))
    if found.undo:
        rows.append((Button("Отменить запись", bank("undo", found.undo)),))
    return Screen("\n".join(lines), tuple(rows))


def listed(
    centre: str, found: Sequence[Unsettled], page: int, *, in_chat: bool, known: Sequence[Invoice] = ()
) -> Screen:
    """Return one payment that waits, with one-tap suggestions and their reasons; `known`: invoices that may have it."""
    if not found:
        rows: Rows = ((Button("Таблица оплат", bank("sheet", centre)),),) if in_chat else ()
        return Screen(f"{ALL_SETTLED}\n{HOW}", rows)
    page = min(max(page, 0), len(found) - 1)
    one = found[page]
    lines = [f"<b>Платёж {page + 1} из {len(found)}</b>", *_payment(one, in_chat=in_chat), ""]
    buttons: list[tuple[Button, ...]] = []
    invoices = {it.id: it for it in one.invoices}
    for hit in one.hits:
        numbers = ", ".join(invoices[it].number for it in hit.invoice_ids)
        rest = format_sum(sum(invoices[it].rest for it in hit.invoice_ids))
        lines.append(f"№ {escape(numbers)} · {rest} — {explain_hit(hit.reasons)}")
        label = f"{numbers} · {format_sum(one.rest)}"
        buttons.append((Button(label[:40], bank("hit", one.payment.id, hit_key(hit.invoice_ids))),))
    if known:
        numbers = ", ".join(f"№ {it.number}" for it in known)
        lines.append(f"⚠️ Оплата по счёту {escape(numbers)} уже записана. {SAME_MONEY}")
    elif not one.hits:
        lines.append("Похожего счёта нет.")
    other = Button("Другой счёт", bank("other", one.payment.id))
    whole = one.rest == one.payment.amount
    buttons.append((other, Button("Не наше", bank("no", one.payment.id))) if whole else (other,))
    turn = [Button("‹ Назад", bank("list", centre, str(page - 1)))] if page else []
    if page + 1 < len(found):
        turn.append(Button("Дальше ›", bank("list", centre, str(page + 1))))
    return Screen("\n".join(lines), (*buttons, *([tuple(turn)] if turn else [])))


def _payment(one: Unsettled, *, in_chat: bool) -> list[str]:
    payment = one.payment
    lines = [payment_line(payment.amount, payment.received_on)]
    if one.rest != payment.amount:
        lines.append(f"не разобрано: {format_sum(one.rest)}. {RETURNED if one.rest > 0 else ''}".strip())
    organisation = payment.payer_inn is not None and len(payment.payer_inn) == ORGANISATION_INN
    if organisation or in_chat:
        inn = f", ИНН {payment.payer_inn}" if payment.payer_inn else ""
        lines.append(escape(f"{payment.payer_name}{inn}"))
    if in_chat and payment.purpose:
        lines.append(f"<i>{escape(payment.purpose[:PURPOSE])}</i>")
    return lines


def sheet_faults(sheet: PaymentSheet) -> list[str]:
    """Name every cell that could not be read."""
    lines = [
        f"⚠️ Строка {fault.row}, «{escape(fault.column)}»: {escape(fault.problem)}" for fault in sheet.faults[:FAULTS]
    ]
    if len(sheet.faults) > FAULTS:
        lines.append(f"…и ещё ошибок: {len(sheet.faults) - FAULTS}")
    return lines


def with_faults(screen: Screen, sheet: PaymentSheet, plan: Plan) -> Screen:
    """Put a sheet's faults under its preview."""
    faults = sheet_faults(sheet)
    if not faults:
        return screen
    note = "Эти строки пропустим:" if plan.good else "Исправьте и пришлите таблицу ещё раз:"
    return Screen("\n".join([screen.text, "", note, *faults]), screen.buttons)
