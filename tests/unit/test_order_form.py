"""The order form as a workbook, both ways."""

import re
import zipfile
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from paper.order_form import order_form
from paper.order_form_difference import difference
from paper.order_form_marks import Mark, form_version
from paper.order_form_read import ReadForm, SheetRefused, read_order_form
from paper.order_xlsx import order_workbook
from tests.samples import CENTRE, catalogue
from tests.unit.test_form import CONTEXT, PAYER, STUDENT
from wording.consents import order_consent
from wording.order_block import OrderData

ANSWERS: dict[str, Any] = {**PAYER, "students": [STUDENT], "students_done": True, "rights": True}
ORLOV = {**STUDENT, "name": "Орлов Пётр Ильич", "mobile": "+79052223344", "email": "orlov.p@yandex.ru"}
LATER = "Бухгалтерский учёт при ОСНО (код А) — 9 мая – 8 июня 2027"


def made(answers: dict[str, Any] | None = None, marks: tuple[Mark, ...] = ()) -> bytes:
    """Return the form of the sample centre."""
    return order_form(CONTEXT, CENTRE.name, answers, marks, centre_number=CENTRE.number)


def edited(content: bytes, changes: dict[str, Any]) -> bytes:
    """Return the workbook with cells («Ученики!C3») typed anew, as a person does."""
    book = load_workbook(BytesIO(content))
    for place, value in changes.items():
        sheet, _, cell = place.partition("!")
        book[sheet][cell] = value
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(content: bytes, given: dict[str, Any] | None = None) -> ReadForm:
    """Read the file as the sample centre does."""
    return read_order_form(content, CONTEXT, CENTRE, given)


def marked(content: bytes) -> dict[str, str]:
    """Return the marks' sentences by place."""
    found = read(content)
    assert (found.answers is None) == bool(found.marks)
    return {f"{m.sheet}!{m.cell}": m.text for m in found.marks}


def test_a_filled_form_comes_back_as_the_same_answers() -> None:
    """What was written into the form is read as the same finished answers."""
    answers = {**ANSWERS, "students": [STUDENT, ORLOV]}
    found = read(made(answers))
    assert (found.answers, found.marks, found.students, found.outdated) == (answers, (), 2, False)


def test_an_empty_form_is_marked_wherever_an_answer_is_due() -> None:
    """The form sent back empty has every due cell marked; its example row is no student."""
    assert set(marked(made())) == {
        *(f"Заявка!B{row}" for row in (4, 5, 6, 9, 10, 11, 12, 13)),
        "Ученики!A3",
    }


def test_drop_downs_and_stamp_are_in_the_file() -> None:
    """Lists hang on the cells, the lists' sheet is hidden and says by what the form was made."""
    book = load_workbook(BytesIO(made()))
    assert [s.sheet_state for s in book.worksheets] == ["visible", "visible", "hidden"]
    rules = {
        f"{sheet.title}!{rule.sqref}": rule.formula1
        for sheet in book.worksheets
        for rule in sheet.data_validations.dataValidation
    }
    assert rules == {
        "Заявка!B4": '"да"',
        "Заявка!B5": "'Списки'!$B$1:$B$3",
        "Заявка!B13": '"да"',
        "Заявка!B14": '"да"',
        "Ученики!D3:D202": "'Списки'!$C$1:$C$6",
        "Ученики!E3:E202": "'Списки'!$D$1:$D$2",
    }
    lists = book["Списки"]
    assert LATER in [cell.value for cell in lists["C"]]
    assert [cell.value for cell in lists["A"]][:6] == [
        "order-form", form_version(), "1", "0123", "2026-11", order_consent(CENTRE.name).sha256
    ]  # fmt: skip
    assert book["Ученики"]["C1"].comment is not None
    assert order_consent(CENTRE.name).text in str(book["Заявка"]["C4"].value)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("Заявка!B4", "нет", "Без согласия"),
        ("Заявка!B5", "кто-то", "Юридическое лицо; ИП; Физическое лицо"),
        ("Заявка!B6", "Я", "слишком короткое"),
        ("Заявка!B7", "5039002840", "контрольная цифра"),
        ("Заявка!B7", 503900284, "с нулём"),
        ("Заявка!B8", 3901001, "с нулём"),
        ("Заявка!B9", "Москва", "индекса"),
        ("Заявка!B10", "Белова И. П.", "инициалы"),
        ("Заявка!B11", "8,91612E+10", "сократила"),
        ("Заявка!B12", "belova", "@"),
        ("Заявка!B12", "belova@gmial.com", "впишите «верно»"),
        ("Заявка!B13", "не знаю", "Если всё так, впишите «да»"),
        ("Заявка!B14", None, "Если всё так, впишите «да»"),
        ("Ученики!A3", "Соколова", "фамилию, имя и отчество"),
        ("Ученики!B3", "+7 495 123-45-67", "не мобильный"),
        ("Ученики!C3", "buh@romashka.ru", "похож на общий"),
        ("Ученики!C3", "ok.sokolova@romashka.ru", "впишите «верно»"),
        ("Ученики!C3", CENTRE.email, "сервисного центра"),
        ("Ученики!C3", None, "Здесь пусто"),
        ("Ученики!D3", "Вязание", "Бухгалтерский учёт при ОСНО (код А)"),
        ("Ученики!D3", 1, "в списке нет"),
        ("Ученики!D3", "Бухгалтерский учёт при ОСНО (код А) — 1 мая", "9 мая – 8 июня 2027"),
        ("Ученики!E3", "Золотой", "Базовый"),
        ("Ученики!E3", None, "здесь пусто"),
    ],
)
def test_a_bad_cell_is_marked_in_its_place(place: str, value: Any, said: str) -> None:
    """Each bad value is the only mark, at its own cell, with words that help and never speak of buttons."""
    found = marked(edited(made(ANSWERS), {place: value}))
    assert list(found) == [place]
    assert said in found[place]
    assert not re.search("[Пп]ришлите|[Нн]ажмите|кнопк", found[place])


def test_every_bad_cell_at_once_and_the_file_comes_back_marked() -> None:
    """Several faults come together; the file sent back colours and explains each, and mended is accepted."""
    content = edited(
        made({**ANSWERS, "students": [STUDENT, ORLOV]}),
        {"Заявка!B7": "1", "Ученики!B4": "12", "Ученики!C4": STUDENT["email"]},
    )
    found = read(content)
    assert [m.cell for m in found.marks] == ["B7", "B4", "C4"]
    back = made(found.raw, found.marks)
    book = load_workbook(BytesIO(back))
    order, students = book["Заявка"], book["Ученики"]
    assert str(order["A2"].value).startswith("Исправьте 3 места: 1 на этом листе, 2 на листе «Ученики»")
    assert order["E7"].value == found.marks[0].text
    assert "Телефон. " in str(students["G4"].value)
    for cell in (order["B7"], students["B4"], students["C4"]):
        assert str(cell.fill.fgColor.rgb).endswith("FFC7CE")
        assert cell.comment is not None
    assert students["B3"].comment is None
    assert read(back).marks == found.marks
    mended = edited(back, {"Заявка!B7": "5039002841", "Ученики!B4": "89052223344", "Ученики!C4": ORLOV["email"]})
    assert read(mended).answers == {**ANSWERS, "students": [STUDENT, ORLOV]}


def test_a_doubtful_address_is_taken_when_confirmed() -> None:
    """«Верно» in the column beside makes a doubtful address good, on both sheets, and survives being sent back."""
    content = edited(
        made(ANSWERS),
        {
            "Заявка!B12": "belova@gmial.com",
            "Заявка!D12": "Верно",
            "Ученики!C3": "ok.s@romashka.ru",
            "Ученики!F3": "верно",
        },
    )
    found = read(content)
    assert found.answers is not None
    assert found.answers["students"][0]["flags"] == ["suffix_mailbox"]
    assert read(made(found.raw)).answers == found.answers


def test_numbers_and_dates_are_read_as_people_meant() -> None:
    """Numbers typed as numbers, spaces around texts and a list's words in another case are the same answers."""
    content = edited(
        made(ANSWERS),
        {
            "Заявка!B5": "юридическое лицо ",
            "Заявка!B7": 5039002841.0,
            "Заявка!B8": 503901001,
            "Заявка!B11": 8.9161234567e10,
            "Ученики!A3": "  Соколова  Любовь Андреевна\u00a0",
            "Ученики!B3": 79339333333,
            "Ученики!E3": "базовый",
        },
    )
    assert read(content).answers == ANSWERS


def test_rows_may_be_left_empty_and_lists_dragged_down() -> None:
    """Empty rows between students are skipped, and so are rows where only the course was dragged down."""
    row = {f"Ученики!{letter}9": ORLOV[key] for letter, key in zip("ABC", ("name", "mobile", "email"), strict=True)}
    content = edited(made(ANSWERS), {**row, "Ученики!D9": LATER, "Ученики!E9": "Базовый", "Ученики!D12": LATER})
    found = read(content)
    assert found.students == 2
    assert found.answers is not None
    assert found.answers["students"][1] == {**ORLOV, "run": "osno-a-1"}
    assert list(marked(edited(content, {"Ученики!C9": "нет"}))) == ["Ученики!C9"]


def test_an_example_typed_over_is_a_student() -> None:
    """The example row counts as soon as it is changed."""
    assert list(marked(edited(made(ANSWERS), {"Ученики!C2": "x@y.ru"}))) == ["Ученики!A2"]


def test_columns_may_be_apart_and_in_any_order() -> None:
    """Course and dates in columns of their own are read by their titles, dates as words or as dates."""
    book = load_workbook(BytesIO(made(ANSWERS)))
    del book["Ученики"]
    sheet = book.create_sheet("Список")
    sheet.append(["E-mail", "Курс", "Даты обучения", "Тариф", "ФИО", "Телефон"])
    sheet.append(
        [STUDENT["email"], "Бухгалтерский учёт при ОСНО (код А)", "30 марта – 29 апреля 2027", "Базовый",
         STUDENT["name"], STUDENT["mobile"]]
    )  # fmt: skip
    sheet.append(
        [ORLOV["email"], "Бухгалтерский учёт при ОСНО (код А)", datetime(2027, 5, 9), "Базовый",  # noqa: DTZ001
         ORLOV["name"], ORLOV["mobile"]]
    )  # fmt: skip
    found = read(_bytes(book))
    assert found.answers is not None
    assert [s["run"] for s in found.answers["students"]] == ["osno-a-0", "osno-a-1"]


def test_a_tariff_of_some_courses_names_its_course() -> None:
    """An option that not every course has stands in the list with its course, and is read with it only."""
    few = catalogue()
    context = replace(CONTEXT, catalogue=replace(few, tariffs=few.tariffs[:3]))
    answers = {**ANSWERS, "students": [{**STUDENT, "tariff": "osno-a-plus"}]}
    content = order_form(context, CENTRE.name, answers)
    word = "С поддержкой · 31\u00a0000\u00a0₽"
    assert load_workbook(BytesIO(content))["Ученики"]["E3"].value == f"{word} (Бухгалтерский учёт при ОСНО (код А))"
    assert read_order_form(content, context, CENTRE).answers == answers
    wrong = edited(content, {"Ученики!E3": f"{word} (Учёт и планирование при ОСНО (код А, В))"})
    assert [m.cell for m in read_order_form(wrong, context, CENTRE).marks] == ["E3"]


@pytest.mark.parametrize(
    ("kind", "name", "inn"),
    [("sole_trader", "Орлов Пётр Ильич", "500100732259"), ("individual", "Орлов Пётр Ильич", None)],
)
def test_a_person_pays(kind: str, name: str, inn: str | None) -> None:
    """ИП has an ИНН of 12 digits and no КПП; an individual may have neither."""
    answers = {**ANSWERS, "payer_kind": kind, "payer_name": name, "payer_inn": inn}
    del answers["payer_kpp"]
    assert read(made(answers)).answers == answers


def exported() -> bytes:
    """Return an order's workbook as the centre exports it."""
    student = {key: STUDENT[key] for key in ("name", "mobile", "email", "flags")}
    data: Any = {
        "number": "0123-0042",
        "centre_name": CENTRE.name,
        "payer": {"kind": "organisation"} | {k: PAYER[f"payer_{k}"] for k in ("name", "inn", "kpp", "address")},
        "orderer": {k: PAYER[f"orderer_{k}"] for k in ("name", "mobile", "email")},
        "students": [
            student
            | {"course_title": "Бухгалтерский учёт при ОСНО (код А)", "tariff_title": "Базовый", "price": 2_450_000}
            | {"starts": "2027-03-30", "ends": "2027-04-29"}
        ],
        "total": 2_450_000,
        "placed_at": "2027-03-10T09:00:00+00:00",
        "filled_in_by_staff": False,
    }
    order: OrderData = data
    return order_workbook(order)


def test_an_exported_order_is_a_filled_form() -> None:
    """An exported order is read by its labels; only the consents are still asked, or taken from the chat's draft."""
    assert set(marked(exported())) == {"Заявка!B4", "Заявка!B13", "Заявка!B14"}
    given = {"consent": True, "education": True, "rights": True}
    assert read(exported(), given).answers == ANSWERS


def test_a_bare_list_takes_the_rest_from_the_draft() -> None:
    """A file with students alone, sent in chat, is joined with what the chat knows already."""
    book = load_workbook(BytesIO(made({"students": [STUDENT, ORLOV]})))
    del book["Заявка"]
    content = _bytes(book)
    assert read(content).students == 2
    assert len(read(content).marks) == 9
    given = {**PAYER, "orderer_email": "belova@gmial.com", "rights": True, "students": [{}]}
    found = read(content, given)
    assert found.answers is not None
    assert found.answers["orderer_email"] == "belova@gmial.com"


def test_consent_to_another_text_is_asked_again() -> None:
    """The consent of another centre's form does not count, whatever stands in its cell; a lost stamp does no harm."""
    foreign = order_form(CONTEXT, "СЦ «Другой»", ANSWERS)
    found = marked(foreign)
    assert list(found) == ["Заявка!B4"]
    assert "другого сервисного центра" in found["Заявка!B4"]
    assert "consent" not in {k for k, v in read(foreign).raw.items() if v}
    book = load_workbook(BytesIO(made(ANSWERS)))
    del book["Списки"]
    assert read(_bytes(book)).answers == ANSWERS


def test_an_old_form_is_known() -> None:
    """A form made by another catalogue is read, known as old, and a run no longer offered is marked."""
    context = replace(CONTEXT, catalogue=replace(catalogue(), version=2, runs=catalogue().runs[1:]))
    found = read_order_form(made(ANSWERS), context, CENTRE)
    assert found.outdated
    assert [(m.sheet, m.cell) for m in found.marks] == [("Ученики", "D3")]


def test_two_hundred_students_and_no_more() -> None:
    """200 students are read; the 201st is marked and nothing is taken."""
    crowd = [{**STUDENT, "email": f"sokolova{n}@yandex.ru"} for n in range(201)]
    full = {**ANSWERS, "students": crowd[:200]}
    assert read(made(full)).answers == full
    assert list(marked(made({**ANSWERS, "students": crowd}))) == ["Ученики!A203"]


@pytest.mark.parametrize("typed", ["=1+1", '=HYPERLINK("http://x")', "@SUM(A1)", "-5", "+7 900"])
def test_typed_text_is_never_a_formula(typed: str) -> None:
    """What a person typed goes back as text, whatever it begins with."""
    raw = {**ANSWERS, "payer_name": typed, "students": [{**STUDENT, "name": typed}]}
    book = load_workbook(BytesIO(made(raw)))
    assert [(c.value, c.data_type) for c in (book["Заявка"]["B6"], book["Ученики"]["A3"])] == [(typed, "s")] * 2


def _with_shared_strings(content: bytes) -> bytes:
    """Rewrite inline strings as shared ones, the way Excel and LibreOffice save; formulas get a kept value."""
    texts: list[str] = []

    def shared(found: re.Match[str]) -> str:
        texts.append(found[2])
        return f'{found[1]} t="s"><v>{len(texts) - 1}</v>'

    parts = {}
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name).decode()
            if name.startswith("xl/worksheets/sheet"):
                parts[name] = re.sub(r'(?s)(<c [^>]*?) t="inlineStr"><is>(<t.*?)</is>', shared, parts[name])
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{"".join(f"<si>{t}</si>" for t in texts)}</sst>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", override)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_other_programs_strings_are_read() -> None:
    """Shared strings and inline strings are the same texts."""
    assert read(_with_shared_strings(made(ANSWERS))).answers == ANSWERS


def test_a_formula_is_read_by_its_kept_value() -> None:
    """A formula counts as the value that the file keeps, and as an empty cell when it keeps none."""
    content = edited(made(ANSWERS), {"Ученики!B3": '=CONCATENATE("8933","9333333")'})
    assert list(marked(content)) == ["Ученики!B3"]
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, re.sub(rb"(</f>)<v */>|(</f>)<v></v>", rb"</f><v>89339333333</v>", part))
    assert read(buffer.getvalue()).answers == ANSWERS


def test_repeated_titles_and_rows_are_marked() -> None:
    """A second column of the same title, and a second answer to the same question, are marked."""
    content = edited(made(ANSWERS), {"Ученики!H1": "Почта", "Заявка!A20": "ИНН", "Заявка!B20": "7707083893"})
    found = marked(content)
    assert set(found) == {"Ученики!H1", "Заявка!B20"}
    book = load_workbook(BytesIO(made(read(content).raw, read(content).marks)))
    assert "встречается дважды" in str(book["Заявка"]["A2"].value)


def test_what_cannot_be_read_is_refused() -> None:
    """A table without our titles, a bomb and what is no workbook are refused with their reasons."""
    book = Workbook()
    book.active.append(["ФИО", "Телефон"])  # type: ignore[union-attr]
    with pytest.raises(SheetRefused) as refused:
        read(_bytes(book))
    assert refused.value.data["missing"] == ["Почта", "Курс", "Даты обучения", "Тариф"]
    with pytest.raises(SheetRefused, match="sheet_broken"):
        read(b"PK\x03\x04")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    with pytest.raises(SheetRefused, match="sheet_too_big"):
        read(buffer.getvalue())


def test_difference_of_two_lists() -> None:
    """The preview names what is added, removed and changed, and counts the rest."""
    third = {**STUDENT, "name": "Лебедева Татьяна Ивановна", "email": "lebedeva@yandex.ru"}
    before = {**ANSWERS, "students": [STUDENT, ORLOV, third]}
    changed = {**ORLOV, "email": "orlov@gmail.com", "tariff": "osno-a-plus"}
    new = {**STUDENT, "name": "Зимин Олег Юрьевич", "email": "zimin@yandex.ru"}
    after = {**ANSWERS, "payer_kpp": "503901002", "students": [STUDENT, changed, new]}
    assert difference(before, after, CONTEXT) == [
        "Изменим: КПП: 503901001 → 503901002",
        "Добавим: Зимин Олег Юрьевич — +7 933 933-33-33; zimin@yandex.ru; Бухгалтерский учёт при ОСНО (код А); "
        "30 марта – 29 апреля 2027; Базовый, 24\u00a0500\u00a0₽",
        "Уберём: Лебедева Татьяна Ивановна",
        "Изменим: Орлов Пётр Ильич — почта: orlov.p@yandex.ru → orlov@gmail.com; "
        "тариф: Базовый, 24\u00a0500\u00a0₽ → С поддержкой, 31\u00a0000\u00a0₽",
        "Без изменений: 1 ученик",
    ]
    assert difference(before, before, CONTEXT) == ["В списке ничего не изменилось."]
