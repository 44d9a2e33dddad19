"""Documents for clients, and orders by the moment they were placed, for the figures of the whole school."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLE = "documents_of_school"


def upgrade() -> None:
    """Make the new table and the index."""
    op.create_table(
        _TABLE,
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "title", "folded", "kind")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sha256", "page_id")),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.Column("replaced_at", _MOMENT, nullable=True),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("hidden_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(f"ix_{_TABLE}_series", _TABLE, ["series", "version"], unique=True)
    op.create_index(f"ix_{_TABLE}_replaced_at", _TABLE, ["replaced_at", "folded"], unique=False)
    op.create_index("ix_orders_placed_at", "orders", ["placed_at", "id"], unique=False)
