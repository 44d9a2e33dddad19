"""The audit in words: every action by its code, who did it, on what, from what to what. Plain text.

A test demands words for each code that the code stages.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from school.ports_audit import AuditLine, Label
from wording import statuses
from wording.dates import date_long
from wording.sums import format_sum

ACTIONS: dict[str, str] = {
    "access.listed": "список зачисленных отправлен школе",
    "act.confirm": "скан акта подтверждён",
    "act.diadoc": "акт подписан в Диадоке",
    "act.made": "акт заведён",
    "act.paper": "файл акта готов",
    "act.posted": "оригинал акта отправлен почтой",
    "act.promised": "акт подпишут в Диадоке",
    "act.received": "оригинал акта получен",
    "act.return": "скан акта возвращён",
    "act.scan": "скан акта принят",
    "act.sent": "акт отправлен клиенту",
    "act.reopen": "акт открыт заново",
    "act.signed": "записана дата подписания акта на бумаге",
    "act.students": "ученики акта изменились",
    "act.undone": "действие с актом отменено",
    "act.uploaded": "скан акта загружен в Клиент-Сервис",
    "audit.exported": "журнал действий выгружен",
    "audit.read": "журнал действий открыт",
    "bank_account.owned": "расчётный счёт признан своим",
    "catalogue.course": "курс в каталоге изменён",
    "catalogue.discipline": "направление в каталоге изменено",
    "catalogue.run": "поток в каталоге изменён",
    "catalogue.tariff": "тариф в каталоге изменён",
    "centre.added": "сервисный центр добавлен",
    "centre.closed": "сервисный центр закрыт",
    "centre.email": "почта центра изменена",
    "centre.name": "название центра изменено",
    "centre.opened": "сервисный центр снова открыт",
    "conversation.curator": "куратор написал ученику",
    "conversation.student": "ученик написал куратору",
    "document.added": "документ школы добавлен",
    "document.hidden": "документ школы убран из списка",
    "document.read": "документы ученика открыты",
    "document.replaced": "документ школы заменён",
    "document.shown": "документ школы возвращён в список",
    "group.bound": "группа подключена к центру",
    "group.moved": "группа стала супергруппой",
    "group.unbound": "группа отключена",
    "invoice.cancelled": "счёт отменён",
    "invoice.issued": "счёт выставлен",
    "invoice.paid": "оплата по счёту изменилась",
    "invoice.revised": "счёт исправлен",
    "invoice.sent": "счёт отправлен",
    "letter.confirmed": "письмо подтверждено кодом",
    "letter.dropped": "письмо убрано",
    "letter.filed": "письмо отнесено к заявке",
    "line.priced": "цена места изменилась",
    "link.bound": "ученик открыл свою ссылку",
    "link.locked": "ссылка закрыта после неверных ответов",
    "page.opened": "страницу открыли и подтвердили, кто это",
    "link.phone_not_mine": "ученик сказал, что телефон не его",
    "link.requested": "запрошена новая ссылка",
    "link.sent": "ссылка отправлена заново",
    "link.page": "открыта ссылка на страницу анкеты",
    "message.dropped": "сообщение убрано из очереди",
    "message.retried": "сообщение отправлено ещё раз",
    "order.accepted": "заявка принята: письма ученикам отправлены",
    "order.capped": "письма ученикам отложены: их слишком много",
    "order.confirmed": "заказчик подтвердил заявку",
    "order.cancelled": "заявка отменена",
    "order.handed_over": "заявка в сводке перешла к следующему сотруднику",
    "order.leave": "сотрудник больше не ведёт заявку",
    "order.note": "к заявке записана заметка",
    "order.placed": "заявка принята",
    "order.stand": "сотрудник замещает по заявке",
    "order.take": "сотрудник ведёт заявку",
    "order_line.cancelled": "место в заявке отменено",
    "payment.erased": "платёж удалён",
    "payment.not_ours": "платёж отложен как чужой",
    "payment.put_back": "платёж возвращён в работу",
    "payment.received": "платёж получен",
    "payment.recorded": "место оплачено",
    "payment.settled": "платёж разнесён по счетам",
    "payment.taken_back": "отметка об оплате снята",
    "payment.unsettled": "платёж снят со счетов",
    "questionnaire.approved": "анкета подтверждена",
    "questionnaire.erased": "ответы анкеты удалены",
    "questionnaire.declined": "анкета отклонена",
    "questionnaire.reopened": "анкета открыта заново",
    "questionnaire.returned": "анкета возвращена",
    "questionnaire.submitted": "анкета отправлена на проверку",
    "questionnaire.undone": "решение по анкете отменено",
    "queue.hastened": "очередь сообщений отправлена сразу",
    "reminders.refused": "адрес отказался от напоминаний",
    "registration.marked": "регистрация на сайте школы отмечена",
    "reminder.back.act_not_returned": "напоминание об акте возвращено",
    "reminder.back.course_starts_unpaid": "напоминание о начале курса возвращено",
    "reminder.back.original_due": "напоминание об оригинале акта возвращено",
    "reminder.back.questionnaire_missing": "напоминание об анкете возвращено",
    "reminder.back.questionnaire_returned": "напоминание об исправлении анкеты возвращено",
    "reminder.back.scan_due": "напоминание о скане акта возвращено",
    "reminder.back.scan_overdue": "напоминание о просроченном скане возвращено",
    "reminder.back.unpaid_invoice": "напоминание о счёте возвращено",
    "reminder.put_off.act_not_returned": "напоминание об акте отложено",
    "reminder.put_off.course_starts_unpaid": "напоминание о начале курса отложено",
    "reminder.put_off.original_due": "напоминание об оригинале акта отложено",
    "reminder.put_off.questionnaire_missing": "напоминание об анкете отложено",
    "reminder.put_off.questionnaire_returned": "напоминание об исправлении анкеты отложено",
    "reminder.put_off.scan_due": "напоминание о скане акта отложено",
    "reminder.put_off.scan_overdue": "напоминание о просроченном скане отложено",
    "reminder.put_off.unpaid_invoice": "напоминание о счёте отложено",
    "reminders.resumed": "напоминания по заявке включены",
    "reminders.stopped": "напоминания по заявке остановлены",
    "replacement.asked": "клиент попросил заменить ученика",
    "staff.invited": "сотрудник приглашён",
    "staff.joined": "сотрудник принял приглашение",
    "staff.mailbox": "рабочая почта сотрудника изменена",
    "staff.signed_in": "сотрудник вошёл на страницу",
    "staff.signed_out": "сотрудник вышел со страницы",
    "staff.withdrawn": "роль сотрудника отозвана",
    "statement.read": "банковская выписка загружена",
    "status.read": "поиск по заявкам",
    "student.admitted": "ученик зачислен",
    "student.email_corrected": "почта ученика исправлена",
    "student.mobile_corrected": "телефон ученика исправлен",
    "student.nudged": "ученику отправлено напоминание",
    "student.prefers": "ученик выбрал, куда ему писать",
    "student.replaced": "ученик заменён",
    "test.recorded": "итоговый тест записан",
    "tracking.recorded": "номер отправления записан",
    "training.recorded": "статус обучения записан",
    "update.dropped": "отложенное сообщение убрано",
    "update.retried": "отложенное сообщение обработано ещё раз",
}
UNKNOWN = "другое действие"
_DETAILS = "реквизиты центра изменены"

SHEET = "Журнал действий"
COLUMNS = ("Когда", "Кто", "Что сделано", "С чем", "Было", "Стало")

_BOT = {
    "link": "ученик по ссылке",
    "scheduler": "бот по расписанию",
    "clock": "бот по расписанию",
    "telegram": "Telegram",
    "demo": "демонстрация",
    "console": "администратор сервера",
    "cli": "администратор сервера",
}
_VALUES: dict[str, str] = {
    **{str(key): words for key, words in statuses.PAYMENT.items()},
    **{str(key): words for key, words in statuses.TRAINING.items()},
    **{str(key): words for key, words in statuses.QUESTIONNAIRE.items()},
    "manager": "менеджер",
    "curator": "куратор",
    "admin": "администратор",
    "chat": "чат",
    "mail": "почта",
    "open": "открыт",
    "closed": "закрыт",
    "cancelled": "отменён",
}
_TEST: dict[str, str] = {str(key): words for key, words in statuses.TEST.items()}
_MONEY = frozenset(
    {
        "invoice.issued", "invoice.paid", "line.priced", "payment.not_ours", "payment.put_back", "payment.received",
        "payment.settled", "statement.read",
    }
)  # fmt: skip
# What these hold are ids of files and snapshots for the machine: the action says all that a person needs.
_SILENT = (
    "document.read", "access.listed", "link.bound", "group.moved", "bank_account.owned", "status.read",
    "staff.signed_out", "order.leave", "order.placed", "order.stand", "order.take",
)  # fmt: skip
_OPAQUE = re.compile(r"[0-9a-f]{24,}|[{\[].*", re.DOTALL)
_LABELS = {
    "order": "заявка № {0}",
    "line": "ученик {0}",
    "invoice": "счёт № {0}, заявка № {1}",
    "act": "акт № {0}, заявка № {1}",
    "payment": "платёж центра {0}",
    "staff": "сотрудник: {0}",
}


def action_words(code: str) -> str:
    """Return what was done; of an unknown code that something was. A centre has many details, all called so."""
    return ACTIONS.get(code) or (_DETAILS if code.startswith("centre.") else UNKNOWN)


def actor_words(actor: str, staff: Mapping[int, str]) -> str:
    """Return who did it: staff by name, others by the way they came in."""
    way, _, who = actor.partition(":")
    if way == "chat" and who.isdecimal():
        return staff.get(int(who)) or f"клиент или ученик, чат {who}"
    if way == "page" and who.isdecimal():
        return f"{staff.get(int(who)) or 'сотрудник'}, на странице"
    if way == "page":
        return f"страница, {who}" if who else "страница"
    if way == "mail":
        return f"письмо от {who}" if who else "письмо"
    return _BOT.get(actor, "бот")


def subject_words(line: AuditLine, labels: Mapping[str, Label], staff: Mapping[int, str]) -> str:
    """Return what it was done to, "" where people have no name for it."""
    label = labels.get(line.subject)
    if label is not None:
        number = label.name or "без номера"
        return _LABELS[label.what].format(number, label.order)
    if line.action in ("audit.read", "audit.exported"):
        return _asked(line.subject, staff)
    if line.action == "status.read":
        return "все центры" if line.subject == "all" else f"центры: {line.subject.replace(',', ', ')}"
    if line.action.startswith("centre."):
        return f"центр {line.subject}"
    if line.action.startswith("group."):
        return f"группа {line.subject}"
    if line.action == "staff.invited":
        return _VALUES.get(line.subject, "")
    machine = line.action.startswith(("access.", "catalogue.", "document."))
    return "" if machine or _OPAQUE.fullmatch(line.subject) else line.subject


def _asked(key: str, staff: Mapping[int, str]) -> str:
    """Return what the journal was asked for: a day, a member of staff, an order, an address."""
    if key.isdecimal():
        return staff.get(int(key)) or f"чат {key}"
    day = _moment(key)
    return date_long(day) if day else key if "@" in key else f"заявка № {key}"


def value_words(action: str, value: str) -> str:
    """Return a value in words: states, days and sums; "" for what only a machine reads."""
    if action in _SILENT or not value:
        return ""
    if action.startswith("catalogue."):
        return _offer(value)
    if value.startswith("{"):
        return _snapshot(value)
    if found := _moment(value):
        return date_long(found)
    return " ".join(_token(action, token) for token in value.split() if not _OPAQUE.fullmatch(token))


def _offer(value: str) -> str:
    """Return what a person may read of a thing of the catalogue: its title, its price, its days."""
    told = dict(part.partition("=")[::2] for part in value.split("; "))
    parts = [told["title"]] if told.get("title") else []
    if told.get("price", "").isdecimal():
        parts.append(format_sum(int(told["price"])))
    days = [_moment(told[key]) for key in ("starts", "ends") if told.get(key)]
    parts += [" – ".join(date_long(day) for day in days if day)] if any(days) else []
    parts += ["закрыт"] if told.get("closed") == "True" else []
    return ", ".join(parts)


def _moment(value: str) -> date | None:
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def _token(action: str, token: str) -> str:
    bare = token.rstrip(":,")
    if action == "test.recorded":
        return _TEST.get(token, token)
    if day := _moment(bare) if "-" in bare else None:
        return date_long(day)
    # The last number of a money action is kopecks; a statement's first is a count, an invoice's a number.
    if action in _MONEY and re.fullmatch(r"-?\d{3,}", bare):
        return format_sum(int(bare))
    return _VALUES.get(token, token)


def _snapshot(value: str) -> str:
    """Return what a person may read of a snapshot: the number and the sum of an invoice, days of an act."""
    try:
        told = json.loads(value)
    except ValueError:
        return ""
    parts = []
    if told.get("number"):
        parts.append(f"№ {told['number']}")
    if isinstance(told.get("total"), int):
        parts.append(format_sum(told["total"]))
    days = (told.get(key) for key in ("scanned_on", "uploaded_on", "signed_on", "posted_on", "received_on"))
    parts += [date_long(found) for day in days if day and (found := _moment(str(day)))]
    if told.get("tracking"):
        parts.append(str(told["tracking"]))
    parts += [str(told[key]) for key in ("return_reason", "reason") if told.get(key)]
    return ", ".join(parts)


def change_words(line: AuditLine) -> str:
    """Return «было → стало», one of the two where there is no other, "" without either."""
    before, after = value_words(line.action, line.before), value_words(line.action, line.after)
    if before and after:
        return f"{before} → {after}"
    return after or (f"было: {before}" if before else "")


def moment_words(at: datetime, zone: ZoneInfo) -> str:
    """Return the moment as the school's clock showed it: «10.03.2027 12:05»."""
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M}"
