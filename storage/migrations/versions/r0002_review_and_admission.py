"""Questionnaires, their documents, who looks at them, and what admission is decided by."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns of order lines, plainly, so that SQLite copies no table; then make the new tables."""
    for column in (
        sa.Column("submitted_at", _MOMENT, nullable=True),
        sa.Column("admit_by", sa.Date(), server_default="9999-01-01", nullable=False),
        sa.Column("registered_at", _MOMENT, nullable=True),
        sa.Column("listed_at", _MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
    ):
        op.add_column("order_lines", column)
    _index("submitted", ["admit_by", "submitted_at", "id"], "questionnaire = 'submitted'")
    _index("ready", ["admit_by", "id"], "questionnaire = 'approved' AND payment = 'paid' AND admitted_at IS NULL")
    _index("not_admitted", ["admit_by", "id"], "admitted_at IS NULL")
    _index("not_listed", ["admitted_at", "id"], "admitted_at IS NOT NULL AND listed_at IS NULL")
    _index("admitted", ["run", "folded", "id"], "admitted_at IS NOT NULL")
    _make_questionnaires()
    _make_documents()
    _make_leases()
    _make_cards()


def _index(name: str, columns: list[str], where: str, table: str = "order_lines") -> None:
    condition = sa.text(where)
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=condition, postgresql_where=condition)


def _of_line(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["line_id"], ["order_lines.id"], name=op.f(f"fk_{table}_line_id"))


def _make_questionnaires() -> None:
    op.create_table(
        "questionnaires",
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("submitted_at", _MOMENT, nullable=True),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.Column("decline_reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_name", sa.Text(), nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("remind_at", _MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _of_line("questionnaires"),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_questionnaires")),
    )
    _index("remind_at", ["remind_at"], "remind_at IS NOT NULL", "questionnaires")


def _make_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        _of_line("documents"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index("ix_documents_sha256", "documents", ["sha256"], unique=False)
    op.create_index("ix_documents_line_id", "documents", ["line_id"], unique=False)


def _make_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        _of_line("leases"),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_leases")),
    )
    op.create_index("ix_leases_user_id", "leases", ["user_id"], unique=False)


def _make_cards() -> None:
    op.create_table(
        "cards",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_cards")),
    )
    op.create_index("ix_cards_subject", "cards", ["subject", "kind"], unique=False)
    op.create_index("ix_cards_chat_id", "cards", ["chat_id", "kind", "created_at"], unique=False)
