"""Facts of the domain as tables: what the law and the regulations accept, refuse and count."""

import tomllib
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def load(name: str) -> dict[str, list[Row]]:
    """Return the tables of one file of vectors by the table's name."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))
