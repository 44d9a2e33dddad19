"""The catalogue as an XLSX workbook: given out, changed and read back whole, every bad cell at once (S3).

Four sheets: schools, courses, tariffs, runs. A row is known by its key; a run without one gets "<course>-<start>".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from paper.cells import Value, cell, saved, set_widths, table
from paper.xlsx_in import MAX_ROWS, SheetRefused, opened, sheets_of, too_big
from school.catalogue import Catalogue, Course, Discipline, Run, Tariff
from school.names import fold
from wording import catalogue_sheet as words
from wording.catalogue_sheet import COLUMNS, HOW_TO_FILL, HOW_TO_SHEET, SHEETS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

__all__ = ["CatalogueRead", "Fault", "SheetRefused", "catalogue_workbook", "read_catalogue"]

_WIDTHS: dict[str, tuple[int, ...]] = {
    "disciplines": (20, 40),
    "courses": (20, 20, 60, 40, 10, 10, 50),
    "tariffs": (28, 20, 30, 16),
    "runs": (28, 20, 14, 14, 10, 50),
}
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_KEY = 40
_LONGEST_TEXT = 300
_DEAREST = 100_000_000  # roubles: beyond it, kopecks were written by mistake
_MOST_HOURS = 10_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that could not be read: sheet's title, row in it, column's title, a sentence in Russian."""

    sheet: str
    row: int
    column: str
    problem: str


@dataclass(frozen=True, slots=True)
class CatalogueRead:
    """What was read, of version 0; it may be loaded only where there are no faults."""

    catalogue: Catalogue
    faults: tuple[Fault, ...]


def catalogue_workbook(catalogue: Catalogue) -> bytes:
    """Return the workbook's bytes; prices are numbers in roubles, dates are dates, typed text is never a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    rows: dict[str, list[tuple[Value, ...]]] = {
        "disciplines": [(one.key, one.title) for one in catalogue.disciplines],
        "courses": [
            (one.key, one.discipline, one.title, one.level, Decimal(one.hours), Decimal(one.lessons), one.document)
            for one in catalogue.courses
        ],
        "tariffs": [(one.key, one.course, one.title, Decimal(one.price) / 100) for one in catalogue.tariffs],
        "runs": [
            (one.key, one.course, one.starts, one.ends, words.CLOSED if one.closed else "", one.access_url)
            for one in catalogue.runs
        ],
    }
    for name, found in rows.items():
        sheet = table(book, SHEETS[name], tuple(zip(COLUMNS[name].values(), _WIDTHS[name], strict=True)))
        for row in found:
            made = [cell(sheet, value) for value in row]
            for one, value in zip(made, row, strict=True):
                if name == "courses" and isinstance(value, Decimal):
                    one.number_format = "0"
            sheet.append(made)
    _note(book)
    return saved(book)


def _note(book: "Workbook") -> None:
    sheet = book.create_sheet(HOW_TO_SHEET)
    set_widths(sheet, (110,))
    for line in HOW_TO_FILL:
        sheet.append([cell(sheet, line)])


def read_catalogue(content: bytes) -> CatalogueRead:
    """Read a changed workbook: sheets and columns by their titles in any order, every bad cell at once.

    Raises `SheetRefused`: sheet_broken, sheet_too_big, sheet_no_columns (data: missing). May take seconds: call it off
    the loop.
    """
    with opened(content) as book:
        tables = {name: _rows(found) for name, found in _known_sheets(book)}
    if missing := [f"лист {SHEETS[name]}" for name in SHEETS if name not in tables]:
        raise SheetRefused("sheet_no_columns", {"missing": missing})
    return _Reader(tables).read()


Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet as read: the place of each column, and the rows below the titles."""

    columns: Mapping[str, int]
    rows: Sequence[Row]


def _known_sheets(book: "Workbook") -> Iterator[tuple[str, tuple[str, Iterator[Row]]]]:
    names = {fold(title): name for name, title in SHEETS.items()}
    for title, seen, rows in sheets_of(book):
        if seen and (name := names.get(fold(title))) is not None:
            yield name, (name, rows)


def _rows(found: tuple[str, Iterator[Row]]) -> _Table:
    name, rows = found
    titles = {fold(title): key for key, title in COLUMNS[name].items()}
    _, first = next(rows, (1, ()))
    columns = {key: place for place, text in enumerate(first) if (key := titles.get(fold(text).strip(" .:*")))}
    if missing := [f"{SHEETS[name]}: {COLUMNS[name][key]}" for key in COLUMNS[name] if key not in columns]:
        raise SheetRefused("sheet_no_columns", {"missing": missing})
    kept: list[Row] = []
    for row in rows:
        if len(kept) >= MAX_ROWS:
            raise too_big()
        if any(row[1][place] for place in columns.values() if place < len(row[1])):
            kept.append(row)
    return _Table(columns, kept)


@dataclass(slots=True)
class _Line:
    """One row of a sheet: hands out checked values, notes what is wrong."""

    sheet: str
    number: int
    texts: Mapping[str, str]
    faults: list[Fault]

    def wrong(self, column: str, problem: str) -> None:
        self.faults.append(Fault(SHEETS[self.sheet], self.number, COLUMNS[self.sheet][column], problem))

    def text(self, column: str) -> str:
        value = self.texts[column]
        if not value:
            self.wrong(column, words.empty(column))
        elif len(value) > _LONGEST_TEXT:
            self.wrong(column, words.too_long(_LONGEST_TEXT))
        return value

    def key(self, column: str = "key") -> str:
        value = self.text(column)
        if value and (not _KEY.fullmatch(value) or len(value) > _LONGEST_KEY):
            self.wrong(column, words.bad_key(value))
        return value

    def known(self, column: str, keys: frozenset[str], where: str) -> str:
        value = self.text(column)
        if value and value not in keys:
            self.wrong(column, words.unknown_key(value, where))
        return value

    def count(self, column: str) -> int:
        value = self.texts[column]
        if value.isascii() and value.isdecimal() and 0 < int(value) <= _MOST_HOURS:
            return int(value)
        self.wrong(column, words.bad_count(value))
        return 1

    def kopecks(self, column: str) -> int:
        value = self.texts[column]
        try:
            roubles = Decimal(re.sub(r"[\s\u00a0₽]", "", value).replace(",", "."))
        except InvalidOperation:
            roubles = Decimal(0)
        if roubles.is_finite() and 0 < roubles <= _DEAREST and roubles * 100 == int(roubles * 100):
            return int(roubles * 100)
        self.wrong(column, words.bad_price(value))
        return 1

    def day(self, column: str) -> date | None:
        value = self.texts[column]
        for form in ("%d.%m.%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(value, form).date()  # noqa: DTZ007 - a date has no zone
            except ValueError:
                continue
        self.wrong(column, words.bad_day(value))
        return None

    def flag(self, column: str) -> bool:
        value = fold(self.texts[column])
        if value not in words.FLAGS:
            self.wrong(column, words.bad_flag(self.texts[column]))
        return words.FLAGS.get(value, False)

    def link(self, column: str) -> str:
        value = self.texts[column]
        if value and not re.match(r"https?://[^\s/]+", value):
            self.wrong(column, words.bad_link(value))
        return value


@dataclass(slots=True)
class _Reader:
    """Makes the catalogue of the four tables."""

    tables: Mapping[str, _Table]
    faults: list[Fault] = field(default_factory=list)

    def read(self) -> CatalogueRead:
        """Read all of it."""
        disciplines = tuple(Discipline(line.key(), line.text("title")) for line in self._lines("disciplines"))
        schools = frozenset(one.key for one in disciplines)
        courses = tuple(self._course(line, schools) for line in self._lines("courses"))
        if not courses and not self.faults:
            self.faults.append(Fault(SHEETS["courses"], 2, COLUMNS["courses"]["key"], words.NO_COURSES))
        known = frozenset(one.key for one in courses)
        tariffs = tuple(self._tariff(line, known) for line in self._lines("tariffs"))
        runs = tuple(run for line in self._lines("runs") if (run := self._run(line, known)) is not None)
        made = Catalogue(0, disciplines, courses, tariffs, runs)
        return CatalogueRead(made, tuple(self.faults))

    def _lines(self, name: str) -> Iterator[_Line]:
        """Yield the rows of a sheet; a key that stands in an earlier row is noted."""
        found, seen = self.tables[name], dict[str, int]()
        for number, row in found.rows:
            texts = {key: row[place] if place < len(row) else "" for key, place in found.columns.items()}
            line = _Line(name, number, texts, self.faults)
            if name == "runs" and not texts["key"]:
                texts["key"] = self._own_key(texts)
            key = texts["key"]
            if key and key in seen:
                line.wrong("key", words.repeated_key(key, seen[key]))
            seen.setdefault(key, number)
            yield line

    @staticmethod
    def _own_key(texts: Mapping[str, str]) -> str:
        """Return the key of a run that has none: its course and start, as a file of the command line has it."""
        day = _Line("runs", 0, texts, []).day("starts")
        return f"{texts['course']}-{day}" if day is not None and texts["course"] else ""

    def _course(self, line: _Line, schools: frozenset[str]) -> Course:
        return Course(
            key=line.key(),
            discipline=line.known("discipline", schools, SHEETS["disciplines"]),
            title=line.text("title"),
            level=line.text("level"),
            hours=line.count("hours"),
            lessons=line.count("lessons"),
            document=line.text("document"),
        )

    def _tariff(self, line: _Line, courses: frozenset[str]) -> Tariff:
        key, course = line.key(), line.known("course", courses, SHEETS["courses"])
        return Tariff(key, course, line.text("title"), line.kopecks("price"))

    def _run(self, line: _Line, courses: frozenset[str]) -> Run | None:
        course, starts, ends = line.known("course", courses, SHEETS["courses"]), line.day("starts"), line.day("ends")
        closed, link = line.flag("closed"), line.link("access_url")
        if starts is None or ends is None:
            return None
        if ends < starts:
            line.wrong("ends", words.ends_early(starts, ends))
        return Run(line.key(), course, starts, ends, closed, link)
