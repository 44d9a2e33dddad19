"""The tables by which `/status` finds names (see docs/decisions on the search by words).

`search_words` holds a row for each word of an order: `source` is the order's id for the payer's words, the line's for a
student's. `search_keys` leads from the beginning, a part or a slip of a word to the word (`school.status.keys_of`).
"""

from sqlalchemy import Column, Index, Table, Text

from storage.columns import moment, string
from storage.tables import metadata

# Compared by code points on both databases: a range of keys is how a word begins.
CODE_POINTS = Text().with_variant(Text(collation="C"), "postgresql")

search_words = Table(
    "search_words",
    metadata,
    string("word"),
    string("centre"),
    moment("placed_at"),
    string("order_id"),
    string("source"),
    Index("ix_search_words_word_centre", "word", "centre", "placed_at"),
    Index("ix_search_words_word", "word", "placed_at"),
    Index("ix_search_words_source", "source"),
)

search_keys = Table(
    "search_keys",
    metadata,
    Column("key", CODE_POINTS, primary_key=True),
    Column("word", Text, primary_key=True),
    sqlite_with_rowid=False,
)
