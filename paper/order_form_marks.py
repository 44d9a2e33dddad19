"""The layout of the order form's workbook, built from the form's declaration and shared by its maker and its reader."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from school.forms.field import Context, Field, Form, Kind, Scope
from school.forms.order import ORDER
from school.names import fold
from wording.facts import option_label
from wording.order_form import (
    EXAMPLE_MARK,
    ORDER_SHEET,
    STUDENTS_SHEET,
    cell_words,
    title_of,
)

STAMP = "order-form"
FIRST_FIELD_ROW = 4
FIRST_STUDENT_ROW = 3  # after the titles and the example


@dataclass(frozen=True, slots=True)
class Mark:
    """A bad cell: where it stands in the file that was read, what stands there, what to do about it, in Russian.

    `path` is the field's in the form (`students.0.email`), by which `order_form` finds its own cell; empty when the
    mark is about the sheet as a whole.
    """

    sheet: str
    cell: str
    value: str
    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One cell's worth of the form: usually one field; a choice and the choice that it opens share one."""

    fields: tuple[Field, ...]
    title: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields' keys."""
        return tuple(f.key for f in self.fields)


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of a drop-down and the option values that it stands for, those it depends on included."""

    values: Mapping[str, str]
    word: str


def order_columns(form: Form = ORDER) -> tuple[Column, ...]:
    """Return the fields outside the group, a row each; files cannot be put into a cell."""
    return tuple(Column((f,), title_of((f.key,))) for f in (*form.before, *form.after) if f.kind is not Kind.FILE)


def student_columns(form: Form = ORDER) -> tuple[Column, ...]:
    """Return the group's columns: a choice takes in the first choice that depends on it («Курс и даты обучения»).

    One drop-down then fixes both, which needs no formulas and works in every office program.
    """
    taken: set[str] = set()
    columns: list[Column] = []
    for field in form.group:
        if field.kind is Kind.FILE or field.key in taken:
            continue
        opened = next((f for f in form.group if _depends(f, field)), None)
        fields = (field,) if opened is None else (field, opened)
        taken |= {f.key for f in fields}
        columns.append(Column(fields, title_of(tuple(f.key for f in fields))))
    return tuple(columns)


def choices(column: Column, context: Context, form: Form = ORDER) -> tuple[Choice, ...]:
    """Return every line of the column's drop-down; a line that stands for several parents' options is repeated.

    An option that only some of the parents have names its parent: «С консультациями · 22 500 ₽ (44-ФЗ)».
    """
    if any(f.kind is not Kind.CHOICE for f in column.fields):
        return ()
    first, *others = column.fields
    parent = next((f for f in form.group if _depends(first, f)), None)
    parents = list(_options(parent, {}, context)) if parent is not None else [({}, "")]
    found = [(up, *own) for values, up in parents for own in _options(first, values, context)]
    if others:
        pairs = ((word, *deeper) for _, values, word in found for deeper in _options(others[0], values, context))
        return tuple(Choice(values, f"{word} — {deeper}") for word, values, deeper in pairs)
    held = Counter(word for _, _, word in found)
    return tuple(Choice(values, word if held[word] == len(parents) else f"{word} ({up})") for up, values, word in found)


def cell_of(path: str, form: Form = ORDER) -> tuple[str, str]:
    """Return the sheet and the cell of a field in the workbook that `order_form` makes."""
    from openpyxl.utils import get_column_letter

    _, _, rest = path.partition(".")
    if not rest:
        row = next(n for n, c in enumerate(order_columns(form)) if path in c.keys)
        return ORDER_SHEET, f"B{FIRST_FIELD_ROW + row}"
    index, _, key = rest.partition(".")
    place = next(n for n, c in enumerate(student_columns(form), 1) if key in c.keys)
    return STUDENTS_SHEET, f"{get_column_letter(place)}{FIRST_STUDENT_ROW + int(index)}"


def example_row(form: Form = ORDER) -> dict[str, str]:
    """Return the typed cells of the example row by key; a row that still has them all is no student."""
    examples = {f.key: cell_words(f.key).example for f in form.group if f.kind is Kind.TEXT}
    first = form.group[0].key
    return {**examples, first: EXAMPLE_MARK + examples[first]}


def form_version(form: Form = ORDER) -> str:
    """Return a short digest of the form's fields: another one tells that a file was made for an older form."""
    keys = "/".join(",".join(f.key for f in part) for part in (form.before, form.group, form.after))
    return hashlib.sha256(keys.encode()).hexdigest()[:12]


def plain(text: str) -> str:
    """Fold words for comparison: spaces, dashes, case and ё do not matter."""
    return " ".join(fold(text).replace("–", "-").replace("—", "-").split())


def typed_dates(text: str) -> list[str]:
    """Return the dates written in digits («25.04.2027 – 25.05.2027») as ISO dates, in their order."""
    found = re.findall(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4})(?!\d)", text)
    return [f"{year}-{int(month):02d}-{int(day):02d}" for day, month, year in found]


def _depends(field: Field, parent: Field) -> bool:
    return parent.kind is field.kind is Kind.CHOICE and field.key in parent.resets


def _options(field: Field, item: Mapping[str, Any], context: Context) -> Iterator[tuple[dict[str, str], str]]:
    for option in field.options(Scope({}, item, -1, context)):
        if not option.fills:
            yield {**item, field.key: option.value}, option_label(field.key, option)
