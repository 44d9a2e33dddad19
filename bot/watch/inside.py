"""Whether the bot itself keeps up: its ticks run, its queues move, its disks have room."""

import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.faults import named
from bot.watch.troubles import Trouble
from scheduler.ticker import Tick
from school.ports import Clock
from storage.database import Database
from storage.gauges import Queue, gauges
from wording.plurals import plural

MOST_FAILURES = 3
LEAST_FREE = 100 * 1024 * 1024  # bytes
# How many paces, and how many seconds over them, a tick may be late.
PACES_LATE = 3
SECONDS_LATE = 120.0
LONGEST_WAITS = {
    "updates": (timedelta(minutes=2), "сообщения людей ждут обработки"),
    "letters": (timedelta(minutes=15), "письма людей ждут обработки"),
    "outbox_chat": (timedelta(minutes=10), "сообщения в чаты не уходят"),
    "outbox_mail": (timedelta(hours=1), "письма не уходят"),
}


@dataclass(slots=True)
class _Pace:
    seconds: float
    ran_at: float
    failures: int = 0
    error: str = ""
    counts: dict[str, int] = field(default_factory=lambda: {"done": 0, "failed": 0})


class TicksLook:
    """Hears what came of every tick, and counts it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._paces: dict[str, _Pace] = {}

    def expect(self, ticks: Iterable[Tick]) -> None:
        """Note which ticks there are; from now on each has to run at its pace."""
        self._paces = {tick.name: _Pace(tick.seconds, self._monotonic()) for tick in ticks}

    def ran(self, name: str, error: Exception | None) -> None:
        """Note that a tick has run, and its error."""
        pace = self._paces[name]
        pace.ran_at = self._monotonic()
        pace.failures = pace.failures + 1 if error is not None else 0
        pace.error = named(error) if error is not None else ""
        pace.counts["failed" if error is not None else "done"] += 1

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how often each tick was done and failed, by its name and the outcome."""
        return {(name, outcome): n for name, pace in self._paces.items() for outcome, n in pace.counts.items()}

    async def __call__(self) -> Trouble | None:
        """Return the trouble."""
        now = self._monotonic()
        failing = [f"{name} ({pace.error})" for name, pace in self._paces.items() if pace.failures >= MOST_FAILURES]
        if failing:
            return Trouble("ticks", f"задания по расписанию не выполняются: {', '.join(failing)}; посмотрите журнал")
        late = [
            name for name, pace in self._paces.items() if now - pace.ran_at > pace.seconds * PACES_LATE + SECONDS_LATE
        ]
        if late:
            return Trouble("ticks", f"задания по расписанию не идут: {', '.join(late)}; перезапустите бота")
        return None


class QueuesLook:
    """Looks for how long the oldest waits in each queue; letters out wait rightly where no `mail` is sent."""

    def __init__(self, database: Database, clock: Clock, *, mail: bool) -> None:
        self._database = database
        self._clock = clock
        self._mail = mail

    async def __call__(self) -> Trouble | None:
        """Return the trouble; a database that does not answer is the trouble of another look."""
        try:
            found = await gauges(self._database, self._clock.now())
        except Exception:  # noqa: BLE001 - `DatabaseLook` tells of it
            return None
        queues = {"updates": found.updates, "letters": found.letters, "outbox_chat": found.outbox["chat"]}
        if self._mail:
            queues["outbox_mail"] = found.outbox["mail"]
        for name, (longest, words) in LONGEST_WAITS.items():
            if name in queues and (waited := self._waits(queues[name])) > longest:
                age = plural(int(waited.total_seconds() // 60), "минуту", "минуты", "минут")
                return Trouble("queue", f"{words} уже {age}; посмотрите журнал")
        return None

    def _waits(self, queue: Queue) -> timedelta:
        return timedelta() if queue.oldest is None else self._clock.now() - queue.oldest


class DiskLook:
    """Looks at the free room where the bot writes."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def free(self) -> dict[str, int]:
        """Return the free bytes under each folder that is there."""
        return {str(folder): shutil.disk_usage(folder).free for folder in self._folders if folder.exists()}

    async def __call__(self) -> Trouble | None:
        """Return the trouble."""
        for folder, free in self.free().items():
            if free < LEAST_FREE:
                left = f"{free // (1024 * 1024)} МБ"
                return Trouble("disk", f"на диске с папкой {folder} осталось {left}: освободите место")
        return None
