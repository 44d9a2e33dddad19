"""Post addresses and tracking ids against the tables of vectors."""

import pytest

from school.errors import BadAnswer
from school.post import parse_address, parse_tracking
from tests.vectors import Row, load

VECTORS = load("post")


@pytest.mark.parametrize("row", VECTORS["address_good"])
def test_addresses_keep_their_line_and_give_their_index(row: Row) -> None:
    """The index is found wherever it stands, and the raw line is kept beside the parts."""
    address = parse_address(row["text"])
    assert (address.index, address.rest) == (row["index"], row["rest"])
    assert address.raw == " ".join(row["text"].split())


@pytest.mark.parametrize("row", VECTORS["address_bad"])
def test_addresses_the_post_cannot_use_are_refused(row: Row) -> None:
    """No index, no house or too little of everything is refused with its problem."""
    with pytest.raises(BadAnswer) as caught:
        parse_address(row["text"])
    assert caught.value.problem == row["problem"]


def test_an_endless_address_is_refused() -> None:
    """An address beyond the limit is refused before anything is searched in it."""
    with pytest.raises(BadAnswer, match="address_long"):
        parse_address("127018, Москва, д. 5, " + "а" * 400)


@pytest.mark.parametrize("row", VECTORS["tracking_good"])
def test_tracking_ids_are_read(row: Row) -> None:
    """Ids of both kinds pass with spaces and in any case."""
    assert parse_tracking(row["text"]) == row["value"]


@pytest.mark.parametrize("row", VECTORS["tracking_bad"])
def test_wrong_tracking_ids_are_refused(row: Row) -> None:
    """A wrong check digit or form is refused."""
    with pytest.raises(BadAnswer) as caught:
        parse_tracking(row["text"])
    assert caught.value.problem == row["problem"]
