"""Screens behind the buttons of a digest: one line of it, until when to put it off, and what came of that."""

from datetime import date, timedelta
from html import escape

from bot.callbacks import act, pay, remind
from bot.replies import Button, Screen
from school.reminder_kinds import CODES
from school.reminders import line_data
from school.use_cases.snooze import Reminded
from wording.dates import date_with_weekday
from wording.reminders import GONE, GROUPS, bared, line_words

DAYS = {1: "На день", 3: "На 3 дня", 7: "На неделю"}
ASK_DAY = "<b>До какого дня отложить?</b>\nПришлите дату, например: <code>{example}</code>"


def card(found: Reminded, today: date, *, in_chat: bool) -> Screen:
    """Return one line of a digest with what may be done about it."""
    if found.matter is None:
        return gone(found)
    kind = found.kind
    done: tuple[Button, ...] = ()
    if kind in ("unpaid_invoice", "course_starts_unpaid"):
        done = (Button("Оплачено", pay("open", found.order.number)),)
    elif kind in ("scan_due", "scan_overdue") and found.subject in found.acts:
        done = (Button("Скан отправлен", _press("scan", found)),)
    elif found.subject in found.acts:
        done = (Button("Открыть акт", act("card", found.subject)),)
    rows = ((*done, Button("Отложить", _press("later", found))), (_stop(found),))
    return Screen(f"{_about(found, today, in_chat=in_chat)}{_silence(found, today)}", rows)


def choose_day(found: Reminded, today: date, *, in_chat: bool) -> Screen:
    """Ask until when to put the line off."""
    if found.matter is None:
        return gone(found)
    days = tuple(Button(words, _press(str(count), found)) for count, words in DAYS.items())
    rows = (days, (Button("Другая дата", _press("day", found)), _stop(found)))
    return Screen(f"{_about(found, today, in_chat=in_chat)}\n\nДо какого дня отложить?", rows)


def ask_day(found: Reminded, today: date, *, in_chat: bool) -> Screen:
    """Ask for the day in words."""
    if found.matter is None:
        return gone(found)
    example = today + timedelta(days=14)
    text = f"{_about(found, today, in_chat=in_chat)}\n\n{ASK_DAY.format(example=f'{example:%d.%m.%Y}')}"
    return Screen(text, ((Button("Не откладывать", _press("keep", found)),),))


def put_off(found: Reminded, today: date, *, in_chat: bool) -> Screen:
    """Say until when it is silent."""
    if found.matter is None:
        return gone(found)
    assert found.until is not None
    text = f"✅ Отложили. Напомним снова: {_till(found.until, today)}, если дело ещё будет не закрыто."
    return Screen(
        f"{text}\n\n{_about(found, today, in_chat=in_chat)}", ((Button("Другой срок", _press("later", found)),),)
    )


def paused(found: Reminded, today: date) -> Screen:
    """Say that the order's reminders have stopped, or go on, with the way back."""
    number = escape(found.order.number)
    if found.stopped:
        return Screen(
            f"✅ По заявке № {number} больше не напоминаем: ни вам, ни клиенту, ни ученикам. "
            "Сроки по закону от этого не изменились.",
            ((Button("Напоминать снова", _press("resume", found)),),),
        )
    return Screen(f"✅ По заявке № {number} снова напоминаем.", ((Button("Показать дело", _press("open", found)),),))


def gone(found: Reminded) -> Screen:
    """Say that there is nothing to remind of any more."""
    return Screen(f"✅ {GONE}\nЗаявка № {escape(found.order.number)}, {GROUPS[found.kind].lower()}.")


def _about(found: Reminded, today: date, *, in_chat: bool) -> str:
    assert found.matter is not None
    line = line_data(found.order, found.matter, "manager", today, today)
    words = line_words(line if in_chat else bared(line))
    return f"<b>{GROUPS[found.kind]}</b>\n{escape(words[0].upper() + words[1:])}"


def _silence(found: Reminded, today: date) -> str:
    if found.stopped:
        return "\n⏳ По заявке сейчас не напоминаем."
    if found.until is not None and found.until > today:
        return f"\n⏳ Отложено: {_till(found.until, today)}."
    return ""


def _till(day: date, today: date) -> str:
    """Name the day; of another year with the year, so that nobody is silent longer than meant."""
    return date_with_weekday(day) + (f" {day.year}" if day.year != today.year else "")


def _stop(found: Reminded) -> Button:
    if found.stopped:
        return Button("Напоминать снова", _press("resume", found))
    return Button("Остановить по заявке", _press("stop", found))


def _press(what: str, found: Reminded) -> str:
    return remind(what, CODES[found.kind], found.subject)
