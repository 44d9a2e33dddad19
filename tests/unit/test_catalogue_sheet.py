"""The catalogue's workbook: the same read back, every fault at once; and what a changed one would do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from paper.catalogue_sheet import SheetRefused, catalogue_workbook, read_catalogue
from school.catalogue import Catalogue
from school.use_cases.load_catalogue import differences, exported, merged
from tests.samples import NOW, catalogue
from wording.catalogue_sheet import COLUMNS, SHEETS

TODAY = NOW.date()


def changed(content: bytes, change: Callable[[Workbook], None]) -> bytes:
    """Change a workbook as a person would."""
    book: Workbook = load_workbook(BytesIO(content))
    change(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def given() -> Catalogue:
    """Return what is given out of the usual catalogue."""
    return replace(exported(catalogue(), TODAY), version=0)


def test_read_back_the_same() -> None:
    """What is given out and sent back untouched is the same catalogue, and changes nothing."""
    read = read_catalogue(catalogue_workbook(given()))
    assert read.faults == ()
    assert read.catalogue == given()
    assert differences(catalogue(), merged(catalogue(), read.catalogue, TODAY)) == ()


def test_cells() -> None:
    """Prices are numbers, dates are dates, typed text is no formula, titles stand in the first row."""
    odd = replace(
        given(), disciplines=(replace(given().disciplines[0], title='=HYPERLINK("x")'), given().disciplines[1])
    )
    book = load_workbook(BytesIO(catalogue_workbook(odd)))
    for name, title in SHEETS.items():
        assert [cell.value for cell in book[title][1]] == list(COLUMNS[name].values())
    assert book["Школы"]["B2"].data_type == "s"
    assert book["Тарифы"]["D2"].value == 24500
    assert book["Потоки"]["C2"].value.date() == given().runs[0].starts
    assert book["Курсы"]["E2"].value == 260


def test_what_is_over_is_not_given_out_and_stays() -> None:
    """A run that is over is not in the file and stays as it was; a closed one that is to come is in it."""
    keys = {run.key for run in given().runs}
    assert "osno-a-past" not in keys
    assert "osno-a-closed" in keys
    loaded = merged(catalogue(), given(), TODAY)
    assert loaded.run("osno-a-past") == catalogue().run("osno-a-past")


def test_differences_are_named() -> None:
    """New, changed and vanished things are told apart; a run marked as closed is closed, not changed."""

    def change(book: Workbook) -> None:
        book["Тарифы"]["D2"] = "25 000,50"
        book["Курсы"]["C2"] = "Новое имя"
        book["Потоки"]["E2"] = "да"
        book["Потоки"].delete_rows(3)
        book["Потоки"].append([None, "44fz", date(2027, 9, 1), date(2027, 10, 1), None, "https://example.ru/n"])

    read = read_catalogue(changed(catalogue_workbook(given()), change))
    assert read.faults == ()
    found = differences(catalogue(), merged(catalogue(), read.catalogue, TODAY))
    assert [(one.kind, one.item.key, one.what) for one in found] == [
        ("course", "osno-a", "changed"),
        ("tariff", "osno-a-base", "changed"),
        ("run", "osno-a-0", "closed"),
        ("run", "44fz-2027-09-01", "added"),
        ("run", "osno-a-1", "closed"),
    ]
    assert read.catalogue.tariffs[0].price == 2_500_050


def test_every_fault_at_once() -> None:
    """Each bad cell is named by sheet, row and column, all of them together."""

    def change(book: Workbook) -> None:
        book["Школы"]["A2"] = "Бухучёт"
        book["Курсы"]["E2"] = "много"
        book["Курсы"]["C3"] = None
        book["Тарифы"]["D2"] = 0
        book["Тарифы"]["A3"] = "osno-a-base"
        book["Потоки"]["C2"] = "скоро"
        book["Потоки"]["D3"] = date(2020, 1, 1)
        book["Потоки"]["E4"] = "может быть"
        book["Потоки"]["F5"] = "сайт"
        book["Потоки"]["B6"] = "нет-такого"

    found = read_catalogue(changed(catalogue_workbook(given()), change)).faults
    places = {(fault.sheet, fault.row, fault.column) for fault in found}
    assert places >= {
        ("Школы", 2, "Ключ"), ("Курсы", 2, "Часы"), ("Курсы", 3, "Название"), ("Тарифы", 2, "Цена, ₽"),
        ("Тарифы", 3, "Ключ"), ("Потоки", 2, "Начало"), ("Потоки", 3, "Конец"), ("Потоки", 4, "Закрыт"),
        ("Потоки", 5, "Где учиться"), ("Потоки", 6, "Курс"),
    }  # fmt: skip
    assert all(fault.problem.endswith(".") for fault in found)


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        (lambda book: book.remove(book["Потоки"]), "лист Потоки"),
        (lambda book: book["Тарифы"].delete_cols(4), "Тарифы: Цена, ₽"),
    ],
)
def test_missing_sheets_and_columns(spoil: Callable[[Workbook], Any], missing: str) -> None:
    """A file without a sheet or a column is refused and told which."""
    with pytest.raises(SheetRefused) as refused:
        read_catalogue(changed(catalogue_workbook(given()), spoil))
    assert missing in str(refused.value.data["missing"])


def test_other_files_are_refused() -> None:
    """What is no workbook is refused, and an empty catalogue is a fault."""
    with pytest.raises(SheetRefused):
        read_catalogue(b"hello")
    empty = read_catalogue(catalogue_workbook(Catalogue(0, (), (), (), ())))
    assert [fault.sheet for fault in empty.faults] == ["Курсы"]


def test_columns_in_any_order() -> None:
    """Columns are found by their titles, whatever their order and case."""

    def change(book: Workbook) -> None:
        sheet = book["Школы"]
        for row in range(1, sheet.max_row + 1):
            sheet.cell(row, 1).value, sheet.cell(row, 2).value = sheet.cell(row, 2).value, sheet.cell(row, 1).value
        sheet["A1"] = "НАЗВАНИЕ:"

    assert read_catalogue(changed(catalogue_workbook(given()), change)).catalogue == given()


def test_a_closed_run_that_vanishes_is_no_difference() -> None:
    """A run that is closed already changes nothing by vanishing."""
    wanted = replace(given(), runs=tuple(run for run in given().runs if run.key != "osno-a-closed"))
    assert differences(catalogue(), merged(catalogue(), wanted, TODAY)) == ()


def test_a_course_that_nobody_can_order_is_left_out() -> None:
    """A course without tariffs and without open runs is not given out."""
    bare = replace(
        catalogue(),
        tariffs=tuple(tariff for tariff in catalogue().tariffs if tariff.course != "44fz"),
        runs=tuple(replace(run, closed=run.closed or run.course == "44fz") for run in catalogue().runs),
    )
    found = exported(bare, TODAY)
    assert found.course("44fz") is None
    assert not [run for run in found.runs if run.course == "44fz"]


Cell = tuple[Any, str, str]
Place = tuple[str, int, int]
ODD = ("=1+2 «Курс» <&>", "  пробелы  внутри", "+79", "-скидка", "@имя", "0123", "12.05.2027", "да", "ёж")


def cells(content: bytes) -> dict[Place, Cell]:
    """Return every cell of a workbook: its value, its type, its format."""
    book = load_workbook(BytesIO(content))
    return {
        (sheet.title, row, column): (cell.value, cell.data_type, cell.number_format)
        for sheet in book
        for row, found in enumerate(sheet.iter_rows(), 1)
        for column, cell in enumerate(found, 1)
    }


def odd() -> Catalogue:
    """Return what is given out with the titles, prices and days that a table might spoil."""
    found = given()
    courses = tuple(
        replace(one, title=" ".join(title.split()), hours=hours, lessons=1)
        for one, title, hours in zip(found.courses, ODD, (1, 9999, 260), strict=False)
    )
    prices = (1, 100, 101, 99_999_99, 10_000_000_000, 2_450_050)
    tariffs = tuple(replace(one, price=price) for one, price in zip(found.tariffs, prices, strict=True))
    runs = tuple(
        replace(one, starts=date(2027, 12, 31), ends=date(2028, 2, 29), closed=at % 2 == 1)
        for at, one in enumerate(found.runs)
    )
    disciplines = tuple(
        replace(one, title=title) for one, title in zip(found.disciplines, ("=cmd|' /C calc'!A0", "0123"), strict=True)
    )
    return Catalogue(0, disciplines, courses, tariffs, runs)


@pytest.mark.parametrize("whole", [given(), odd()])
def test_there_and_back_cell_by_cell(whole: Catalogue) -> None:
    """What was given out reads back equal, and written again is equal in every cell's value, type and format."""
    content = catalogue_workbook(whole)
    read = read_catalogue(content)
    assert read.faults == ()
    assert read.catalogue == whole
    again = catalogue_workbook(read.catalogue)
    assert cells(again) == cells(content)
    assert cells(changed(content, lambda _: None)) == cells(content)
    assert read_catalogue(changed(content, lambda _: None)).catalogue == whole


@pytest.mark.parametrize(
    ("place", "typed", "kind", "key", "field", "value"),
    [
        (("Тарифы", 2, 4), 30_000, "tariff", "osno-a-base", "price", 3_000_000),
        (("Тарифы", 3, 4), "31 000,01", "tariff", "osno-a-plus", "price", 3_100_001),
        (("Потоки", 2, 3), date(2027, 3, 28), "run", "osno-a-0", "starts", date(2027, 3, 28)),
        (("Потоки", 3, 4), "30.06.2027", "run", "osno-a-1", "ends", date(2027, 6, 30)),
        (("Курсы", 3, 3), "Учёт заново", "course", "osno-av", "title", "Учёт заново"),
        (("Курсы", 2, 5), 261, "course", "osno-a", "hours", 261),
        (("Школы", 3, 2), "Школа торгов", "discipline", "tenders", "title", "Школа торгов"),
        (("Тарифы", 2, 3), "Начальный", "tariff", "osno-a-base", "title", "Начальный"),
        (("Потоки", 2, 6), "https://example.ru/new", "run", "osno-a-0", "access_url", "https://example.ru/new"),
    ],
)
def test_one_cell_is_one_difference(place: Place, typed: Any, kind: str, key: str, field: str, value: Any) -> None:
    """One changed cell is exactly one difference of exactly one field, and one cell of the table written anew."""
    sheet, row, column = place
    before = catalogue_workbook(given())

    def change(book: Workbook) -> None:
        book[sheet].cell(row, column).value = typed

    read = read_catalogue(changed(before, change))
    assert read.faults == ()
    loaded = merged(catalogue(), read.catalogue, TODAY)
    (found,) = differences(catalogue(), loaded)
    assert (found.kind, found.item.key, found.what) == (kind, key, "changed")
    assert found.before is not None
    assert found.after == replace(found.before, **{field: value})
    old, new = cells(before), cells(catalogue_workbook(replace(exported(loaded, TODAY), version=0)))
    assert [one for one in old.keys() | new.keys() if old.get(one) != new.get(one)] == [place]
