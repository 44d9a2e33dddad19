"""Screens of results: a student's statuses, what a sheet would change, and what it has changed."""

from collections import Counter
from collections.abc import Sequence
from html import escape

from bot.callbacks import result, review, thread
from bot.replies import Button, Rows, Screen
from bot.views.admission import course_and_dates
from bot.views.payment import number_buttons, shown_name
from paper.results_sheet import Fault, Sheet
from school.draft import Draft
from school.order import Enrolment, Order
from school.questionnaire import Questionnaire
from school.use_cases.record_results import Applied, Change, Differences
from wording.dates import no_later_than
from wording.plurals import plural
from wording.statuses import PAYMENT, QUESTIONNAIRE, TEST, TRAINING

PAGE = 10
NAMED = 10
WHERE = "Кого открыть: /student и номер заявки, например <code>/student 0123-0042</code>."
ASK_TRACKING = (
    "<b>Номер отправления</b>\n14 цифр с чека Почты России. Несколько учеников могут иметь один номер.\n"
    "Например: <code>10283512004231</code>"
)


def order(found: Order, page: int, *, in_chat: bool) -> Screen:
    """Return an order's students to choose from."""
    pages = (len(found.lines) + PAGE - 1) // PAGE
    page = min(page, pages - 1)
    shown = list(enumerate(found.lines, 1))[page * PAGE : (page + 1) * PAGE]
    lines = [f"{place}. {shown_name(line, in_chat=in_chat)} — {escape(line.course_title)}" for place, line in shown]
    rows = number_buttons([Button(str(place), result("line", line.id)) for place, line in shown])
    turn = [Button("‹ Назад", result("order", found.number, str(page - 1)))] if page else []
    if page + 1 < pages:
        turn.append(Button("Дальше ›", result("order", found.number, str(page + 1))))
    return Screen(
        "\n".join([f"<b>Заявка № {found.number}: кто?</b>", "", *lines]), (*rows, *([tuple(turn)] if turn else []))
    )


def student(about: Enrolment, *, in_chat: bool, told: str = "") -> Screen:
    """Return a student's statuses, all that M2 lists, and what may be recorded."""
    line, payer = about.line, about.order.payer
    requisites = [f"ИНН {payer.inn}"] if payer.inn else []
    requisites += [f"КПП {payer.kpp}"] if payer.kpp else []
    organisation = payer.kind.value == "organisation" or in_chat
    lines = [
        *([told, ""] if told else []),
        f"<b>{shown_name(line, in_chat=in_chat)}</b> · заявка № {about.reference}",
        course_and_dates(line),
        "",
        f"Оплата: {PAYMENT[line.payment]}",
        f"Анкета: {QUESTIONNAIRE[line.questionnaire]}",
        f"Зачисление: {_admission(about)}",
        f"Итоговое тестирование: {TEST[line.test]}",
        f"Обучение: {TRAINING[line.training]}",
        f"Номер отправления: {line.tracking or 'нет'}",
    ]
    if organisation:
        lines.append(escape(", ".join([payer.name, *requisites])))
    buttons = (
        (Button("Тест", result("test?", line.id)), Button("Обучение", result("train?", line.id))),
        (Button("Отправить документы", result("send?", line.id)), Button("Ещё", result("more", line.id))),
    )
    return Screen("\n".join(lines), buttons)


def _admission(about: Enrolment) -> str:
    if about.line.admitted_at is not None:
        return "доступ открыт"
    return no_later_than(about.line.admit_by) if about.line.admit_by else "ждёт оплаты и анкеты"


def choose(about: Enrolment, field: str, *, in_chat: bool) -> Screen:
    """Ask for the final test's or the training's status."""
    words = TEST if field == "test" else TRAINING
    title = "Итоговое тестирование" if field == "test" else "Обучение"
    buttons = [Button(word.capitalize(), result(field, about.line.id, code)) for code, word in words.items()]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    text = f"<b>{title}</b>\n{shown_name(about.line, in_chat=in_chat)} · {about.reference}"
    return Screen(text, (*rows, (back(about),)))


def back(about: Enrolment) -> Button:
    """The way back to the student's screen."""
    return Button("← К ученику", result("line", about.line.id))


def ask_tracking(about: Enrolment, *, in_chat: bool) -> Screen:
    """Ask for the post id of the documents."""
    name = shown_name(about.line, in_chat=in_chat)
    return Screen(f"{name} · {about.reference}\n{ASK_TRACKING}", ((Button("Отмена", result("close")),),))


def sheet_caption(found: Sequence[Enrolment]) -> str:
    """Say under the sheet what to do with it, as HTML."""
    return (
        f"📎 Итоги: {course_and_dates(found[0].line)}, {plural(len(found), 'ученик', 'ученика', 'учеников')}.\n"
        "Заполните тест, обучение и номер отправления и пришлите файл сюда. Покажем, что изменится, и спросим."
    )


def preview(draft: Draft, found: Differences, sheet: Sheet, *, in_chat: bool) -> Screen:
    """Show what the sheet would change, and what in it was not understood, before anything is changed."""
    parts = [*_changes(found.changes, in_chat=in_chat)] or ["Изменений нет: всё уже записано так."]
    parts += _faults(sheet.faults)
    if found.unknown:
        parts.append(f"⚠️ Не нашли: {_first([escape(r) for r in found.unknown])}")
    if found.not_admitted:
        parts.append(f"⚠️ Ещё не зачислены, пропустим: {_first([escape(r) for r in found.not_admitted])}")
    if not found.changes:
        return Screen(
            "\n\n".join([*parts, "Исправьте файл и пришлите ещё раз."]), ((Button("Закрыть", result("close")),),)
        )
    head = f"<b>Изменим: {plural(len(found.changes), 'ученик', 'ученика', 'учеников')}</b>"
    rows: Rows = ((Button("Применить", result("apply", draft.id)), Button("Отмена", result("close"))),)
    return Screen("\n\n".join([head, *parts]), rows)


def applied(found: Applied, *, in_chat: bool) -> Screen:
    """Say what was changed, and what was left as others have recorded it meanwhile."""
    changes = found.changes
    left = (
        f"⚠️ Пока вы смотрели, другой сотрудник записал иначе, его запись оставили: "
        f"{_first([escape(r) for r in found.overtaken])}. Проверьте: /student и номер заявки."
    )
    if not changes:
        same = "Ничего не изменилось: всё уже записано так. Новый файл — /results."
        return Screen(left if found.overtaken else same)
    sent = sum(change.after.tracking != change.about.line.tracking for change in changes)
    parts = [f"✅ <b>Записали: {plural(len(changes), 'ученик', 'ученика', 'учеников')}</b>"]
    parts += _changes(changes, in_chat=in_chat)
    if sent:
        parts.append("О документах сообщили ученикам и тем, кто оформил заявки.")
    if found.overtaken:
        parts.append(left)
    return Screen("\n\n".join(parts))


def _changes(changes: Sequence[Change], *, in_chat: bool) -> list[str]:
    totals = []
    test = Counter(c.after.test for c in changes if c.after.test != c.about.line.test)
    training = Counter(c.after.training for c in changes if c.after.training != c.about.line.training)
    sent = sum(c.after.tracking != c.about.line.tracking for c in changes)
    if test:
        totals.append("Итоговое тестирование: " + ", ".join(f"{TEST[code]} — {n}" for code, n in test.most_common()))
    if training:
        totals.append("Обучение: " + ", ".join(f"{TRAINING[code]} — {n}" for code, n in training.most_common()))
    if sent:
        totals.append(f"Номер отправления: {sent}")
    named = [
        f"{shown_name(c.after, in_chat=in_chat)} · {c.about.reference}: {', '.join(_difference(c))}"
        for c in changes[:NAMED]
    ]
    if len(changes) > NAMED:
        named.append(f"…и ещё {len(changes) - NAMED}")
    return ["\n".join(totals), "\n".join(named)] if changes else []


def _difference(change: Change) -> list[str]:
    before, after = change.about.line, change.after
    told = []
    if before.test != after.test:
        told.append(f"тест {TEST[before.test]} → {TEST[after.test]}")
    if before.training != after.training:
        told.append(f"обучение {TRAINING[before.training]} → {TRAINING[after.training]}")
    if before.tracking != after.tracking:
        told.append(f"отправление {before.tracking or 'нет'} → {after.tracking}")
    return told


def _faults(faults: Sequence[Fault]) -> list[str]:
    if not faults:
        return []
    lines = [f"Строка {fault.row}, «{escape(fault.column)}»: {escape(fault.problem)}" for fault in faults[:NAMED]]
    if len(faults) > NAMED:
        lines.append(f"…и ещё {len(faults) - NAMED}")
    return ["\n".join(["⚠️ <b>Эти строки пропустим:</b>", *lines])]


def _first(references: Sequence[str]) -> str:
    more = len(references) - NAMED
    return ", ".join(references[:NAMED]) + (f" и ещё {more}" if more > 0 else "")


def recorded(change: Change) -> str:
    """Say what has become of one student's record, as HTML."""
    before, after = change.about.line, change.after
    if before == after:
        return "Так уже и записано."
    if before.tracking != after.tracking:
        return "✅ Номер отправления записан. Сообщили ученику и тому, кто оформил заявку."
    return "✅ Записали: " + ", ".join(_difference(change)) + "."


def plain(words: str) -> str:
    """Return a plain sentence as HTML."""
    return escape(words)


def more(about: Enrolment, questionnaire: Questionnaire | None, *, in_chat: bool, registration: bool) -> Screen:
    """Return what else may be done with a student: write, open the questionnaire for a change, note a registration."""
    line = about.line
    rows: list[tuple[Button, ...]] = [(Button("Написать", thread("answer", line.id)),)]
    if questionnaire is not None and questionnaire.state == "approved":
        rows.append((Button("Изменить анкету", review("reopen", line.id, questionnaire.version)),))
    if registration and line.registered_at is None:
        rows.append((Button("Зарегистрирован", result("registered", line.id)),))
    text = f"{shown_name(line, in_chat=in_chat)} · {about.reference}\nЧто сделать?"
    return Screen(text, (*rows, (back(about),)))
