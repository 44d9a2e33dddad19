"""A paper of paragraphs (contract, act): one source of text becomes a PDF, and a DOCX template to be edited.

The source (templates/*.txt): «# » title, «> » to the right, «## » heading, [ученики] the table, [стороны] both sides;
every other line is a paragraph. Fields are {{ name }} as in `wording.papers`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from paper.typeset import pdf, pictures, template
from school.money import Kopecks
from school.order import Payer
from school.seller import Seller
from wording.dates import date_long, period_with_year
from wording.papers import (
    payer_block,
    payer_name,
    payer_represented,
    payer_signature,
    seller_block,
    seller_represented,
    vat_phrase,
)
from wording.words_of_sums import amount, sum_in_words

if TYPE_CHECKING:
    from docx.document import Document

BlockKind = Literal["title", "right", "heading", "students", "sides", "text"]
Block = tuple[BlockKind, str]

_COLUMNS = ("№", "Ученик", "Курс и тариф", "Даты обучения", "Стоимость, руб.")
_CELLS = ("{{ № }}", "{{ ученик }}", "{{ курс }}, тариф «{{ тариф }}»", "{{ даты }}", "{{ стоимость }}")
_WIDTHS_MM = (9, 45, 60, 32, 26)
_SIDES = (
    ("Исполнитель", "{{ реквизиты исполнителя }}", "{{ должность исполнителя }}", "{{ подпись исполнителя }}"),
    ("Заказчик", "{{ реквизиты заказчика }}", "", "{{ подпись заказчика }}"),
)
_STAMP = "М. П."
_MARKS: tuple[tuple[str, BlockKind], ...] = (("## ", "heading"), ("# ", "title"), ("> ", "right"))
_PLACES: dict[str, BlockKind] = {"[ученики]": "students", "[стороны]": "sides"}
_FIELD = re.compile(r"\{\{\s*(.*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """One student of the paper: names as the order's line has them, dates in the school's zone, kopecks."""

    name: str
    course: str
    tariff: str
    starts: date
    ends: date
    kopecks: Kopecks


def common_fields(seller: Seller, payer: Payer, rows: Sequence[LearnerRow]) -> dict[str, str]:
    """Return the values of `wording.papers.COMMON_FIELDS`."""
    total = sum(row.kopecks for row in rows)
    return {
        "исполнитель": seller.name,
        "исполнитель в лице": seller_represented(seller),
        "реквизиты исполнителя": seller_block(seller),
        "должность исполнителя": seller.post[:1].upper() + seller.post[1:],
        "подпись исполнителя": seller.signatory.initials,
        "заказчик": payer_name(payer),
        "заказчик в лице": payer_represented(payer),
        "реквизиты заказчика": payer_block(payer),
        "подпись заказчика": payer_signature(payer),
        "число учеников": str(len(rows)),
        "сумма": amount(total),
        "сумма прописью": sum_in_words(total),
        "НДС": vat_phrase(seller.vat, total),
        "начало обучения": f"{date_long(min(row.starts for row in rows))} года",
        "окончание обучения": f"{date_long(max(row.ends for row in rows))} года",
    }


def row_fields(rows: Sequence[LearnerRow]) -> list[dict[str, str]]:
    """Return the values of `wording.papers.ROW_FIELDS`, row by row."""
    return [
        {
            "№": str(at),
            "ученик": row.name,
            "курс": row.course,
            "тариф": row.tariff,
            "даты": period_with_year(row.starts, row.ends),
            "стоимость": amount(row.kopecks),
        }
        for at, row in enumerate(rows, start=1)
    ]


def paper_pdf(source: str, fields: Mapping[str, str], rows: Sequence[Mapping[str, str]], day: date) -> bytes:
    """Return the PDF of a source of the package: the same bytes for the same values."""
    return pdf("paper.typ", _data(source, fields, rows), day)


def paper_pictures(
    source: str, fields: Mapping[str, str], rows: Sequence[Mapping[str, str]], day: date, dots_per_inch: int = 150
) -> list[bytes]:
    """Return the same pages as PNG."""
    return pictures("paper.typ", _data(source, fields, rows), day, dots_per_inch)


@cache
def default_template(source: str) -> bytes:
    """Return the source as a DOCX with its {{ fields }}, ready to be edited in Word or filled."""
    document = _new_document()
    for kind, text in _blocks(source):
        _add(document, kind, text)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _blocks(source: str) -> list[Block]:
    lines = template(source).decode("utf-8").splitlines()
    return [_block(line.strip()) for line in lines if line.strip()]


def _block(line: str) -> Block:
    if line in _PLACES:
        return _PLACES[line], ""
    for mark, kind in _MARKS:
        if line.startswith(mark):
            return kind, line.removeprefix(mark)
    return "text", line


def _data(source: str, fields: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    blocks = [(kind, _filled(text, fields)) for kind, text in _blocks(source)]
    sides = [[_filled(part, fields) for part in side] for side in _SIDES]
    return {
        "title": next(text for kind, text in blocks if kind == "title"),
        "blocks": blocks,
        "columns": _COLUMNS,
        "rows": [[_filled(cell, row) for cell in _CELLS] for row in rows],
        "sides": [dict(zip(("title", "details", "post", "name"), side, strict=True)) for side in sides],
        "stamp": _STAMP,
        "page": "Лист",
        "of": "из",
    }


def _filled(text: str, fields: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda found: fields[found[1]], text)


def _new_document() -> "Document":
    from docx import Document
    from docx.shared import Mm, Pt

    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(25), Mm(13)
    section.top_margin, section.bottom_margin = Mm(18), Mm(20)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(11)
    style.paragraph_format.space_after = Pt(6)
    return document


def _add(document: "Document", kind: BlockKind, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import Pt

    if kind == "students":
        _add_students(document)
    elif kind == "sides":
        _add_sides(document)
    else:
        paragraph = document.add_paragraph()
        run = paragraph.add_run(text)
        run.bold = kind in ("title", "heading")
        paragraph.alignment = {"title": ALIGN.CENTER, "right": ALIGN.RIGHT, "text": ALIGN.JUSTIFY}.get(kind, ALIGN.LEFT)
        if kind == "title":
            run.font.size = Pt(14)
        if kind == "heading":
            paragraph.paragraph_format.space_before, paragraph.paragraph_format.keep_with_next = Pt(10), True


def _add_students(document: "Document") -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    table = document.add_table(rows=2, cols=len(_COLUMNS), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS_MM, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    for row, texts in zip(table.rows, (_COLUMNS, _CELLS), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(9.5), texts is _COLUMNS
    for row, marks in zip(table.rows, (("w:cantSplit", "w:tblHeader"), ("w:cantSplit",)), strict=True):
        for mark in marks:
            row._tr.get_or_add_trPr().append(OxmlElement(mark))
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _add_sides(document: "Document") -> None:
    from docx.oxml import OxmlElement

    table = document.add_table(rows=0, cols=len(_SIDES))
    # Row by row, so that both sign on one line.
    for at, texts in enumerate(zip(*map(_side_lines, _SIDES), strict=True)):
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text in zip(row.cells, texts, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.keep_with_next = text != _STAMP
            paragraph.add_run(text).bold = at == 0


def _side_lines(side: tuple[str, str, str, str]) -> tuple[str, str, str, str, str]:
    title, details, post, name = side
    return title, details, post, f"{'_' * 18} / {name} /", _STAMP
