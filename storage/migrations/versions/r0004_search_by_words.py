"""The words by which `/status` finds payers and students, and indexes of a centre's own rows."""

import json

import sqlalchemy as sa
from alembic import op

from school.status import keys_of, words_of_payer, words_of_student

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_PAGE = 5000
_CODE_POINTS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ORDERS = sa.table("orders", *(sa.column(name, sa.Text()) for name in ("id", "centre", "payer")))
_LINES = sa.table("order_lines", *(sa.column(name, sa.Text()) for name in ("id", "order_id", "data")))
_ADD_WORD = sa.text(
    "INSERT INTO search_words (word, centre, placed_at, order_id, source) "
    "SELECT :word, centre, placed_at, id, :source FROM orders WHERE id = :order_id"
)
_ADD_KEY = sa.text("INSERT INTO search_keys (key, word) VALUES (:key, :word) ON CONFLICT DO NOTHING")


def upgrade() -> None:
    """Make the tables, fill them page by page, then index them."""
    op.create_table(
        "search_words",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("placed_at", _MOMENT, nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
    )
    op.create_table(
        "search_keys",
        sa.Column("key", _CODE_POINTS, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "word", name=op.f("pk_search_keys")),
        sqlite_with_rowid=False,
    )
    _fill_payers()
    _fill_students()
    op.create_index("ix_search_words_word_centre", "search_words", ["word", "centre", "placed_at"])
    op.create_index("ix_search_words_word", "search_words", ["word", "placed_at"])
    op.create_index("ix_search_words_source", "search_words", ["source"])
    op.create_index("ix_orders_centre_inn", "orders", ["centre", "inn"])
    op.create_index("ix_order_lines_centre_run", "order_lines", ["centre", "run", "order_id"])
    op.create_index(
        "ix_order_lines_centre_folded",
        "order_lines",
        ["centre", "folded"],
        postgresql_ops={"folded": "text_pattern_ops"},
    )


def _fill_payers() -> None:
    bind, last = op.get_bind(), ""
    page = sa.select(_ORDERS.c.id, _ORDERS.c.payer).where(_ORDERS.c.id > sa.bindparam("last"))
    page = page.order_by(_ORDERS.c.id).limit(_PAGE)
    while rows := bind.execute(page, {"last": last}).all():
        found = [(word, key, key) for key, payer in rows for word in words_of_payer(json.loads(payer)["name"])]
        _add(found, parts=True)
        last = rows[-1][0]


def _fill_students() -> None:
    bind, last = op.get_bind(), ""
    page = sa.select(_LINES.c.id, _LINES.c.order_id, _LINES.c.data).where(_LINES.c.id > sa.bindparam("last"))
    page = page.order_by(_LINES.c.id).limit(_PAGE)
    while rows := bind.execute(page, {"last": last}).all():
        found = [
            (word, order_id, key) for key, order_id, data in rows for word in words_of_student(json.loads(data)["name"])
        ]
        _add(found, parts=False)
        last = rows[-1][0]


def _add(found: list[tuple[str, str, str]], *, parts: bool) -> None:
    if not found:
        return
    bind = op.get_bind()
    bind.execute(_ADD_WORD, [{"word": w, "order_id": order_id, "source": source} for w, order_id, source in found])
    keys = sorted({(key, word) for word, _, _ in found for key in keys_of(word, parts=parts)})
    bind.execute(_ADD_KEY, [{"key": key, "word": word} for key, word in keys])
