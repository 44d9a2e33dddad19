"""The table of group chats: the columns stand in the order of the fields of `school.ports_audit.Group`."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from storage.columns import moment, number, string
from storage.tables import metadata

groups = Table(
    "groups",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    string("title"),
    Column("centre", Text, ForeignKey("centres.number"), nullable=True),
    number("bound_by"),
    moment("bound_at"),
    moment("left_at", null=True),
    Index("ix_groups_centre", "centre"),
)
