"""The tables. What is searched is a column, the rest of an aggregate is JSON.

In visitors, drafts, centres, disciplines, courses, tariffs, runs and tokens the columns stand in the order of the
fields of the class of the same name in `school`, so that a row makes an object as it is; extra columns come last.
"""

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
    text,
)

from storage.types import Json, RowNumber, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

PENDING = text("state = 'pending'")


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _moment(name: str, *, null: bool = False) -> Column[object]:
    return Column(name, UtcDateTime, nullable=null)


def _json(name: str) -> Column[object]:
    return Column(name, Json, nullable=False)


def _number(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _centre(*, null: bool = False) -> Column[str]:
    return Column("centre", Text, ForeignKey("centres.number"), nullable=null)


inbox = Table(
    "inbox",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    _number("bot_id"),
    _number("update_id"),
    _number("chat_key"),
    _text("payload"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="pending"),  # pending, handled, aside
    _text("error", null=True),
    _moment("received_at"),
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
    _text("kind"),
    _text("channel"),
    _text("recipient"),
    _json("data"),
    Column("dedupe", Text, nullable=False, unique=True),
    Column("bulk", Boolean, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),  # pending, sent, dead
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False),
    _moment("due_at"),
    _moment("leased_until", null=True),
    _moment("created_at"),
    _moment("finished_at", null=True),
    Column("result", Json, nullable=True),
    _text("error", null=True),
    Index("ix_outbox_due", "channel", "bulk", "seq", "due_at", sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_outbox_recipient", "channel", "recipient", "seq", sqlite_where=PENDING, postgresql_where=PENDING),
    Index("ix_outbox_state", "state", "seq"),
    sqlite_autoincrement=True,
)

centres = Table(
    "centres",
    metadata,
    Column("number", Text, primary_key=True),
    _text("name"),
    _text("email"),
    Column("closed", Boolean, nullable=False),
    Column("next_order", Integer, nullable=False),
    _json("settings"),
)

visitors = Table(
    "visitors",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    _number("chat_id"),
    _text("first_name"),
    _moment("blocked_at", null=True),
    _text("centre", null=True),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    _number("user_id"),
    _number("chat_id"),
    _text("role"),
    _centre(null=True),
    _text("name"),
    _moment("since"),
    _moment("withdrawn_at", null=True),
    Index("ix_staff_user_id", "user_id"),
    Index("ix_staff_centre_role", "centre", "role"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    _number("user_id"),
    _number("chat_id"),
    _text("form"),
    _centre(),
    _text("discipline", null=True),
    _json("answers"),
    _text("cursor", null=True),
    _text("question", null=True),
    _text("state"),
    _moment("touched_at"),
    _moment("nudged_at", null=True),
    Column("version", Integer, nullable=False),
    Index("ix_drafts_user_id_state", "user_id", "state", "touched_at"),
    Index("ix_drafts_state_touched_at", "state", "touched_at"),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Text, primary_key=True),
    _text("subject"),
    _text("document"),
    _text("version"),
    _text("sha256"),
    _text("channel"),
    _moment("given_at"),
    _moment("withdrawn_at", null=True),
    Index("ix_consents_subject", "subject"),
)

catalogue_state = Table(
    "catalogue_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)


def _offer() -> list[Column[object]]:
    return [Column("position", Integer, nullable=False), Column("offered", Boolean, nullable=False)]


disciplines = Table("disciplines", metadata, Column("key", Text, primary_key=True), _text("title"), *_offer())

courses = Table(
    "courses",
    metadata,
    Column("key", Text, primary_key=True),
    Column("discipline", Text, ForeignKey("disciplines.key"), nullable=False),
    _text("title"),
    _text("level"),
    Column("hours", Integer, nullable=False),
    Column("lessons", Integer, nullable=False),
    _text("document"),
    *_offer(),
)

tariffs = Table(
    "tariffs",
    metadata,
    Column("key", Text, primary_key=True),
    Column("course", Text, ForeignKey("courses.key"), nullable=False),
    _text("title"),
    _number("price"),
    *_offer(),
)

runs = Table(
    "runs",
    metadata,
    Column("key", Text, primary_key=True),
    Column("course", Text, ForeignKey("courses.key"), nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("closed", Boolean, nullable=False),
    _text("access_url"),
    *_offer(),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    _centre(),
    Column("draft_id", Text, nullable=False, unique=True),
    _text("inn", null=True),
    _text("kpp", null=True),
    _text("payer_folded"),
    _json("payer"),
    _json("orderer"),
    _moment("placed_at"),
    _number("placed_by"),
    Column("filled_in_by_staff", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    _json("extra"),
    Index("ix_orders_placed_by", "placed_by", "placed_at"),
    Index("ix_orders_inn", "inn", "kpp"),
    Index("ix_orders_payer_folded", "payer_folded"),
    Index("ix_orders_centre", "centre", "placed_at"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("position", Integer, nullable=False),
    _text("folded"),
    _text("email"),
    _text("run"),
    _text("questionnaire"),
    _text("payment"),
    _moment("admitted_at", null=True),
    _json("data"),
    _number("student_id", null=True),
    UniqueConstraint("order_id", "position"),
    Index("ix_order_lines_run", "run"),
    Index("ix_order_lines_folded", "folded"),
    Index("ix_order_lines_email", "email"),
    Index("ix_order_lines_student_id", "student_id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("sha256", Text, primary_key=True),
    _text("kind"),
    _text("subject"),
    _moment("expires_at"),
    _json("data"),
    _number("used_by", null=True),
    _moment("used_at", null=True),
    _moment("revoked_at", null=True),
    Column("failures", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_tokens_subject", "subject", "kind"),
    Index("ix_tokens_expires_at", "expires_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    _moment("at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    _text("before"),
    _text("after"),
    Index("ix_audit_subject", "subject", "id"),
    sqlite_autoincrement=True,
)
