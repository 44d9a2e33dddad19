"""Orders whose letters to students wait for a confirmation, counters of letters, mailboxes that confirmed before."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_HELD = sa.text("held_why = 'stranger' AND released_at IS NULL AND held_nudged_at IS NULL")


def upgrade() -> None:
    """Make the columns and the tables; no order of before is held."""
    for name in ("held_since", "held_nudged_at", "released_at"):
        op.add_column("orders", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in ("held_why", "released_by"):
        op.add_column("orders", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_orders_held", "orders", ["held_since", "id"], sqlite_where=_HELD, postgresql_where=_HELD)
    op.create_table(
        "buckets",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_buckets")),
    )
    op.create_index("ix_buckets_window", "buckets", ["window"])
    op.create_table(
        "known_mailboxes",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_known_mailboxes")),
    )
