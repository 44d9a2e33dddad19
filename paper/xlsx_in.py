"""Reading of workbooks that people send: bounded before they are opened, values only, nothing executed."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from paper.xlsx_strict import as_common
from school.typed import clipped, visible

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
_MAX_UNPACKED = 50 * 1024 * 1024
_MAX_PARTS = 500
_MAX_RATIO = 200  # deflate reaches 1032; a sheet of real people stays below 50
_RATIO_FROM = 1024 * 1024  # bytes; small parts of a workbook may compress as well as they like
_LAST_ROW, _LAST_COLUMN = 1_048_576, 64
_EMPTY_ROWS = 2_000  # on end, and the sheet is over: whole columns that are only formatted go on to the last row

# What openpyxl, zipfile and expat raise on files that are damaged or made to harm.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, SyntaxError, LookupError, ValueError, TypeError,
    AttributeError, ArithmeticError, RuntimeError,
)  # fmt: skip


class SheetRefused(Exception):
    """The sheet was not read: `reason` is sheet_broken, sheet_too_big, sheet_too_hard or sheet_no_columns.

    `data` is for the sentence (`wording.sheets`): rows and megabytes, or the titles that are missing.
    """

    def __init__(self, reason: str, data: Mapping[str, object] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.data: Mapping[str, object] = data or {}


@contextmanager
def opened(content: bytes) -> Iterator["Workbook"]:
    """Open a workbook for reading row by row; what breaks inside the block is refused as a broken sheet.

    Raises `SheetRefused` (sheet_broken, sheet_too_big). May take seconds: call it off the loop.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        _check_size(content)
        book = load_workbook(BytesIO(as_common(content)), read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()
    except (*_BROKEN, InvalidFileException) as error:
        raise SheetRefused("sheet_broken") from error


def rows_of(book: "Workbook") -> Iterator[Iterator[tuple[int, tuple[str, ...]]]]:
    """Yield for every sheet its rows that are not empty: (number as people see it, texts of the cells)."""
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            yield _filled_rows(sheet)


def sheets_of(book: "Workbook") -> Iterator[tuple[str, bool, Iterator[tuple[int, tuple[str, ...]]]]]:
    """Yield every sheet: its title, whether people see it, and its rows as `rows_of` has them."""
    for sheet in book.worksheets:
        yield sheet.title, sheet.sheet_state == "visible", _filled_rows(sheet)


def too_big() -> SheetRefused:
    """Return the refusal of a sheet over the limits."""
    return SheetRefused("sheet_too_big", {"rows": MAX_ROWS, "megabytes": MAX_BYTES // (1024 * 1024)})


def _filled_rows(sheet: object) -> Iterator[tuple[int, tuple[str, ...]]]:
    # Limits are passed so that dimensions which the file only claims cost nothing.
    rows = sheet.iter_rows(max_row=_LAST_ROW, max_col=_LAST_COLUMN, values_only=True)  # type: ignore[attr-defined]
    filled = 0
    for number, row in enumerate(rows, 1):
        if number - filled > _EMPTY_ROWS:
            return
        if any(value is not None for value in row):
            filled = number
            texts = tuple(_text(value) for value in row)
            if any(texts):
                yield number, texts


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Excel keeps a long postal id as a float
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return " ".join(visible(clipped(str(value))).split())


def _check_size(content: bytes) -> None:
    """Refuse by the sizes that the archive declares: zipfile unpacks no part beyond its own."""
    if len(content) > MAX_BYTES:
        raise too_big()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > _MAX_UNPACKED:
        raise too_big()
    if any(p.file_size > _RATIO_FROM and p.file_size > _MAX_RATIO * max(p.compress_size, 1) for p in parts):
        raise too_big()
