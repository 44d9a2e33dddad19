"""The order form read back: every cell by the form's own checks, every bad one marked, nothing half-accepted."""

from collections.abc import Sequence
from dataclasses import dataclass

from paper.order_form_cells import Place, ReadCells, read_cells
from paper.order_form_marks import (
    Choice,
    Mark,
    cell_of,
    choices,
    form_version,
    order_columns,
    plain,
    student_columns,
    typed_dates,
)
from paper.xlsx_in import SheetRefused
from school.centre import Centre
from school.draft import Answers
from school.forms.field import Context, Field, Kind, Option, Scope
from school.forms.order import ORDER
from school.forms.whole import Problem, check_all
from wording import order_form as words
from wording.consents import order_consent
from wording.facts import option_label

__all__ = ["Mark", "ReadForm", "SheetRefused", "read_order_form"]


@dataclass(frozen=True, slots=True)
class ReadForm:
    """What was read: `answers` of a finished form, None while anything is marked; `students` counts their rows.

    `raw` are the texts as typed, for `order_form(…, answers=raw, marks=marks)`; `outdated`: the file was made for
    an older form or catalogue.
    """

    answers: Answers | None
    marks: tuple[Mark, ...]
    students: int
    raw: Answers
    outdated: bool = False


def read_order_form(content: bytes, context: Context, centre: Centre, given: Answers | None = None) -> ReadForm:
    """Read a filled form, or an order's workbook exported earlier.

    `given` are answers that the person gave elsewhere (the draft of a chat): they stand where the file is silent,
    the students' excepted. Raises `SheetRefused` (sheet_broken, sheet_too_big, sheet_no_columns with data: missing).
    May take seconds: call it off the loop.
    """
    cells = read_cells(content, context)
    raw = _raw(cells, given or {})
    other_text = _other_consent(cells, centre) - {key for key, value in (given or {}).items() if value}
    for key in other_text:
        raw[key] = ""
    reader = _Options(context)
    answers, problems = check_all(ORDER, raw, context, chosen=reader.value, confirmed=raw["confirmed"])
    marks = [*cells.marks, *_marks(problems, answers, cells, reader, other_text)]
    outdated = bool(cells.stamp) and cells.stamp[1:3] != (form_version(), str(context.catalogue.version))
    return ReadForm(None if marks else answers, tuple(marks), len(raw["students"]), raw, outdated)


def _raw(cells: ReadCells, given: Answers) -> Answers:
    raw: Answers = {"students": cells.students, "confirmed": sorted(cells.confirmed)}
    for key in (f.key for column in order_columns() for f in column.fields):
        if cells.order.get(key):
            raw[key] = cells.order[key]
        elif given.get(key):
            raw[key] = words.YES if given[key] is True else str(given[key])
            raw["confirmed"].append(key)  # doubts about it were settled there
    return raw


def _other_consent(cells: ReadCells, centre: Centre) -> frozenset[str]:
    """Return the consents that stand beside another text than this centre's present one (152-ФЗ, ст. 9)."""
    consent = order_consent(centre.name)
    if cells.stamp[5:6] == (consent.sha256,):
        return frozenset()
    keys = (f.key for c in order_columns() for f in c.fields if f.kind is Kind.CONSENT and cells.order.get(f.key))
    text = plain(consent.text)
    return frozenset(key for key in keys if text not in plain(cells.beside.get(key, "")))


class _Options:
    """Finds the option that words in a cell stand for."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.lines: dict[str, list[Choice]] = {}
        for column in (*order_columns(), *student_columns()):
            if len(column.fields) == 1:
                self.lines[column.keys[0]] = list(choices(column, context))
        self.by_word = {key: _by_word(lines) for key, lines in self.lines.items()}

    def value(self, field: Field, text: str, scope: Scope) -> str:
        """Return the option's value, else the text in a form that is not taken for an option's number in a chat."""
        wanted = plain(text)
        for line in self.by_word.get(field.key, {}).get(wanted, ()):
            if all(scope.item.get(key) == value for key, value in line.values.items() if key != field.key):
                return line.values[field.key]
        dates = typed_dates(text)
        for option in self.offered(field, scope):
            named = {plain(option_label(field.key, option)), plain(option.title), plain(option.value)}
            if wanted in named or (dates and dates == option.detail.split("/")[: len(dates)]):
                return option.value
        return f"№ {text}" if text.isdecimal() else text

    def offered(self, field: Field, scope: Scope) -> list[Option]:
        """Return the options that a cell may name; «как у ученика 1» needs a chat."""
        return [o for o in field.options(scope) if not o.fills]

    def named(self, field: Field, answers: Answers, index: int | None) -> list[str]:
        """Return the words of what may stand in the cell now."""
        students = answers.get("students", [])
        item = students[index] if index is not None and index < len(students) else {}
        scope = Scope(answers, item, -1 if index is None else index, self.context)
        return [option_label(field.key, option) for option in self.offered(field, scope)]


def _by_word(lines: Sequence[Choice]) -> dict[str, list[Choice]]:
    found: dict[str, list[Choice]] = {}
    for line in lines:
        found.setdefault(plain(line.word), []).append(line)
    return found


def _marks(
    problems: dict[str, Problem], answers: Answers, cells: ReadCells, options: _Options, other_text: frozenset[str]
) -> list[Mark]:
    """Return a mark a cell; the first problem of a cell says enough."""
    fields = {f.key: f for f in (*ORDER.before, *ORDER.group, *ORDER.after)}
    marks: dict[tuple[str, str], Mark] = {}
    for path, problem in problems.items():
        _, _, rest = path.partition(".")
        index = int(rest.partition(".")[0]) if rest else None
        field = fields[path.rpartition(".")[2]]
        place = cells.places.get(path) or _own_place(path)
        offered = options.named(field, answers, index) if field.kind is Kind.CHOICE else []
        text = words.explain_cell(problem, field, place.text, offered)
        if path in other_text:
            text = words.OTHER_CONSENT
        marks.setdefault((place.sheet, place.cell), Mark(place.sheet, place.cell, place.text, text, path))
    return list(marks.values())


def _own_place(path: str) -> Place:
    """Return where the field stands in the form that we send back, when the file has no such cell."""
    return Place(*cell_of(path), "")
