"""The tables of invoices, payments, acts and reminders; see `storage.tables` for the rules.

In invoices, payments and acts the columns stand in the order of the fields of the class, extra columns come last.
"""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text

from storage.columns import json, moment, number, partial_index, string
from storage.tables import metadata
from storage.types import RowNumber

OPEN = text("state = 'open'")
UNSETTLED = text("rest <> 0")
SCANNED = text("scan_page <> ''")
TO_LOOK = text("look_at IS NOT NULL")


def _of_order() -> Column[str]:
    return Column("order_id", Text, ForeignKey("orders.id"), nullable=False)


def _centre(*, primary: bool = False) -> Column[str]:
    return Column("centre", Text, ForeignKey("centres.number"), primary_key=primary, nullable=False)


invoices = Table(
    "invoices",
    metadata,
    Column("id", Text, primary_key=True),
    _of_order(),
    _centre(),
    string("number"),
    Column("issued_on", Date, nullable=False),
    number("total"),
    string("payer_inn", null=True),
    string("payer_name"),
    json("lines"),
    Column("version", Integer, nullable=False),
    string("state"),
    number("paid"),
    Column("valid_until", Date, nullable=True),
    Column("generated", Boolean, nullable=False),
    Column("edition", Integer, nullable=False),
    moment("sent_at", null=True),
    string("number_key"),
    UniqueConstraint("centre", "number_key"),
    Index("ix_invoices_order_id", "order_id"),
    partial_index("ix_invoices_open", "issued_on", "id", where=OPEN),
    partial_index("ix_invoices_open_of_centre", "centre", "issued_on", "id", where=OPEN),
)

invoice_numbers = Table("invoice_numbers", metadata, _centre(primary=True), Column("next", Integer, nullable=False))

payments = Table(
    "payments",
    metadata,
    Column("id", Text, primary_key=True),
    _centre(),
    Column("received_on", Date, nullable=False),
    number("amount"),
    string("payer_inn", null=True),
    string("payer_name"),
    string("purpose"),
    string("source"),
    string("dedupe"),
    number("rest"),  # what is not allocated yet, of the amount's sign
    moment("recorded_at"),
    string("recorded_by"),
    UniqueConstraint("centre", "dedupe"),
    partial_index("ix_payments_unsettled", "centre", "received_on", "id", where=UNSETTLED),
)

allocations = Table(
    "allocations",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("payment_id", Text, ForeignKey("payments.id"), nullable=False),
    Column("invoice_id", Text, ForeignKey("invoices.id"), nullable=False),
    string("line_id"),
    number("amount"),
    Index("ix_allocations_payment_id", "payment_id"),
    Index("ix_allocations_invoice_id", "invoice_id"),
)

acts = Table(
    "acts",
    metadata,
    Column("id", Text, primary_key=True),
    _of_order(),
    _centre(),
    string("run"),
    Column("ends", Date, nullable=False),
    json("line_ids"),
    string("number"),
    number("total"),
    string("paper"),
    moment("sent_at", null=True),
    string("scan"),
    string("scan_page"),
    Column("scanned_on", Date, nullable=True),
    Column("uploaded_on", Date, nullable=True),
    Column("confirmed_on", Date, nullable=True),
    string("return_reason"),
    Column("signed_on", Date, nullable=True),
    string("diadoc"),
    Column("posted_on", Date, nullable=True),
    string("tracking"),
    Column("received_on", Date, nullable=True),
    Column("version", Integer, nullable=False),
    Column("issued_on", Date, nullable=True),
    json("scan_pages"),
    json("paper_pages"),
    Column("due_on", Date, nullable=False),  # the nearer of the clocks that run, as computed at the last save
    UniqueConstraint("order_id", "run"),
    Index("ix_acts_due_on", "due_on", "id"),
    Index("ix_acts_centre", "centre", "due_on", "id"),
    partial_index("ix_acts_scan_page", "scan_page", where=SCANNED),
)

order_watch = Table(
    "order_watch",
    metadata,
    Column("order_id", Text, primary_key=True),
    moment("look_at", null=True),
    Column("paused_until", Date, nullable=True),
    # Grows whenever something of the order is saved: who has read the facts before does not set its next moment.
    Column("seen", Integer, nullable=False),
    partial_index("ix_order_watch_look_at", "look_at", "order_id", where=TO_LOOK),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("until", Date, nullable=False),
    string("order_id"),
    Index("ix_snoozes_order_id", "order_id"),
)

reminders = Table(
    "reminders",
    metadata,
    Column("subject", Text, primary_key=True),
    string("order_id"),
    Column("kind", Text, primary_key=True),
    Column("due_on", Date, primary_key=True),
    string("audience"),
    moment("planned_at"),
    Index("ix_reminders_order_id", "order_id"),
)
