"""What reminders say: a line of a manager's digest, and what a client or a student is asked to do.

Every function takes one line's data as `school.reminders.Due` has it (dates ISO, sums in kopecks) and returns plain
text. A date in a year without a decreed calendar says so: «предварительно».
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wording.cases import genitive_of
from wording.dates import date_long, date_short, no_later_than, until
from wording.names import bare
from wording.plurals import plural
from wording.shorten import shortened
from wording.sums import format_sum

Line = Mapping[str, Any]

# The groups of a digest in their order: what has been missed, then what the law waits for, then the client's part.
GROUPS: dict[str, str] = {
    "scan_overdue": "Скан акта просрочен",
    "original_due": "Отправить оригинал акта",
    "scan_due": "Загрузить скан акта",
    "course_starts_unpaid": "Курс скоро начнётся, оплаты нет",
    "unpaid_invoice": "Счёт не оплачен",
    "act_not_returned": "Клиент не вернул акт",
    "questionnaire_returned": "Анкету вернули на исправление",
    "questionnaire_missing": "Анкета не заполнена",
}
# A payer's full name runs to 300 characters, and what is to be done stands behind it.
LONGEST_PAYER = 60
GONE = "Напоминать уже не о чем: это сделано или отменено."


def most_urgent(lines: Sequence[Line]) -> list[Line]:
    """Return the lines as a digest has them: by group, what is due first first, then by the order's number."""
    places = list(GROUPS)
    return sorted(lines, key=lambda one: (places.index(one["kind"]), one.get("until") or "9999", one["number"]))


def line_words(line: Line) -> str:
    """Return a line for a manager: «заявка № 0123-0042, ООО «Ромашка»: счёт № 57 на 24 500 ₽, срок прошёл 12 мая».

    A line that came over from a silent owner begins with them: «за Петра Лебедева, заявка № …».
    """
    instead = f"за {shortened(genitive_of(line['instead_of']), LONGEST_PAYER)}, " if line.get("instead_of") else ""
    return f"{instead}заявка № {line['number']}, {shortened(line['payer'], LONGEST_PAYER)}: {_matter(line)}"


def bared(line: Line) -> dict[str, Any]:
    """Return the line for a chat without personal data: of persons, sole traders too, first letters."""
    payer = str(line["payer"])
    # Lines staged before the key was there: an organisation's name stands in quotes.
    person = line.get("person", "«" not in payer)
    return {
        **line,
        "payer": bare(payer) if person else payer,
        "students": [bare(name) for name in line.get("students") or []],
        "instead_of": bare(str(line["instead_of"])) if line.get("instead_of") else None,
    }


def deed(line: Line) -> str:
    """Return what a client or a student is asked to do and by when, in one or two sentences."""
    kind, course, by = line["kind"], f"«{line.get('course_title', '')}»", _date(line)
    when = f" {_by(line)}" if by and by >= _today(line) else ""
    starts = f"Обучение начинается {_day(line.get('starts'), date_long)}" if line.get("starts") else ""
    if kind == "unpaid_invoice":
        rest = " Часть денег мы уже получили." if line.get("part") else ""
        return f"Оплатите счёт № {line['invoice']}{when} — {format_sum(line['amount'])}.{rest}"
    if kind == "course_starts_unpaid":
        return f"Оплатите обучение: {_names(line)}, курс {course}. {starts}, а оплаты пока нет."
    if kind == "act_not_returned":
        return f"Подпишите акт{_number(line)} за курс {course} и верните его в центр{when}."
    if line["audience"] == "student":
        if kind == "questionnaire_returned":
            return f"Исправьте анкету на курс {course}: куратор вернул её. {starts}."
        return f"Заполните анкету на курс {course}. {starts}."
    asked = "исправить анкету, её вернул куратор" if kind == "questionnaire_returned" else "заполнить анкету"
    return f"Попросите {asked}: {_names(line)}, курс {course}. {starts}."


def subject(lines: Sequence[Line]) -> str:
    """Return the subject of a letter to a client or a student: what is first to be done, and how many things more."""
    first = lines[0]
    more = f" и ещё {plural(len(lines) - 1, 'дело', 'дела', 'дел')}" if len(lines) > 1 else ""
    return f"Заявка {first['number']}{more}: {_short_deed(first)}"


def digest_subject(lines: Sequence[Line], centre: str, day: date) -> str:
    """Return the subject of a centre's digest: how much there is to do and how much of it is late."""
    late = sum(line["kind"] == "scan_overdue" for line in lines)
    overdue = f", просрочено — {late}" if late else ""
    return f"Сегодня {plural(len(lines), 'дело', 'дела', 'дел')}{overdue}: сводка центра {centre} на {date_long(day)}"


def _short_deed(line: Line) -> str:
    kind, by = line["kind"], _date(line)
    if kind == "unpaid_invoice":
        when = f" до {date_short(by)}" if by and by >= _today(line) else ""
        return f"оплатите счёт № {line['invoice']}{when} — {format_sum(line['amount'])}"
    if kind == "act_not_returned":
        late = by is not None and by < _today(line)
        return f"верните подписанный акт{', срок был' if late else ' до'} {_day(line['until'], date_long)}"
    if kind == "course_starts_unpaid":
        return f"оплатите обучение до {_day(line['until'], date_long)}"
    verb = "исправьте" if kind == "questionnaire_returned" else "заполните"
    what = f"{verb} анкету" if line["audience"] == "student" else "анкета ученика не готова"
    return f"{what}, обучение с {_day(line['starts'], date_long)}"


def _matter(line: Line) -> str:
    kind, course = line["kind"], f"«{line.get('course_title', '')}»"
    if kind == "unpaid_invoice":
        return f"счёт № {line['invoice']} на {format_sum(line['amount'])}{_term(line)}"
    if kind == "course_starts_unpaid":
        return f"{_names(line)}, курс {course} с {_day(line['until'], date_short)}"
    if kind in ("questionnaire_missing", "questionnaire_returned"):
        return f"{_names(line)}, курс {course} с {_day(line['starts'], date_short)}"
    returned = ", школа вернула скан" if line.get("returned") and kind.startswith("scan") else ""
    missing = "" if line.get("made", True) else " ещё не сделан"
    return f"акт{_number(line)}{missing}, курс {course}{returned}{_term(line)}"


def _term(line: Line) -> str:
    last = _date(line)
    if last is None:
        return ""
    if last < _today(line):
        return f", последний день был {date_short(last)}{_provisional(line)}"
    return f", {_by(line)}"


def _by(line: Line) -> str:
    last = _date(line)
    assert last is not None
    words = until(last) if line["kind"] == "unpaid_invoice" else no_later_than(last)
    return f"{words}{_provisional(line)}"


def _provisional(line: Line) -> str:
    return " (предварительно)" if line.get("provisional") else ""


def _date(line: Line) -> date | None:
    return date.fromisoformat(line["until"]) if line.get("until") else None


def _today(line: Line) -> date:
    return date.fromisoformat(line["today"])


def _day(iso: str | None, words: Any) -> str:
    return str(words(date.fromisoformat(iso))) if iso else ""


def _number(line: Line) -> str:
    return f" № {line['act']}" if line.get("act") else ""


def _names(line: Line) -> str:
    names = line.get("students") or []
    shown = ", ".join(names[:3])
    return f"{shown} и ещё {len(names) - 3}" if len(names) > 3 else shown
