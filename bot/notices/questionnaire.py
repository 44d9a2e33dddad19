"""Notices about a student's questionnaire, as chat messages: one short function a kind."""

from collections.abc import Callable
from datetime import date
from html import escape
from typing import Any

from bot.callbacks import student, thread
from bot.replies import Button, Rows, Screen
from school.admission import ADMISSION_DAYS
from wording.dates import date_long, no_later_than
from wording.plurals import plural
from wording.reasons import decline_words, remark_line


def _fill(words: str, data: dict[str, Any]) -> Rows:
    return ((Button(words, student("fill", data["line"])),),)


def _ask(data: dict[str, Any]) -> Rows:
    return ((Button("Написать куратору", thread("write", data["line"])),),)


def _course(data: dict[str, Any]) -> str:
    return f"{escape(data['course_title'])}, с {date_long(date.fromisoformat(data['starts']))}"


def questionnaire_approved(data: dict[str, Any]) -> Screen:
    """The curator has confirmed the questionnaire (REGULATIONS Q4)."""
    if data.get("admit_by"):
        term = f"Оплата пришла. Зачислим {no_later_than(date.fromisoformat(data['admit_by']))} и откроем доступ."
    elif data.get("paid"):
        term = "Оплата пришла, скоро откроем доступ."
    else:
        days = plural(ADMISSION_DAYS, "рабочего дня", "рабочих дней", "рабочих дней")
        term = f"Осталась оплата: откроем доступ в течение {days} после неё."
    return Screen(
        f"✅ <b>Ваша анкета подтверждена. Теперь можете продолжить обучение.</b>\n{_course(data)}\n{term}",
        ((Button("Мои курсы", student("courses", data["line"])),),),
    )


def questionnaire_returned(data: dict[str, Any]) -> Screen:
    """The curator has returned fields to mend."""
    lines = [escape(remark_line(r["field"], r["reason"], r.get("words", ""))) for r in data["remarks"]]
    text = "\n".join(["⚠️ <b>Анкету нужно исправить</b>", _course(data), "", *lines, "", "Остальное уже проверено."])
    return Screen(text, (*_fill("Исправить", data), *_ask(data)))


def questionnaire_declined(data: dict[str, Any]) -> Screen:
    """The student cannot be admitted."""
    reason = data["reason"]
    return Screen(
        f"<b>По этой анкете зачислить не получится</b>\n{_course(data)}\n"
        f"{escape(decline_words(reason['reason'], reason.get('words', '')))}\n"
        "Если это ошибка, напишите куратору или в сервисный центр: /support.",
        _ask(data),
    )


def questionnaire_reminder(data: dict[str, Any]) -> Screen:
    """The client asks the student to fill in the questionnaire."""
    who = f"{escape(data['asked_by'])} напоминает: заполните" if data.get("asked_by") else "Заполните"
    return Screen(
        f"⏳ {who} анкету, без неё не зачислим на курс.\n{_course(data)}\nНужно минут пять и фото диплома.",
        _fill("Заполнить анкету", data),
    )


def diploma_later(data: dict[str, Any]) -> Screen:
    """The reminder that the student has asked for («Пришлю позже»)."""
    return Screen(
        f"⏳ Вы просили напомнить про документ об образовании.\n{_course(data)}\nПришлите его, и анкета будет готова.",
        _fill("Прислать документ", data),
    )


WORDED: dict[str, Callable[[dict[str, Any]], Screen]] = {
    "questionnaire_approved": questionnaire_approved,
    "questionnaire_returned": questionnaire_returned,
    "questionnaire_declined": questionnaire_declined,
    "questionnaire_reminder": questionnaire_reminder,
    "diploma_later": diploma_later,
}
