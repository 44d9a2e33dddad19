"""The table of the documents for clients; see `storage.tables` for the rules.

The columns stand in the order of the fields of `school.ports_school.SchoolDocument`.
"""

from sqlalchemy import Column, Index, Integer, Table, Text

from storage.columns import moment, number, string
from storage.tables import metadata

documents_of_school = Table(
    "documents_of_school",
    metadata,
    Column("id", Text, primary_key=True),
    string("title"),
    string("folded"),
    string("kind"),
    Column("version", Integer, nullable=False),
    string("media"),
    number("size"),
    string("sha256"),
    string("page_id"),
    number("added_by"),
    moment("added_at"),
    moment("replaced_at", null=True),
    string("series"),
    moment("hidden_at", null=True),
    Index("ix_documents_of_school_series", "series", "version", unique=True),
    Index("ix_documents_of_school_replaced_at", "replaced_at", "folded"),
)
