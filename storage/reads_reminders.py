"""The reads of the reminders: plain functions over a connection, batched where many orders are asked for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, bindparam, select

from school.billing import Invoice
from school.closing import Act
from school.facts import OrderFacts, QuestionnaireFacts, Reminder, Snooze
from storage import tables as t
from storage import tables_money as m
from storage.mapping import act as act_of
from storage.mapping import invoice as invoice_of
from storage.mapping import orders_of
from storage.reads import orders_where
from storage.reads_billing import ACT_COLUMNS, INVOICE_COLUMNS

T = TypeVar("T")

# Both databases bound how many values a statement may hold.
MOST_VALUES = 500

_IDS: Any = bindparam("ids", expanding=True)
_WATCH = m.order_watch.c
TO_LOOK = (
    select(_WATCH.order_id)
    .where(_WATCH.look_at.is_not(None), _WATCH.look_at <= bindparam("now"))
    .order_by(_WATCH.look_at, _WATCH.order_id)
    .limit(bindparam("limit"))
)


def orders_to_look(connection: Connection, now: datetime, limit: int) -> list[str]:
    """Read ids of the orders whose moment has come, the longest first."""
    return list(connection.execute(TO_LOOK, {"now": now, "limit": limit}).scalars())


def batches(keys: Sequence[T]) -> Iterator[list[T]]:
    """Cut keys into lists that a statement may hold."""
    for at in range(0, len(keys), MOST_VALUES):
        yield list(keys[at : at + MOST_VALUES])


_SEEN = select(_WATCH.order_id, _WATCH.seen, _WATCH.paused_until).where(_WATCH.order_id.in_(_IDS))
_ORDERS = orders_where(t.orders.c.id.in_(_IDS))
_INVOICES = (
    select(*INVOICE_COLUMNS)
    .where(m.invoices.c.order_id.in_(_IDS))
    .order_by(m.invoices.c.order_id, m.invoices.c.issued_on, m.invoices.c.id)
)
_ACTS = select(*ACT_COLUMNS).where(m.acts.c.order_id.in_(_IDS)).order_by(m.acts.c.order_id, m.acts.c.ends, m.acts.c.id)
_Q = t.questionnaires.c
_QUESTIONNAIRES = select(_Q.order_id, _Q.line_id, _Q.state, _Q.decided_at).where(_Q.order_id.in_(_IDS))
_SNOOZES = select(m.snoozes.c.order_id, m.snoozes.c.subject, m.snoozes.c.kind, m.snoozes.c.until).where(
    m.snoozes.c.order_id.in_(_IDS)
)


def facts(connection: Connection, order_ids: Sequence[str]) -> tuple[list[OrderFacts], dict[str, int]]:
    """Read all that is known of these orders, and how often each had changed when it was read."""
    found: dict[str, OrderFacts] = {}
    seen: dict[str, int] = {}
    for ids in batches(order_ids):
        found |= _facts(connection, ids, seen)
    return [found[order_id] for order_id in dict.fromkeys(order_ids) if order_id in found], seen


def _facts(connection: Connection, ids: list[str], seen: dict[str, int]) -> dict[str, OrderFacts]:
    def rows(query: Select[Any]) -> Any:
        return connection.execute(query, {"ids": ids})

    # Read first: what is saved while the rest is read is then noticed, at the price of one more look.
    paused: dict[str, date | None] = {}
    for order_id, times, until in rows(_SEEN):
        seen[order_id], paused[order_id] = times, until
    invoices: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in map(invoice_of, rows(_INVOICES)):
        invoices[invoice.order_id].append(invoice)
    acts: dict[str, list[Act]] = defaultdict(list)
    for act in map(act_of, rows(_ACTS)):
        acts[act.order_id].append(act)
    questionnaires: dict[str, list[QuestionnaireFacts]] = defaultdict(list)
    for order_id, line_id, state, decided_at in rows(_QUESTIONNAIRES):
        returned_at = decided_at if state == "returned" else None
        questionnaires[order_id].append(QuestionnaireFacts(line_id, state, returned_at))
    snoozes: dict[str, list[Snooze]] = defaultdict(list)
    for order_id, *snooze in rows(_SNOOZES):
        snoozes[order_id].append(Snooze(*snooze))
    return {
        order.id: OrderFacts(
            order=order,
            invoices=tuple(invoices[order.id]),
            acts=tuple(acts[order.id]),
            questionnaires=tuple(questionnaires[order.id]),
            paused_until=paused.get(order.id),
            snoozes=tuple(snoozes[order.id]),
        )
        for order in orders_of(rows(_ORDERS))
    }


_R = m.reminders.c
_PLANNED = select(_R.subject, _R.kind, _R.due_on).where(_R.order_id.in_(_IDS))


def planned(connection: Connection, order_ids: Sequence[str]) -> set[tuple[str, str, date]]:
    """Read what reminders were made for these orders."""
    found: set[tuple[str, str, date]] = set()
    for ids in batches(order_ids):
        found.update((subject, kind, due_on) for subject, kind, due_on in connection.execute(_PLANNED, {"ids": ids}))
    return found


_DIGESTS = select(_R.subject, _R.order_id, _R.kind, _R.due_on, _R.audience, _R.planned_at).where(
    _R.order_id.in_(_IDS), _R.audience == "manager"
)


def digests_of(connection: Connection, order_ids: Sequence[str]) -> dict[str, list[Reminder]]:
    """Read what was made for managers of these orders."""
    found: dict[str, list[Reminder]] = defaultdict(list)
    for row in connection.execute(_DIGESTS, {"ids": list(order_ids)}):
        found[row.order_id].append(Reminder(*row))
    return found
