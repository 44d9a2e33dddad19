"""Whose digest a line goes to: an order's owner, and who comes next when a digest lies unopened."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from school.digest_readers import came_over, days_of_change, is_to_note, readers
from wording.cases import genitive_of

MOSCOW = ZoneInfo("Europe/Moscow")
OWNER, NEXT, THIRD = 1, 2, 3
ALL = {OWNER, NEXT, THIRD}
# Wednesday; the days after it are working ones but Saturday, 20 March 2027, and Sunday.
DIGEST = "2027-03-17 09:30"
BEFORE, AFTER = "2027-03-16 18:00", "2027-03-17 18:00"


def at(moment: str) -> datetime:
    """Return a moment of Moscow."""
    return datetime.fromisoformat(moment).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("places", "seen", "told", "now", "expected"),
    [
        ((None, None), (BEFORE, BEFORE), [DIGEST], "2027-03-24 09:30", ALL),
        ((OWNER, NEXT), (BEFORE, BEFORE), [], "2027-03-24 09:30", {OWNER}),
        ((OWNER, NEXT), (BEFORE, AFTER), [DIGEST], "2027-03-18 09:30", {OWNER}),
        ((OWNER, NEXT), (BEFORE, AFTER), [DIGEST], "2027-03-19 09:30", {OWNER, NEXT}),
        ((OWNER, NEXT), (AFTER, BEFORE), [DIGEST], "2027-03-24 09:30", {OWNER}),
        ((OWNER, NEXT), (BEFORE, BEFORE), [DIGEST], "2027-03-19 09:30", ALL),
        ((OWNER, None), (BEFORE, AFTER), [DIGEST], "2027-03-19 09:30", ALL),
        ((OWNER, NEXT), (BEFORE, AFTER), ["2027-03-19 09:30"], "2027-03-22 09:30", {OWNER}),
        ((OWNER, NEXT), (BEFORE, "2027-03-22 12:00"), ["2027-03-19 09:30"], "2027-03-23 09:30", {OWNER, NEXT}),
        ((OWNER, NEXT), (AFTER, AFTER), [DIGEST, "2027-03-18 09:30"], "2027-03-19 09:30", {OWNER}),
        ((OWNER, NEXT), ("2027-03-17 08:45", BEFORE), [DIGEST], "2027-03-19 09:30", {OWNER}),
        ((OWNER, NEXT), (None, BEFORE), [], "2027-03-17 09:30", {NEXT}),
        ((OWNER, NEXT), (None, BEFORE), [DIGEST], "2027-03-19 09:30", {NEXT, THIRD}),
        ((OWNER, NEXT), (None, None), [], "2027-03-17 09:30", {THIRD}),
        ((OWNER, NEXT), (BEFORE, None), [DIGEST], "2027-03-19 09:30", {OWNER, THIRD}),
    ],
    ids=[
        "no owner", "owner, nothing told yet", "silent a day", "silent two days", "owner opened it", "both silent",
        "no substitute", "a weekend is no silence", "two days over a weekend", "opened between", "within the hour",
        "withdrawn owner", "withdrawn owner, silent substitute", "nobody has a role", "withdrawn substitute",
    ],
)  # fmt: skip
def test_whose_digest(
    places: tuple[int | None, int | None],
    seen: tuple[str | None, str | None],
    told: list[str],
    now: str,
    expected: set[int],
) -> None:
    """Lines are the owner's; after two working days unopened the substitute's too, then everybody's."""
    known = {account: at(moment) for account, moment in zip((OWNER, NEXT), seen, strict=True) if moment is not None}
    found = readers(places, {**known, THIRD: at(BEFORE)}, [at(moment) for moment in told], at(now), MOSCOW)
    assert found == expected


@pytest.mark.parametrize(
    ("owner", "told", "now", "expected"),
    [
        (BEFORE, [], "2027-03-19 09:30", set()),
        (BEFORE, [DIGEST], "2027-03-18 09:30", set()),
        (BEFORE, [DIGEST], "2027-03-19 09:30", {NEXT}),
        (BEFORE, [DIGEST, "2027-03-18 09:30"], "2027-03-19 09:30", {NEXT}),
        (BEFORE, [DIGEST, "2027-03-19 09:30"], "2027-03-22 09:30", set()),
        (BEFORE, [DIGEST, "2027-03-19 09:30"], "2027-03-23 09:30", {THIRD}),
        (AFTER, [DIGEST], "2027-03-19 09:30", set()),
    ],
)
def test_lines_come_over_once(owner: str, told: list[str], now: str, expected: set[int]) -> None:
    """Unopened lines come over to each next one once: on the day on which the term is over."""
    seen = {OWNER: at(owner), NEXT: at("2027-03-18 12:00"), THIRD: at(BEFORE)}
    assert came_over((OWNER, NEXT), seen, [at(moment) for moment in told], at(now), MOSCOW) == expected


def test_when_lines_may_come_over() -> None:
    """The order is looked at again on the second working day after the first digest that each leaves unopened."""
    seen = {OWNER: at(BEFORE), NEXT: at("2027-03-18 12:00")}
    told = [at(DIGEST), at("2027-03-19 09:30")]
    assert days_of_change((OWNER, NEXT), seen, told, MOSCOW) == [date(2027, 3, 19), date(2027, 3, 23)]
    assert days_of_change((OWNER, None), {}, told, MOSCOW) == []


@pytest.mark.parametrize(
    ("last", "expected"), [(None, True), ("2027-03-17 09:00", False), ("2027-03-17 08:59", True), (BEFORE, True)]
)
def test_seen_once_an_hour(last: str | None, expected: bool) -> None:
    """Who has been noted within the hour is not noted again."""
    assert is_to_note(at(last) if last else None, at("2027-03-17 09:59")) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Пётр Лебедев", "Петра Лебедева"),
        ("Анна Орлова", "Анны Орловой"),
        ("Орлова Вера Петровна", "Орловой Веры Петровны"),
        ("Пётр", "Петра"),
        ("Peter", "Peter"),
        ("Пётр 🌟", "Пётр 🌟"),
    ],
)
def test_for_whom(name: str, expected: str) -> None:
    """A chat's name is declined where it is surely a Russian one, and stays as it is where it is not."""
    assert genitive_of(name) == expected
