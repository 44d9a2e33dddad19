"""What is shown of orders and their students: states only, never a document, a surname in it or a reason (A2).

The client and the student are told the same conditions in their own words.
"""

from collections.abc import Sequence
from html import escape
from typing import Literal

from bot.context import Settings
from school.admission import Condition
from school.admission import blocking as blocking_of
from school.admission import conditions as conditions_of
from school.billing import Invoice
from school.catalogue import Catalogue
from school.course_card import course_card
from school.order import Order, OrderLine
from school.people import parse_full_name
from wording import statuses
from wording.billing import invoice_line
from wording.dates import no_later_than, period_with_year
from wording.plurals import plural
from wording.sums import format_sum

STUDENTS_OF_CARD = 4
Reader = Literal["client", "student"]

PAYER_WAITS = "⏳ ждём оплату от заказчика"
QUESTIONNAIRE: dict[Reader, dict[str, str]] = {
    "client": {
        "not_started": "⚠️ заполните анкету",
        "filling": "⚠️ ученик заполняет анкету",
        "returned": "⚠️ анкету исправляет ученик",
        "declined": "⚠️ анкета отклонена",
        "submitted": "⏳ анкету проверяет куратор",
        "approved": "✅ анкета подтверждена",
    },
    "student": {
        "not_started": "⚠️ заполните анкету",
        "filling": "⚠️ закончите анкету",
        "returned": "⚠️ исправьте анкету",
        "declined": "⚠️ анкета отклонена",
        "submitted": "⏳ анкету проверяет куратор",
        "approved": "✅ анкета подтверждена",
    },
}
REGISTRATION: dict[Reader, str] = {
    "client": "⚠️ ученик не зарегистрирован на сайте школы",
    "student": "⚠️ зарегистрируйтесь на сайте школы",
}


def shown_name(name: str, settings: Settings) -> str:
    """Return the name as this chat may hold it, for HTML: initials where personal data are kept out of chats."""
    return escape(name if settings.in_chat else parse_full_name(name).initials)


def conditions(line: OrderLine, settings: Settings, reader: Reader, *, pays: bool) -> list[str]:
    """Return every condition of admission with its mark, the one that blocks first; what follows once admitted.

    `pays`: the reader is who pays.
    """
    if line.admitted_at is not None:
        return _after_admission(line)
    found = conditions_of(line, registration=settings.registration)
    first = blocking_of(line, registration=settings.registration)
    ordered = sorted(found, key=lambda condition: (condition != first, condition.holds))
    words = [_condition(condition, line, reader, pays=pays) for condition in ordered]
    if line.admit_by is not None:
        words.append(f"зачислим {no_later_than(line.admit_by)}")
    return words


def _condition(condition: Condition, line: OrderLine, reader: Reader, *, pays: bool) -> str:
    if condition.name == "questionnaire":
        return QUESTIONNAIRE[reader][line.questionnaire]
    if condition.name == "payment":
        return "✅ оплачено" if condition.holds else "⚠️ оплатите счёт" if pays else PAYER_WAITS
    return "✅ регистрация на сайте школы есть" if condition.holds else REGISTRATION[reader]


def _after_admission(line: OrderLine) -> list[str]:
    words = ["✅ зачислен, доступ открыт"]
    if line.training != "not_started":
        words.append(f"обучение: {statuses.TRAINING[line.training]}")
    if line.test != "none":
        words.append(f"итоговый тест: {statuses.TEST[line.test]}")
    if line.tracking:
        words.append(f"документы отправлены, трек {escape(line.tracking)}")
    return words


def student_pays(order: Order, line: OrderLine) -> bool:
    """Tell whether the student pays for themselves."""
    return order.payer.kind.value != "organisation" and order.payer.name == line.name


def order_card(order: Order, settings: Settings, invoices: Sequence[Invoice] = ()) -> str:
    """Return an order's card for who placed it; students whom something waits for come first, the rest is counted."""
    payer = order.payer.name
    payer = shown_name(payer, settings) if order.payer.kind.value != "organisation" else escape(payer)
    head = (
        f"<b>Заявка № {order.number}</b> · {plural(len(order.lines), 'ученик', 'ученика', 'учеников')} · "
        f"{format_sum(order.total)}\n{payer}"
    )
    head += "".join(f"\n{escape(invoice_line(one))}" for one in invoices if one.state != "cancelled")
    lines = sorted(order.lines, key=lambda line: urgency(line, settings))
    students = [f"\n{_student(line, settings)}" for line in lines[:STUDENTS_OF_CARD]]
    if rest := lines[STUDENTS_OF_CARD:]:
        students.append(f"\n…и ещё {plural(len(rest), 'ученик', 'ученика', 'учеников')}, все — по кнопке «Ученики»")
    return "\n".join([head, *students])


def _student(line: OrderLine, settings: Settings) -> str:
    states = " · ".join(conditions(line, settings, "client", pays=True))
    title = f"{shown_name(line.name, settings)} — {escape(line.course_title)}"
    return f"{title}, {period_with_year(line.starts, line.ends)}\n{states}"


def urgency(line: OrderLine, settings: Settings) -> int:
    """Return the place among others: 0 where people must act, 1 where the school must, 2 where nothing blocks."""
    if line.admitted_at is not None:
        return 2
    first = blocking_of(line, registration=settings.registration)
    return 2 if first is None else 1 if first.waits_for == "school" else 0


def course_facts(line: OrderLine, catalogue: Catalogue) -> str:
    """Return the course's card in a line: level, hours, lessons, document (A2); empty once it is off the catalogue."""
    card = course_card(catalogue, line)
    facts = [
        escape(card.level),
        plural(card.hours, "час", "часа", "часов") if card.hours else "",
        plural(card.lessons, "занятие", "занятия", "занятий") if card.lessons else "",
        f"документ: {escape(card.document)}" if card.document else "",
    ]
    return " · ".join(fact for fact in facts if fact)
