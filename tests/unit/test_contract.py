"""Contract and act: what they say as PDF and DOCX, and the templates that a centre puts in their place."""

import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from docx import Document

from paper.act import ActPaper, act_docx, act_pdf, act_template, check_act_template
from paper.contract import (
    ContractPaper,
    check_contract_template,
    contract_docx,
    contract_pdf,
    contract_pictures,
    contract_template,
)
from paper.docx_template import MAX_BYTES, TemplateRefused
from paper.text_paper import common_fields, row_fields
from tests.papers import EVIL, PAYER, PERSON, TRADER, learner, seller, text_of
from wording.papers import (
    ACT_FIELDS,
    COMMON_FIELDS,
    CONTRACT_FIELDS,
    ROW_FIELDS,
    TEMPLATE_SENTENCES,
    explain_template,
)


def contract(count: int = 2) -> ContractPaper:
    """A contract of the sample sides."""
    rows = tuple(learner(kopecks=2_450_000 + at) for at in range(count))
    return ContractPaper("7", date(2026, 2, 1), seller(), PAYER, rows)


def act() -> ActPaper:
    """An act of the sample sides."""
    basis = "Договор № 7 от 1 февраля 2026 г."
    return ActPaper("12", date(2027, 5, 26), basis, seller(seller_vat="22"), TRADER, (learner(), learner("Ли Ян")))


def words_in(docx: bytes) -> str:
    """All that a DOCX says, tables too, in one line with plain spaces."""
    document = Document(BytesIO(docx))
    texts = [p.text for p in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join(texts).split())


def template(*paragraphs: str, cells: tuple[str, ...] = (), runs: tuple[str, ...] = ()) -> bytes:
    """A centre's own DOCX: paragraphs, a table row, and a paragraph that Word has split into runs."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if cells:
        row = document.add_table(rows=1, cols=len(cells)).rows[0]
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    split = document.add_paragraph()
    for text in runs:
        split.add_run(text).bold = text == runs[0]
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def refused(content: bytes) -> TemplateRefused:
    """The refusal of a contract's template."""
    with pytest.raises(TemplateRefused) as caught:
        check_contract_template(content)
    assert explain_template(caught.value)
    return caught.value


def test_pdf_and_docx_of_a_contract_say_the_same() -> None:
    """Both name the sides, who signs, the students, the dates, the sum in words and the VAT."""
    for text in (text_of(contract_pdf(contract())), words_in(contract_docx(contract()))):
        for part in (
            "Договор № 7", "1 февраля 2026 г.", "в лице директора Ивановой Марии Петровны, действующей на основании",
            "ООО «Ромашка»", "25 апреля – 25 мая", "24 500,00", "24 500,01",
            "с 25 апреля 2027 года по 25 мая 2027 года",
            "Сорок девять тысяч рублей 01 копейка", "НДС не облагается: п. 2", "40702810138250123017", "Иванова М. П.",
        ):  # fmt: skip
            assert part in text
        assert "{{" not in text


def test_pdf_and_docx_of_an_act_say_the_same() -> None:
    """An act names its number, date and basis, the students, the sum and the tax in it."""
    for text in (text_of(act_pdf(act())), words_in(act_docx(act()))):
        for part in (
            "Акт № 12", "26 мая 2027 г.", "Основание: Договор № 7 от 1 февраля 2026 г.", "ИП Петров Пётр Петрович",
            "Ли Ян", "Учеников: 2.", "49 000,00", "в том числе НДС 22 % — 8 836,07 руб.", "Петров П. П.",
        ):  # fmt: skip
            assert part in text


def test_a_person_signs_for_themselves() -> None:
    """An individual payer and a seller who is a sole trader have no representative."""
    trader = seller(
        seller_inn="500100732259",
        seller_name="Индивидуальный предприниматель Иванова Мария Петровна",
        seller_basis="записи в ЕГРИП",
    )
    text = text_of(contract_pdf(replace(contract(), seller=trader, payer=PERSON)))
    assert "Иванова Мария Петровна, действующая на основании записи в ЕГРИП" in text
    assert "в лице" not in text
    assert "/ Соколова Л. А. /" in text


def test_papers_are_the_same_bytes_each_time() -> None:
    """Nothing of the moment of making is in the files."""
    assert contract_pdf(contract()) == contract_pdf(contract())
    assert act_docx(act()) == act_docx(act())


def test_two_hundred_students_run_over_pages() -> None:
    """Every student is in the table, whatever the number of pages."""
    assert text_of(contract_pdf(contract(200))).count("тариф «Базовый»") == 200
    assert len(contract_pictures(contract(1), 30)) == 2


def test_typed_text_is_text() -> None:
    """Marks of typst, of XML and of fields inside a name stay what was typed, in both files."""
    paper = replace(contract(), rows=(learner(EVIL),), payer=replace(PAYER, name=EVIL + "\x00\x0b"))
    seen = "".join(EVIL.split())
    assert seen in "".join(text_of(contract_pdf(paper)).split())
    assert "".join(words_in(contract_docx(paper)).split()).count(seen) == 3


def test_our_own_templates_pass_the_check() -> None:
    """A centre may send back what it downloaded."""
    check_contract_template(contract_template())
    check_act_template(act_template())


def test_the_documented_fields_are_those_that_are_filled() -> None:
    """The list that a centre reads is what the papers give."""
    rows = contract().rows
    assert set(common_fields(seller(), PAYER, rows)) == set(COMMON_FIELDS)
    assert set(row_fields(rows)[0]) == set(ROW_FIELDS)
    everything = template(
        *(f"{{{{ {name} }}}}" for name in CONTRACT_FIELDS), cells=tuple(f"{{{{{n}}}}}" for n in ROW_FIELDS)
    )
    assert "{{" not in words_in(contract_docx(contract(), everything))
    everything = template(*(f"{{{{ {name} }}}}" for name in ACT_FIELDS))
    assert "{{" not in words_in(act_docx(act(), everything))


def test_a_replaced_template_is_filled() -> None:
    """A field split by Word, in capitals or with low lines, is filled; a row of students is repeated."""
    own = template(
        "Номер: {{НОМЕР_ДОГОВОРА}}.", cells=("{{ученик}}", "{{ стоимость }}"), runs=("От {", "{ дата до", "говора }} г")
    )
    filled = contract_docx(contract(3), own)
    assert "Номер: 7." in words_in(filled)
    assert "От 1 февраля 2026 г. г" in words_in(filled)
    assert [row.cells[1].text for row in Document(BytesIO(filled)).tables[0].rows] == [
        "24\u00a0500,00", "24\u00a0500,01", "24\u00a0500,02",
    ]  # fmt: skip
    bold = Document(BytesIO(filled)).paragraphs[-1].runs
    assert bold[0].bold
    assert bold[0].text == "От 1 февраля 2026 г."


def test_values_of_several_lines_keep_them() -> None:
    """Details of a side are broken into lines in Word too."""
    own = template("{{ реквизиты заказчика }}")
    assert Document(BytesIO(contract_docx(contract(), own))).paragraphs[0].text.splitlines()[0] == "ООО «Ромашка»"


def test_headers_are_filled() -> None:
    """A field in the header of the page is filled like any other."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Договор {{ номер договора }}"
    made = BytesIO()
    document.save(made)
    filled = Document(BytesIO(contract_docx(contract(), made.getvalue())))
    assert filled.sections[0].header.paragraphs[0].text == "Договор 7"


@pytest.mark.parametrize(
    ("own", "reason", "field"),
    [
        (template("Итого {{ сумма  договора }}"), "template_field", "сумма договора"),
        (template("Итого {{ сумма }"), "template_unclosed", "{{ сумма }"),
        (template("{% for x in y %}"), "template_unclosed", "{% for x in y %}"),
        (template("{{ ''.__class__ }}"), "template_field", "''.__class__"),
        (template("Ученик: {{ ученик }}"), "template_row_field", "ученик"),
        (template(cells=("{{ ученик }}", "{{ чужое }}")), "template_field", "чужое"),
    ],
)
def test_a_wrong_field_is_named(own: bytes, reason: str, field: str) -> None:
    """A centre hears which field of its template is wrong, and how."""
    refusal = refused(own)
    assert refusal.reason == reason
    assert refusal.data["field"] == field
    assert field in explain_template(refusal)


def _archive(**parts: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return made.getvalue()


_TYPES = {"[Content_Types].xml": b"<x/>"}
_BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "template_broken"),
        (b"%PDF-1.7", "template_broken"),
        (contract_template()[:2000], "template_broken"),
        (_archive(**_TYPES), "template_broken"),
        (_archive(**_TYPES, **{"word/document.xml": b"<a"}), "template_broken"),
        (_archive(**_TYPES, **{"word/document.xml": _BOMB}), "template_broken"),
        (_archive(**_TYPES, **{"word/vbaProject.bin": b"x", "word/document.xml": b"<a/>"}), "template_broken"),
        (_archive(**_TYPES, **{"word/document.xml": b" " * 30_000_000}), "template_too_big"),
        (b"PK" * MAX_BYTES, "template_too_big"),
    ],
)
def test_broken_templates_are_refused(content: bytes, reason: str) -> None:
    """A file that is no DOCX, is cut, swells when opened or carries a macro is refused in plain words."""
    assert refused(content).reason == reason


def test_every_refusal_has_a_sentence() -> None:
    """No refusal is left without words, and no words without a refusal."""
    reasons = {"template_broken", "template_too_big", "template_field", "template_unclosed", "template_row_field"}
    assert set(TEMPLATE_SENTENCES) == reasons
    assert "5 МБ" in explain_template(TemplateRefused("template_too_big", megabytes=5))
    assert "{{ заказчик }}" in explain_template(TemplateRefused("template_unclosed", field="{{ з"))
