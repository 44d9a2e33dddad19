"""Terms of law against the table of vectors."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school.terms import (
    add_calendar_days_moved,
    add_working_days,
    is_working_day,
    provisional,
    working_days_between,
)
from tests.vectors import Row, load

VECTORS = load("terms")
DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 10, 1))


@pytest.mark.parametrize("row", VECTORS["terms"])
def test_terms_end_on_the_right_day(row: Row) -> None:
    """Three and ten working days and thirty calendar days end as the law counts them."""
    assert add_working_days(row["event"], 3) == row["working3"]
    assert add_working_days(row["event"], 10) == row["working10"]
    assert add_calendar_days_moved(row["event"], 30) == row["calendar30"]


@pytest.mark.parametrize("row", VECTORS["days"])
def test_transfers_of_days_off_are_known(row: Row) -> None:
    """Working Saturdays work, and the days they were moved to do not."""
    assert is_working_day(row["day"]) is row["working"]


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_a_term_ends_on_a_working_day_and_counts_back(day: date, count: int) -> None:
    """The end of a term is a working day with exactly so many working days behind it."""
    end = add_working_days(day, count)
    assert is_working_day(end)
    assert working_days_between(day, end) == count
    assert working_days_between(end, day) == -count


@given(DAYS, st.integers(min_value=0, max_value=60))
def test_a_calendar_term_is_moved_only_over_days_off(day: date, count: int) -> None:
    """A calendar term ends on its own day or on the first working day after it."""
    end, due = add_calendar_days_moved(day, count), day + timedelta(days=count)
    assert end >= due
    assert not any(is_working_day(due + timedelta(days=passed)) for passed in range((end - due).days))


def test_years_without_transfers_are_flagged() -> None:
    """A year whose transfers are not known is provisional, yet counted."""
    assert [provisional(year) for year in (2023, 2024, 2027, 2028)] == [True, False, False, True]
    assert add_working_days(date(2027, 12, 30), 10) > date(2028, 1, 8)


def test_a_term_is_not_negative() -> None:
    """A term of no days is the day itself; one of fewer is a mistake of the caller."""
    assert add_working_days(date(2026, 5, 9), 0) == date(2026, 5, 9)
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2026, 5, 9), -1)
