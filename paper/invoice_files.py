"""The papers that go with an invoice, from plain data: its PDF, the contract as PDF and DOCX (REGULATIONS P1)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from paper.contract import ContractPaper, contract_docx, contract_pdf
from paper.invoice_pdf import InvoicePaper, InvoiceRow, invoice_pdf
from paper.text_paper import LearnerRow
from school.order import Payer
from school.payer import PayerKind
from school.seller import parse_seller
from wording.papers import line_title, reference

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file made: its name for people, its media type, its bytes."""

    name: str
    media: str
    content: bytes


def invoice_files(data: Mapping[str, Any]) -> tuple[PaperFile, ...]:
    """Make the files of `school.use_cases.issue_invoice.papers_data`; none for an invoice that was not made here.

    The contract's PDF is ours only: a centre's own template is made into a DOCX. Takes a fraction of a second: call it
    off the loop. Raises `BadAnswer` where the seller is not complete any more, `TemplateRefused` for a bad template.
    """
    if not data["generated"]:
        return ()
    invoice, contract = invoice_paper(data), contract_paper(data)
    template = base64.b64decode(data["template"]) if data["template"] else None
    label = f"{data['number']}"
    files = [PaperFile(f"Счёт {label}.pdf", PDF, invoice_pdf(invoice))]
    if template is None:
        files.append(PaperFile(f"Договор {label}.pdf", PDF, contract_pdf(contract)))
    files.append(PaperFile(f"Договор {label}.docx", DOCX, contract_docx(contract, template)))
    return tuple(files)


def invoice_paper(data: Mapping[str, Any]) -> InvoicePaper:
    """Return the invoice of the data."""
    issued_on = date.fromisoformat(data["issued_on"])
    return InvoicePaper(
        number=data["number"],
        issued_on=issued_on,
        valid_until=date.fromisoformat(data["valid_until"]) if data["valid_until"] else issued_on,
        seller=parse_seller(data["seller"]),
        buyer=_payer(data["payer"]),
        basis=reference("Договор", data["number"], issued_on),
        rows=tuple(InvoiceRow(_title(one), one["name"], one["price"]) for one in data["students"]),
    )


def contract_paper(data: Mapping[str, Any]) -> ContractPaper:
    """Return the contract of the data: it has the invoice's number and date."""
    return ContractPaper(
        number=data["number"],
        signed_on=date.fromisoformat(data["issued_on"]),
        seller=parse_seller(data["seller"]),
        payer=_payer(data["payer"]),
        rows=tuple(
            LearnerRow(
                one["name"],
                one["course_title"],
                one["tariff_title"],
                _day(one["starts"]),
                _day(one["ends"]),
                one["price"],
            )
            for one in data["students"]
        ),
    )


def _title(one: Mapping[str, Any]) -> str:
    return line_title(one["course_title"], one["tariff_title"], _day(one["starts"]), _day(one["ends"]))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _payer(data: Mapping[str, Any]) -> Payer:
    return Payer(PayerKind(data["kind"]), data["name"], data["inn"], data["kpp"], data["address"])
