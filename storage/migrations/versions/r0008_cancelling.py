"""When a student's place in an order was cancelled; queues and lists of what is owed leave such places out."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE = "order_lines"
_LIVING = "cancelled_at IS NULL"
_INDEXES = {
    "submitted": (["admit_by", "submitted_at", "id"], f"questionnaire = 'submitted' AND {_LIVING}"),
    "ready": (
        ["admit_by", "id"],
        f"questionnaire = 'approved' AND payment = 'paid' AND admitted_at IS NULL AND {_LIVING}",
    ),
    "not_admitted": (["admit_by", "id"], f"admitted_at IS NULL AND {_LIVING}"),
    "without_act": (
        ["ends", "order_id", "run"],
        f"act = '' AND {_LIVING} AND (payment = 'paid' OR admitted_at IS NOT NULL)",
    ),
    "unshipped": (["ends", "id"], f"act <> 'closed' AND payment = 'paid' AND {_LIVING}"),
    "unshipped_of_centre": (["centre", "ends", "id"], f"act <> 'closed' AND payment = 'paid' AND {_LIVING}"),
}


def upgrade() -> None:
    """Make the column, and the indexes of what waits anew, without cancelled lines."""
    op.add_column(_TABLE, sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    for name, (columns, where) in _INDEXES.items():
        op.drop_index(f"ix_{_TABLE}_{name}", _TABLE)
        condition = sa.text(where)
        op.create_index(f"ix_{_TABLE}_{name}", _TABLE, columns, sqlite_where=condition, postgresql_where=condition)
