"""The order of the run: the longest scenarios begin first, so that no worker is left alone with them at the end."""

from collections.abc import Sequence

import pytest
from hypothesis import settings

from scheduler import ticker

# A loaded machine is no fault: speed is measured in bench/, and in tests as a ratio only.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

LONGEST = ("test_kill.py", "test_life.py", "test_a_heavy_file", "test_a_line_that_stays_broken")


@pytest.fixture(autouse=True)
def _ticks_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the first ticks to the tests that play them: a scenario moves its clock and ticks by itself."""
    monkeypatch.setattr(ticker, "FIRST_SECONDS", 60.0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; the others keep their order."""
    items.sort(key=lambda item: not _is_long(item.nodeid, LONGEST))


def _is_long(node: str, names: Sequence[str]) -> bool:
    return any(name in node for name in names)
