"""The sheet of results: given out, filled in by people, read back; damaged and harmful files."""

import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from paper import xlsx_in
from paper.results_sheet import ReadRow, ResultRow, SheetRefused, read_results, results_workbook
from wording.sheets import RESULT_COLUMNS, explain_sheet
from wording.statuses import TEST, TRAINING, parse_test, parse_training

GOOD_ID = "10283512004231"


def _row(place: int = 1, **changes: Any) -> ResultRow:
    fields: dict[str, Any] = {
        "reference": f"0123-0042/{place}",
        "name": "Соколова Любовь Андреевна",
        "email": "sokolova.l@pochta.example",
        "course_title": "44-ФЗ: контрактная система",
        "starts": date(2027, 4, 25),
        "ends": date(2027, 5, 25),
    }
    return ResultRow(**fields | changes)


def _file(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _refused(content: bytes) -> SheetRefused:
    with pytest.raises(SheetRefused) as caught:
        read_results(content)
    return caught.value


def test_round_trip() -> None:
    """What is given out is read back as the same statuses and postal ids, without faults."""
    rows = [_row(1), _row(2, test="passed", training="finished", tracking=GOOD_ID), _row(3, training="expelled")]
    sheet = read_results(results_workbook(rows))
    assert sheet.faults == ()
    assert sheet.rows == (
        ReadRow(2, "0123-0042/1", "none", "not_started", None),
        ReadRow(3, "0123-0042/2", "passed", "finished", GOOD_ID),
        ReadRow(4, "0123-0042/3", "none", "expelled", None),
    )


def test_given_sheet_has_lists_a_frozen_header_and_a_note() -> None:
    """The two statuses are chosen from lists, the header stays in sight, a second sheet says how to fill it in."""
    book = load_workbook(BytesIO(results_workbook([_row(1), _row(2)])))
    sheet, note = book.worksheets
    assert [cell.value for cell in sheet[1]] == list(RESULT_COLUMNS.values())
    assert sheet.freeze_panes == "A2"
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert lists == {"F2:F3": '"не проходил,сдано,не сдано"', "G2:G3": '"не начато,учится,завершено,отчислен"'}
    assert "Пустая ячейка ничего не меняет" in str([cell.value for cell in note["A"]])


@pytest.mark.parametrize("typed", ["=1+1", "+7 900", "-5", "@SUM(A1)", '=HYPERLINK("http://x")', "\x0b=1"])
def test_typed_text_is_never_a_formula(typed: str) -> None:
    """Whatever a person typed is written as a string cell."""
    book = load_workbook(BytesIO(results_workbook([_row(name=typed, email=typed, course_title=typed)])))
    assert [cell.data_type for cell in book.worksheets[0][2]] == ["s"] * 7 + ["n"]
    assert not any(str(cell.value).startswith("\x0b") for cell in book.worksheets[0][2])


def test_columns_in_any_order_under_other_titles() -> None:
    """Columns are found by titles whatever their order, case and place; others are not looked at."""
    content = _file(
        ("Результаты апреля",),
        (),
        ("статус обучения", "Кто", "ТРЕК-НОМЕР", "Номер", "Итоговое  Тестирование:"),
        ("закончила", "Соколова", 10283512004231, "№ 0123–0042/1", "Зачёт"),
        (None, "Лебедева", "102835 12-004231", "0123-0042/2", None),
        (None, "без номера и статусов", None, None, None),
    )
    sheet = read_results(content)
    assert sheet.faults == ()
    assert sheet.rows == (
        ReadRow(4, "0123-0042/1", "passed", "finished", GOOD_ID),
        ReadRow(5, "0123-0042/2", None, None, GOOD_ID),
    )


def test_one_column_to_change_is_enough() -> None:
    """A sheet of dispatch alone is read: number and postal id."""
    sheet = read_results(_file(("Номер", "Номер отправления"), ("0123-0042/1", "RA123456785RU")))
    assert sheet.rows == (ReadRow(2, "0123-0042/1", None, None, "RA123456785RU"),)


def test_every_bad_cell_is_told_at_once() -> None:
    """All faults come together, each with its row, column, value and a sentence; good rows are read beside them."""
    content = _file(
        ("Номер", "Итоговое тестирование", "Обучение", "Номер отправления"),
        ("0123-0042/1", "сдано", "учится", None),
        ("сорок два", "пятёрка", "в отпуске", "10283512004232"),
        (None, "сдано", None, None),
        ("0123-0042/1", "не сдано", None, None),
        ("0123-0042/2", None, None, "123"),
    )
    sheet = read_results(content)
    assert [row.reference for row in sheet.rows] == ["0123-0042/1"]
    told = [(fault.row, fault.column, fault.value) for fault in sheet.faults]
    assert told == [
        (3, "Номер", "сорок два"),
        (3, "Итоговое тестирование", "пятёрка"),
        (3, "Обучение", "в отпуске"),
        (3, "Номер отправления", "10283512004232"),
        (4, "Номер", ""),
        (5, "Номер", "0123-0042/1"),
        (6, "Номер отправления", "123"),
    ]
    words = [fault.problem for fault in sheet.faults]
    assert words[1] == "Статус «пятёрка» не понятен. Напишите одно из: не проходил, сдано, не сдано."
    assert "контрольная цифра" in words[3]
    assert words[5] == "Этот ученик уже есть в строке 2. Оставьте одну строку."


def test_repeated_column_is_a_fault() -> None:
    """Two columns of one title are told, since nobody knows which one is meant."""
    sheet = read_results(_file(("Номер", "Обучение", "Обучение"), ("0123-0042/1", "учится", "отчислен")))
    assert [(fault.row, fault.column) for fault in sheet.faults] == [(1, "Обучение")]


def test_formulas_are_read_as_kept_values() -> None:
    """A formula is never run: without a kept value the cell is empty and changes nothing."""
    sheet = read_results(_file(("Номер", "Обучение"), ("0123-0042/1", '="уч"&"ится"')))
    assert sheet.rows == (ReadRow(2, "0123-0042/1"),)


@pytest.mark.parametrize("columns", [("ФИО", "Обучение"), ("Номер", "ФИО"), ("ФИО", "Почта"), ()])
def test_absent_columns(columns: tuple[str, ...]) -> None:
    """A sheet without the number, or without anything to change, is refused naming what is missing."""
    error = _refused(_file(columns, ("0123-0042/1", "учится")))
    assert error.reason == "sheet_no_columns"
    missing = error.data["missing"]
    assert isinstance(missing, list)
    assert ("Номер" in missing) == ("Номер" not in columns)
    assert "«" + missing[0] + "»" in explain_sheet(error)


def _repacked(content: bytes, **parts: bytes) -> bytes:
    """Return the workbook with parts replaced; a name's «__» is a slash."""
    new = {name.replace("__", "/") + ".xml": body for name, body in parts.items()}
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in old.namelist():
            made.writestr(name, new.get(name, old.read(name)))
    return buffer.getvalue()


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 20)  # each entity repeats the one before it
        for c in range(ord("b"), ord("k"))
    )
    + b"]><worksheet><sheetData><row><c t='inlineStr'><is><t>&j;</t></is></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        "Номер;Обучение".encode(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        results_workbook([_row()])[:-200],
        _repacked(results_workbook([_row()]), xl__workbook=b"<workbook"),
        _repacked(results_workbook([_row()]), xl__worksheets__sheet1=b"<worksheet><sheetData><row r='x'>"),
        _repacked(results_workbook([_row()]), xl__worksheets__sheet1=BILLION_LAUGHS),
    ],
    ids=["empty", "head", "csv", "old excel", "truncated", "workbook", "sheet", "laughs"],
)
def test_broken_files(content: bytes) -> None:
    """What is no workbook, is damaged or made of nested entities is refused as broken, with what to do."""
    error = _refused(content)
    assert error.reason == "sheet_broken"
    assert "XLSX" in explain_sheet(error)


def test_big_files() -> None:
    """Over 5 MB, over 5,000 rows: refused with the limits."""
    over = _file(("Номер", "Обучение"), *[(f"0123-{n}/1", "учится") for n in range(xlsx_in.MAX_ROWS + 1)])
    for content in (bytes(xlsx_in.MAX_BYTES + 1), over):
        error = _refused(content)
        assert error.reason == "sheet_too_big"
        assert "5000 строк и 5 МБ" in explain_sheet(error)


@pytest.mark.parametrize("size", [8 * 1024 * 1024, 60 * 1024 * 1024])
def test_bombs_are_refused_before_they_are_opened(size: int) -> None:
    """A part that unpacks 200 times, or to over 50 MB in all, is refused by its declared size."""
    content = _repacked(results_workbook([_row()]), xl__worksheets__sheet1=b" " * size)
    assert _refused(content).reason == "sheet_too_big"


def test_claimed_dimensions_cost_nothing() -> None:
    """A sheet that claims a million wide rows and holds one far cell is read at once."""
    body = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'
        b'<row r="999999999999"><c r="A999999999999"/></row></sheetData></worksheet>'
    )
    content = _repacked(_file(("Номер",)), xl__worksheets__sheet1=body)
    assert _refused(content).reason == "sheet_no_columns"


def test_empty_list_is_given_out_and_read() -> None:
    """A sheet without students opens and reads as nothing."""
    assert read_results(results_workbook([])).rows == ()


def test_statuses_are_read_as_people_write_them() -> None:
    """Every word of ours and the usual synonyms are read; case, ё and spaces do not matter; others are None."""
    assert {word: parse_test(f" {word.upper()} ") for word in TEST.values()} == {w: c for c, w in TEST.items()}
    assert {word: parse_training(word) for word in TRAINING.values()} == {w: c for c, w in TRAINING.items()}
    for typed, code in {"Зачёт": "passed", "незачет": "failed", "сдал": "passed", "Не  сдала.": "failed"}.items():
        assert parse_test(typed) == code
    for typed, code in {"закончил": "finished", "Отчислена": "expelled", "идёт обучение": "studying"}.items():
        assert parse_training(typed) == code
    assert parse_test("пятёрка") is None
    assert parse_training("") is None
