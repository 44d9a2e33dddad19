"""Letters that come in, invoices, payments, acts, and when each order is looked at for reminders."""

import json
from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PAGE = 5000
_LINES = sa.table(
    "order_lines",
    *(sa.column(name, sa.Text()) for name in ("id", "data", "email", "email_key")),
    sa.column("ends", sa.Date()),
)


def upgrade() -> None:
    """Add the columns of order lines and fill them, then make the new tables; every order is looked at once."""
    for column in (
        sa.Column("centre", sa.Text(), server_default="", nullable=False),
        sa.Column("ends", sa.Date(), server_default="9999-01-01", nullable=False),
        sa.Column("email_key", sa.Text(), server_default="", nullable=False),
        sa.Column("act", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("order_lines", column)
    _fill_lines()
    _index_lines()
    _make_letters()
    _make_topics()
    _make_invoices()
    _make_payments()
    _make_acts()
    _make_reminders()
    _look_at_all()


def _index(table: str, name: str, *columns: str, where: str | None = None) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(f"ix_{table}_{name}", table, list(columns), sqlite_where=condition, postgresql_where=condition)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _day(name: str, *, null: bool = True) -> sa.Column[date]:
    return sa.Column(name, sa.Date(), nullable=null)


def _kopecks(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _row_number() -> sa.Column[int]:
    return sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False)


def _fill_lines() -> None:
    """Fill in the centre in one statement; the rest page by page: the run's end is in each line's JSON."""
    op.execute("UPDATE order_lines SET centre = (SELECT centre FROM orders WHERE orders.id = order_lines.order_id)")
    bind, last = op.get_bind(), ""
    page = (
        sa.select(_LINES.c.id, _LINES.c.data, _LINES.c.email)
        .where(_LINES.c.id > sa.bindparam("last"))
        .order_by(_LINES.c.id)
        .limit(_PAGE)
    )
    change = (
        sa.update(_LINES)
        .where(_LINES.c.id == sa.bindparam("key"))
        .values(ends=sa.bindparam("day"), email_key=sa.bindparam("small"))
    )
    while rows := bind.execute(page, {"last": last}).all():
        filled = [
            {"key": key, "day": date.fromisoformat(json.loads(data)["ends"]), "small": email.lower()}
            for key, data, email in rows
        ]
        bind.execute(change, filled)
        last = rows[-1][0]


def _index_lines() -> None:
    _index("order_lines", "email_key", "email_key")
    without_act = "act = '' AND (payment = 'paid' OR admitted_at IS NOT NULL)"
    unshipped = "act <> 'closed' AND payment = 'paid'"
    _index("order_lines", "without_act", "ends", "order_id", "run", where=without_act)
    _index("order_lines", "unshipped", "ends", "id", where=unshipped)
    _index("order_lines", "unshipped_of_centre", "centre", "ends", "id", where=unshipped)
    _index("questionnaires", "order_id", "order_id")


def _make_letters() -> None:
    op.create_table(
        "letters",
        _row_number(),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        *(_text(name) for name in ("raw_id", "message_id", "fingerprint", "sender", "subject_line")),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        _key("letters", "id"),
        _unique("letters", "message_id", "fingerprint"),
        sqlite_autoincrement=True,
    )
    _index("letters", "pending", "id", where="state = 'pending'")
    _index("letters", "aside", "id", where="state = 'aside'")
    _index("letters", "kept", "received_at", where="raw_id <> ''")
    _index("letters", "subject", "subject", "state", "id")
    op.create_table(
        "letter_places",
        sa.Column("uidvalidity", _ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("uid", _ROW_NUMBER, autoincrement=False, nullable=False),
        _key("letter_places", "uidvalidity", "uid"),
    )
    op.create_table(
        "letter_answers",
        _text("peer"),
        _day("day", null=False),
        sa.Column("count", sa.Integer(), nullable=False),
        _key("letter_answers", "peer", "day"),
    )
    _index("letter_answers", "day", "day")


def _make_topics() -> None:
    op.create_table(
        "topics",
        *(_text(name) for name in ("token_sha256", "kind", "subject", "address")),
        sa.Column("expires_at", _MOMENT, nullable=False),
        _key("topics", "token_sha256"),
    )
    _index("topics", "subject", "subject")
    op.create_table("letters_out", _text("notice_id"), _text("token_sha256"), _key("letters_out", "notice_id"))
    op.create_table(
        "address_faults",
        _text("email"),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        _text("why"),
        sa.Column("at", _MOMENT, nullable=False),
        _key("address_faults", "email"),
    )


def _make_invoices() -> None:
    op.create_table(
        "invoices",
        *(_text(name) for name in ("id", "order_id", "centre", "number")),
        _day("issued_on", null=False),
        _kopecks("total"),
        _text("payer_inn", null=True),
        *(_text(name) for name in ("payer_name", "lines")),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("state"),
        _kopecks("paid"),
        _day("valid_until"),
        sa.Column("generated", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=True),
        _text("number_key"),
        _key("invoices", "id"),
        _foreign("invoices", "order_id", "orders.id"),
        _foreign("invoices", "centre", "centres.number"),
        _unique("invoices", "centre", "number_key"),
    )
    _index("invoices", "order_id", "order_id")
    _index("invoices", "open", "issued_on", "id", where="state = 'open'")
    _index("invoices", "open_of_centre", "centre", "issued_on", "id", where="state = 'open'")
    op.create_table(
        "invoice_numbers",
        _text("centre"),
        sa.Column("next", sa.Integer(), nullable=False),
        _key("invoice_numbers", "centre"),
        _foreign("invoice_numbers", "centre", "centres.number"),
    )


def _make_payments() -> None:
    op.create_table(
        "payments",
        _text("id"),
        _text("centre"),
        _day("received_on", null=False),
        _kopecks("amount"),
        _text("payer_inn", null=True),
        *(_text(name) for name in ("payer_name", "purpose", "source", "dedupe")),
        _kopecks("rest"),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        _text("recorded_by"),
        _key("payments", "id"),
        _foreign("payments", "centre", "centres.number"),
        _unique("payments", "centre", "dedupe"),
    )
    _index("payments", "unsettled", "centre", "received_on", "id", where="rest <> 0")
    op.create_table(
        "allocations",
        _row_number(),
        *(_text(name) for name in ("payment_id", "invoice_id", "line_id")),
        _kopecks("amount"),
        _key("allocations", "id"),
        _foreign("allocations", "payment_id", "payments.id"),
        _foreign("allocations", "invoice_id", "invoices.id"),
    )
    _index("allocations", "payment_id", "payment_id")
    _index("allocations", "invoice_id", "invoice_id")


def _make_acts() -> None:
    op.create_table(
        "acts",
        *(_text(name) for name in ("id", "order_id", "centre", "run")),
        _day("ends", null=False),
        *(_text(name) for name in ("line_ids", "number")),
        _kopecks("total"),
        _text("paper"),
        sa.Column("sent_at", _MOMENT, nullable=True),
        *(_text(name) for name in ("scan", "scan_page")),
        *(_day(name) for name in ("scanned_on", "uploaded_on", "confirmed_on")),
        _text("return_reason"),
        _day("signed_on"),
        _text("diadoc"),
        _day("posted_on"),
        _text("tracking"),
        _day("received_on"),
        sa.Column("version", sa.Integer(), nullable=False),
        _day("issued_on"),
        *(_text(name) for name in ("scan_pages", "paper_pages")),
        _day("due_on", null=False),
        _key("acts", "id"),
        _foreign("acts", "order_id", "orders.id"),
        _foreign("acts", "centre", "centres.number"),
        _unique("acts", "order_id", "run"),
    )
    _index("acts", "due_on", "due_on", "id")
    _index("acts", "centre", "centre", "due_on", "id")
    _index("acts", "scan_page", "scan_page", where="scan_page <> ''")


def _make_reminders() -> None:
    op.create_table(
        "order_watch",
        _text("order_id"),
        sa.Column("look_at", _MOMENT, nullable=True),
        _day("paused_until"),
        sa.Column("seen", sa.Integer(), nullable=False),
        _key("order_watch", "order_id"),
    )
    op.create_table(
        "snoozes",
        *(_text(name) for name in ("subject", "kind")),
        _day("until", null=False),
        _text("order_id"),
        _key("snoozes", "subject", "kind"),
    )
    _index("snoozes", "order_id", "order_id")
    op.create_table(
        "reminders",
        *(_text(name) for name in ("subject", "order_id", "kind")),
        _day("due_on", null=False),
        _text("audience"),
        sa.Column("planned_at", _MOMENT, nullable=False),
        _key("reminders", "subject", "kind", "due_on"),
    )
    _index("reminders", "order_id", "order_id")


def _look_at_all() -> None:
    """Let the reminders see every order that is there; the index is made over the whole."""
    now = datetime.now(UTC)
    bind = op.get_bind()
    # SQLite keeps no zone with a moment.
    moment = now.replace(tzinfo=None) if bind.dialect.name == "sqlite" else now
    rows = sa.text("INSERT INTO order_watch SELECT id, :now, NULL, 0 FROM orders")
    bind.execute(rows.bindparams(sa.bindparam("now", moment, _MOMENT)))
    _index("order_watch", "look_at", "look_at", "order_id", where="look_at IS NOT NULL")
