"""Notices about admission, results and training documents, as chat messages: one short function a kind."""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

from bot.callbacks import admission
from bot.replies import Button, Screen
from school.reminder_kinds import initials
from wording.dates import period_with_year
from wording.fields import REQUIREMENTS
from wording.plurals import plural

STUDENTS_SHOWN = 20


def _course(data: dict[str, Any]) -> str:
    dates = period_with_year(date.fromisoformat(data["starts"]), date.fromisoformat(data["ends"]))
    return f"<b>{escape(data['course_title'])}</b>\n{dates}"


def course_facts(data: dict[str, Any]) -> str:
    """Return the card of the course in one line: level, hours, lessons, document; "" when nothing is known."""
    facts = []
    if data.get("level"):
        facts.append(escape(data["level"]))
    if data.get("hours"):
        facts.append(plural(data["hours"], "час", "часа", "часов"))
    if data.get("lessons"):
        facts.append(plural(data["lessons"], "занятие", "занятия", "занятий"))
    if data.get("document"):
        facts.append(f"документ: {escape(data['document'])}")
    return " · ".join(facts)


def access_open(data: dict[str, Any]) -> Screen:
    """The student is admitted: where to learn, what to sign in with, what is needed (A1–A3)."""
    if data.get("in_chat", True):
        sign_in = f"Входите с почтой <code>{escape(data['sign_in_email'])}</code>."
    else:
        sign_in = "Входите с почтой, которая указана в заявке."
    facts = course_facts(data)
    lines = [
        "✅ <b>Доступ к обучению открыт</b>",
        f"{sign_in} Нажмите «Начать обучение».",
        "",
        _course(data),
        *([facts] if facts else []),
        "",
        escape(REQUIREMENTS),
        "Все ваши курсы — /courses, помощь — /support.",
    ]
    return Screen("\n".join(lines), ((Button("Начать обучение", url=data["access_url"]),),))


def documents_sent(data: dict[str, Any]) -> Screen:
    """The training documents are on their way: told to the student (D1)."""
    return Screen(
        f"📎 <b>Документы об обучении отправлены</b>\n"
        f"Номер отправления: <code>{escape(data['tracking'])}</code>. Где оно сейчас, видно на сайте Почты России.\n"
        f"Отправили на почтовый адрес из заявки № {escape(data['order_number'])}.\n\n{_course(data)}"
    )


def documents_sent_client(data: dict[str, Any]) -> Screen:
    """The training documents are on their way: told to the client, once a parcel (D1)."""
    students = data["students"]
    names = [
        f"{escape(initials(student['name']))} — {escape(student['course_title'])}"
        for student in students[:STUDENTS_SHOWN]
    ]
    if (rest := len(students) - STUDENTS_SHOWN) > 0:
        names.append(f"…и ещё {plural(rest, 'ученик', 'ученика', 'учеников')}")
    return Screen(
        "\n".join(
            [
                f"📎 <b>Заявка № {escape(data['order_number'])}: документы об обучении отправлены</b>",
                f"Номер отправления: <code>{escape(data['tracking'])}</code>. "
                "Где оно сейчас, видно на сайте Почты России.",
                "Отправили на почтовый адрес из заявки.",
                "",
                *names,
            ]
        )
    )


def admission_due(data: dict[str, Any]) -> Screen:
    """What admission has to do today: how many, how many are late. `today` and `overdue` are counts."""
    today, overdue = int(data["today"]), int(data["overdue"])
    parts = []
    if overdue:
        parts.append(f"⚠️ <b>Срок зачисления прошёл: {plural(overdue, 'ученик', 'ученика', 'учеников')}</b>")
    if today:
        parts.append(f"⏳ <b>Зачислить сегодня: {plural(today, 'ученик', 'ученика', 'учеников')}</b>")
    parts.append("Откройте список: там видно, кто готов и что мешает остальным.")
    return Screen("\n".join(parts), ((Button("Открыть", admission("open")),),))


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "access_open": access_open,
    "documents_sent": documents_sent,
    "documents_sent_client": documents_sent_client,
    "admission_due": admission_due,
}
