"""What a letter to a student says of their questionnaire: what was understood, what is missing, what was wrong.

Plain text: the templates escape it. Chat's words that name buttons are said for letters here.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from school.errors import BadAnswer
from school.people import format_mobile
from school.questionnaire import Page
from wording.dates import date_long
from wording.fields import EDUCATIONS, QUESTIONNAIRE, SEXES, words_of
from wording.plurals import plural
from wording.problems import explain, shown
from wording.reasons import FIELD_NAMES

_SENTENCES: dict[str, str] = {
    "questionnaire_consent": "Без согласия на обработку данных анкету не принять. Если согласны, напишите: Согласен.",
    "education_unknown": "Образование «{value}» не подходит. Напишите: высшее, среднее профессиональное или ещё учусь.",
    "sex_unknown": "Пол «{value}» не подходит. Напишите: женский или мужской.",
    "may_not_skip": "Это поле пропустить нельзя. Напишите ответ.",
    "pages_too_many": "В документе уже {value} страниц, больше не вмещается. Пришлите всё одним файлом PDF.",
}
# How a line of each field may look; the others have their chat's example.
_EXAMPLES = {
    "education": "высшее",
    "sex": "женский",
}
_SAME_LABEL = {"same_surname": "diploma_surname"}


def explain_by_mail(key: str, problem: BadAnswer) -> str:
    """Say what is wrong with one line of a letter and show a good one, beginning with the field's name."""
    sentence = _SENTENCES.get(problem.problem)
    words = sentence.format(value=shown(problem.value)) if sentence else explain(problem)
    label = FIELD_NAMES.get(key, "ФИО")
    return f"{label}: {' '.join(words.split())}"


def example_line(key: str) -> str:
    """Return a line of a letter that answers the field, as one would type it."""
    key = _SAME_LABEL.get(key, key)
    words = QUESTIONNAIRE[key]
    return f"{words.label}: {_EXAMPLES.get(key) or words.example}"


def missing_words(keys: Sequence[str], answers: Mapping[str, Any]) -> list[str]:
    """Say what is still to be sent, a sentence each, the documents as files."""
    found: list[str] = []
    for key in keys:
        if key in ("diploma", "name_change"):
            words = words_of("questionnaire", key, answers)
            found.append(f"{words.label}. Приложите фото или PDF к ответу. {words.hint}")
        elif key == "consent":
            found.append("Согласие. Прочитайте его ниже и напишите: «Согласен».")
        else:
            field = QUESTIONNAIRE[_SAME_LABEL.get(key, key)].label
            same = f" или «{field}: та же»" if key in ("same_surname", "diploma_surname") else ""
            found.append(f"{field}. Напишите строкой, например: «{example_line(key)}»{same}.")
    return list(dict.fromkeys(found))


def understood(keys: Sequence[str], answers: Mapping[str, Any]) -> list[list[str]]:
    """Return (label, value) of the lines that a letter gave, in the form's order, once each."""
    shown_keys = ["surname", "name", "patronymic", "mobile", "education", "diploma_surname", "birth_date", "sex"]
    shown_keys += ["snils", "citizenship", "diploma_series", "diploma_number"]
    given = {_SAME_LABEL.get(key, key) for key in keys}
    agreed = [[QUESTIONNAIRE["consent"].label, "дано"]] if "consent" in given else []
    return agreed + [[QUESTIONNAIRE[key].label, value_words(key, answers)] for key in shown_keys if key in given]


def value_words(key: str, answers: Mapping[str, Any]) -> str:
    """Say the value of a field as the questionnaire has it now."""
    value = answers.get(key)
    if key == "diploma_surname" and answers.get("same_surname") == "yes":
        return "та же"
    if key == "education":
        return EDUCATIONS[str(value)].lower()
    if key == "sex":
        return SEXES[str(value)].lower()
    if key == "mobile":
        return format_mobile(str(value))
    if key == "birth_date":
        return date_long(date.fromisoformat(str(value)))
    return str(value) if value else "нет"


def document_words(document: str, pages: Sequence[Page], answers: Mapping[str, Any]) -> list[str]:
    """Return (label, how much of it there is)."""
    label = words_of("questionnaire", document, answers).label
    count = sum(page.pages for page in pages)
    return [label, plural(count, "страница", "страницы", "страниц")]


def unneeded_words(keys: Sequence[str], *, returned: bool) -> list[str]:
    """Say what of a letter was left out because it is not asked now."""
    names = list(dict.fromkeys(FIELD_NAMES.get(key, key).lower() for key in keys))
    if not names:
        return []
    why = "это уже проверено" if returned else "это сейчас не нужно"
    return [f"Не меняли: {', '.join(names)} — {why}."]


STANDING = {
    "submitted": "Анкета у куратора: он её проверяет. Когда проверит, напишем вам.",
    "returned": "Анкета у куратора: он её проверяет. Когда проверит, напишем вам.",
    "approved": "Анкета подтверждена. Когда откроем доступ к обучению, напишем вам.",
    "declined": "По этой анкете зачислить не получится. Если это ошибка, напишите куратору.",
    "admitted": "Вы зачислены на курс, анкета больше не нужна.",
    "cancelled": "Ваша запись на курс отменена, анкета больше не нужна. "
    "Если это ошибка, спросите того, кто вас записал.",
}
PREFERS = {
    "mail": "Будем писать вам на эту почту.",
    "chat": "Будем писать вам в Телеграм.",
    "chat_unbound": "Будем писать вам в Телеграм, когда вы откроете в нём ссылку из письма с анкетой. "
    "Пока пишем на эту почту.",
}
TO_PERSON = "Ваше письмо прочитает сотрудник школы и ответит вам."
TO_CURATOR = "Ваше сообщение передали куратору. Ответ придёт сюда."
FILES_TOO_LATE = (
    "Файлы к анкете не приложили: она уже у куратора. Мы сказали ему, что вы их прислали. "
    "Если они нужны, он вернёт анкету, и вы пришлёте их ещё раз."
)


DENIED = "Отправителя не подтвердил почтовый сервер: письмо могли подделать. Из него ничего не записали."


def files_told(names: Sequence[str]) -> str:
    """Say to the curator which files came by mail after the questionnaire had been handed in."""
    named = ", ".join(f"«{shown(name)}»" for name in names if name) or "без названия"
    return (
        f"Ученик прислал по почте {plural(len(names), 'файл', 'файла', 'файлов')}: {named}. "
        "В анкету они не попали. Если они нужны, верните анкету с замечанием к документу."
    )


def not_read(lines: Sequence[str]) -> list[str]:
    """Say which lines look like a field and were not understood."""
    return [f"Не поняли строку: «{shown(line)}». Её куратор не увидит." for line in lines]


_FAULTS = {
    "unknown_user": "такого ящика нет",
    "no_domain": "такого почтового сервера нет",
    "mailbox_full": "ящик переполнен",
}


def fault_words(why: str) -> str:
    """Say why letters do not reach an address, by the code of the mail system's reason."""
    return _FAULTS.get(why, "почтовый сервер письма не принимает")
