"""Messages that failed only because the server of their channel was away."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    op.add_column("outbox", sa.Column("outage", sa.Boolean(), nullable=False, server_default=sa.false()))
