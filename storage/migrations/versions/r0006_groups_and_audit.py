"""Group chats, and the audit read by person and by day."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of groups and the audit's indexes."""
    op.create_table(
        "groups",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=True),
        sa.Column("bound_by", sa.BigInteger(), nullable=False),
        sa.Column("bound_at", _MOMENT, nullable=False),
        sa.Column("left_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_groups")),
        sa.ForeignKeyConstraint(["centre"], ["centres.number"], name=op.f("fk_groups_centre")),
    )
    op.create_index("ix_groups_centre", "groups", ["centre"])
    op.create_index("ix_audit_actor", "audit", ["actor", "id"])
    op.create_index("ix_audit_at", "audit", ["at", "id"])
