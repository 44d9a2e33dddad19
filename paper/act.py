"""An act (акт сдачи-приёмки) of one order and one run, as PDF and DOCX (REGULATIONS C1).

A centre may put its own DOCX in place of ours; of a replaced template only the DOCX is made.
"""

from dataclasses import dataclass
from datetime import date

from paper.docx_template import check_template, fill_template
from paper.text_paper import LearnerRow, common_fields, default_template, paper_pdf, row_fields
from school.order import Payer
from school.seller import Seller
from wording.dates import date_long
from wording.papers import ACT_FIELDS, ROW_FIELDS

_SOURCE = "act.txt"


@dataclass(frozen=True, slots=True)
class ActPaper:
    """All that an act says: `basis` is the contract or the invoice, the rows are the order's students of one run."""

    number: str
    issued_on: date
    basis: str
    seller: Seller
    payer: Payer
    rows: tuple[LearnerRow, ...]


def act_pdf(paper: ActPaper) -> bytes:
    """Return the act by our own template as PDF: the same bytes for the same act."""
    return paper_pdf(_SOURCE, _fields(paper), row_fields(paper.rows), paper.issued_on)


def act_docx(paper: ActPaper, template: bytes | None = None) -> bytes:
    """Return the act as DOCX, by the centre's template where it has one. Raises as `check_act_template`."""
    return fill_template(template or act_template(), _fields(paper), row_fields(paper.rows))


def act_template() -> bytes:
    """Return our own template, for a centre to download and edit."""
    return default_template(_SOURCE)


def check_act_template(content: bytes) -> None:
    """Let a good template pass, else raise `paper.docx_template.TemplateRefused`. Call it off the loop."""
    check_template(content, ACT_FIELDS, ROW_FIELDS)


def _fields(paper: ActPaper) -> dict[str, str]:
    return {
        "номер акта": paper.number,
        "дата акта": f"{date_long(paper.issued_on)} г.",
        "основание": paper.basis,
        **common_fields(paper.seller, paper.payer, paper.rows),
    }
