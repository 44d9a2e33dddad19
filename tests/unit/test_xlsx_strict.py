"""Workbooks saved as "Strict Open XML" are read as the common kind."""

import zipfile
from io import BytesIO

from openpyxl import Workbook

from paper.xlsx_in import opened, rows_of
from paper.xlsx_strict import as_common

COMMON = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
)


def workbook() -> bytes:
    """Return a workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ФИО", "Телефон"])
    sheet.append(["Соколова Любовь Андреевна", "+79339333333"])
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def strict(content: bytes) -> bytes:
    """Return the workbook as Excel saves it by «Книга Excel в формате Strict Open XML»."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.infolist():
            body = source.read(part)
            for common, name in COMMON:
                body = body.replace(common, name)
            target.writestr(part.filename, body)
    return made.getvalue()


def read(content: bytes) -> list[tuple[str, ...]]:
    """Return the filled cells of the first sheet."""
    with opened(content) as book:
        return [tuple(filter(None, texts)) for _, texts in next(rows_of(book))]


def test_a_strict_workbook_says_the_same() -> None:
    """The rows are those of the common workbook."""
    assert read(strict(workbook())) == read(workbook())
    assert read(workbook())[1] == ("Соколова Любовь Андреевна", "+79339333333")


def test_a_common_workbook_is_left_as_it_is() -> None:
    """Nothing is packed anew that need not be."""
    content = workbook()
    assert as_common(content) is content
