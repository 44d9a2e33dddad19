"""The sheet of payments: given out with open invoices, read back with all faults at once."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from paper import xlsx_in
from paper.payments_sheet import PaymentRow, SheetRefused, payments_workbook, read_payments
from school.billing import Invoice
from wording.sheets import explain_sheet
from wording.statements import PAYMENT_COLUMNS

TODAY = date(2027, 5, 20)
HEAD = ("Счёт", "Дата оплаты", "Сумма")


def _file(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _invoice(number: str, payer_name: str = "ООО «Ромашка»") -> Invoice:
    lines = (("l", 2450050),)
    return Invoice("i", "o", "0123", number, date(2027, 5, 5), 2450050, "5039002841", payer_name, lines, paid=50)


def test_round_trip() -> None:
    """The given sheet, filled in by a person, is read; invoices left without date and sum are not paid."""
    book = load_workbook(BytesIO(payments_workbook([_invoice("57"), _invoice("ШК-058/26")])))
    sheet, note = book.worksheets
    assert [one.value for one in sheet[1]] == list(PAYMENT_COLUMNS.values())
    assert [one.value for one in sheet[3]] == ["ШК-058/26", None, None, "ООО «Ромашка»", 24500]
    assert "XLSX" in str([one.value for one in note["A"]])
    assert sheet.freeze_panes == "A2"
    sheet["B3"], sheet["C3"] = datetime(2027, 5, 12), 24500.5  # noqa: DTZ001 - a cell's date has no zone
    buffer = BytesIO()
    book.save(buffer)
    read = read_payments(buffer.getvalue(), TODAY)
    assert read.faults == ()
    assert read.rows == (PaymentRow(3, "ШК-058/26", date(2027, 5, 12), 2450050),)


@pytest.mark.parametrize("typed", ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)", "\x0b=1"])
def test_typed_text_is_never_a_formula(typed: str) -> None:
    """Numbers and names that people typed are written as text."""
    sheet = load_workbook(BytesIO(payments_workbook([_invoice(typed, typed)]))).worksheets[0]
    assert [sheet["A2"].data_type, sheet["D2"].data_type] == ["s", "s"]


def test_other_titles_and_kinds_of_cells() -> None:
    """Columns are found by titles in any order; numbers, dates and sums are read as cells and as text."""
    read = read_payments(
        _file(
            ("Оплаты мая",),
            ("Кто", "СУММА, руб.", "№ счета", "дата"),
            ("Соколова", "24 500,50 ₽", 57, "12.05.27"),
            (None, 0.1 + 0.2, "№ ШК-058/26", date(2027, 5, 1)),
            (None, "2 002 руб. 02 коп.", "0059", "1.5.2027 г."),
            ("Итого", None, None, None),
        ),
        TODAY,
    )
    assert read.faults == ()
    assert read.rows == (
        PaymentRow(3, "57", date(2027, 5, 12), 2450050),
        PaymentRow(4, "ШК-058/26", date(2027, 5, 1), 30),
        PaymentRow(5, "0059", date(2027, 5, 1), 200202),
    )


def test_every_bad_cell_is_told_at_once() -> None:
    """All faults come together, with row, column, value and a sentence; good rows are read beside them."""
    read = read_payments(
        _file(
            HEAD,
            ("57", "12.05.2027", 24500),
            (None, "вчера", "много"),
            ("58", None, 24500),
            ("59", "12.05.2027", None),
            ("60", "21.05.2027", "24500.005"),
            (" №57", "12.05.2027", "24 500"),
            ("57", "13.05.2027", 24500),
            ("61", "31.02.2027", -5),
        ),
        TODAY,
    )
    assert [(one.row, one.number) for one in read.rows] == [(2, "57"), (8, "57")]
    assert [(fault.row, fault.column, fault.value) for fault in read.faults] == [
        (3, "Счёт", ""),
        (3, "Дата оплаты", "вчера"),
        (3, "Сумма", "много"),
        (4, "Дата оплаты", ""),
        (5, "Сумма", ""),
        (6, "Дата оплаты", "21.05.2027"),
        (6, "Сумма", "24500.005"),
        (7, "Счёт", "57"),
        (9, "Дата оплаты", "31.02.2027"),
        (9, "Сумма", "-5"),
    ]
    assert "строке 2" in read.faults[7].problem
    assert "21 мая 2027 ещё не наступила" in read.faults[5].problem


def test_a_repeated_column_is_a_fault() -> None:
    """Two columns of one title are told, since nobody knows which one is meant."""
    read = read_payments(_file(("Счёт", "Дата", "Сумма", "Сумма"), ("57", "12.05.2027", 1, 2)), TODAY)
    assert [(fault.row, fault.column) for fault in read.faults] == [(1, "Сумма")]


def test_refused_sheets() -> None:
    """A sheet without a needed column, over the limit, or no workbook at all is refused with what to do."""
    over = _file(HEAD, *[(str(place), "12.05.2027", 1) for place in range(xlsx_in.MAX_ROWS + 1)])
    cases = {"sheet_no_columns": _file(("Счёт", "Сумма")), "sheet_too_big": over, "sheet_broken": b"PK\x03\x04"}
    for reason, content in cases.items():
        with pytest.raises(SheetRefused) as caught:
            read_payments(content, TODAY)
        assert caught.value.reason == reason
        assert explain_sheet(caught.value)
    assert "«Дата оплаты»" in explain_sheet(SheetRefused("sheet_no_columns", {"missing": ["Дата оплаты"]}))
