"""The tables. What is searched is a column, the rest of an aggregate is JSON.

In visitors, drafts, centres, tokens, leases and cards the columns stand in the order of the fields of the class of the
same name in `school`, so that a row makes an object as it is; extra columns come last.
"""

from datetime import date

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from storage.columns import json, moment, number, partial_index, string
from storage.types import Json, RowNumber

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

PENDING = text("state = 'pending'")
SUBMITTED = text("questionnaire = 'submitted' AND cancelled_at IS NULL")
READY = text("questionnaire = 'approved' AND payment = 'paid' AND admitted_at IS NULL AND cancelled_at IS NULL")
NOT_ADMITTED = text("admitted_at IS NULL AND cancelled_at IS NULL")
ADMITTED = text("admitted_at IS NOT NULL")
NOT_LISTED = text("admitted_at IS NOT NULL AND listed_at IS NULL")
REMINDED = text("remind_at IS NOT NULL")
WITHOUT_ACT = text("act = '' AND cancelled_at IS NULL AND (payment = 'paid' OR admitted_at IS NOT NULL)")
HELD = text("held_why = 'stranger' AND released_at IS NULL AND held_nudged_at IS NULL")
UNSHIPPED = text("act <> 'closed' AND payment = 'paid' AND cancelled_at IS NULL")

# What `order_lines.admit_by` holds for a line without such a date: it sorts last on both databases, by index.
NO_TERM = date(9999, 1, 1)


def _line_key(*, primary: bool = False) -> Column[str]:
    return Column("line_id", Text, ForeignKey("order_lines.id"), primary_key=primary, nullable=False)


def _centre(*, null: bool = False) -> Column[str]:
    return Column("centre", Text, ForeignKey("centres.number"), nullable=null)


inbox = Table(
    "inbox",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    number("bot_id"),
    number("update_id"),
    number("chat_key"),
    string("payload"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="pending"),  # pending, handled, aside
    string("error", null=True),
    moment("received_at"),
    UniqueConstraint("bot_id", "update_id"),
    Index("ix_inbox_pending", "id", sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_inbox_received_at", "received_at"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", RowNumber, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    string("kind"),
    string("channel"),
    string("recipient"),
    json("data"),
    Column("dedupe", Text, nullable=False, unique=True),
    Column("bulk", Boolean, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),  # pending, sent, dead, cancelled
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False),
    moment("due_at"),
    moment("leased_until", null=True),
    string("owner", null=True),  # the process that has leased it, of `holders`; none on SQLite
    moment("created_at"),
    moment("finished_at", null=True),
    Column("result", Json, nullable=True),
    string("error", null=True),
    Column("outage", Boolean, nullable=False, server_default=false()),
    Index("ix_outbox_due", "channel", "bulk", "seq", "due_at", sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_outbox_recipient", "channel", "recipient", "seq", sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_outbox_state", "state", "seq"),
    sqlite_autoincrement=True,
)

centres = Table(
    "centres",
    metadata,
    Column("number", Text, primary_key=True),
    string("name"),
    string("email"),
    Column("closed", Boolean, nullable=False),
    Column("next_order", Integer, nullable=False),
    json("settings"),
)

visitors = Table(
    "visitors",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    number("chat_id"),
    string("first_name"),
    moment("blocked_at", null=True),
    string("centre", null=True),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    number("user_id"),
    number("chat_id"),
    string("role"),
    _centre(null=True),
    string("name"),
    moment("since"),
    moment("withdrawn_at", null=True),
    moment("seen_at", null=True),
    Column("email", Text, nullable=False, server_default=""),
    Index("ix_staff_user_id", "user_id"),
    Index("ix_staff_email", "email"),
    Index("ix_staff_centre_role", "centre", "role"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    number("user_id"),
    number("chat_id"),
    string("form"),
    _centre(),
    string("discipline", null=True),
    json("answers"),
    string("cursor", null=True),
    string("question", null=True),
    string("state"),
    moment("touched_at"),
    moment("nudged_at", null=True),
    Column("version", Integer, nullable=False),
    Index("ix_drafts_user_id_state", "user_id", "state", "touched_at"),
    Index("ix_drafts_state_touched_at", "state", "touched_at"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Text, primary_key=True),
    string("subject"),
    string("document"),
    string("version"),
    string("sha256"),
    string("channel"),
    moment("given_at"),
    moment("withdrawn_at", null=True),
    Index("ix_consents_subject", "subject"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    _centre(),
    Column("draft_id", Text, nullable=False, unique=True),
    string("inn", null=True),
    string("kpp", null=True),
    string("payer_folded"),
    json("payer"),
    json("orderer"),
    moment("placed_at"),
    number("placed_by"),
    Column("filled_in_by_staff", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    json("extra"),
    moment("held_since", null=True),
    Column("held_why", Text, nullable=False, server_default=""),
    moment("held_nudged_at", null=True),
    moment("released_at", null=True),
    Column("released_by", Text, nullable=False, server_default=""),
    partial_index("ix_orders_held", "held_since", "id", where=HELD),
    Index("ix_orders_placed_by", "placed_by", "placed_at"),
    Index("ix_orders_inn", "inn", "kpp"),
    Index("ix_orders_payer_folded", "payer_folded"),
    Index("ix_orders_centre", "centre", "placed_at"),
    Index("ix_orders_centre_inn", "centre", "inn"),
    Index("ix_orders_placed_at", "placed_at", "id"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("position", Integer, nullable=False),
    string("folded"),
    string("email"),
    string("run"),
    string("questionnaire"),
    string("payment"),
    moment("admitted_at", null=True),
    json("data"),
    number("student_id", null=True),
    moment("submitted_at", null=True),
    Column("admit_by", Date, nullable=False, server_default=NO_TERM.isoformat()),
    moment("registered_at", null=True),
    moment("listed_at", null=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("centre", Text, nullable=False, server_default=""),
    Column("ends", Date, nullable=False, server_default=NO_TERM.isoformat()),
    Column("email_key", Text, nullable=False, server_default=""),  # the address in small letters
    Column("act", Text, nullable=False, server_default=""),  # "", open, closed: of the order's act of this run
    moment("cancelled_at", null=True),
    UniqueConstraint("order_id", "position"),
    Index("ix_order_lines_run", "run"),
    Index("ix_order_lines_folded", "folded"),
    Index("ix_order_lines_centre_run", "centre", "run", "order_id"),
    Index("ix_order_lines_centre_folded", "centre", "folded", postgresql_ops={"folded": "text_pattern_ops"}),
    Index("ix_order_lines_email", "email"),
    Index("ix_order_lines_email_key", "email_key"),
    Index("ix_order_lines_student_id", "student_id"),
    partial_index("ix_order_lines_submitted", "admit_by", "submitted_at", "id", where=SUBMITTED),
    partial_index("ix_order_lines_ready", "admit_by", "id", where=READY),
    partial_index("ix_order_lines_not_admitted", "admit_by", "id", where=NOT_ADMITTED),
    partial_index("ix_order_lines_not_listed", "admitted_at", "id", where=NOT_LISTED),
    partial_index("ix_order_lines_admitted", "run", "folded", "id", where=ADMITTED),
    partial_index("ix_order_lines_without_act", "ends", "order_id", "run", where=WITHOUT_ACT),
    partial_index("ix_order_lines_unshipped", "ends", "id", where=UNSHIPPED),
    partial_index("ix_order_lines_unshipped_of_centre", "centre", "ends", "id", where=UNSHIPPED),
)

questionnaires = Table(
    "questionnaires",
    metadata,
    _line_key(primary=True),
    string("order_id"),
    json("answers"),
    string("state"),
    moment("submitted_at", null=True),
    json("remarks"),
    json("decline_reason"),
    number("decided_by", null=True),
    string("decided_name"),
    moment("decided_at", null=True),
    moment("remind_at", null=True),
    Column("version", Integer, nullable=False),
    partial_index("ix_questionnaires_remind_at", "remind_at", where=REMINDED),
    Index("ix_questionnaires_order_id", "order_id"),
)

# Only what finds a file: all else of a page lies in its questionnaire's answers.
documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    _line_key(),
    string("document"),
    string("sha256"),
    Index("ix_documents_sha256", "sha256"),
    Index("ix_documents_line_id", "line_id"),
)

leases = Table(
    "leases",
    metadata,
    _line_key(primary=True),
    number("user_id"),
    string("name"),
    moment("until"),
    Index("ix_leases_user_id", "user_id"),
)

cards = Table(
    "cards",
    metadata,
    Column("notice_id", Text, primary_key=True),
    string("subject"),
    string("kind"),
    number("chat_id"),
    moment("created_at"),
    Index("ix_cards_subject", "subject", "kind"),
    Index("ix_cards_chat_id", "chat_id", "kind", "created_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("sha256", Text, primary_key=True),
    string("kind"),
    string("subject"),
    moment("expires_at"),
    json("data"),
    number("used_by", null=True),
    moment("used_at", null=True),
    moment("revoked_at", null=True),
    Column("failures", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_tokens_subject", "subject", "kind"),
    Index("ix_tokens_expires_at", "expires_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    moment("at"),
    string("actor"),
    string("action"),
    string("subject"),
    string("before"),
    string("after"),
    Index("ix_audit_subject", "subject", "id"),
    Index("ix_audit_actor", "actor", "id"),
    Index("ix_audit_at", "at", "id"),
    sqlite_autoincrement=True,
)
