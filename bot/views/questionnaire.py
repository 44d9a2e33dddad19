"""Screens of the questionnaire: a document's pages, the summary, what may be changed, what comes next."""

from datetime import date
from html import escape

from bot.callbacks import form, student, thread
from bot.replies import Button, Rows, Screen
from school.draft import Draft
from school.forms import engine
from school.forms.engine import Step
from school.forms.questionnaire import KEY, QUESTIONNAIRE
from school.order import Enrolment, OrderLine
from school.questionnaire import Page, Questionnaire
from school.use_cases.attach_page import begun_pages
from school.use_cases.fill_form import Asked
from wording import fields
from wording.after_sending import CHANGES, admission_term
from wording.dates import date_short
from wording.facts import questionnaire_fact
from wording.reasons import remark_line
from wording.uploads import upload_hints

__all__ = ["KEY"]


def back_and_cancel(draft: str) -> tuple[Button, ...]:
    """Return the two buttons that every step has."""
    return (Button("← Назад", form("back", draft)), Button("Отменить", form("cancel", draft)))


def file_question(asked: Asked, step: Step) -> Screen:
    """Ask for a document, or tell the pages sent so far."""
    begun = begun_pages(asked.draft.answers, step.field.key)
    words = fields.words_of(KEY, step.field.key, asked.draft.answers)
    draft = asked.draft.id
    if begun:
        return _pages(draft, step, words.label, begun)
    rows: Rows = (back_and_cancel(draft),)
    if not asked.draft.answers.get(step.field.key):
        rows = ((Button("Пришлю позже", form("later", draft, step.path)),), *rows)
    return Screen(f"<b>{escape(words.question)}</b>\n{escape(words.hint)}", rows)


def _pages(draft: str, step: Step, label: str, begun: tuple[Page, ...]) -> Screen:
    lines = [f"📎 <b>{escape(label)}: {questionnaire_fact('diploma', [{'pages': p.pages} for p in begun])}</b>"]
    for number, page in enumerate(begun, 1):
        lines += [f"⚠️ Страница {number}. {escape(words)}" for words in upload_hints(page.flags)]
    lines.append("Если есть ещё страницы, пришлите их. Если всё, нажмите «Готово».")
    rows: Rows = (
        (
            Button("Готово", form("take", draft, step.path)),
            Button("Убрать последнюю", form("unpage", draft, step.path)),
        ),
        back_and_cancel(draft),
    )
    return Screen("\n".join(lines), rows)


def page_added(asked: Asked, document: str) -> Screen:
    """Say that a page that came late is in the document."""
    words = fields.words_of(KEY, document, asked.draft.answers)
    count = questionnaire_fact("diploma", asked.draft.answers[document])
    return Screen(f"📎 Добавили и эту страницу. {escape(words.label)}: {count}.")


def summary(asked: Asked, sealed: str) -> Screen:
    """Return the whole questionnaire before it is handed in."""
    answers = asked.draft.answers
    shown = {**answers, "only": None}
    lines = ["<b>Проверьте анкету</b>", ""]
    for step in engine.steps(QUESTIONNAIRE, shown, asked.context):
        key = step.field.key
        # «Другая» says less than the surname in the next line.
        other = key == "same_surname" and answers.get(key) == "no"
        if key != "consent" and key in answers and not other:
            words = fields.words_of(KEY, key, answers)
            lines.append(f"{escape(words.label)}: {escape(questionnaire_fact(key, answers[key]))}")
    rows: Rows = (
        (Button("Отправить", form("send", asked.draft.id, value=sealed)),),
        (Button("Изменить", form("edit", asked.draft.id)), Button("Отменить", form("cancel", asked.draft.id))),
    )
    return Screen("\n".join([*lines, "", "Всё верно? Нажмите «Отправить»: анкету проверит куратор."]), rows)


def edit_menu(asked: Asked) -> Screen:
    """Ask what to change; of a returned questionnaire only what was returned."""
    steps = engine.steps(QUESTIONNAIRE, asked.draft.answers, asked.context)
    # Both are called «Фамилия в дипломе»; the first leads to the second.
    hidden = {"consent", "diploma_surname"} if any(s.field.key == "same_surname" for s in steps) else {"consent"}
    buttons = [
        Button(fields.words_of(KEY, s.field.key, asked.draft.answers).label[:24], form("go", asked.draft.id, s.path))
        for s in steps
        if s.field.key not in hidden
    ]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    return Screen("<b>Что изменить?</b>", (*rows, (Button("← К анкете", form("show", asked.draft.id)),)))


def pause_sure(draft: Draft, *, may_wipe: bool) -> Screen:
    """Ask what «Отменить» is to mean: go on later, or erase the answers."""
    rows: list[tuple[Button, ...]] = [
        (Button("Продолжу позже", form("pause", draft.id)), Button("Вернуться", form("resume", draft.id)))
    ]
    if may_wipe:
        rows.append((Button("Удалить ответы", form("wipe", draft.id)),))
    return Screen("Прервать анкету? Ответы и файлы сохранены, продолжить можно с того же места.", tuple(rows))


def paused(line: OrderLine) -> Screen:
    """Say how to come back."""
    return Screen(
        "Хорошо. Чтобы продолжить, нажмите кнопку, откройте ссылку из письма или пришлите /courses.",
        ((Button("Продолжить анкету", student("fill", line.id)),),),
    )


def wiped(line: OrderLine, contact: str) -> Screen:
    """Say that nothing is kept, and what that means."""
    return Screen(
        "Ответы и файлы удалены. Без анкеты на курс не зачислим. "
        f"Передумаете — нажмите кнопку или напишите куратору.\n\n{contact}",
        ((Button("Заполнить анкету", student("fill", line.id)),),),
    )


def remind_on(day: date, line: OrderLine) -> Screen:
    """Confirm that the document is sent later; `day` in the school's zone."""
    return Screen(
        f"Хорошо, напомним {date_short(day)}. Остальные ответы сохранены. "
        "Успеете раньше — нажмите кнопку и пришлите документ.",
        ((Button("Прислать документ", student("fill", line.id)),),),
    )


def handed_in(about: Enrolment) -> Screen:
    """Say that the questionnaire is handed in and what comes next."""
    line = about.line
    return Screen(
        f"✅ <b>Анкета отправлена</b>\nКуратор проверит её и напишет сюда. {admission_term(line.admit_by)}\n{CHANGES}",
        ((Button("Мои курсы", student("courses", line.id)), Button("Написать куратору", thread("write", line.id))),),
    )


def returned(found: Questionnaire) -> str:
    """Say what the curator asked to mend."""
    lines = [escape(remark_line(r.field, r.reason, r.words)) for r in found.remarks]
    return "\n".join(["⚠️ <b>Куратор вернул анкету. Исправьте:</b>", *lines])
