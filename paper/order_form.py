"""The order form as a workbook to fill in, empty or with what was filled in and marked (REGULATIONS O3–O5)."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from paper.cells import cell, saved, set_widths
from paper.order_form_marks import (
    FIRST_FIELD_ROW,
    FIRST_STUDENT_ROW,
    STAMP,
    Choice,
    Column,
    Mark,
    choices,
    example_row,
    form_version,
    order_columns,
    student_columns,
)
from school.draft import Answers
from school.forms.engine import MOST_STUDENTS
from school.forms.field import Context, Kind
from wording import order_form as words
from wording.consents import ConsentDocument, order_consent

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["Mark", "order_form"]

_ORDER_WIDTHS = (30, 44, 70, 16, 60)
_HINT_WIDTH, _LINE_POINTS = 66, 15
_WIDE, _USUAL = 60, 32
_BAD, _INPUT, _GREY = "FFC7CE", "FFF9E5", "808080"
_TEXT_FORMAT = "@"  # a cell of text keeps the zero that an ИНН or a КПП begins with


def order_form(
    context: Context,
    centre_name: str,
    answers: Answers | None = None,
    marks: Sequence[Mark] = (),
    *,
    centre_number: str = "",
) -> bytes:
    """Return the workbook's bytes; `answers` are a draft's, or texts as typed (`ReadForm.raw`), shown as they are.

    Every cell of `marks` is coloured and explained in a note and in the column «Что исправить».
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    consent = order_consent(centre_name)
    lists = _lists(context)
    maker = _Maker(dict(answers or {}), {m.path: m for m in marks if m.path}, lists)
    others = [m.text for m in marks if not m.path]
    _order_sheet(book, maker, centre_name, consent, others)
    _students_sheet(book, maker)
    _lists_sheet(book, lists, (context, centre_number, consent))
    return saved(book)


Lists = dict[tuple[str, ...], tuple[Choice, ...]]


def _lists(context: Context) -> Lists:
    found = {c.keys: choices(c, context) for c in (*order_columns(), *student_columns())}
    return {keys: lines for keys, lines in found.items() if lines}


class _Maker:
    """What is written into the cells of both sheets."""

    def __init__(self, answers: Answers, marks: Mapping[str, Mark], lists: Lists) -> None:
        self.answers = answers
        self.marks = marks
        self.lists = lists
        self.students: list[Mapping[str, Any]] = list(answers.get("students", []))
        self.confirmed = frozenset(answers.get("confirmed", ()))

    def value(self, column: Column, values: Mapping[str, Any]) -> str:
        """Return the words of the column's answer: the line of its list, else as typed."""
        for line in self.lists.get(column.keys, ()):
            own = {key: line.values[key] for key in column.keys}
            up = {key: values.get(key) for key in line.values}
            if own == {key: values.get(key) for key in own} and up == dict(line.values):
                return line.word
        texts = (values.get(key) for key in column.keys)
        return " — ".join(words.YES if text is True else str(text) for text in texts if text)

    def mark(self, column: Column, prefix: str = "") -> Mark | None:
        """Return what is wrong with the column's cell."""
        return next((self.marks[prefix + key] for key in column.keys if prefix + key in self.marks), None)

    def count(self) -> tuple[int, int]:
        """Return how many cells are marked on the sheet of the order and on that of the students."""
        students = sum(path.startswith("students.") for path in self.marks)
        return len(self.marks) - students, students


def _order_sheet(
    book: "Workbook", maker: _Maker, centre_name: str, consent: ConsentDocument, others: Sequence[str]
) -> None:
    sheet: Worksheet = book.create_sheet(words.ORDER_SHEET)
    set_widths(sheet, _ORDER_WIDTHS)
    sheet.freeze_panes = f"A{FIRST_FIELD_ROW}"
    order, students = maker.count()
    sheet.append([_loose(sheet, words.form_title(centre_name), bold=True)])
    line = words.headline(order, students, others)
    sheet.append([_loose(sheet, line or words.INTRO, bold=bool(line))])
    titles = [cell(sheet, t, bold=True) for t in (words.WHAT, words.ANSWER, words.HINT, words.CONFIRM, words.FIX)]
    _note(titles[3], words.CONFIRM_NOTE)
    sheet.append(titles)
    for row, column in enumerate(order_columns(), FIRST_FIELD_ROW):
        hint = _hint(column, consent)
        mark = maker.mark(column)
        sheet.row_dimensions[row].height = _LINE_POINTS * max(_lines(hint), _lines(mark.text if mark else ""))
        _drop_down(sheet, column, f"B{row}", maker.lists)
        made = _input(sheet, maker.value(column, maker.answers), mark)
        agreed = words.CONFIRMED if column.keys[0] in maker.confirmed else ""
        grey = cell(sheet, hint)
        fix = cell(sheet, mark.text if mark else "")
        sheet.append([cell(sheet, column.title, bold=True), made, grey, _input(sheet, agreed), fix])


def _hint(column: Column, consent: ConsentDocument) -> str:
    if column.fields[0].kind is Kind.CONSENT:
        return f"{consent.text}\n\n{words.ASK_YES}"
    return words.hint_of(column.keys[0])


def _lines(text: str) -> int:
    return sum(max(1, ceil(len(line) / _HINT_WIDTH)) for line in text.split("\n"))


def _students_sheet(book: "Workbook", maker: _Maker) -> None:
    sheet: Worksheet = book.create_sheet(words.STUDENTS_SHEET)
    columns = student_columns()
    set_widths(sheet, [*(_WIDE if len(c.fields) > 1 else _USUAL for c in columns), 16, _WIDE])
    sheet.freeze_panes = "B2"
    titles = [cell(sheet, title, bold=True) for title in (*(c.title for c in columns), words.CONFIRM, words.FIX)]
    for title, note in zip(titles, (*(words.hint_of(c.keys[-1]) for c in columns), words.CONFIRM_NOTE), strict=False):
        _note(title, note)
    sheet.append(titles)
    rows = max(MOST_STUDENTS, len(maker.students))
    for place, column in enumerate(columns):
        letter = chr(ord("A") + place)
        _drop_down(sheet, column, f"{letter}{FIRST_STUDENT_ROW}:{letter}{FIRST_STUDENT_ROW + rows - 1}", maker.lists)
    sheet.append(_example(sheet, columns, maker.lists))
    for index in range(rows):
        sheet.append(_student(sheet, columns, maker, index))


def _example(sheet: "Worksheet", columns: Sequence[Column], lists: Lists) -> list["Cell"]:
    from openpyxl.styles import Font

    typed = example_row()
    texts = [typed.get(c.keys[0]) or next((line.word for line in lists.get(c.keys, ())), "") for c in columns]
    made = [cell(sheet, text) for text in (*texts, "", words.EXAMPLE_NOTE)]
    for each in made:
        each.font = Font(color=_GREY, italic=True)
    return made


def _student(sheet: "Worksheet", columns: Sequence[Column], maker: _Maker, index: int) -> list["Cell"]:
    prefix = f"students.{index}."
    values = maker.students[index] if index < len(maker.students) else {}
    marks = [maker.mark(column, prefix) for column in columns]
    made = [
        _input(sheet, maker.value(column, values), mark) for column, mark in zip(columns, marks, strict=True)
    ]  # fmt: skip
    sure = prefix[:-1] in maker.confirmed or any(prefix + key in maker.confirmed for c in columns for key in c.keys)
    fix = [f"{c.title}. {m.text}" for c, m in zip(columns, marks, strict=True) if m]
    return [*made, _input(sheet, words.CONFIRMED if sure else ""), cell(sheet, "\n".join(fix))]


def _input(sheet: "Worksheet", text: str, mark: Mark | None = None) -> "Cell":
    from openpyxl.styles import PatternFill

    made = cell(sheet, text)
    if not text:
        made.value = None  # an empty text would count as filled in
    made.number_format = _TEXT_FORMAT
    made.fill = PatternFill("solid", fgColor=_BAD if mark else _INPUT)
    if mark:
        _note(made, mark.text)
    return made


def _loose(sheet: "Worksheet", text: str, *, bold: bool) -> "Cell":
    """Return a line that runs over the cells beside it instead of growing its row."""
    from openpyxl.styles import Alignment

    made = cell(sheet, text, bold=bold)
    made.alignment = Alignment(wrap_text="\n" in text, vertical="top")
    return made


def _note(made: "Cell", text: str) -> None:
    from openpyxl.comments import Comment

    if text:
        made.comment = Comment(text, words.HINT, height=30 + 18 * _lines(text), width=320)


def _drop_down(sheet: "Worksheet", column: Column, cells: str, lists: Lists) -> None:
    """Offer the column's list; another text may still be pasted, the reader explains what is wrong with it."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if column.fields[0].kind in (Kind.CONSENT, Kind.CONFIRM):
        source = f'"{words.YES}"'
    elif column.keys in lists:
        place = chr(ord("B") + list(lists).index(column.keys))
        count = len(_unique(lists[column.keys]))
        source = f"'{words.LISTS_SHEET}'!${place}$1:${place}${count}"
    else:
        return
    rule = DataValidation(type="list", formula1=source, allow_blank=True, errorStyle="warning")
    rule.add(cells)
    sheet.data_validations.append(rule)


def _unique(lines: Sequence[Choice]) -> list[str]:
    return list(dict.fromkeys(line.word for line in lines))


def _lists_sheet(book: "Workbook", lists: Lists, stamp: tuple[Context, str, ConsentDocument]) -> None:
    """Write the lists of the drop-downs, and in column A by what catalogue, centre and consent the form was made."""
    context, centre_number, consent = stamp
    marks = (
        STAMP, form_version(), str(context.catalogue.version), centre_number, consent.version, consent.sha256
    )  # fmt: skip
    sheet = book.create_sheet(words.LISTS_SHEET)
    sheet.sheet_state = "hidden"
    columns = [marks, *(_unique(lines) for lines in lists.values())]
    for row in range(max(len(column) for column in columns)):
        sheet.append([cell(sheet, column[row]) if row < len(column) else None for column in columns])
