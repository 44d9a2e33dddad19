"""The outbox: messages to send, leased to one sender at a time, finished in batches.

A lease carries a fence, a number that grows with every lease: a sender that comes back too late changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    bindparam,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)

from school.sealed_links import sealed
from storage.tables import outbox, visitors

if TYPE_CHECKING:
    from storage.database import Database

_PENDING: ColumnElement[str] = literal_column("'pending'")
_COLUMNS = ("id", "seq", "kind", "channel", "recipient", "data", "bulk", "attempts", "fence")
ROW_COLUMNS = tuple(outbox.c[name] for name in _COLUMNS)
# One claimer at a time and channel: two side by side could take two messages of one recipient in the wrong order.
_CLAIM_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('outbox ' || :channel))")


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to send; `seq` is the order of arrival, `fence` goes back with its outcome."""

    id: str
    seq: int
    kind: str
    channel: str
    recipient: str
    data: dict[str, Any]
    bulk: bool
    attempts: int
    fence: int


@dataclass(frozen=True, slots=True)
class Sent:
    """It went out; `result` is plain JSON that a later message may need (a message id)."""

    id: str
    fence: int
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Retry:
    """It failed for now; try again `at`. Waiting for something else (not `counts`) uses no attempt up.

    `outage` says that the server of the channel is away, whatever the message: it is due once that is back.
    """

    id: str
    fence: int
    at: datetime
    error: str
    counts: bool = True
    outage: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """It will never go out; an administrator sees it, and is told where the message itself is to blame (`defect`)."""

    id: str
    fence: int
    error: str
    defect: bool = False


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """It was not sent, since what it was to say has been settled meanwhile."""

    id: str
    fence: int


Outcome = Sent | Retry | Dead | NotNeeded


@cache
def _claim_statement() -> Any:
    now: ColumnElement[datetime] = bindparam("at")
    earlier = outbox.alias("earlier")
    # A later message waits for an earlier one of its recipient; only bulk never holds an answer up, nor does one that
    # was never leased and is not due: it is meant to go out later.
    held_up = (
        select(earlier.c.seq)
        .where(
            earlier.c.state == _PENDING,
            earlier.c.channel == outbox.c.channel,
            earlier.c.recipient == outbox.c.recipient,
            earlier.c.bulk == outbox.c.bulk,
            earlier.c.seq < outbox.c.seq,
            or_((earlier.c.due_at > now) & (earlier.c.fence > 0), earlier.c.leased_until > now),
        )
        .exists()
    )
    picked: Select[Any] = (
        select(outbox.c.seq)
        .where(
            outbox.c.state == _PENDING,
            outbox.c.channel == bindparam("of_channel"),
            outbox.c.due_at <= now,
            or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now),
            ~held_up,
        )
        .order_by(outbox.c.bulk, outbox.c.seq)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    return (
        update(outbox)
        .where(outbox.c.seq.in_(select(picked.cte("picked").c.seq)))
        .values(fence=outbox.c.fence + 1, leased_until=bindparam("until"), owner=bindparam("of_owner"))
        .returning(*ROW_COLUMNS)
    )


@cache
def _probe_statement() -> Any:
    """Claim the message that was tried longest ago of those that wait for the server: the first of its recipient."""
    now: ColumnElement[datetime] = bindparam("at", type_=outbox.c.due_at.type)
    earlier = outbox.alias("earlier")
    behind = (
        select(earlier.c.seq)
        .where(
            earlier.c.state == _PENDING,
            earlier.c.channel == outbox.c.channel,
            earlier.c.recipient == outbox.c.recipient,
            earlier.c.bulk == outbox.c.bulk,
            earlier.c.seq < outbox.c.seq,
            or_(earlier.c.fence > 0, earlier.c.due_at <= now),
        )
        .exists()
    )
    picked: Select[Any] = (
        select(outbox.c.seq)
        .where(
            outbox.c.state == _PENDING,
            outbox.c.channel == bindparam("of_channel"),
            or_(outbox.c.due_at <= now, outbox.c.outage),
            or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now),
            ~behind,
        )
        .order_by(outbox.c.due_at, outbox.c.seq)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    return (
        update(outbox)
        .where(outbox.c.seq.in_(select(picked.cte("picked").c.seq)))
        .values(fence=outbox.c.fence + 1, leased_until=bindparam("until"), owner=bindparam("of_owner"))
        .returning(*ROW_COLUMNS)
    )


def _finish(**values: Any) -> Update:
    held = (outbox.c.id == bindparam("row")) & (outbox.c.fence == bindparam("held")) & (outbox.c.state == _PENDING)
    counted = {"attempts": outbox.c.attempts + 1, **values}
    return update(outbox).where(held).values(leased_until=null(), **counted)


_AT: ColumnElement[datetime] = bindparam("at", type_=outbox.c.due_at.type)
_RESULT: ColumnElement[Any] = bindparam("outcome")
_ERROR: ColumnElement[str] = bindparam("reason")
# What went out is forgotten here: it held links' secrets and personal data that live elsewhere, hashed or whole.
_SENT = _finish(state="sent", result=_RESULT, finished_at=_AT, error=null(), data={})
_RETRY = _finish(
    due_at=_AT, error=_ERROR, attempts=outbox.c.attempts + bindparam("tried"), outage=bindparam("by_server")
)
_FREE_AND_LATER = (
    (outbox.c.state == _PENDING)
    & (outbox.c.channel == bindparam("of_channel"))
    & (outbox.c.due_at > _AT)
    & or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= _AT)
)
_BACK = update(outbox).where(_FREE_AND_LATER, outbox.c.outage).values(due_at=_AT, outage=False)
# What was never leased is meant to go out later.
_HASTEN = update(outbox).where(_FREE_AND_LATER, outbox.c.fence > 0).values(due_at=_AT)
_DEAD = _finish(state="dead", finished_at=_AT, error=_ERROR, data=bindparam("kept", type_=outbox.c.data.type))
_HELD = select(outbox.c.id, outbox.c.channel, outbox.c.data).where(
    outbox.c.id.in_(bindparam("rows", expanding=True)), outbox.c.state == _PENDING
)
_NOT_NEEDED = _finish(state="cancelled", finished_at=_AT, error="not needed any more", data={})
# Never leased means that no sender has seen it. The key of what was taken back is free again.
CANCEL = (
    update(outbox)
    .where(outbox.c.dedupe == bindparam("key"), outbox.c.state == _PENDING, outbox.c.fence == 0)
    .values(
        state="cancelled",
        dedupe=outbox.c.dedupe + ":cancelled:" + outbox.c.id,
        finished_at=_AT,
        error="taken back",
        data={},
    )
)


class OutboxStore:
    """The outbox as its senders see it."""

    def __init__(self, database: "Database") -> None:
        self._database = database

    async def claim(self, channel: str, limit: int, lease_seconds: float, now: datetime) -> list[OutboxRow]:
        """Lease due messages of the channel: answers before bulk, then by age, in order for each recipient."""
        until = now + timedelta(seconds=lease_seconds)
        given = {"of_channel": channel, "limit": limit, "at": now, "until": until, "of_owner": self._database.owner}
        return await self._database.write(partial(_claim, self._database.dialect, given, _claim_statement()))

    async def claim_probe(self, channel: str, lease_seconds: float, now: datetime) -> list[OutboxRow]:
        """Lease one message of those that wait for the channel's server, whenever it is due; none where none waits."""
        until = now + timedelta(seconds=lease_seconds)
        given = {"of_channel": channel, "limit": 1, "at": now, "until": until, "of_owner": self._database.owner}
        return await self._database.write(partial(_claim, self._database.dialect, given, _probe_statement()))

    async def server_is_back(self, channel: str, now: datetime) -> None:
        """Make due what failed only because the channel's server was away; it goes out in its order."""
        await self._database.write(lambda c: c.execute(_BACK, {"of_channel": channel, "at": now}).close())

    async def hasten(self, channel: str, now: datetime) -> None:
        """Make due whatever of the channel waits for another try."""
        await self._database.write(lambda c: c.execute(_HASTEN, {"of_channel": channel, "at": now}).close())

    async def finish(self, outcomes: Sequence[Outcome], now: datetime | None = None) -> None:
        """Record what became of leased messages, all in one transaction; a lost fence is ignored."""
        if outcomes:
            await self._database.write(partial(_record, outcomes, now or datetime.now(UTC)))

    async def result(self, row_id: str) -> dict[str, Any] | None:
        """Return what sending the message gave, None when it is not sent."""
        query = select(outbox.c.result).where(outbox.c.id == row_id)
        result: dict[str, Any] | None = await self._database.run(lambda c: c.execute(query).scalar())
        return result

    async def release_all(self) -> None:
        """Drop every lease: for the start on SQLite, where whoever held one is dead."""
        statement = (
            update(outbox)
            .where(outbox.c.state == _PENDING, outbox.c.leased_until.is_not(None))
            .values(leased_until=null(), fence=outbox.c.fence + 1)
        )
        await self._database.write(lambda c: c.execute(statement).close())

    async def counts(self) -> dict[str, int]:
        """Return how many messages are in each state: pending, sent, dead; those taken back are not told."""
        counted = {"pending": 0, "sent": 0, "dead": 0}
        query = select(outbox.c.state, func.count()).where(outbox.c.state.in_(counted)).group_by(outbox.c.state)
        rows = await self._database.run(lambda c: c.execute(query).all())
        return counted | {row[0]: row[1] for row in rows}

    async def dead(self, limit: int) -> list[OutboxRow]:
        """Return messages given up, the latest first."""
        query = select(*ROW_COLUMNS).where(outbox.c.state == "dead").order_by(outbox.c.seq.desc()).limit(limit)
        return await self._database.run(lambda c: [_row(row) for row in c.execute(query)])

    async def told(self, dedupes: Sequence[str]) -> set[str]:
        """Return which of these messages were made already; at most 500 are asked for at once."""
        query = select(outbox.c.dedupe).where(outbox.c.dedupe.in_(dedupes))
        return await self._database.run(lambda c: set(c.execute(query).scalars()))

    async def reachable(self, user_ids: Collection[int]) -> set[int]:
        """Return which of these accounts have written to the bot and have not stopped it; at most 500 at once."""
        known = visitors.c.user_id.in_(user_ids) & visitors.c.blocked_at.is_(None)
        query = select(visitors.c.user_id).where(known)
        return await self._database.run(lambda c: set(c.execute(query).scalars()))

    async def set_unreachable(self, user_id: int, at: datetime) -> None:
        """Note that the account has stopped the bot."""
        statement = update(visitors).where(visitors.c.user_id == user_id).values(blocked_at=at)
        await self._database.write(lambda c: c.execute(statement).close())


def _row(row: Sequence[Any]) -> OutboxRow:
    return OutboxRow(*row)


def _claim(dialect: str, given: dict[str, Any], statement: Any, connection: Connection) -> list[OutboxRow]:
    if dialect == "postgresql":
        connection.execute(_CLAIM_LOCK, {"channel": given["of_channel"]})
    rows = [_row(row) for row in connection.execute(statement, given)]
    return sorted(rows, key=lambda row: (row.bulk, row.seq))


def _record(outcomes: Sequence[Outcome], now: datetime, connection: Connection) -> None:
    sent, retried, dead, dropped = [], [], [], []
    for outcome in outcomes:
        held = {"row": outcome.id, "held": outcome.fence}
        match outcome:
            case Sent():
                sent.append({**held, "outcome": outcome.result, "at": now})
            case Retry():
                tried = {"tried": int(outcome.counts), "by_server": outcome.outage}
                retried.append({**held, "at": outcome.at, "reason": outcome.error, **tried})
            case Dead():
                dead.append({**held, "at": now, "reason": outcome.error})
            case NotNeeded():
                dropped.append({**held, "at": now})
    if dead:
        dead = _without_secrets(dead, connection)
    for statement, rows in ((_SENT, sent), (_RETRY, retried), (_DEAD, dead), (_NOT_NEEDED, dropped)):
        if rows:
            connection.execute(statement, rows)


def _without_secrets(dead: list[dict[str, Any]], connection: Connection) -> list[dict[str, Any]]:
    """Return the parameters of `_DEAD` with the data to keep; what is not pending any more is left out."""
    found = connection.execute(_HELD, {"rows": [one["row"] for one in dead]})
    kept = {row.id: sealed(row.channel, row.data) for row in found}
    return [{**one, "kept": kept[one["row"]]} for one in dead if one["row"] in kept]
