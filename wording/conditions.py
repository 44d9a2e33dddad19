"""Conditions of admission and the course's card in words, as the client and the student read them (REGULATIONS A2).

Plain text: the faces escape it. A line may begin with a pictogram, and its word stands beside it.
"""

from typing import Literal

from school.admission import Condition, blocking
from school.admission import conditions as conditions_of
from school.catalogue import Catalogue
from school.course_card import course_card
from school.order import OrderLine
from wording import statuses
from wording.dates import no_later_than
from wording.plurals import plural

Reader = Literal["client", "student", "staff"]

CANCELLED = "⚠️ отменено"
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
QUESTIONNAIRE["staff"] = {**QUESTIONNAIRE["client"], "not_started": "⚠️ ученик не начал анкету"}
REGISTRATION: dict[Reader, str] = {
    "staff": "⚠️ ученик не зарегистрирован на сайте школы",
    "client": "⚠️ ученик не зарегистрирован на сайте школы",
    "student": "⚠️ зарегистрируйтесь на сайте школы",
}


def conditions(line: OrderLine, reader: Reader, *, registration: bool, pays: bool) -> list[str]:
    """Return every condition of admission with its mark, the one that blocks first; what follows once admitted.

    `registration`: whether admission waits for it. `pays`: the reader is who pays.
    """
    if line.cancelled:
        return [CANCELLED]
    if line.admitted_at is not None:
        return _after_admission(line)
    found = conditions_of(line, registration=registration)
    first = blocking(line, registration=registration)
    ordered = sorted(found, key=lambda condition: (condition != first, condition.holds))
    words = [_condition(condition, line, reader, pays=pays) for condition in ordered]
    if line.admit_by is not None:
        words.append(f"зачислим {no_later_than(line.admit_by)}")
    return words


def _condition(condition: Condition, line: OrderLine, reader: Reader, *, pays: bool) -> str:
    if condition.name == "questionnaire":
        return QUESTIONNAIRE[reader][line.questionnaire]
    if condition.name == "payment":
        if condition.holds:
            return "✅ оплачено"
        return "⏳ ждём оплату" if reader == "staff" else "⚠️ оплатите счёт" if pays else PAYER_WAITS
    return "✅ регистрация на сайте школы есть" if condition.holds else REGISTRATION[reader]


def _after_admission(line: OrderLine) -> list[str]:
    words = ["⚠️ отчислен" if line.expelled else "✅ зачислен, доступ открыт"]
    if line.training not in ("not_started", "expelled"):
        words.append(f"обучение: {statuses.TRAINING[line.training]}")
    if line.test != "none":
        words.append(f"итоговый тест: {statuses.TEST[line.test]}")
    if line.tracking:
        words.append(f"документы отправлены, трек {line.tracking}")
    return words


def course_facts(line: OrderLine, catalogue: Catalogue) -> str:
    """Return the course's card in a line: level, hours, lessons, document (A2); empty once it is off the catalogue."""
    card = course_card(catalogue, line)
    facts = [
        card.level,
        plural(card.hours, "час", "часа", "часов") if card.hours else "",
        plural(card.lessons, "занятие", "занятия", "занятий") if card.lessons else "",
        f"документ: {card.document}" if card.document else "",
    ]
    return " · ".join(fact for fact in facts if fact)
