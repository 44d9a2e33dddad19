"""The sheet of results: given out filled with what is known, read back as what to change (REGULATIONS M2, D1)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from paper.cells import cell, saved, set_widths, table
from paper.xlsx_in import MAX_ROWS, SheetRefused, opened, rows_of, too_big
from school.errors import BadAnswer
from school.names import fold, tidy
from school.order import TestState, TrainingState
from school.post import parse_tracking
from wording import sheets, statuses
from wording.dates import period_with_year
from wording.problems import explain
from wording.sheets import RESULT_COLUMNS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["Fault", "ReadRow", "ResultRow", "Sheet", "SheetRefused", "read_results", "results_workbook"]

_WIDTHS = (18, 36, 32, 48, 28, 22, 16, 20)
_HEADER_WITHIN = 20  # rows that are searched for the titles
_CHANGEABLE = ("test", "training", "tracking")
_REFERENCE = re.compile(r"№?\s*(\d{1,10}-\d{1,10}/\d{1,4})")
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "reference": ("№", "номер ученика", "номер заявки и ученика"),
    "test": ("тестирование", "статус итогового тестирования", "тест"),
    "training": ("статус обучения",),
    "tracking": ("трек-номер", "трек", "идентификатор почтового отправления", "почтовый идентификатор"),
}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A student as given out: `reference` like "0123-0042/2", `starts` and `ends` in the school's zone."""

    reference: str
    name: str
    email: str
    course_title: str
    starts: date
    ends: date
    test: TestState = "none"
    training: TrainingState = "not_started"
    tracking: str | None = None


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as read: `number` in the sheet; None means «leave as it is»; `tracking` is checked and tidy."""

    number: int
    reference: str
    test: TestState | None = None
    training: TrainingState | None = None
    tracking: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that could not be read: row in the sheet, column's title, what stands there, a sentence in Russian."""

    row: int
    column: str
    value: str
    problem: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that was read; a row with a fault is among `faults` only."""

    rows: tuple[ReadRow, ...]
    faults: tuple[Fault, ...]


def results_workbook(rows: Sequence[ResultRow]) -> bytes:
    """Return the workbook's bytes: the students with drop-downs for the statuses, and a sheet on how to fill it in."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = table(book, "Итоги", list(zip(RESULT_COLUMNS.values(), _WIDTHS, strict=True)))
    last = max(len(rows), 1) + 1
    _drop_down(sheet, f"F2:F{last}", tuple(statuses.TEST.values()))
    _drop_down(sheet, f"G2:G{last}", tuple(statuses.TRAINING.values()))
    for row in rows:
        sheet.append([cell(sheet, value) if value else None for value in _values(row)])
    _note(book)
    return saved(book)


def read_results(content: bytes) -> Sheet:
    """Read a filled sheet: the columns by their titles in any order, every bad cell at once.

    Raises `SheetRefused`: sheet_broken, sheet_too_big, sheet_no_columns (data: missing). Formulas are read as the
    values that the file keeps. May take seconds: call it off the loop.
    """
    with opened(content) as book:
        fewest: list[str] | None = None
        for rows in rows_of(book):
            for number, columns in _headers(rows):
                missing = _missing(columns)
                if not missing:
                    return _read(rows, number, columns)
                fewest = missing if fewest is None or len(missing) < len(fewest) else fewest
        raise SheetRefused("sheet_no_columns", {"missing": fewest or _missing({})})


def _drop_down(sheet: "Worksheet", cells: str, words: tuple[str, ...]) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=True)
    rule.errorTitle, rule.error = "Статус не из списка", f"Выберите: {', '.join(words)}."
    rule.add(cells)
    sheet.data_validations.append(rule)


def _values(row: ResultRow) -> tuple[str, ...]:
    return (
        row.reference,
        row.name,
        row.email,
        row.course_title,
        period_with_year(row.starts, row.ends),
        statuses.TEST[row.test],
        statuses.TRAINING[row.training],
        row.tracking or "",
    )


def _note(book: "Workbook") -> None:
    sheet = book.create_sheet("Как заполнить")
    set_widths(sheet, (100,))
    for line in sheets.HOW_TO_FILL:
        sheet.append([cell(sheet, line)])


Row = tuple[int, tuple[str, ...]]
Columns = Mapping[str, list[int]]


def _headers(rows: Iterator[Row]) -> Iterator[tuple[int, Columns]]:
    """Yield the first rows as titles: the caller stops at the one that is the header, `rows` then go on below it."""
    for number, texts in rows:
        if number > _HEADER_WITHIN:
            return
        columns: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            if key := _key(text):
                columns.setdefault(key, []).append(place)
        yield number, columns


def _key(title: str) -> str | None:
    folded = fold(title).strip(" .:*")
    for key, own in RESULT_COLUMNS.items():
        if folded == fold(own) or folded in _SYNONYMS.get(key, ()):
            return key
    return None


def _missing(columns: Columns) -> list[str]:
    """Return the titles without which nothing can be read: the number, and at least one column to change."""
    needed = [] if "reference" in columns else ["reference"]
    if not any(key in columns for key in _CHANGEABLE):
        needed += _CHANGEABLE
    return [RESULT_COLUMNS[key] for key in needed]


def _read(rows: Iterator[Row], header: int, columns: Columns) -> Sheet:
    wanted = {key: places for key, places in columns.items() if key in ("reference", *_CHANGEABLE)}
    faults = [
        Fault(header, RESULT_COLUMNS[key], "", sheets.repeated_column(RESULT_COLUMNS[key]))
        for key, places in wanted.items()
        if len(places) > 1
    ]
    read: list[ReadRow] = []
    seen: dict[str, int] = {}
    for count, (number, texts) in enumerate(rows, 1):
        if count > MAX_ROWS:
            raise too_big()
        found = _read_row(number, {key: texts[places[0]] for key, places in wanted.items()}, seen)
        if isinstance(found, ReadRow):
            read.append(found)
        else:
            faults += found
    return Sheet(tuple(read), tuple(faults))


def _read_row(number: int, texts: Mapping[str, str], seen: dict[str, int]) -> ReadRow | list[Fault]:
    """Read one row; a row that has none of our cells filled has no faults. `seen` is reference → row, added to."""
    if not any(texts.values()):
        return []
    problems: dict[str, str] = {}
    reference = _read_reference(texts["reference"], number, seen, problems)
    test = statuses.parse_test(texts.get("test", ""))
    training = statuses.parse_training(texts.get("training", ""))
    if texts.get("test") and test is None:
        problems["test"] = sheets.unknown_status(texts["test"], tuple(statuses.TEST.values()))
    if texts.get("training") and training is None:
        problems["training"] = sheets.unknown_status(texts["training"], tuple(statuses.TRAINING.values()))
    tracking = None
    try:
        tracking = parse_tracking(texts["tracking"]) if texts.get("tracking") else None
    except BadAnswer as problem:
        problems["tracking"] = explain(problem)
    if problems:
        return [Fault(number, RESULT_COLUMNS[key], texts[key], words) for key, words in problems.items()]
    return ReadRow(number, reference, test, training, tracking)


def _read_reference(text: str, number: int, seen: dict[str, int], problems: dict[str, str]) -> str:
    found = _REFERENCE.fullmatch(tidy(text))
    if found is None:
        problems["reference"] = sheets.bad_reference(text) if text else sheets.no_reference()
        return ""
    reference = found[1]
    if reference in seen:
        problems["reference"] = sheets.repeated_reference(seen[reference])
    seen.setdefault(reference, number)
    return reference
