"""Stored rows in lanes, as a table of what is taken, finished and swept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.lanes import Lanes


@dataclass(frozen=True, slots=True)
class Row:
    """A stored row of a lane."""

    id: int
    lane: str = "a"


def lanes() -> Lanes[Row]:
    """Return lanes by the rows' own word."""
    return Lanes(lambda row: row.lane)


def test_an_earlier_row_goes_first() -> None:
    """Rows of one lane come in the order of their ids, whenever they were added; each lane is begun once."""
    made = lanes()
    assert [made.add(row) for row in (Row(5), Row(3), Row(4), Row(9, "b"), Row(3))] == ["a", None, None, "b", None]
    assert [made.next("a") for _ in range(4)] == [Row(3), Row(4), Row(5), None]
    assert made.add(Row(6)) == "a"


def test_a_row_put_back_waits_behind_an_earlier_one() -> None:
    """What could not be handled goes after an earlier row that was found meanwhile."""
    made = lanes()
    made.add(Row(5))
    row = made.next("a")
    assert row is not None
    made.add(Row(4))
    made.put_back(row)
    assert [made.next("a") for _ in range(3)] == [Row(4), Row(5), None]


async def test_what_ends_while_a_sweep_reads_is_not_taken_again() -> None:
    """A row that the sweep saw pending and that was finished before the sweep came back is no stray."""
    made = lanes()
    made.add(Row(1))

    async def read(held: Collection[int]) -> Sequence[Row]:
        assert held == {1}
        made.finish(Row(1))
        return [Row(1), Row(2)]

    assert await made.strays(read) == [Row(2)]
    assert made.add(Row(1)) is None
