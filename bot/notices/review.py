"""Notices about the curators' queue and conversations with students, as chat messages: one short function a kind."""

from collections.abc import Callable
from html import escape
from typing import Any

from bot.callbacks import review, thread
from bot.replies import Button, Rows, Screen
from school.reminder_kinds import initials
from wording.plurals import plural, plural_word
from wording.review import DECIDED, OTHER_STATES

OPEN: Rows = ((Button("Открыть очередь", review("next")),),)


def _count(count: int) -> str:
    return plural(count, "анкета", "анкеты", "анкет")


def queue_digest(data: dict[str, Any]) -> Screen:
    """What has come to the queue within the hour: one message, however many there are."""
    due = data["due"]
    end = f", {due} — к сегодняшнему дню" if due else ""
    return Screen(f"⏳ В очереди {_count(data['waiting'])}{end}.", OPEN)


def queue_due(data: dict[str, Any]) -> Screen:
    """What has to be checked today, each working morning."""
    overdue = data["overdue"]
    due = plural(data["due"] - overdue, "анкету", "анкеты", "анкет")
    told = ["<b>Проверить к сроку</b>"]
    if data["due"] > overdue:
        told.append(f"Сегодня последний день, чтобы проверить {due}.")
    if overdue:
        passed = plural_word(overdue, "просрочена", "просрочены", "просрочены")
        told.append(f"⚠️ {passed.capitalize()} {_count(overdue)}: срок прошёл.")
    return Screen("\n".join(told), OPEN)


def review_overdue(data: dict[str, Any]) -> Screen:
    """Questionnaires nobody has checked in time, for administrators, once a day."""
    verb = plural_word(data["overdue"], "Просрочена", "Просрочены", "Просрочены")
    return Screen(
        f"⚠️ {verb} {_count(data['overdue'])}: срок зачисления прошёл, а куратор их не проверил.\n"
        f"Всего в очереди {_count(data['waiting'])}. Проверьте их сами или поторопите кураторов.",
        OPEN,
    )


def _student(data: dict[str, Any]) -> str:
    name = escape(initials(data["student_name"]))
    return f"{name}, заявка {escape(data['reference'])}\n{escape(data['course_title'])}"


def student_message(data: dict[str, Any]) -> Screen:
    """A student's text, for a curator."""
    row = (Button("Ответить", thread("answer", data["line"])), Button("Анкета", review("open", data["line"])))
    return Screen(f"<b>Пишет ученик:</b> {_student(data)}\n\n{escape(data['text'])}", (row,))


def curator_message(data: dict[str, Any]) -> Screen:
    """A curator's text, for the student."""
    button = Button("Ответить", thread("write", data["line"]))
    return Screen(
        f"<b>Пишет куратор:</b> {escape(data['curator'])}\nКурс: {escape(data['course_title'])}\n\n"
        f"{escape(data['text'])}",
        ((button,),),
    )


def review_changed(data: dict[str, Any]) -> Screen:
    """A curator's card after what another did with the questionnaire on the page; it takes the card's place."""
    state = DECIDED.get(data["state"])
    told = f"{state}: {escape(data['name'])}, на странице" if state else OTHER_STATES["submitted"]
    rows: Rows = () if state else ((Button("Открыть анкету", review("open", data["line"])),),)
    return Screen(f"<b>Анкета</b> · {_student(data)}\n{told}", rows)


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "queue_digest": queue_digest,
    "queue_due": queue_due,
    "review_overdue": review_overdue,
    "student_message": student_message,
    "curator_message": curator_message,
    "review_changed": review_changed,
}
