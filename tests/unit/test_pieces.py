"""Files in pieces: what one visit and all together may hold."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from school.errors import NotFound
from school.uploads import MAX_UPLOAD, UploadRefused
from web.pieces import KEPT, MOST_BYTES, Crowded, Pieces, WrongOffset


@dataclass
class Still:
    """A clock that stands until it is moved."""

    time: datetime = datetime(2027, 3, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the moment."""
        return self.time


def test_all_together_have_a_cap_and_the_left_ones_make_room() -> None:
    """Announced sizes count; what nobody touched for a while is forgotten and makes room."""
    clock = Still()
    pieces = Pieces(clock)
    for number in range(MOST_BYTES // MAX_UPLOAD):
        pieces.begin(f"visit{number}", "line", "diploma", "1.jpg", MAX_UPLOAD)
    with pytest.raises(Crowded):
        pieces.begin("late", "line", "diploma", "1.jpg", 1)
    clock.time += KEPT + timedelta(seconds=1)
    assert pieces.begin("late", "line", "diploma", "1.jpg", 1).size == 1


def test_a_visit_has_one_file_coming() -> None:
    """Another file of a visit takes the place of the one before; the same one goes on."""
    pieces = Pieces(Still())
    first = pieces.begin("visit", "line", "diploma", "1.jpg", 10)
    assert pieces.begin("visit", "line", "diploma", "1.jpg", 10) is first
    pieces.begin("visit", "line", "diploma", "2.jpg", 10)
    with pytest.raises(NotFound):
        pieces.find(first.id, "visit", "line")


def test_pieces_never_grow_beyond_what_was_announced() -> None:
    """More bytes than announced, or none announced, are refused."""
    pieces = Pieces(Still())
    coming = pieces.begin("visit", "line", "diploma", "1.jpg", 4)
    with pytest.raises(WrongOffset):
        pieces.add(coming, 0, b"12345")
    pieces.add(coming, 0, b"12")
    pieces.add(coming, 0, b"1234")
    assert coming.whole
    assert bytes(coming.content) == b"1234"
    for size in (0, -1, MAX_UPLOAD + 1):
        with pytest.raises(UploadRefused):
            pieces.begin("visit", "line", "diploma", "1.jpg", size)


def test_another_students_place_does_not_find_it() -> None:
    """A file belongs to the visit and to the student's place it was begun for."""
    pieces = Pieces(Still())
    coming = pieces.begin("visit", "line", "diploma", "1.jpg", 4)
    assert pieces.find(coming.id, "visit", "line") is coming
    for visit, line in (("other", "line"), ("visit", "other")):
        with pytest.raises(NotFound):
            pieces.find(coming.id, visit, line)
