"""The table of what this database has put into its vaults; see `storage.tables` for the rules."""

from sqlalchemy import Column, Table, Text

from storage.columns import moment
from storage.tables import metadata

# Every file that this database has put into a vault, recorded before the file is written.
vault_files = Table(
    "vault_files",
    metadata,
    Column("vault", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    moment("put_at"),
)
