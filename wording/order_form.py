"""Words of the order form as a workbook: titles, hints, examples, and what is wrong in a cell. Plain text."""

import re
from collections.abc import Sequence

from school.errors import BadAnswer
from school.forms.field import Field, Kind, NeedsConfirmation
from school.forms.whole import Problem
from wording.fields import EDUCATION, FIELDS, RIGHTS, FieldWords
from wording.labels import ORDER_LABELS
from wording.plurals import plural
from wording.problems import explain, shown

ORDER_SHEET, STUDENTS_SHEET, LISTS_SHEET = "Заявка", "Ученики", "Списки"
WHAT, ANSWER, HINT = "Что", "Ваш ответ", "Подсказка и образец"
CONFIRM, FIX = "Подтверждаю", "Что исправить"
YES, CONFIRMED = "да", "верно"
CONFIRMED_WORDS = frozenset({CONFIRMED, YES, "подтверждаю", "все верно"})
CONFIRM_NOTE = "Заполняйте, только если мы переспросили: впишите «верно»."
EXAMPLE_MARK = "Пример: "
EXAMPLE_NOTE = "Это образец: строка не учитывается."
ASK_YES = "Если согласны, впишите «да»."
INTRO = (
    "Заполните этот лист и лист «Ученики»: по ученику в строке. Где есть список, выберите из него. "
    "Сохраните файл в формате XLSX и пришлите его обратно."
)
OTHER_CONSENT = (
    "Согласие дано к другому тексту: форма старая или другого сервисного центра. "
    "Прочитайте согласие в этом файле и впишите «да»."
)
_MOST_NAMED = 6

_OWN: dict[str, FieldWords] = {
    "payer_kind": FieldWords("Кто платит", "", "Выберите из списка: от этого зависят счёт и договор."),
    "payer_name": FieldWords(
        "Название или ФИО плательщика",
        "",
        "Организация — так, как в уставе. ИП и физическое лицо — фамилия, имя и отчество.",
        "ООО «Ромашка»",
    ),
    "payer_inn": FieldWords(
        "ИНН", "", "У организации 10 цифр, у ИП и физлица — 12. Физлицо может не указывать.", "5039002841"
    ),
    "payer_kpp": FieldWords("КПП", "", "Только для организации: 9 знаков, есть в её карточке.", "503901001"),
    "education": FieldWords("Образование учеников", "", f"{EDUCATION} Если у всех учеников так, впишите «да»."),
    "rights": FieldWords(
        "Право передать данные", "", f"{RIGHTS} Если это так, впишите «да». Если учитесь только вы, оставьте пустым."
    ),
    "name": FieldWords("ФИО", "", "Фамилия, имя и отчество полностью.", "Соколова Любовь Андреевна"),
    "course": FieldWords("Курс", "", "Выберите из списка."),
    "run": FieldWords("Даты обучения", "", "Выберите из списка."),
    "tariff": FieldWords("Тариф", "", "Выберите из списка. Цена указана за одного ученика."),
}

ORDER_SYNONYMS: dict[str, tuple[str, ...]] = {
    "payer_kind": (ORDER_LABELS["payer_kind"],),
    "payer_name": (ORDER_LABELS["payer_name"], "Название организации", "Организация"),
    "payer_address": (ORDER_LABELS["address"],),
    "orderer_name": (ORDER_LABELS["orderer"],),
    "orderer_mobile": (ORDER_LABELS["mobile"],),
    "orderer_email": (ORDER_LABELS["email"], "Почта"),
}
STUDENT_SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": (ORDER_LABELS["student"], "Ф. И. О.", "Фамилия, имя, отчество"),
    "mobile": ("Мобильный телефон", "Мобильный"),
    "email": (ORDER_LABELS["email"], "E-mail", "Email"),
    "run": ("Даты",),
}
STUDENT_PARTS: dict[str, tuple[str, ...]] = {"run": (ORDER_LABELS["starts"], ORDER_LABELS["ends"])}
"""A field that an exported order writes in several columns, in their order."""


def cell_words(key: str) -> FieldWords:
    """Return the label, hint and example of a field as the workbook shows them."""
    return _OWN.get(key) or FIELDS[key]


def title_of(keys: Sequence[str]) -> str:
    """Return the title of a column that answers these fields: «Курс и даты обучения»."""
    first, *others = (cell_words(key).label for key in keys)
    return " и ".join([first, *(other[:1].lower() + other[1:] for other in others)])


def hint_of(key: str) -> str:
    """Return the hint and the example in one text."""
    words = cell_words(key)
    example = f"Например: {words.example}" if words.example else ""
    return "\n".join(part for part in (words.hint, example) if part)


def form_title(centre_name: str) -> str:
    """Return the first line of the form."""
    return f"Заявка на обучение. Сервисный центр: {centre_name}"


def headline(order: int, students: int, others: Sequence[str]) -> str:
    """Say how many places are to be put right on the two sheets; `others`: what is not about one cell."""
    lines = list(others)
    if count := order + students:
        places = plural(count, "место", "места", "мест")
        where = f" на листе «{STUDENTS_SHEET}»" if not order else ""
        if order and students:
            where = f": {order} на этом листе, {students} на листе «{STUDENTS_SHEET}»"
        lines.append(f"Исправьте {places}{where}. Ячейки выделены, в столбце «{FIX}» сказано, что не так.")
    return "\n".join(lines)


def repeated_row(title: str) -> str:
    """Say that the same question is answered twice, differently."""
    return f"Строка «{title}» встречается дважды с разными ответами. Оставьте одну."


def explain_cell(problem: Problem, field: Field, value: str, options: Sequence[str] = ()) -> str:
    """Say what is wrong in the cell and what to write there; `options`: what the list offers for it."""
    if isinstance(problem, NeedsConfirmation):
        return _doubt(problem)
    if problem.problem == "students_too_many":
        return explain(problem)
    if field.kind is Kind.CONSENT:
        return "Без согласия на обработку данных принять заявку нельзя. Прочитайте его рядом и впишите «да»."
    if field.kind is Kind.CONFIRM:
        return "Прочитайте условие рядом. Если всё так, впишите «да»."
    if field.kind is Kind.CHOICE:
        return _choice(field, value, options)
    if problem.problem == "field_missing":
        return f"Здесь пусто, а ответ нужен.\n{hint_of(field.key)}"
    return _for_cells(explain(problem)) + _lost_digits(problem, value)


def _choice(field: Field, value: str, options: Sequence[str]) -> str:
    label = cell_words(field.key).label
    fault = f"{label}: «{shown(value)}» в списке нет." if value else f"{label}: здесь пусто, а ответ нужен."
    if not options:
        return f"{fault} Выберите из списка в ячейке."
    more = "; …" if len(options) > _MOST_NAMED else ""
    return f"{fault} Выберите из списка в ячейке: {'; '.join(options[:_MOST_NAMED])}{more}."


def _doubt(doubt: NeedsConfirmation) -> str:
    ask = f"впишите «{CONFIRMED}» в столбец «{CONFIRM}»"
    if doubt.suggestion:
        return (
            f"В адресе {shown(doubt.value)} похоже на опечатку. Может быть, {doubt.suggestion}?\n"
            f"Исправьте адрес, а если он верный, {ask}."
        )
    return (
        f"Ящик {shown(doubt.value)} похож на общий, а доступ откроем только ученику.\n"
        f"Укажите другой адрес, а если этот личный, {ask}."
    )


def _for_cells(sentence: str) -> str:
    """In a workbook people write into a cell where in chat they send."""
    return re.sub(r"([Пп])ришлите", _write, sentence.replace("Вы прислали", "Вписано"))


def _write(found: re.Match[str]) -> str:
    return "Впишите" if found[1] == "П" else "впишите"


def _lost_digits(problem: BadAnswer, value: str) -> str:
    digits = len(value) if value.isdecimal() else 0
    zero = (problem.problem == "kpp_form" and digits in (7, 8)) or (
        problem.problem == "inn_length" and digits in (9, 11)
    )
    if zero:
        return "\nЕсли номер начинается с нуля, программа могла его убрать: впишите номер целиком, с нулём."
    if re.fullmatch(r"\d[.,]?\d*[eEеЕ]\+?\d+", value):
        return "\nПрограмма сократила длинное число: впишите его заново целиком."
    return ""


ADDED, REMOVED, CHANGED = "Добавим", "Уберём", "Изменим"


def change_line(verb: str, who: str, facts: Sequence[str]) -> str:
    """Write one line of a preview: «Изменим: Орлов Пётр Ильич — почта: a@… → b@…»."""
    return f"{verb}: {who} — {'; '.join(facts)}" if facts else f"{verb}: {who}"


def changed_fact(key: str, before: str, after: str) -> str:
    """Write one changed fact: «почта: a@… → b@…»."""
    label = cell_words(key).label
    small = label if label.isupper() else label[:1].lower() + label[1:]
    return f"{small}: {before} → {after}"


def unchanged(count: int) -> str:
    """Say how many students stay as they are."""
    return f"Без изменений: {plural(count, 'ученик', 'ученика', 'учеников')}"


NO_CHANGES = "В списке ничего не изменилось."
