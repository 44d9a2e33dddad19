"""The jobs that read workbooks and bank statements in a bounded process; one that was stopped was made too hard."""

from paper.bank_statement import read_statement
from paper.catalogue_sheet import read_catalogue
from paper.order_form_read import read_order_form
from paper.payments_sheet import read_payments
from paper.results_sheet import read_results
from paper.statement_text import StatementRefused
from paper.xlsx_in import SheetRefused
from school.jobs import Job, StopReason


def _sheet(_: StopReason) -> SheetRefused:
    return SheetRefused("sheet_too_hard")


def _statement(_: StopReason) -> StatementRefused:
    return StatementRefused("too_hard")


READ_ORDER_FORM = Job(read_order_form, _sheet)
READ_CATALOGUE = Job(read_catalogue, _sheet)
READ_PAYMENTS = Job(read_payments, _sheet)
READ_RESULTS = Job(read_results, _sheet)
READ_STATEMENT = Job(read_statement, _statement, seconds=10)
