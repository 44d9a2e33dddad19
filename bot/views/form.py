"""Screens of the order form: the question, the fact it becomes, what was wrong."""

from html import escape

from bot import texts
from bot.callbacks import form
from bot.replies import Button, Rows, Screen
from bot.views import questionnaire
from bot.views.questionnaire import back_and_cancel
from school import people
from school.draft import Draft
from school.errors import BadAnswer, SchoolError
from school.forms import engine
from school.forms.engine import MORE, BadLine, Step
from school.forms.field import Kind, NeedsConfirmation, Option, Scope
from school.use_cases.fill_form import Asked
from wording import fields
from wording.consents import ConsentDocument
from wording.facts import fact_value, option_label, questionnaire_fact
from wording.plurals import plural
from wording.problems import explain

PAGE = 8
LONGEST_LABEL = 24
NAMES_SHOWN = 30


def question(asked: Asked, consent: ConsentDocument, page: int = 0) -> Screen:
    """Return the screen that asks the present step."""
    if asked.at == MORE:
        return more(asked)
    step = asked.at
    assert isinstance(step, Step)
    if step.field.kind is Kind.CONSENT:
        rows = (
            (Button("Даю согласие", form("c", asked.draft.id, step.path, "да")),),
            (Button("Не даю", form("refuse", asked.draft.id)),),
        )
        return Screen(f"<b>Согласие на обработку персональных данных</b>\n\n{escape(consent.text)}", rows)
    if step.field.kind is Kind.CONFIRM:
        return _confirmation(asked, step)
    if step.field.kind is Kind.FILE:
        return questionnaire.file_question(asked, step)
    return _asking(asked, step, page)


def _asking(asked: Asked, step: Step, page: int) -> Screen:
    scope = engine.scope_of(step, asked.draft.answers, asked.context)
    words = fields.words_of(asked.draft.form, step.field.key, asked.draft.answers)
    options = step.field.options(scope)
    lines = []
    if step.index is not None:
        lines.append(f"Ученик {step.index + 1} · шаг {step.number} из {step.count}")
        if step.field.key != "name" and scope.item.get("name"):
            lines.append(escape(str(scope.item["name"])))
    lines.append(f"<b>{escape(words.question)}</b>")
    if words.hint:
        lines.append(escape(words.hint))
    shown = options[page * PAGE : (page + 1) * PAGE]
    lines += _numbered(asked, step, options, shown)
    if words.example:
        lines.append(f"Например: <code>{escape(words.example)}</code>")
    rows = _option_rows(asked, step, options, shown) + _page_row(asked, step, len(options), page)
    return Screen("\n".join(lines), rows + _navigation(asked, step, scope))


def _same(option: Option, asked: Asked) -> str:
    fills = option.fills or {}
    return ", ".join(fact_value(key, fills[key], asked.context.catalogue) for key in ("course", "run", "tariff"))


def _numbered(asked: Asked, step: Step, options: tuple[Option, ...], shown: tuple[Option, ...]) -> list[str]:
    if step.field.key != "course":
        return []
    plain = [o for o in options if not o.fills]
    same = next((o for o in shown if o.fills), None)
    known = [f"Как у ученика {same.title}: {escape(_same(same, asked))}"] if same is not None else []
    return [*known, "", *(f"{plain.index(o) + 1}. {escape(o.title)}" for o in shown if not o.fills)]


def _label(step: Step, option: Option, options: tuple[Option, ...]) -> str:
    if step.field.key == "course" and not option.fills:
        return str([o for o in options if not o.fills].index(option) + 1)
    return option_label(step.field.key, option)


def _option_rows(asked: Asked, step: Step, options: tuple[Option, ...], shown: tuple[Option, ...]) -> Rows:
    buttons = [Button(_label(step, o, options), form("c", asked.draft.id, step.path, o.code)) for o in shown]
    rows: list[tuple[Button, ...]] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and max(len(button.label), len(rows[-1][0].label)) <= LONGEST_LABEL // 2:
            rows[-1] = (rows[-1][0], button)
        else:
            rows.append((button,))
    return tuple(rows)


def _page_row(asked: Asked, step: Step, count: int, page: int) -> Rows:
    pages = (count + PAGE - 1) // PAGE
    row = []
    if page > 0:
        row.append(Button("‹ Назад по списку", form("p", asked.draft.id, step.path, str(page - 1))))
    if page + 1 < pages:
        row.append(Button("Ещё ›", form("p", asked.draft.id, step.path, str(page + 1))))
    return (tuple(row),) if row else ()


def _navigation(asked: Asked, step: Step, scope: Scope) -> Rows:
    rows: list[tuple[Button, ...]] = []
    if step.field.skippable(scope):
        rows.append((Button("Пропустить", form("skip", asked.draft.id, step.path)),))
    return (*rows, back_and_cancel(asked.draft.id))


def _confirmation(asked: Asked, step: Step) -> Screen:
    words = fields.FIELDS[step.field.key]
    body = {"education": fields.EDUCATION, "rights": fields.RIGHTS}[step.field.key]
    rows = (
        (Button(texts.CONFIRM_LABELS[step.field.key], form("c", asked.draft.id, step.path, "да")),),
        back_and_cancel(asked.draft.id),
    )
    return Screen(f"<b>{escape(words.question)}</b>\n{escape(body)}", rows)


def more(asked: Asked) -> Screen:
    """Return the screen between two students."""
    students = asked.draft.answers.get("students", [])
    first = max(0, len(students) - NAMES_SHOWN)
    names = "\n".join(f"{n}. {escape(str(s.get('name', '')))}" for n, s in enumerate(students[first:], first + 1))
    rows = (
        (Button("+ Добавить ученика", form("add", asked.draft.id)),),
        (Button("Дальше", form("done", asked.draft.id)),),
        back_and_cancel(asked.draft.id),
    )
    head = f"<b>В заявке {plural(len(students), 'ученик', 'ученика', 'учеников')}</b>"
    return Screen(f"{head}\n{names}\n\nДобавьте ещё или идите дальше.", rows)


def fact(step: Step, asked: Asked) -> Screen:
    """Return what the answered question becomes: one line, "ИНН: 5039002841"."""
    scope = engine.scope_of(step, asked.draft.answers, asked.context)
    values = asked.draft.answers if step.index is None else scope.item
    words = fields.words_of(asked.draft.form, step.field.key, asked.draft.answers)
    answer = values.get(step.field.key)
    if asked.draft.form == questionnaire.KEY:
        value = questionnaire_fact(step.field.key, answer)
    else:
        value = fact_value(step.field.key, answer, asked.context.catalogue)
    head = f"Ученик {step.index + 1}. " if step.index is not None else ""
    return Screen(f"{head}{escape(words.label)}: {escape(value)}")


def problem(error: SchoolError) -> Screen:
    """Say what was wrong with the answer and show a good one."""
    if isinstance(error, BadAnswer):
        return Screen(escape(explain(error)))
    return Screen(escape(texts.error(error)))


def doubt(asked: Asked, found: NeedsConfirmation) -> Screen:
    """Ask once more about an answer where people often err."""
    draft = asked.draft.id
    if found.problem == "email_typo" and found.suggestion:
        text = f"Похоже на опечатку: <b>{escape(found.value)}</b>. Может быть, {escape(found.suggestion)}?"
        rows: Rows = (
            (Button("Исправить", form("fix", draft)),),
            (Button("Оставить как есть", form("keep", draft)),),
        )
        return Screen(text, rows)
    text = (
        f"Адрес <b>{escape(found.value)}</b> похож на рабочий ящик отдела. Это личный адрес ученика? "
        "Через общий ящик доступ получат и другие сотрудники."
    )
    return Screen(text, ((Button("Да, личный", form("keep", draft)), Button("Исправлю", form("fix", draft))),))


def listed(lines: tuple[BadLine, ...], taken: tuple[str, ...]) -> Screen:
    """Name the students that a pasted list gave, and the lines that were not taken, each with its reason."""
    shown = [f"Строка {line.number}: {escape(line.text[:60])}\n{escape(explain(line.problem))}" for line in lines[:10]]
    if len(lines) > len(shown):
        shown.append(f"И ещё {plural(len(lines) - len(shown), 'строка', 'строки', 'строк')} с ошибками.")
    tail = ["Пришлите исправленную строку прямо сейчас."] if lines else []
    return Screen("\n\n".join([_taken(taken), *shown, *tail]))


def _taken(names: tuple[str, ...]) -> str:
    if not names:
        return "Строки не записаны."
    shown = ", ".join(escape(people.parse_full_name(name).initials) for name in names[:10])
    more = f" и ещё {len(names) - 10}" if len(names) > 10 else ""
    whom = "ученика" if len(names) == 1 else plural(len(names), "ученика", "учеников", "учеников")
    return f"Записали {whom}: {shown}{more}" + ("" if shown.endswith(".") and not more else ".")


def step_name(asked: Asked) -> str:
    """Name the present step in a few words."""
    if asked.at == MORE:
        return "список учеников"
    if not isinstance(asked.at, Step):
        return "проверка и отправка анкеты" if asked.draft.form == questionnaire.KEY else "проверка и отправка заявки"
    words = fields.words_of(asked.draft.form, asked.at.field.key, asked.draft.answers)
    if asked.at.index is None:
        return words.label
    return f"ученик {asked.at.index + 1}, {words.label}"


def cancel_sure(draft: Draft) -> Screen:
    """Ask before the draft is given up."""
    rows = ((Button("Да, отменить", form("cancel!", draft.id)), Button("Нет", form("resume", draft.id))),)
    return Screen(texts.CANCEL_SURE, rows)
