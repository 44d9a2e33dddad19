"""Words of `/status`: the nine columns of REGULATIONS M2 and what stands in the way, for the screen and the sheet."""

from dataclasses import dataclass
from datetime import tzinfo
from zoneinfo import ZoneInfo

from school.order import Order
from school.payer import PayerKind
from school.status import Row, Totals
from wording import statuses
from wording.dates import no_later_than, period_with_year
from wording.names import bare
from wording.plurals import plural

M2_COLUMNS = (
    "Пользователь", "Статус оплаты", "Статус анкеты", "Статус итогового тестирования", "Статус обучения",
    "Название организации", "ИНН", "КПП", "Идентификатор почтового отправления",
)  # fmt: skip
COLUMNS = (*M2_COLUMNS, "Заявка", "Курс", "Даты", "Что мешает", "Срок")
SHEET = "Статус"
NOT_SENT = "не отправлено"
NO_INN, NO_KPP = "не указан", "нет"
HIDDEN = "не показываем"
MOSCOW = ZoneInfo("Europe/Moscow")

_OF_PERSONS = ("", "одного", "двоих", "троих", "четверых", "пятерых", "шестерых", "семерых")
_QUESTIONNAIRE = {
    "not_started": "ученик не начал анкету",
    "filling": "ученик заполняет анкету",
    "returned": "ученик исправляет анкету",
    "submitted": "анкету проверяет куратор",
    "declined": "анкета отклонена",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """One student in words, plain text: the columns of M2 in their order, then what the cabinet has no column for."""

    user: str
    payment: str
    questionnaire: str
    test: str
    training: str
    payer: str
    inn: str
    kpp: str
    tracking: str
    order: str
    course: str
    dates: str
    blocking: str
    deadline: str


def facts(row: Row, *, in_chat: bool, zone: tzinfo = MOSCOW) -> Facts:
    """Say all of a student; names are first letters where chats carry no personal data."""
    line, order = row.line, row.order
    payer, inn, kpp = requisites(order, in_chat=in_chat)
    return Facts(
        user=line.name if in_chat else bare(line.name),
        payment=statuses.PAYMENT[line.payment],
        questionnaire=statuses.QUESTIONNAIRE[line.questionnaire],
        test=statuses.TEST[line.test],
        training=statuses.TRAINING[line.training],
        payer=payer,
        inn=inn,
        kpp=kpp,
        tracking=line.tracking or NOT_SENT,
        order=order.reference(line.id),
        course=line.course_title,
        dates=period_with_year(line.starts, line.ends),
        blocking=blocking(row, zone),
        deadline=deadline(row),
    )


def requisites(order: Order, *, in_chat: bool) -> tuple[str, str, str]:
    """Return the payer's name, ИНН and КПП; of a person first letters and no ИНН where chats carry no personal data."""
    payer = order.payer
    if payer.kind is PayerKind.ORGANISATION or in_chat:
        return payer.name, payer.inn or NO_INN, payer.kpp or NO_KPP
    return bare(payer.name), HIDDEN, NO_KPP


def blocking(row: Row, zone: tzinfo = MOSCOW) -> str:
    """Say what stands in the way of admission; where nothing does, what comes next. `zone` is the school's."""
    if row.line.cancelled_at is not None:
        day = row.line.cancelled_at.astimezone(zone).date()
        return f"отменена {period_with_year(day, day)}"
    if row.line.expelled:
        return statuses.TRAINING["expelled"]
    if row.line.admitted_at is not None:
        return "зачислен"
    if row.by is None:
        return "всё готово, ждёт зачисления"
    if row.by.name == "payment":
        return "ждём оплату"
    if row.by.name == "registration":
        return "ученик не зарегистрирован на сайте школы"
    return _QUESTIONNAIRE.get(row.line.questionnaire, "ждём анкету")


def deadline(row: Row) -> str:
    """Say by when: the last day to admit (REGULATIONS A1), else when the course begins; empty once that is over."""
    if row.line.admitted_at is not None or row.line.cancelled or row.line.training == "expelled":
        return ""
    if row.line.admit_by is not None:
        return f"зачислить {no_later_than(row.line.admit_by)}"
    return f"курс начинается {period_with_year(row.line.starts, row.line.starts)}"


def totals(found: Totals) -> str:
    """Say the sums: «3 ученика: оплачено за двоих, 1 анкета на проверке»."""
    if not found.students:
        return _cancelled(found.cancelled)
    parts = [_paid(found)]
    if found.on_review:
        parts.append(f"{plural(found.on_review, 'анкета', 'анкеты', 'анкет')} на проверке")
    if found.to_fill_in:
        verb = "не заполнена" if found.to_fill_in % 10 == 1 and found.to_fill_in % 100 != 11 else "не заполнены"
        parts.append(f"{plural(found.to_fill_in, 'анкета', 'анкеты', 'анкет')} {verb}")
    if found.admitted:
        parts.append(f"зачислено: {found.admitted}")
    if found.expelled:
        parts.append(f"отчислено: {found.expelled}")
    if found.cancelled:
        parts.append(_cancelled(found.cancelled))
    return f"{plural(found.students, 'ученик', 'ученика', 'учеников')}: {', '.join(parts)}"


def _cancelled(count: int) -> str:
    return f"отменено: {plural(count, 'место', 'места', 'мест')}"


def _paid(found: Totals) -> str:
    if not found.paid:
        return "не оплачено"
    if found.paid == found.students:
        return "оплачено" if found.students == 1 else "оплачено за всех"
    return f"оплачено за {_OF_PERSONS[found.paid] if found.paid < len(_OF_PERSONS) else found.paid}"
