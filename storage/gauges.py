"""What waits in the queues and for how long, in one trip: for those who watch the bot."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from storage import tables as t
from storage import tables_mail as m
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait, since when the oldest does (UTC, None for none), how many were left to a person."""

    waiting: int
    oldest: datetime | None
    aside: int


@dataclass(frozen=True, slots=True)
class Gauges:
    """The updates, the letters in, and the outbox by channel."""

    updates: Queue
    letters: Queue
    outbox: dict[str, Queue]


async def gauges(database: Database, now: datetime) -> Gauges:
    """Read the queues; of the outbox only what is due by now waits. Raises what the driver raises."""

    def read(connection: Connection) -> Gauges:
        return Gauges(
            _queue(connection, t.inbox),
            _queue(connection, m.letters),
            {channel: _outbox(connection, channel, now) for channel in ("chat", "mail")},
        )

    return await database.run(read)


def _queue(connection: Connection, table: Table) -> Queue:
    of = table.c
    waiting, oldest = connection.execute(
        select(func.count(), func.min(of.received_at)).where(of.state == "pending")
    ).one()
    aside = connection.execute(select(func.count()).where(of.state == "aside")).scalar_one()
    return Queue(waiting, oldest, aside)


def _outbox(connection: Connection, channel: str, now: datetime) -> Queue:
    of = t.outbox.c
    mine = of.channel == channel
    waiting, oldest = connection.execute(
        select(func.count(), func.min(of.due_at)).where(of.state == "pending", mine, of.due_at <= now)
    ).one()
    dead = connection.execute(select(func.count()).where(of.state == "dead", mine)).scalar_one()
    return Queue(waiting, oldest, dead)
