"""The registered mailbox of a member of staff, by which they sign in on the page; nobody has one yet."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column and its index."""
    op.add_column("staff", sa.Column("email", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_staff_email", "staff", ["email"])
