"""The table of what the service keeps of itself."""

from sqlalchemy import Column, Table, Text

from storage.columns import json
from storage.tables import metadata

service_state = Table("service_state", metadata, Column("key", Text, primary_key=True), json("value"))
