"""A contract (договор) as PDF and DOCX; a centre may put its own DOCX in place of ours (REGULATIONS P1).

Of a replaced template only the DOCX is made: turning somebody's DOCX into a PDF is the work of Word.
"""

from dataclasses import dataclass
from datetime import date

from paper.docx_template import check_template, fill_template
from paper.text_paper import LearnerRow, common_fields, default_template, paper_pdf, paper_pictures, row_fields
from school.order import Payer
from school.seller import Seller
from wording.dates import date_long
from wording.papers import CONTRACT_FIELDS, ROW_FIELDS

_SOURCE = "contract.txt"


@dataclass(frozen=True, slots=True)
class ContractPaper:
    """All that a contract says; at least one row, `signed_on` in the school's zone."""

    number: str
    signed_on: date
    seller: Seller
    payer: Payer
    rows: tuple[LearnerRow, ...]


def contract_pdf(paper: ContractPaper) -> bytes:
    """Return the contract by our own template as PDF: the same bytes for the same contract."""
    return paper_pdf(_SOURCE, _fields(paper), row_fields(paper.rows), paper.signed_on)


def contract_pictures(paper: ContractPaper, dots_per_inch: int = 150) -> list[bytes]:
    """Return its pages as PNG."""
    return paper_pictures(_SOURCE, _fields(paper), row_fields(paper.rows), paper.signed_on, dots_per_inch)


def contract_docx(paper: ContractPaper, template: bytes | None = None) -> bytes:
    """Return the contract as DOCX, by the centre's template where it has one. Raises as `check_contract_template`."""
    return fill_template(template or contract_template(), _fields(paper), row_fields(paper.rows))


def contract_template() -> bytes:
    """Return our own template, for a centre to download and edit."""
    return default_template(_SOURCE)


def check_contract_template(content: bytes) -> None:
    """Let a good template pass, else raise `paper.docx_template.TemplateRefused`. Call it off the loop."""
    check_template(content, CONTRACT_FIELDS, ROW_FIELDS)


def _fields(paper: ContractPaper) -> dict[str, str]:
    return {
        "номер договора": paper.number,
        "дата договора": f"{date_long(paper.signed_on)} г.",
        **common_fields(paper.seller, paper.payer, paper.rows),
    }
