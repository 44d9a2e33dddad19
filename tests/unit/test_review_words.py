"""Words about a questionnaire and about what waits, shared by chat and page."""

from datetime import UTC, datetime, timedelta

import pytest

from school.ports import QueueState
from school.use_cases.whats_waiting import OfCentres, Waiting
from wording import review
from wording.audit import actor_words
from wording.waiting import waiting_lines


@pytest.mark.parametrize(
    ("waited", "said"),
    [
        (timedelta(seconds=30), "пришла только что"),
        (timedelta(minutes=1), "ждёт 1 минуту"),
        (timedelta(hours=2), "ждёт 2 часа"),
        (timedelta(days=5), "ждёт 5 дней"),
    ],
)
def test_how_long_it_waits(waited: timedelta, said: str) -> None:
    """The unit grows with the time that has passed."""
    assert review.waits(waited) == said


def test_flags_name_what_looks_odd() -> None:
    """Every flag is a line with its word; the ordered name is told only where it is given."""
    told = review.flag_lines(("no_name_change", "name_differs", "unheard"), "Орлова", ("0123-0001/2",))
    assert told == [
        "⚠️ Фамилии различаются, документа о смене нет",
        "⚠️ Имя не как в заявке: там Орлова",
        "⚠️ Такой же файл у другого ученика: 0123-0001/2",
    ]
    assert review.flag_lines(("name_differs",), "", ()) == ["⚠️ Имя не как в заявке"]


def test_moments_of_another_day_carry_it() -> None:
    """A moment of today is told by the clock alone."""
    now = datetime(2027, 3, 10, 9, tzinfo=UTC)
    assert review.clock(now, now, UTC) == "09:00"
    assert review.clock(now - timedelta(days=1), now, UTC) == "9 марта, 09:00"


def test_what_needs_the_person_comes_first() -> None:
    """Warnings stand before what is fine; with nothing at all it is said so."""
    queue = QueueState(3, 1, 0, (), None)
    assert waiting_lines(Waiting(OfCentres(unpaid=2), queue))[0].startswith("⚠️ В очереди 3 анкеты")
    assert waiting_lines(Waiting()) == ["✅ Неоплаченных счетов и срочных актов нет."]


def test_audit_tells_that_staff_came_by_the_page() -> None:
    """Staff on the page go by their name, as in chat; others by their address."""
    assert actor_words("page:7", {7: "Анна"}) == "Анна, на странице"
    assert actor_words("page:s@example.ru", {7: "Анна"}).endswith("s@example.ru")
