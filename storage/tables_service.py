"""The tables of what the service keeps of itself."""

from sqlalchemy import Column, Table, Text

from storage.columns import json, moment
from storage.tables import metadata

service_state = Table("service_state", metadata, Column("key", Text, primary_key=True), json("value"))

# The processes that hold leases of the outbox on PostgreSQL, and until when each says that it lives.
holders = Table("holders", metadata, Column("id", Text, primary_key=True), moment("alive_until"))
