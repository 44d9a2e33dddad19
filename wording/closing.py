"""Words of closing documents: what an act waits for, how it stands, what may be done (REGULATIONS C1–C3).

Plain text: the faces escape it in their own way.
"""

from datetime import date

from school.closing import (
    Act,
    FinalState,
    is_closed,
    next_deadline,
    original_closed,
    original_due,
    scan_closed,
    scan_due,
)
from school.terms import provisional
from wording.dates import date_long, date_short

CLIENT_SERVICE = "Клиент-Сервис"

BUTTONS: dict[str, str] = {
    "make": "Сделать акт",
    "upload": "Загрузить свой",
    "send": "Отправить клиенту",
    "scan": "Скан у меня",
    "show": "Скачать скан",
    "uploaded": f"Загружен в {CLIENT_SERVICE}",
    "promised": "Подпишут в Диадоке",
    "diadoc": "Подписан в Диадоке",
    "signed": "Подписан",
    "posted": "Оригинал отправлен",
    "received": "Оригинал получен",
    "confirm": "Подтвердить скан",
    "return": "Вернуть",
}
REOPEN_BUTTONS: dict[FinalState, str] = {
    "diadoc": "Не подписан в Диадоке",
    "received": "Оригинал не получен",
    "confirmed": "Скан не подтверждён",
    "uploaded": "Скан не загружен",
}

DONE: dict[str, str] = {
    "paper": "Акт готов. Проверьте его и отправьте клиенту.",
    "sent": "Акт отправили клиенту на почту из заявки.",
    "scan": f"Скан приняли. Срок идёт, пока скан не загружен в {CLIENT_SERVICE}.",
    "uploaded": f"Отметили: скан загружен в {CLIENT_SERVICE}. Срок по скану больше не идёт.",
    "promised": "Отметили: подпишут в Диадоке. Сроки пока идут: их остановит подпись.",
    "diadoc": "Отметили: подписан в Диадоке. Скан и оригинал больше не нужны.",
    "signed": "Записали дату подписания: от неё считается срок оригинала.",
    "posted": "Записали: оригинал отправлен.",
    "received": "Отметили: оригинал у школы.",
    "confirm": "Скан подтвердили.",
    "return": "Скан вернули, менеджерам центра сообщили.",
    "reopen": "Акт открыли заново: сроки снова идут. Менеджерам центра сообщили.",
}

THANKS = "Спасибо, подписанный акт № {number} получили."

UPLOADED_BEFORE = f"Скан в {CLIENT_SERVICE} уже отмечен, срок по нему не идёт."

ASK: dict[str, str] = {
    "scan": "Пришлите скан подписанного акта: файл PDF или фото, можно альбомом.",
    "paper": "Пришлите акт файлом PDF или фото, можно альбомом. Отправим клиенту именно его.",
    "signed": "Когда подписан акт?",
    "diadoc": "Когда акт подписан в Диадоке?",
    "received": "Когда получен оригинал?",
    "tracking": "Пришлите номер почтового отправления. Если в одном конверте несколько актов, номер у них общий.",
    "posted": "Когда отправлен оригинал?",
    "return": "Почему возвращаете скан? Выберите причину: её увидит менеджер центра. "
    "Если нужно пояснить, сначала напишите сообщение.",
    "remark": "Пояснение записали. Теперь выберите причину: от неё зависит срок оригинала.",
    "reopen": "Почему открываете акт заново? Выберите или напишите своими словами: это увидит менеджер центра.",
}
ASK_EXAMPLE: dict[str, str] = {"day": "5 мая", "tracking": "10283512004231"}

RETURN_REASONS: dict[str, str] = {
    "unsigned": "акт не подписан",
    "wrong": "это другой документ",
    "unreadable": "скан не читается",
    "pages": "не все страницы",
}
REASON_BUTTONS: dict[str, str] = {
    "unsigned": "Не подписан",
    "wrong": "Другой документ",
    "unreadable": "Не читается",
    "pages": "Не все страницы",
}
REOPEN_REASONS: dict[str, str] = {
    "mistake": "отметили по ошибке",
    "rejected": "подпись отклонена или недействительна",
}
REOPEN_REASON_BUTTONS: dict[str, str] = {"mistake": "По ошибке", "rejected": "Подпись отклонена"}

REFUSED: dict[str, str] = {
    "signed_in_diadoc": "Акт подписан в Диадоке: с ним больше ничего делать не нужно. "
    "Если это отметили по ошибке, напишите куратору: школа откроет акт заново.",
    "scan_full": "В скане уже столько страниц, сколько мы принимаем. Остальные пришлите менеджеру центра.",
    "accepted_before": "Этот файл уже приняли как скан.",
    "not_final": "Акт и так открыт.",
    "confirmed": "Школа уже подтвердила этот скан.",
    "no_scan": "Скана нет, возвращать нечего.",
    "no_paper": "Акта ещё нет. Сначала сделайте его или загрузите свой.",
    "paper_old": "С тех пор изменились ученики или суммы. Сделайте акт заново и проверьте его.",
    "sent_lately": "Этот акт только что отправили клиенту. Если письмо не дойдёт, отправьте ещё раз через 10 минут.",
    "bad_template": "Акт не составился: шаблон центра не подходит. Загрузите свой акт или напишите администратору.",
    "too_big": "Файлы больше 7 МБ: почта клиента их не примет. Загрузите акт одним файлом PDF поменьше.",
    "undone_before": "Это изменение уже отменили.",
    "too_late_to_undo": "Прошли сутки, отменить уже нельзя. Исправьте нужной кнопкой или напишите куратору: "
    "школа откроет акт заново.",
    "changed_since": "С тех пор акт изменили ещё раз, отменить это изменение нельзя. Исправьте нужной кнопкой.",
}


def deadline(day: date, today: date) -> str:
    """Say the last day: «до 16 мая», or that it is over; a day of a year without a calendar is marked."""
    said = f"срок прошёл {_day(day, today)}" if day < today else f"до {_day(day, today)}"
    return said + _provisional(day)


def last_day(day: date) -> str:
    """Say the last day where nobody knows when it will be read: «до 16 мая»."""
    return f"до {date_short(day)}{_provisional(day)}"


def _provisional(day: date) -> str:
    return f" (предварительно: календарь на {day.year} год не утверждён)" if provisional(day.year) else ""


def urgent(act: Act, today: date) -> bool:
    """Tell whether a term of the act is over."""
    due = next_deadline(act)
    return due is not None and due < today


def next_step(act: Act, today: date) -> str:
    """Say in one line what is to be done first, and by when; with its pictogram."""
    if act.diadoc == "signed":
        return "✅ Всё закрыто: акт подписан в Диадоке."
    if is_closed(act):
        return "✅ Всё закрыто: скан и оригинал у школы."
    if scan_closed(act):
        return _original_step(act, today)
    by = deadline(scan_due(act), today)
    if act.scan == "returned":
        return f"⚠️ Школа вернула скан. Пришлите новый — {by}."
    if act.scan == "at_centre":
        return f"⚠️ Загрузите скан в {CLIENT_SERVICE} — {by}. Сам скан срок не останавливает."
    if not act.paper:
        return f"⚠️ Сделайте акт и отправьте клиенту. Скан — {by}."
    if act.sent_at is None:
        return f"⚠️ Отправьте акт клиенту. Скан — {by}."
    return f"{'⚠️' if urgent(act, today) else '⏳'} Ждём акт от клиента. Вернёт — пришлите скан, {by}."


def _original_step(act: Act, today: date) -> str:
    due = original_due(act)
    if original_closed(act):
        return "⏳ Оригинал в пути. Школа отметит, когда получит."
    return f"⚠️ Отправьте оригинал — {deadline(due, today)}." if due else "⚠️ Отправьте оригинал."


def state_lines(act: Act, today: date) -> list[str]:
    """Say how the act stands, line by line: the act, the scan, Диадок, the original."""
    lines = []
    if act.ends >= today:
        lines.append(f"Обучение идёт до {_day(act.ends, today)}.")
    if act.paper or act.scan == "none":  # a signed act that has come back was made somewhere else
        lines.append(f"Акт: {_paper(act, today)}")
    if act.diadoc == "signed":
        return [*lines, f"Диадок: подписан {_on(act.signed_on, today)}. Скан и оригинал не нужны."]
    lines.append(f"Скан: {_scan(act, today)}")
    if act.diadoc == "promised":
        lines.append("Диадок: подпишут, сроки пока идут")
    if act.signed_on is not None:
        lines.append(f"Подписан: {_on(act.signed_on, today)}")
    lines.append(f"Оригинал: {_original(act, today)}")
    return lines


def _paper(act: Act, today: date) -> str:
    if not act.paper:
        return "ещё не сделан"
    made = "сделан по шаблону" if act.paper == "generated" else "загружен"
    return f"{made}, отправлен клиенту {_on(act.sent_at.date(), today)}" if act.sent_at else f"{made}, не отправлен"


def _scan(act: Act, today: date) -> str:
    by = deadline(scan_due(act), today)
    if act.scan == "none":
        return f"нет, {by}"
    if act.scan == "at_centre":
        return f"у центра с {_on(act.scanned_on, today)}, не загружен в {CLIENT_SERVICE}, {by}"
    if act.scan == "returned":
        return f"вернула школа: {act.return_reason}. Новый — {by}"
    if act.scan == "uploaded":
        return f"загружен в {CLIENT_SERVICE} {_on(act.uploaded_on, today)}"
    return f"подтверждён школой {_on(act.confirmed_on, today)}"


def _original(act: Act, today: date) -> str:
    if act.received_on is not None:
        return f"у школы с {_on(act.received_on, today)}"
    if act.posted_on is not None:
        return f"отправлен {_on(act.posted_on, today)}, № {act.tracking}"
    due = original_due(act)
    return f"отправить {deadline(due, today)}" if due else "отправить за 30 дней после подписания"


def _on(day: date | None, today: date) -> str:
    return _day(day, today) if day is not None else "ранее"


def _day(day: date, today: date) -> str:
    return date_short(day) if day.year == today.year else date_long(day)


def client_line(act: Act) -> str:
    """Say in a line, with its pictogram, what the client has to do about the act; plain text."""
    if act.diadoc == "signed":
        return "✅ подписан в Диадоке, больше ничего не нужно"
    if act.scan == "returned":
        return f"⚠️ скан не подошёл: {act.return_reason}. Пришлите новый в сервисный центр"
    if act.scan != "none":
        return "✅ подписанный акт получен"
    if act.diadoc == "promised":
        return "⏳ ждём вашу подпись в Диадоке"
    if act.sent_at is not None:
        return "⚠️ подпишите акт и верните в сервисный центр: он пришёл вам на почту"
    return "⏳ готовим, пришлём вам на почту"
