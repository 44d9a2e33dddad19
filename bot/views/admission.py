"""Screens of admission: who is ready, who is late and why, and what came of admitting."""

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby

from bot.callbacks import admission, result
from bot.replies import Button, Screen
from bot.views.payment import number_buttons, shown_name
from school.admission import Condition
from school.order import Enrolment, OrderLine
from school.use_cases.admit import Admission, Batch, Waiting
from wording.dates import date_short, period, period_with_year
from wording.plurals import plural, plural_word

PAGE = 10
LATE_SHOWN = 10
NOBODY = "В этом потоке ещё никто не зачислен. Кто готов — /admit."
CLOSE = result("close")
LIST_BUTTON = Button("Список для доступа", admission("runs"))
BLOCKS = {
    "payment": "нет оплаты",
    "questionnaire": "анкета не подтверждена",
    "questionnaire:school": "анкету ещё не проверили",
    "registration": "нет регистрации на сайте школы",
}
MEND = {
    "payment": "Оплату отмечает менеджер центра: /paid.",
    "questionnaire": "Ученик должен заполнить анкету до конца.",
    "questionnaire:school": "Проверьте анкету: /queue.",
    "registration": "Попросите ученика зарегистрироваться и нажать «Я зарегистрировался».",
}


def waiting(found: Waiting, page: int, today: date, *, in_chat: bool) -> Screen:
    """Return a page of those who may be admitted, grouped by course and dates, and the late who may not."""
    late = _late(found, today, in_chat=in_chat)
    if not found.total:
        text = (
            "Сейчас зачислять некого: никто не выполнил все условия." if late else "✅ Зачислять некого: все зачислены."
        )
        return Screen("\n\n".join([text, *late]), ((LIST_BUTTON,),))
    first = page * PAGE
    numbered = list(enumerate(found.ready, first + 1))
    groups = [
        "\n".join([f"<b>{title}</b>", *(_ready(place, about, today, in_chat=in_chat) for place, about in members)])
        for title, members in groupby(numbered, key=lambda one: course_and_dates(one[1].line))
    ]
    head = f"<b>Готовы к зачислению: {found.total}</b>"
    pages = (found.total + PAGE - 1) // PAGE
    if pages > 1:
        head += f" · страница {page + 1} из {pages}"
    buttons = [Button(str(place), admission("one", about.line.id, str(page))) for place, about in numbered]
    rows = list(number_buttons(buttons))
    if found.total > 1:
        rows.append((Button(f"Зачислить всех ({found.total})", admission("all")),))
    turn = [Button("‹ Назад", admission("page", value=str(page - 1)))] if page else []
    if page + 1 < pages:
        turn.append(Button("Дальше ›", admission("page", value=str(page + 1))))
    rows += [tuple(turn)] if turn else []
    hint = "Нажмите номер, чтобы зачислить одного." if found.total > 1 else "Нажмите номер, чтобы зачислить."
    return Screen("\n\n".join([head, *groups, *late, hint]), (*rows, (LIST_BUTTON,)))


def course_and_dates(line: OrderLine) -> str:
    """Return a line's course and dates as HTML."""
    return f"{escape(line.course_title)}, {period_with_year(line.starts, line.ends)}"


def _ready(place: int, about: Enrolment, today: date, *, in_chat: bool) -> str:
    term = _term(about.line.admit_by, today)
    return f"{place}. {shown_name(about.line, in_chat=in_chat)} · {about.reference}{term}"


def _term(admit_by: date | None, today: date) -> str:
    if admit_by is None:
        return ""
    if admit_by < today:
        return f" — ⚠️ срок прошёл {date_short(admit_by)}"
    return " — ⏳ срок сегодня" if admit_by == today else f" — до {date_short(admit_by)}"


def _late(found: Waiting, today: date, *, in_chat: bool) -> list[str]:
    if not found.late:
        return []
    lines = [
        f"{shown_name(about.line, in_chat=in_chat)} · {about.reference}{_term(about.line.admit_by, today)}: "
        f"{blocks(blocked)}"
        for about, blocked in found.late[:LATE_SHOWN]
    ]
    if (rest := len(found.late) - LATE_SHOWN) > 0:
        lines.append(f"…и ещё {plural(rest, 'ученик', 'ученика', 'учеников')}")
    return ["\n".join(["<b>Не готовы, а срок сегодня или прошёл:</b>", *lines])]


def _key(condition: Condition) -> str:
    by_school = condition.name == "questionnaire" and condition.waits_for == "school"
    return "questionnaire:school" if by_school else condition.name


def blocks(condition: Condition) -> str:
    """Say what stands in the way of admission."""
    return BLOCKS[_key(condition)]


def admitted(found: Admission, *, in_chat: bool) -> Screen:
    """Say what came of admitting one; the list above stays, so that a second tap meets the same student."""
    return Screen(_admitted(found, in_chat=in_chat), ((Button("К списку", admission("open")),),))


def _admitted(found: Admission, *, in_chat: bool) -> str:
    name = f"{shown_name(found.about.line, in_chat=in_chat)} · {found.about.reference}"
    if found.outcome == "admitted":
        return f"✅ Доступ открыт: {name}. Ученику сообщили."
    if found.outcome == "before":
        return f"✅ Доступ уже был открыт: {name}."
    if found.outcome == "no_access":
        return f"⚠️ Доступ не открыт: {name}. {no_access(found.about.line)}"
    if found.blocked is None:
        return f"⚠️ Доступ не открыт: {name}. Условия изменились, откройте список заново: /admit."
    return f"⚠️ Доступ не открыт: {name}: {blocks(found.blocked)}. {MEND[_key(found.blocked)]}"


def no_access(line: OrderLine) -> str:
    """Say that a run has no place to learn at, and the mend."""
    return (
        f"У потока «{escape(line.course_title)}», {period(line.starts, line.ends)}, в каталоге нет ссылки на обучение. "
        "Попросите администратора добавить её и загрузить каталог."
    )


def batch(found: Batch) -> Screen:
    """Say how many were admitted and how many remain, and offer to go on."""
    without = sum(count for _, count in found.no_access)
    if found.admitted:
        verb = plural_word(found.admitted, "Зачислен", "Зачислены", "Зачислены")
        told = plural_word(found.admitted, "Ему", "Всем", "Всем")
        lines = [f"✅ {verb} {plural(found.admitted, 'ученик', 'ученика', 'учеников')}. {told} сообщили."]
    else:
        lines = ["Никого не зачислили."]
    if found.remain:
        lines.append(f"Осталось: {found.remain}.")
    for about, count in found.no_access:
        lines.append(f"⚠️ Не зачислены: {count}. {no_access(about.line)}")
    more = found.remain - without
    go_on = ((Button(f"Зачислить ещё ({more})", admission("all")),),) if more > 0 else ()
    return Screen("\n".join(lines), (*go_on, (Button("К списку", admission("open")),)))


def choose_run(found: Sequence[tuple[str, OrderLine, int]], act: str) -> Screen:
    """Ask for a run: its results or its list for access, by `act`; each is its key, one of its lines, its count."""
    if not found:
        return Screen("Зачисленных учеников пока нет. Кто готов к зачислению — /admit.")
    what = "Список для доступа: какой поток?" if act == "access" else "Итоги обучения: какой поток?"
    lines = [
        f"{place}. {course_and_dates(line)} — {plural(count, 'ученик', 'ученика', 'учеников')}"
        for place, (_, line, count) in enumerate(found, 1)
    ]
    buttons = [Button(str(place), result(act, key)) for place, (key, _, _) in enumerate(found, 1)]
    return Screen("\n".join([f"<b>{what}</b>", "", *lines]), number_buttons(buttons))
