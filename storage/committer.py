"""Group commit: units of work that wait while a commit is under way are committed together.

One fsync then pays for all of them. Each runs in a savepoint of its own, so that one's conflict harms no other.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from storage.engines import Engine, Work

T = TypeVar("T")

MAX_GROUP = 100


@dataclass(slots=True)
class _Unit:
    work: Work[Any]
    done: asyncio.Future[Any]
    after: Callable[[Any], None] | None

    def succeed(self, result: Any) -> None:
        if self.after is not None:
            # Scheduled, so that a fault of the listener is never taken for a failed commit.
            self.done.get_loop().call_soon(self.after, result)
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class _Group:
    """Units run one after another in one transaction; `complete` once all have run and only the commit is left."""

    def __init__(self, units: list[_Unit]) -> None:
        self._units = units
        self.complete = False
        self.outcomes: list[tuple[_Unit, Any, Exception | None]] = []

    def __call__(self, connection: Connection) -> None:
        for unit in self._units:
            savepoint = connection.begin_nested()
            try:
                result = unit.work(connection)
            except Exception as error:  # noqa: BLE001 - handed to whoever awaits this unit, whatever it is
                savepoint.rollback()
                self.outcomes.append((unit, None, error))
            else:
                savepoint.commit()
                self.outcomes.append((unit, result, None))
        self.complete = True


class Committer:
    """All writes of the process pass here."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[_Unit] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def submit(self, work: Work[T], after: Callable[[T], None] | None = None) -> T:
        """Run the work in a transaction and return its result once that is durable; raise what the work raises.

        `after` is called in the loop with the result of a committed work, even when the caller was cancelled meanwhile.
        """
        unit = _Unit(work, asyncio.get_running_loop().create_future(), after)
        self._waiting.append(unit)
        if len(self._tasks) < self._engine.lanes:
            task = asyncio.create_task(self._drain())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        result: T = await unit.done
        return result

    async def close(self) -> None:
        """Wait for the commits under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _drain(self) -> None:
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_GROUP))]
            units = [unit for unit in taken if not unit.done.cancelled()]
            try:
                await self._commit(units)
            finally:
                # Only a cancelled drain, at the end of the loop, leaves any of them unanswered.
                for unit in units:
                    unit.done.cancel()
        # Leave at once: a unit that comes between this and the task's end must start a task of its own.
        task = asyncio.current_task()
        if task is not None:
            self._tasks.discard(task)

    async def _commit(self, units: list[_Unit]) -> None:
        if len(units) > 1:
            await self._commit_together(units)
        else:
            await self._commit_each(units)

    async def _commit_each(self, units: list[_Unit]) -> None:
        for unit in units:
            try:
                result = await self._engine.write(unit.work)
            except Exception as error:  # noqa: BLE001 - handed to whoever awaits this unit, whatever it is
                unit.fail(error)
            else:
                unit.succeed(result)

    async def _commit_together(self, units: list[_Unit]) -> None:
        group = _Group(units)
        try:
            await self._engine.write(group)
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits the units, whatever it is
            if not group.complete:
                # A deadlock or a lost connection before the commit: nothing was kept, and each may yet pass alone.
                await self._commit_each(units)
                return
            for unit in units:
                unit.fail(error)
            return
        for unit, result, failure in group.outcomes:
            if failure is None:
                unit.succeed(result)
            else:
                unit.fail(failure)
