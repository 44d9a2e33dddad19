"""The order of the run: the longest scenarios begin first, so that no worker is left alone with them at the end."""

from collections.abc import Sequence

import pytest

LONGEST = ("test_kill.py", "test_life.py", "test_a_heavy_file", "test_a_line_that_stays_broken")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; the others keep their order."""
    items.sort(key=lambda item: not _is_long(item.nodeid, LONGEST))


def _is_long(node: str, names: Sequence[str]) -> bool:
    return any(name in node for name in names)
