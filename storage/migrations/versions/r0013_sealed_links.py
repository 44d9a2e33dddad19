"""Messages given up before keep no secret of a link either: its hash stands in its place."""

import sqlalchemy as sa
from alembic import op

from school.sealed_links import sealed
from storage.types import Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_OUTBOX = sa.table(
    "outbox", sa.column("id", sa.Text), sa.column("channel", sa.Text), sa.column("state", sa.Text), sa.column("data", Json)
)


def upgrade() -> None:
    """Seal them."""
    connection = op.get_bind()
    held = sa.select(_OUTBOX.c.id, _OUTBOX.c.channel, _OUTBOX.c.data).where(_OUTBOX.c.state == "dead")
    rows = [{"row": row.id, "kept": sealed(row.channel, row.data)} for row in connection.execute(held)]
    if rows:
        statement = sa.update(_OUTBOX).where(_OUTBOX.c.id == sa.bindparam("row")).values(data=sa.bindparam("kept", type_=Json))
        connection.execute(statement, rows)
