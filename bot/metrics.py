"""What is counted while the bot runs, and what is read of the queues when somebody asks."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from bot.watch.inside import DiskLook, TicksLook
from mail.imap_settings import ReceiverState
from school.ports import Clock
from storage.database import Database
from storage.gauges import Gauges, Queue, gauges
from storage.outbox import Dead, Outcome, Retry, Sent

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import CounterMetricFamily

READ_SECONDS = 5.0
# What drivers raise of a database that does not answer or is closed.
_AWAY = (SQLAlchemyError, OSError, TimeoutError, ValueError)
_OUTCOMES = {Sent: "sent", Retry: "retried", Dead: "given_up"}


class Metrics:
    """Counts in memory, since the start; the queues' figures are read of the database at each question.

    `database` is None until the start has opened it. `heard` is called whenever Telegram or its webhook has brought
    something or told that there is nothing; `mailbox` tells how the mailbox stands, None where none is read; `down`
    tells of each channel whether its server is away.
    """

    def __init__(self, clock: Clock, mailbox: Callable[[], ReceiverState | None], disk: DiskLook) -> None:
        self.database: Database | None = None
        self._clock = clock
        self._sends: dict[tuple[str, str], int] = {}
        self._heard_at: datetime | None = None
        self._mailbox = mailbox
        self.disk = disk
        self.down: dict[str, Callable[[], bool]] = {}
        self.ticks = TicksLook()

    def count(self, channel: str, outcome: Outcome) -> None:
        """Count what came of one sending; a message that was put off without a try is no sending."""
        if isinstance(outcome, Retry) and not outcome.counts:
            return
        name = _OUTCOMES.get(type(outcome))
        if name is not None:
            self._sends[channel, name] = self._sends.get((channel, name), 0) + 1

    def heard(self) -> None:
        """Note that updates are being received."""
        self._heard_at = self._clock.now()

    async def text(self) -> bytes:
        """Return the metrics as Prometheus reads them."""
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry()
        self._fill_counts(registry)
        self._fill_queues(registry, await self._queues())
        return generate_latest(registry)

    async def _queues(self) -> Gauges | None:
        if self.database is None:
            return None
        try:
            async with asyncio.timeout(READ_SECONDS):
                return await gauges(self.database, self._clock.now())
        except _AWAY:
            return None

    def _fill_counts(self, registry: "CollectorRegistry") -> None:
        from prometheus_client import Gauge

        sends = _counter(registry, "school_sends", "Messages tried, by channel and outcome.", ["channel", "outcome"])
        for channel in ("chat", "mail"):
            for outcome in _OUTCOMES.values():
                sends.add_metric([channel, outcome], self._sends.get((channel, outcome), 0))
        down = Gauge("school_channel_down", "Whether the server of a channel is away.", ["channel"], registry=registry)
        for channel, is_down in self.down.items():
            down.labels(channel).set(int(is_down()))
        if self._heard_at is not None:
            silent = Gauge("school_intake_silent_seconds", "Since Telegram was last heard.", registry=registry)
            silent.set((self._clock.now() - self._heard_at).total_seconds())
        if (state := self._mailbox()) is not None:
            Gauge("school_mailbox_open", "Whether the mailbox is open.", registry=registry).set(int(state.connected))
        ticks = _counter(registry, "school_ticks", "Ticks run, by name and outcome.", ["tick", "outcome"])
        for (name, outcome), count in self.ticks.counts().items():
            ticks.add_metric([name, outcome], count)
        free = Gauge("school_disk_free_bytes", "Free room where the bot writes.", ["folder"], registry=registry)
        for folder, size in self.disk.free().items():
            free.labels(folder).set(size)

    def _fill_queues(self, registry: "CollectorRegistry", found: Gauges | None) -> None:
        from prometheus_client import Gauge

        Gauge("school_database_up", "Whether the database answers.", registry=registry).set(int(found is not None))
        if found is None:
            return
        waiting = Gauge("school_queue_waiting", "What waits now.", ["queue"], registry=registry)
        age = Gauge("school_queue_oldest_seconds", "How long the oldest waits.", ["queue"], registry=registry)
        aside = Gauge("school_queue_aside", "What was given up or left to a person.", ["queue"], registry=registry)
        queues = {"updates": found.updates, "letters": found.letters}
        queues |= {f"outbox_{channel}": queue for channel, queue in found.outbox.items()}
        for name, queue in queues.items():
            waiting.labels(name).set(queue.waiting)
            age.labels(name).set(self._age(queue))
            aside.labels(name).set(queue.aside)

    def _age(self, queue: Queue) -> float:
        return 0.0 if queue.oldest is None else max(0.0, (self._clock.now() - queue.oldest).total_seconds())


def _counter(registry: "CollectorRegistry", name: str, words: str, labels: list[str]) -> "CounterMetricFamily":
    """Add a counter without a `_created` series: made anew at each question, it would tell the time of asking."""
    from prometheus_client.core import CounterMetricFamily
    from prometheus_client.registry import Collector

    family = CounterMetricFamily(name, words, labels=labels)

    class Told(Collector):
        def collect(self) -> "Iterable[CounterMetricFamily]":
            return [family]

    registry.register(Told())
    return family
