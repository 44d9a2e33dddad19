"""The deliverer: sends outbox rows right after the commit that made them, and sweeps for what is due later."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.breaker import Breaker
from bot.faults import where
from school.ports import Clock
from storage.outbox import Dead, NotNeeded, OutboxRow, OutboxStore, Outcome, Retry, Sent

log = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0
LEASE_SECONDS = 60.0  # storage leases new rows for as long
# A sending may take this long: it is not begun when less is left of the lease.
SENDING = timedelta(seconds=25)
MOST_HELD = 100
BULK_AT_ONCE = 8
AFTER_FAULT = 0.5  # seconds
DEFECT_TRIES = 2
DEFECT_PAUSE = timedelta(seconds=2)
AWAY_PAUSE = timedelta(seconds=5)
PROBE_SECONDS = {"chat": 5.0, "mail": 30.0}  # by channel, while its server is away
# A clock that steps back by more leaves what waits for its second try due long after it should be.
STEP_BACK = timedelta(seconds=1)
_AWAY = (SQLAlchemyError, OSError, TimeoutError)

Lane = tuple[str, bool]
# What of a message is still to be told at this very moment: its row, with less data maybe, or None.
StillDue = Callable[[OutboxRow], Awaitable[OutboxRow | None]]
# What else a recipient's message waits for; asked before a place is taken, so that who waits keeps no other back.
Turn = Callable[[str], AbstractAsyncContextManager[None]]


@dataclass(slots=True)
class _Lease:
    fence: int
    until: datetime


@dataclass(frozen=True, slots=True)
class _Held:
    """Until when a lane waits, and whether it waits for the server of the channel."""

    until: datetime
    outage: bool = False


class Deliverer:
    """Sends the rows of one channel: in order for each recipient, side by side across recipients.

    Bulk has lanes of its own and few places, so that answers never queue behind it. Outcomes are gathered while a
    batch is being written, and written together in one transaction; a failed write is repeated. `on_outcome`, when
    set, hears what came of each try; `on_defect` of each message that is given up though its recipient is there.

    While the server of the channel is away one message now and then probes it, and no other uses a try up; with the
    first that goes out all that failed because of it becomes due.

    `may_send`, when set, tells whether this process can be sure of its leases (see `bot.heartbeat`); else it sends
    nothing.
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
        self.on_defect: Callable[[OutboxRow], Awaitable[None]] | None = None
        self.may_send: Callable[[], bool] = lambda: True
        self._breaker = Breaker(time.monotonic, PROBE_SECONDS[channel])
        self._down_since: datetime | None = None
        self._is_back = False
        self._pause = SWEEP_SECONDS
        self._swept_at = clock.now()
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
        self._held: dict[Lane, _Held] = {}
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

    @property
    def is_down(self) -> bool:
        """Whether the server of the channel is away."""
        return self._breaker.is_open

    @property
    def down_since(self) -> datetime | None:
        """When the server of the channel was first found away, None while it is there."""
        return self._down_since if self._breaker.is_open else None

    async def send_now(self) -> None:
        """Have whatever waits for another try sent now. Raises what the store raises."""
        async with self._store_turn:
            await self._store.hasten(self.channel, self._clock.now())
        self.wake()

    def wake(self) -> None:
        """Sweep now, and probe the server now where it is away."""
        self._breaker.probe_now()
        self._wake.set()

    def take(self, rows: Sequence[OutboxRow]) -> None:
        """Take rows just committed, in their order; one whose recipient waits for a retry waits behind it."""
        for row in rows:
            held = self._held.get((row.recipient, row.bulk))
            if held is None:
                self._enqueue(row)
            else:
                self._leases[row.id] = self._lease(row)
                self._done(_put_off(row, held))

    def _claimed(self, rows: Sequence[OutboxRow]) -> None:
        # The outbox gives a recipient's messages in their order: whatever was waited for is among these or done.
        for row in rows:
            self._held.pop((row.recipient, row.bulk), None)
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
        row, now = queue[0], self._clock.now()
        if self._stopping:
            self._give_back(queue, _Held(now), "given back at the stop")
        elif self._leases[row.id].until - now < SENDING:
            # Another process may hold it by now: it is claimed anew, with those behind it.
            self._hold(lane, queue, _Held(now), "waited too long for its turn")
        elif not self.may_send():
            # Its leases may be another's by now: they are claimed anew once that is sure again.
            self._hold(lane, queue, _Held(now), "is not sure of its leases")
        elif not self._breaker.lets_through():
            again = now + timedelta(seconds=self._breaker.wait())
            self._hold(lane, queue, _Held(again, outage=True), "waits for the server")
        else:
            outcome = self._judged(await self._try(row))
            if isinstance(outcome, Dead) and outcome.defect:
                await self._tell(row)
            queue.popleft()
            self._done(outcome)
            if isinstance(outcome, Retry):
                self._hold(lane, queue, _Held(outcome.at, outcome.outage), "waits for an earlier message")

    def _judged(self, outcome: Outcome) -> Outcome:
        """Let the breaker know; a failure while it was open uses no try up and is due at the next probe."""
        if isinstance(outcome, Sent):
            if self._breaker.succeeded():
                log.warning("the server of the channel %s is back", self.channel)
                self._is_back = True
                self._wake.set()
            return outcome
        if not isinstance(outcome, Retry) or not outcome.outage:
            return outcome
        was_open = self._breaker.is_open
        self._breaker.failed()
        if not self._breaker.is_open:
            return outcome
        if not was_open:
            log.warning("the server of the channel %s is away: %s", self.channel, outcome.error)
            self._down_since = self._clock.now()
            self._wake.set()  # from now on the sweeper waits for the probe
        next_probe = self._clock.now() + timedelta(seconds=self._breaker.wait())
        return replace(outcome, at=min(outcome.at, next_probe), counts=outcome.counts and not was_open)

    def _hold(self, lane: Lane, queue: deque[OutboxRow], held: _Held, why: str) -> None:
        self._held[lane] = held
        self._give_back(queue, held, why)

    def _give_back(self, queue: deque[OutboxRow], held: _Held, why: str) -> None:
        for row in queue:
            self._done(replace(_put_off(row, held), error=why))
        queue.clear()

    async def _tell(self, row: OutboxRow) -> None:
        if self.on_defect is None:
            return
        try:
            await self.on_defect(row)
        except Exception as error:  # noqa: BLE001 - it stands in the list of what was given up all the same
            log.error("no administrator was told: %s", where(error))

    async def _try(self, row: OutboxRow) -> Outcome:
        try:
            due = row if self._still_due is None else await self._still_due(row)
            return NotNeeded(row.id, row.fence) if due is None else await self._send(due)
        except _AWAY as error:
            log.error("sending a %s waits for the database or the disk: %s", row.kind, where(error))
            return Retry(row.id, row.fence, self._clock.now() + AWAY_PAUSE, where(error), counts=False)
        except Exception as defect:  # noqa: BLE001 - whatever it is, the row must not block its recipient for ever
            log.error("sending a %s failed: %s", row.kind, where(defect))
            if row.attempts + 1 >= DEFECT_TRIES:
                return Dead(row.id, row.fence, where(defect), defect=True)
            return Retry(row.id, row.fence, self._clock.now() + DEFECT_PAUSE, where(defect))

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
                async with asyncio.timeout(self._pause):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _claim(self) -> None:
        self._pause = SWEEP_SECONDS
        if not self.may_send():
            return
        async with self._store_turn:
            now = self._clock.now()
            if now < self._swept_at - STEP_BACK:
                await self._store.hasten(self.channel, now)
            self._swept_at = now
            if self._is_back:
                await self._store.server_is_back(self.channel, now)
                self._held = {lane: _Held(now) if held.outage else held for lane, held in self._held.items()}
                self._is_back = False
            if self._breaker.is_open:
                await self._claim_probe(now)
                return
            room = MOST_HELD - len(self._leases)
            rows = await self._store.claim(self.channel, room, LEASE_SECONDS, now) if room > 0 else []
            self._claimed(rows)
            self._more_due = len(rows) >= room

    async def _claim_probe(self, now: datetime) -> None:
        self._more_due = False
        if wait := self._breaker.wait():
            self._pause = min(SWEEP_SECONDS, wait + 0.01)  # never a moment before the probe's turn
            return
        # Whether one can be claimed by now or not (its outcome may not be written yet), the next turn is a probe away.
        self._pause = min(SWEEP_SECONDS, self._breaker.probe_seconds)
        for row in await self._store.claim_probe(self.channel, LEASE_SECONDS, now):
            # Its lane stays held: others of its recipient wait in the outbox.
            self._held.setdefault((row.recipient, row.bulk), _Held(now, outage=True))
            self._enqueue(row)

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


def _put_off(row: OutboxRow, held: _Held) -> Retry:
    """Return the outcome of a row that was not tried."""
    why = "waits for an earlier message"
    return Retry(row.id, row.fence, held.until, why, counts=False, outage=held.outage)
