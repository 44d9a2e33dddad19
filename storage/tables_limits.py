"""The tables of what strangers may cause: counters shared by all replicas, and mailboxes that confirmed an order.

Keys are hashes: neither table tells whose they are.
"""

from sqlalchemy import Column, Index, Integer, Table, Text

from storage.columns import moment
from storage.tables import metadata

# One row a key: a later window begins its count anew in the same row.
buckets = Table(
    "buckets",
    metadata,
    Column("key", Text, primary_key=True),
    moment("window"),
    Column("count", Integer, nullable=False),
    Index("ix_buckets_window", "window"),
)

known_mailboxes = Table(
    "known_mailboxes",
    metadata,
    Column("sha256", Text, primary_key=True),
    moment("confirmed_at"),
)
