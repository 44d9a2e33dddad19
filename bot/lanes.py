"""Stored rows in lanes: one after another within a lane in the order of their ids, side by side across lanes."""

from bisect import insort
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from typing import Generic, Protocol, TypeVar


class Numbered(Protocol):
    """A stored row; `id` is the order of arrival."""

    @property
    def id(self) -> int:
        """Its place in the order."""


R = TypeVar("R", bound=Numbered)


class Lanes(Generic[R]):
    """Which rows this process holds; one held already, or finished while a sweep was reading, is not taken again."""

    def __init__(self, key: Callable[[R], Hashable]) -> None:
        self._key = key
        self._queues: dict[Hashable, list[R]] = {}
        self._held: set[int] = set()
        self._finished: set[int] = set()
        self._sweeps = 0

    def add(self, row: R) -> Hashable | None:
        """Put a row into its place; return its lane where that is new and has to be begun."""
        if row.id in self._held:
            return None
        self._held.add(row.id)
        lane = self._key(row)
        queue = self._queues.get(lane)
        if queue is not None:
            insort(queue, row, key=lambda one: one.id)
            return None
        self._queues[lane] = [row]
        return lane

    def next(self, lane: Hashable) -> R | None:
        """Take the lane's first row out to be handled; None ends the lane."""
        queue = self._queues[lane]
        if queue:
            return queue.pop(0)
        del self._queues[lane]
        return None

    def put_back(self, row: R) -> None:
        """Return a row that could not be handled now: it stays in its place."""
        insort(self._queues[self._key(row)], row, key=lambda one: one.id)

    def finish(self, row: R) -> None:
        """Let go of a row that is handled or set aside."""
        self._held.discard(row.id)
        if self._sweeps:
            self._finished.add(row.id)

    async def strays(self, read: Callable[[Collection[int]], Awaitable[Sequence[R]]]) -> list[R]:
        """Return pending rows that nobody holds; `read` is given the ids of those that are held."""
        self._sweeps += 1
        try:
            rows = await read(self._held)
            return [row for row in rows if row.id not in self._finished]
        finally:
            self._sweeps -= 1
            if not self._sweeps:
                self._finished.clear()
