"""The deliverer: sends outbox rows right after the commit that made them, and sweeps for what is due later."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from school.ports import Clock
from storage.outbox import OutboxRow, OutboxStore, Outcome, Retry

log = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0
LEASE_SECONDS = 60.0
CLAIMED_AT_ONCE = 100


class Deliverer:
    """Sends the rows of one channel: in order for each recipient, side by side across recipients.

    Outcomes are gathered while a batch is being written, and written together in one transaction.
    """

    def __init__(
        self,
        channel: str,
        store: OutboxStore,
        send: Callable[[OutboxRow], Awaitable[Outcome]],
        clock: Clock,
        *,
        at_once: int,
    ) -> None:
        self.channel = channel
        self._store = store
        self._send = send
        self._clock = clock
        self._places = asyncio.Semaphore(at_once)
        self._queues: dict[str, deque[OutboxRow]] = {}
        self._fences: dict[str, int] = {}
        self._lanes: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._ready = asyncio.Event()
        self._wake = asyncio.Event()
        self._stopping = False
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to sweep and to write outcomes."""
        self._loops = [asyncio.create_task(self._sweep()), asyncio.create_task(self._write())]

    def wake(self) -> None:
        """Sweep now."""
        self._wake.set()

    def take(self, rows: Sequence[OutboxRow]) -> None:
        """Take leased rows in their order."""
        for row in rows:
            if row.id in self._fences:
                self._fences[row.id] = row.fence
                continue
            self._fences[row.id] = row.fence
            queue = self._queues.get(row.recipient)
            if queue is not None:
                queue.append(row)
                continue
            self._queues[row.recipient] = deque([row])
            lane = asyncio.create_task(self._lane(row.recipient))
            self._lanes.add(lane)
            lane.add_done_callback(self._lanes.discard)

    async def _lane(self, recipient: str) -> None:
        queue = self._queues[recipient]
        while queue:
            row = queue.popleft()
            if self._stopping:
                self._done(Retry(row.id, row.fence, self._clock.now(), "given back at the stop"))
                continue
            async with self._places:
                outcome = await self._try(row)
            self._done(outcome)
            if isinstance(outcome, Retry):
                for later in queue:
                    self._done(Retry(later.id, later.fence, outcome.at, "waits for an earlier message"))
                queue.clear()
        del self._queues[recipient]

    async def _try(self, row: OutboxRow) -> Outcome:
        try:
            return await self._send(row)
        except Exception:
            log.exception("sending a %s failed", row.kind)
            return Retry(row.id, row.fence, self._clock.now(), "a defect, see the log")

    def _done(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._ready.set()

    async def _write(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            await self._flush()

    async def _flush(self) -> None:
        batch, self._outcomes = self._outcomes, []
        if not batch:
            return
        await self._store.finish([self._with_fence(o) for o in batch], self._clock.now())
        for outcome in batch:
            self._fences.pop(outcome.id, None)

    def _with_fence(self, outcome: Outcome) -> Outcome:
        fence = self._fences.get(outcome.id, outcome.fence)
        return outcome if fence == outcome.fence else replace(outcome, fence=fence)

    async def _sweep(self) -> None:
        while True:
            rows = await self._store.claim(self.channel, CLAIMED_AT_ONCE, LEASE_SECONDS, self._clock.now())
            self.take(rows)
            if len(rows) == CLAIMED_AT_ONCE:
                continue
            self._wake.clear()
            try:
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def stop(self, seconds: float) -> None:
        """Finish what is being sent within the time, give the rest back, write all outcomes."""
        self._stopping = True
        if self._loops:
            self._loops[0].cancel()
        if self._lanes:
            await asyncio.wait(set(self._lanes), timeout=seconds)
        for lane in self._lanes:
            lane.cancel()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, *self._lanes, return_exceptions=True)
        await self._flush()
