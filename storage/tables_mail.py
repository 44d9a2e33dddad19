"""The tables of letters that come in and of what answers to ours are about; see `storage.tables` for the rules."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text, UniqueConstraint, text

from storage.columns import moment, number, partial_index, string
from storage.tables import PENDING, metadata
from storage.types import RowNumber

WAITING = text("state = 'waiting'")
ASIDE = text("state = 'aside'")
KEPT = text("raw_id <> ''")

letters = Table(
    "letters",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    number("uidvalidity"),
    number("uid"),
    string("raw_id"),
    string("message_id"),
    string("fingerprint"),
    string("sender"),
    string("subject_line"),
    Column("state", Text, nullable=False, server_default="pending"),  # pending, handled, waiting, aside
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment("received_at"),
    Column("subject", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("message_id", "fingerprint"),
    partial_index("ix_letters_pending", "id", where=PENDING),
    partial_index("ix_letters_aside", "id", where=ASIDE),
    partial_index("ix_letters_kept", "received_at", where=KEPT),
    Index("ix_letters_subject", "subject", "state", "id"),
    sqlite_autoincrement=True,
)

# Every place in the mailbox that was looked at: of a letter delivered twice, both.
letter_places = Table(
    "letter_places",
    metadata,
    Column("uidvalidity", RowNumber, primary_key=True, autoincrement=False),
    Column("uid", RowNumber, primary_key=True, autoincrement=False),
)

topics = Table(
    "topics",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    string("kind"),
    string("subject"),
    string("address"),
    moment("expires_at"),
    Index("ix_topics_subject", "subject"),
)

letters_out = Table(
    "letters_out",
    metadata,
    Column("notice_id", Text, primary_key=True),
    string("token_sha256"),
)

letter_answers = Table(
    "letter_answers",
    metadata,
    Column("peer", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_letter_answers_day", "day"),
)

address_faults = Table(
    "address_faults",
    metadata,
    Column("email", Text, primary_key=True),
    Column("permanent", Boolean, nullable=False),
    string("why"),
    moment("at"),
)
