"""The order's workbook, reopened cell by cell."""

from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from mail import samples
from paper.order_xlsx import order_workbook
from wording.order_block import OrderData, order_block


def _open(data: OrderData) -> Workbook:
    return load_workbook(BytesIO(order_workbook(data)))


def test_order_sheet_holds_payer_and_orderer() -> None:
    """Sheet «Заявка» has a labelled row for each fact of the payer and the orderer, the total in rubles."""
    sheet = _open(samples.order())["Заявка"]
    facts = {str(label): value for label, value in sheet.iter_rows(values_only=True)}
    assert facts["Номер заявки"] == "0123-0042"
    assert facts["Плательщик"] == "ООО «Ромашка»"
    assert (facts["ИНН"], facts["КПП"]) == ("5039002841", "503901001")
    assert facts["Заказчик"] == "Белова Ирина Петровна"
    assert facts["Телефон"] == "+7 916 123-45-67"
    assert facts["Итого, руб."] == 49000


def test_student_sheet_has_a_row_each() -> None:
    """Sheet «Ученики» has a header and one row a student, dates as dates and the price as a number of rubles."""
    book = _open(samples.order())
    assert book.sheetnames == ["Заявка", "Ученики"]
    header, first, second = book["Ученики"].iter_rows(values_only=True)
    assert header[:3] == ("ФИО", "Телефон", "Электронная почта")
    assert first == (
        "Соколова Любовь Андреевна",
        "+79339333333",
        "sokolova.l@pochta.example",
        "44-ФЗ: контрактная система в сфере закупок",
        "Оптимальный",
        datetime(2027, 4, 25),  # noqa: DTZ001 - a spreadsheet's date has no zone
        datetime(2027, 5, 25),  # noqa: DTZ001
        24500,
    )
    assert second[0] == "Лебедева Татьяна Ивановна"


def test_kopecks_survive() -> None:
    """A sum with kopecks is a number with two digits after the point."""
    data = samples.order()
    data["students"][0]["price"] = 2_450_050
    cell = _open(data)["Ученики"]["H2"]
    assert (cell.value, cell.data_type, cell.number_format) == (24500.5, "n", "#,##0.00")


@pytest.mark.parametrize("typed", ["=1+1", "+7 900", "-5", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x")', "#N/A"])
def test_typed_text_is_never_a_formula(typed: str) -> None:
    """Whatever a person typed comes back as a string cell with the same text, on both sheets."""
    data = samples.order()
    data["payer"]["name"] = data["payer"]["address"] = data["students"][0]["name"] = typed
    book = _open(data)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value == typed]
    assert len(cells) == 3
    assert {cell.data_type for cell in cells} == {"s"}


def test_control_characters_do_not_break_the_file() -> None:
    """A control character in a value becomes a space and the workbook opens."""
    data = samples.order()
    data["payer"]["name"] = "ООО\x0bРомашка"
    values = [value for _, value in _open(data)["Заявка"].iter_rows(values_only=True)]
    assert "ООО Ромашка" in values


def test_absent_payer_numbers_leave_no_rows() -> None:
    """An individual without ИНН has neither an ИНН nor a КПП row."""
    data = samples.order()
    data["payer"] |= {"kind": "individual", "inn": None, "kpp": None}
    labels = [label for label, _ in _open(data)["Заявка"].iter_rows(values_only=True)]
    assert "ИНН" not in labels
    assert "КПП" not in labels


def test_copy_block_is_field_by_field() -> None:
    """Every line of the copy block is «Поле: значение», and a typed line break makes no line of its own."""
    data = samples.order()
    data["payer"]["address"] = "127018, Москва\nИНН: 0"
    lines = order_block(data)
    assert "ИНН: 5039002841" in lines
    assert "Почтовый адрес: 127018, Москва ИНН: 0" in lines
    assert "Цена, руб.: 24500,00" in lines
    assert "Начало обучения: 25.04.2027" in lines
    assert all(": " in line for line in lines if line)
