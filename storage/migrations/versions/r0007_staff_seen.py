"""When a member of staff last wrote to the bot; whoever is there already counts as seen at the upgrade."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the column and fill it: nobody is absent for a silence that was not kept."""
    op.add_column("staff", sa.Column("seen_at", _MOMENT, nullable=True))
    staff = sa.table("staff", sa.column("seen_at", _MOMENT))
    op.execute(staff.update().values(seen_at=sa.bindparam("now", datetime.now(UTC), _MOMENT)))
