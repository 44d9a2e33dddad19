"""A form's fields as a page shows them: words, what was given, what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from school.errors import BadAnswer
from school.forms import engine
from school.forms.engine import Step
from school.forms.field import Context, Kind
from school.people import format_mobile
from wording import fields as words
from wording.facts import option_label
from wording.problems import explain

TYPES = {"mobile": "tel", "orderer_mobile": "tel", "email": "email", "orderer_email": "email"}
COMPLETE = {
    "surname": "family-name",
    "name": "given-name",
    "patronymic": "additional-name",
    "mobile": "tel",
    "orderer_name": "name",
    "orderer_mobile": "tel",
    "orderer_email": "email",
    "payer_name": "organization",
    "birth_date": "bday",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a field."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field on a page; `id` and `name` of its input, `text` what stands in it, `problem` a sentence or ""."""

    id: str
    name: str
    kind: str
    label: str
    hint: str
    example: str
    text: str
    problem: str
    type: str
    complete: str
    choices: tuple[Choice, ...] = ()
    optional: bool = False


def view_of(
    form: str,
    step: Step,
    answers: Mapping[str, Any],
    context: Context,
    typed: str | None = None,
    problem: BadAnswer | None = None,
) -> FieldView:
    """Return the field of a step; `typed` is what could not be taken, `problem` what was wrong with it."""
    scope = engine.scope_of(step, dict(answers), context)
    values = answers if step.index is None else scope.item
    key, value = step.field.key, values.get(step.field.key)
    said = words.words_of(form, key, answers)
    choices = tuple(
        Choice(option.value, option_label(key, option), option.value == value)
        for option in step.field.options(scope)
        if step.field.kind is Kind.CHOICE
    )
    name = step.path
    return FieldView(
        id=name.replace(".", "-"),
        name=name,
        kind="choice" if choices else "text",
        label=said.question,
        hint=PAGE_HINTS.get(key, said.hint),
        example=said.example,
        text=typed if typed is not None else _shown(key, value),
        problem=on_page(explain(problem)) if problem is not None else "",
        type=TYPES.get(key, "text"),
        complete=COMPLETE.get(key, "off"),
        choices=choices,
        optional=step.field.skippable(scope),
    )


# Where the chat's hint speaks of buttons.
PAGE_HINTS = {
    "patronymic": "Если его нет, оставьте пустым.",
    "same_surname": "Если вы меняли фамилию после диплома, выберите «Другая».",
    "citizenship": "Например, Россия.",
    "course": "",
    "run": "",
}


def _shown(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key in ("mobile", "orderer_mobile"):
        return format_mobile(str(value))
    if key == "birth_date":
        year, month, day = str(value).split("-")
        return f"{day}.{month}.{year}"
    return str(value)


# What a chat or a letter asks to send is written into a field here.
_HERE = (
    ("пришлите ещё раз", "впишите ещё раз"),
    ("Пришлите ", "Впишите "),
    ("пришлите ", "впишите "),
    ("Нажмите кнопку: ", "Выберите: "),
    ("Нажмите кнопку", "Выберите"),
    (" или пришлите: да", ""),
)


def on_page(sentence: str) -> str:
    """Return a sentence about a wrong answer as it reads beside a field."""
    for chat, here in _HERE:
        sentence = sentence.replace(chat, here)
    return sentence
