"""Reminders as chat messages: a manager's digest of the day, what a client and a student are asked to do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from itertools import groupby
from typing import Any

from bot.callbacks import act, menu, pay, remind, student
from bot.replies import Button, Rows, Screen
from school.reminder_kinds import CODES
from wording.dates import date_with_weekday
from wording.plurals import plural
from wording.reminders import GROUPS, deed, line_words, most_urgent
from wording.shorten import fitted

Line = Mapping[str, Any]

# Lines told in full, lines whose buttons act at once, and lines that a number opens; of the rest the numbers of orders.
MOST_TOLD = 15
MOST_ACTING = 3
IN_A_ROW = 5
MOST_NUMBERS = 60
LONGEST_LINE = 160
LONGEST_DEED = 210


def digest(data: dict[str, Any]) -> Screen:
    """What needs a centre's managers today, or what centres are late with, for administrators."""
    lines = most_urgent(data["lines"])
    admin = data["role"] == "admin"
    day = date_with_weekday(date.fromisoformat(data["day"]))
    count = plural(len(lines), "дело", "дела", "дел")
    head = "Центры опаздывают" if admin else "На сегодня"
    text = [f"<b>{head}: {count}</b> · {day}", *_groups(lines[:MOST_TOLD], admin=admin)]
    if len(lines) > MOST_TOLD:
        text += ["", _rest(lines[MOST_TOLD:])]
    return Screen("\n".join(text), _buttons(lines[:MOST_TOLD], admin=admin))


def reminder_client(data: dict[str, Any]) -> Screen:
    """What a client is asked to do."""
    return _asked(data)


def reminder_student(data: dict[str, Any]) -> Screen:
    """What a student is asked to do."""
    return _asked(data)


def calendar_unknown(data: dict[str, Any]) -> Screen:
    """The year's transfers of days off are not known to this version."""
    return Screen(
        f"⚠️ <b>Нет календаря рабочих дней на {data['year']} год</b>\n"
        "Сроки считаем без переноса выходных и помечаем «предварительно». "
        "Когда правительство утвердит переносы, обновите бота."
    )


def _groups(lines: Sequence[Line], *, admin: bool) -> list[str]:
    text: list[str] = []
    place = 0
    for kind, group in groupby(lines, key=lambda line: str(line["kind"])):
        mark = "⚠️ " if kind == "scan_overdue" else ""
        text += ["", f"{mark}<b>{GROUPS[kind]}</b>"]
        for line in group:
            place += 1
            centre = f"СЦ {escape(line['centre'])}, " if admin else ""
            text.append(f"{place}. {centre}{escape(fitted(line_words, line, LONGEST_LINE))}")
    return text


def _rest(lines: Sequence[Line]) -> str:
    numbers = list(dict.fromkeys(str(line["number"]) for line in lines))
    shown = ", ".join(escape(number) for number in numbers[:MOST_NUMBERS])
    more = "" if len(numbers) <= MOST_NUMBERS else f" и ещё {len(numbers) - MOST_NUMBERS}"
    return f"И ещё по заявкам: {shown}{more}. Всё целиком — /report."


def _buttons(lines: Sequence[Line], *, admin: bool) -> Rows:
    """Return, for the most urgent lines, buttons that act at once; a number opens any other line."""
    if admin:
        return ()
    rows: list[tuple[Button, ...]] = []
    for place, line in enumerate(lines[:MOST_ACTING], 1):
        later = Button(f"{place}. Отложить", _press("later", line))
        done = done_button(line, f"{place}. ")
        rows.append((done, later) if done else (later,))
    numbers = [Button(str(at), _press("open", line)) for at, line in enumerate(lines, 1)][MOST_ACTING:]
    rows += [tuple(numbers[at : at + IN_A_ROW]) for at in range(0, len(numbers), IN_A_ROW)]
    return tuple(rows)


def done_button(line: Line, before: str = "") -> Button | None:
    """Return the button that says that the line is done, for the kinds that a manager settles."""
    kind = line["kind"]
    if kind in ("unpaid_invoice", "course_starts_unpaid"):
        return Button(f"{before}Оплачено", pay("open", line["number"]))
    if kind in ("scan_due", "scan_overdue") and line["made"]:
        return Button(f"{before}Скан отправлен", _press("scan", line))
    if kind in ("original_due", "act_not_returned"):
        return Button(f"{before}Открыть акт", act("card", line["subject"]))
    return None


def _press(what: str, line: Line) -> str:
    return remind(what, CODES[line["kind"]], line["subject"])


def _asked(data: dict[str, Any]) -> Screen:
    lines = most_urgent(data["lines"])
    told = [escape(fitted(deed, line, LONGEST_DEED)) for line in lines[:MOST_TOLD]]
    text = [f"⏳ <b>{told[0]}</b>", *told[1:]]
    if len(lines) > MOST_TOLD:
        text.append(f"И ещё {plural(len(lines) - MOST_TOLD, 'дело', 'дела', 'дел')}: «Мои заявки».")
    numbers = ", ".join(dict.fromkeys(str(line["number"]) for line in lines[:MOST_TOLD]))
    centre = escape(data["centre_name"])
    if data["centre_email"]:
        centre = f"{centre}, {escape(data['centre_email'])}"
    text += ["", f"Заявка № {escape(numbers)}. Уже сделали или напоминать не нужно — напишите в центр: {centre}."]
    return Screen("\n".join(text), _personal(lines))


def _personal(lines: Sequence[Line]) -> Rows:
    fill = [line for line in lines if line["audience"] == "student"]
    rows = [
        (Button("Исправить анкету" if line["kind"] == "questionnaire_returned" else "Заполнить анкету",
                student("fill", line["subject"])),)
        for line in fill[:MOST_ACTING]
    ]  # fmt: skip
    return tuple(rows) or ((Button("Мои заявки", menu("orders", "0")),),)


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "digest": digest,
    "reminder_client": reminder_client,
    "reminder_student": reminder_student,
    "calendar_unknown": calendar_unknown,
}
