"""Sums against the tables of vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.errors import BadAnswer
from school.money import MAX_SUM, parse_sum
from tests.vectors import Row, load
from wording.sums import format_sum

VECTORS = load("money")


@pytest.mark.parametrize("row", VECTORS["sum_good"])
def test_sums_become_kopecks(row: Row) -> None:
    """A sum is read in every usual spelling."""
    assert parse_sum(row["text"]) == row["kopecks"]


@pytest.mark.parametrize("row", VECTORS["sum_bad"])
def test_doubtful_sums_are_refused(row: Row) -> None:
    """A sum that could mean two things, nothing or too much is refused."""
    with pytest.raises(BadAnswer) as caught:
        parse_sum(row["text"])
    assert caught.value.problem == row["problem"]


@pytest.mark.parametrize("row", VECTORS["shown"])
def test_sums_are_shown_with_no_break_spaces(row: Row) -> None:
    """Kopecks are shown only when there are any."""
    assert format_sum(row["kopecks"]) == row["text"]


@given(st.integers(min_value=1, max_value=MAX_SUM))
def test_a_shown_sum_reads_back(kopecks: int) -> None:
    """Whatever the product shows, it can read."""
    assert parse_sum(format_sum(kopecks)) == kopecks
