"""The cells of an order's workbook found by their labels, ours or an exported order's, and tied to fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from paper.order_form_marks import STAMP, Column, Mark, choices, example_row, order_columns, plain, student_columns
from paper.xlsx_in import MAX_ROWS, SheetRefused, opened, sheets_of, too_big
from school.forms.field import Context, Kind
from wording import order_form as words
from wording.order_form import cell_words
from wording.sheets import repeated_column

Row = tuple[int, tuple[str, ...]]
_HEADER_WITHIN = 20  # rows that are searched for the titles
_LABEL_WITHIN = 3  # columns that are searched for a label
_CONFIRM = "confirm"
_FEWEST_TITLES = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the file: its sheet, its name like "B7" and its text."""

    sheet: str
    cell: str
    text: str


@dataclass(slots=True)
class ReadCells:
    """Texts by field, where they stand by path, and what is wrong with the sheets themselves.

    `beside`: the text to the right of the order's cells; `stamp`: what our form says of itself, else empty.
    """

    order: dict[str, str] = field(default_factory=dict)
    students: list[dict[str, str]] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)
    places: dict[str, Place] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    stamp: tuple[str, ...] = ()


def read_cells(content: bytes, context: Context) -> ReadCells:
    """Read all sheets; the first with the students' titles is theirs. Raises `SheetRefused`."""
    found = ReadCells()
    missing: list[str] | None = [c.title for c in student_columns()]
    with opened(content) as book:
        for title, visible, rows in sheets_of(book):
            taken = list(islice(rows, MAX_ROWS + 1))
            if len(taken) > MAX_ROWS:
                raise too_big()
            if not visible:
                found.stamp = found.stamp or _stamp(taken)
            elif (header := _header(taken)) is not None:
                if missing:
                    missing = _Students(found, title, header, taken, context).read()
            else:
                _read_order(found, title, taken)
    if missing:
        raise SheetRefused("sheet_no_columns", {"missing": missing})
    return found


def _stamp(rows: Sequence[Row]) -> tuple[str, ...]:
    texts = {number: row[0] for number, row in rows}
    return tuple(texts.get(n, "") for n in range(1, 7)) if texts.get(1) == STAMP else ()


def _labels(columns: Sequence[Column], synonyms: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the name of a column by each of its titles: one key, or «course+run» for a shared column."""
    found: dict[str, str] = {}
    for column in columns:
        for key in column.keys:
            found |= {_label(label): key for label in (cell_words(key).label, *synonyms.get(key, ()))}
            found |= {_label(p): f"{key}:{n}" for n, p in enumerate(words.STUDENT_PARTS.get(key, ()))}
        found[_label(column.title)] = "+".join(column.keys)
    return found


def _read_order(found: ReadCells, title: str, rows: Sequence[Row]) -> None:
    """Read a sheet of «поле — значение» rows."""
    labels = _labels(order_columns(), words.ORDER_SYNONYMS)
    confirm: int | None = None
    for number, texts in rows:
        folded = [_label(text) for text in texts]
        if _label(words.CONFIRM) in folded:
            confirm = folded.index(_label(words.CONFIRM))
        at = next((n for n in range(_LABEL_WITHIN) if folded[n] in labels), None)
        if at is None:
            continue
        key, place = labels[folded[at]], Place(title, _name(at + 1, number), texts[at + 1])
        if found.order.get(key):
            if place.text and place.text != found.order[key]:
                found.marks.append(Mark(title, place.cell, place.text, words.repeated_row(texts[at])))
            continue
        found.order[key], found.places[key] = place.text, place
        found.beside[key] = " ".join(texts[at + 2 :])
        if confirm is not None and plain(texts[confirm]) in words.CONFIRMED_WORDS:
            found.confirmed.add(key)


def _header(rows: Sequence[Row]) -> int | None:
    """Return the index of the row with the students' titles."""
    labels = _labels(student_columns(), words.STUDENT_SYNONYMS)
    for index, (number, texts) in enumerate(rows):
        if number > _HEADER_WITHIN:
            return None
        if len({labels[label] for text in texts if (label := _label(text)) in labels}) >= _FEWEST_TITLES:
            return index
    return None


class _Students:
    """Reads the table of students below its titles."""

    def __init__(self, found: ReadCells, sheet: str, header: int, rows: Sequence[Row], context: Context) -> None:
        self.found = found
        self.sheet = sheet
        self.number, self.titles = rows[header]
        self.rows = rows[header + 1 :]
        self.columns = student_columns()
        self.typed = [f.key for c in self.columns for f in c.fields if f.kind is Kind.TEXT]
        self.pairs = {c.keys: choices(c, context) for c in self.columns if len(c.fields) > 1}
        self.words = {keys: {plain(line.word): line for line in lines} for keys, lines in self.pairs.items()}

    def read(self) -> list[str]:
        """Read the rows, or return the titles that are missing."""
        places = self._places()
        known = {key for name in places for key in name.partition(":")[0].split("+")}
        missing = [cell_words(key).label for c in self.columns for key in c.keys if key not in known]
        if missing:
            return missing
        example = example_row()
        for number, texts in self.rows:
            values = {name: texts[at] for name, at in places.items()}
            if any(values.get(key) for key in self.typed) and not all(values.get(k) == v for k, v in example.items()):
                self._student(number, places, values)
        return []

    def _places(self) -> dict[str, int]:
        labels = {**_labels(self.columns, words.STUDENT_SYNONYMS), _label(words.CONFIRM): _CONFIRM}
        places: dict[str, int] = {}
        for at, title in enumerate(self.titles):
            name = labels.get(_label(title))
            if name in places:
                mark = Mark(self.sheet, _name(at, self.number), title, repeated_column(title))
                self.found.marks.append(mark)
            elif name is not None:
                places[name] = at
        return places

    def _student(self, number: int, places: Mapping[str, int], values: Mapping[str, str]) -> None:
        prefix = f"students.{len(self.found.students)}"
        student: dict[str, str] = {}
        for name, text in values.items():
            if name == _CONFIRM:
                if plain(text) in words.CONFIRMED_WORDS:
                    self.found.confirmed.add(prefix)
                continue
            place = Place(self.sheet, _name(places[name], number), text)
            for key, part in self._split(name, text).items():
                student[key] = " – ".join(t for t in (student.get(key, ""), part) if t)
                self.found.places.setdefault(f"{prefix}.{key}", place)
        self.found.students.append(student)

    def _split(self, name: str, text: str) -> dict[str, str]:
        """Part the text of a shared column: the line of its list, else what begins with the first one's words."""
        keys = tuple(name.partition(":")[0].split("+"))
        if len(keys) == 1:
            return {keys[0]: text}
        wanted = plain(text)
        line = self.words[keys].get(wanted)
        if line is not None:
            return {key: line.values[key] for key in keys}
        heads = {line.word.rpartition(" — ")[0]: line for line in self.pairs[keys]}
        for head in sorted(heads, key=len, reverse=True):
            if wanted.startswith(plain(head)):
                rest = wanted[len(plain(head)) :].strip(" -,:;")
                return {keys[0]: heads[head].values[keys[0]], keys[1]: rest}
        return {keys[0]: text, **dict.fromkeys(keys[1:], "")}


def _label(text: str) -> str:
    return plain(text).strip(" .:*")


def _name(place: int, row: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(place + 1)}{row}"
