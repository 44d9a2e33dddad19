"""The deliverer: sends outbox rows right after the commit that made them, and sweeps for what is due later."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.faults import where
from school.ports import Clock
from storage.outbox import Dead, NotNeeded, OutboxRow, OutboxStore, Outcome, Retry

log = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0
LEASE_SECONDS = 60.0  # storage leases new rows for as long
# A sending may take this long: it is not begun when less is left of the lease.
SENDING = timedelta(seconds=25)
MOST_HELD = 100
BULK_AT_ONCE = 8
AFTER_FAULT = 0.5  # seconds
DEFECT_TRIES = 5

Lane = tuple[str, bool]
# What of a message is still to be told at this very moment: its row, with less data maybe, or None.
StillDue = Callable[[OutboxRow], Awaitable[OutboxRow | None]]
# What else a recipient's message waits for; asked before a place is taken, so that who waits keeps no other back.
Turn = Callable[[str], AbstractAsyncContextManager[None]]


@dataclass(slots=True)
class _Lease:
    fence: int
    until: datetime


class Deliverer:
    """Sends the rows of one channel: in order for each recipient, side by side across recipients.

    Bulk has lanes of its own and few places, so that answers never queue behind it. Outcomes are gathered while a
    batch is being written, and written together in one transaction; a failed write is repeated. `on_outcome`, when
    set, hears what came of each try.
    """

    def __init__(
        self,
        channel: str,
        store: OutboxStore,
        send: Callable[[OutboxRow], Awaitable[Outcome]],
        clock: Clock,
        *,
        at_once: int,
        still_due: StillDue | None = None,
        turn: Turn = lambda _: nullcontext(),
    ) -> None:
        self.channel = channel
        self.on_outcome: Callable[[str, Outcome], None] = lambda _, __: None
        self._store = store
        self._send = send
        self._still_due = still_due
        self._turn = turn
        self._clock = clock
        self._places = asyncio.Semaphore(at_once)
        self._bulk_places = asyncio.Semaphore(min(at_once, BULK_AT_ONCE))
        self._queues: dict[Lane, deque[OutboxRow]] = {}
        self._leases: dict[str, _Lease] = {}
        self._held_until: dict[Lane, datetime] = {}
        self._lanes: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._ready = asyncio.Event()
        self._wake = asyncio.Event()
        # A claim beside a write could renew the lease of a row whose outcome is being written under the old fence.
        self._store_turn = asyncio.Lock()
        self._more_due = False
        self._stopping = False
        self._closing = False
        self._sweeper: asyncio.Task[None] | None = None
        self._writer: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep and to write outcomes."""
        self._sweeper = asyncio.create_task(self._sweep())
        self._writer = asyncio.create_task(self._write())

    def wake(self) -> None:
        """Sweep now."""
        self._wake.set()

    def take(self, rows: Sequence[OutboxRow]) -> None:
        """Take rows just committed, in their order; one whose recipient waits for a retry waits behind it."""
        for row in rows:
            held_until = self._held_until.get((row.recipient, row.bulk))
            if held_until is None:
                self._enqueue(row)
            else:
                self._leases[row.id] = self._lease(row)
                self._done(Retry(row.id, row.fence, held_until, "waits for an earlier message", counts=False))

    def _claimed(self, rows: Sequence[OutboxRow]) -> None:
        # The outbox gives a recipient's messages in their order: whatever was waited for is among these or done.
        for row in rows:
            self._held_until.pop((row.recipient, row.bulk), None)
        for row in rows:
            self._enqueue(row)

    def _lease(self, row: OutboxRow) -> _Lease:
        return _Lease(row.fence, self._clock.now() + timedelta(seconds=LEASE_SECONDS))

    def _enqueue(self, row: OutboxRow) -> None:
        known = row.id in self._leases
        self._leases[row.id] = self._lease(row)
        if known:
            return  # queued already, or being sent: only its lease is newer
        lane = (row.recipient, row.bulk)
        queue = self._queues.get(lane)
        if queue is not None:
            queue.append(row)
            return
        self._queues[lane] = deque([row])
        task = asyncio.create_task(self._run(lane))
        self._lanes.add(task)
        task.add_done_callback(self._lanes.discard)

    async def _run(self, lane: Lane) -> None:
        queue = self._queues[lane]
        while queue:
            if lane[1]:
                async with self._bulk_places, self._turn(lane[0]), self._places:
                    await self._next(lane, queue)
            else:
                async with self._turn(lane[0]), self._places:
                    await self._next(lane, queue)
        del self._queues[lane]

    async def _next(self, lane: Lane, queue: deque[OutboxRow]) -> None:
        row = queue[0]
        if self._stopping:
            self._give_back(queue, self._clock.now(), "given back at the stop")
        elif self._leases[row.id].until - self._clock.now() < SENDING:
            # Another process may hold it by now: it is claimed anew, with those behind it.
            self._held_until[lane] = self._clock.now()
            self._give_back(queue, self._clock.now(), "waited too long for its turn")
        else:
            outcome = await self._try(row)
            queue.popleft()
            self._done(outcome)
            if isinstance(outcome, Retry):
                self._held_until[lane] = outcome.at
                self._give_back(queue, outcome.at, "waits for an earlier message")

    def _give_back(self, queue: deque[OutboxRow], at: datetime, why: str) -> None:
        for row in queue:
            self._done(Retry(row.id, row.fence, at, why, counts=False))
        queue.clear()

    async def _try(self, row: OutboxRow) -> Outcome:
        try:
            due = row if self._still_due is None else await self._still_due(row)
            return NotNeeded(row.id, row.fence) if due is None else await self._send(due)
        except Exception as defect:  # noqa: BLE001 - whatever it is, the row must not block its recipient for ever
            log.error("sending a %s failed: %s", row.kind, where(defect))
            if row.attempts + 1 >= DEFECT_TRIES:
                return Dead(row.id, row.fence, where(defect))
            pause = timedelta(seconds=10 * 4**row.attempts)
            return Retry(row.id, row.fence, self._clock.now() + pause, where(defect))

    def _done(self, outcome: Outcome) -> None:
        self.on_outcome(self.channel, outcome)
        self._outcomes.append(outcome)
        self._ready.set()

    async def _write(self) -> None:
        while not (self._closing and not self._outcomes):
            await self._ready.wait()
            if not self._closing:
                self._ready.clear()
            try:
                await self._flush()
            except Exception as error:  # noqa: BLE001 - an outcome lost is a message sent twice
                log.error("outcomes were not written, again soon: %s", where(error))
                await asyncio.sleep(AFTER_FAULT)
                self._ready.set()

    async def _flush(self) -> None:
        async with self._store_turn:
            batch = self._outcomes[:]
            if not batch:
                return
            now = self._clock.now()
            await self._store.finish([self._with_fence(o) for o in batch], now)
            del self._outcomes[: len(batch)]
            for outcome in batch:
                self._leases.pop(outcome.id, None)
        if self._more_due or any(isinstance(o, Retry) and o.at <= now for o in batch):
            self._wake.set()

    def _with_fence(self, outcome: Outcome) -> Outcome:
        lease = self._leases.get(outcome.id)
        return outcome if lease is None else replace(outcome, fence=lease.fence)

    async def _sweep(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._claim()
            except Exception as error:  # noqa: BLE001 - the database may be back at the next sweep
                log.error("nothing could be claimed, again soon: %s", where(error))
            try:
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _claim(self) -> None:
        async with self._store_turn:
            room = MOST_HELD - len(self._leases)
            rows = await self._store.claim(self.channel, room, LEASE_SECONDS, self._clock.now()) if room > 0 else []
            self._claimed(rows)
            self._more_due = len(rows) >= room

    async def stop(self, seconds: float) -> None:
        """Finish what is being sent within the time, give the rest back, write all outcomes."""
        self._stopping = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        if self._lanes:
            await asyncio.wait(set(self._lanes), timeout=seconds / 2)
        lanes = list(self._lanes)
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        self._closing = True
        self._ready.set()
        if self._writer is not None:
            # Never cancelled while it can still write: an outcome lost here is a message sent twice.
            await asyncio.wait({self._writer}, timeout=seconds / 2)
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
