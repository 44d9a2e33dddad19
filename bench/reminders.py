"""Reminders at a million open orders: planning what is due, an idle tick beside the bare query, terms of working days.

`python -m bench.reminders [--quick]` prints a table and, last, `ratio reminders …`. The database is SQLite, filled by
copying one order within the database; planning is measured in a process of its own, whose memory is the bot's.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import aiosqlite
import holidays
from sqlalchemy import Connection, String, Text, text

from scheduler.reminders import AT_ONCE, ReminderKeeper
from school.billing import Invoice
from school.centre import Centre
from school.order import Order, Orderer, OrderLine, Payer
from school.payer import PayerKind
from school.reminders import DEFAULT_POLICY
from school.terms import add_working_days
from storage.database import Database
from storage.tables import order_lines, orders
from storage.tables_money import invoices, order_watch

ORDERS, QUICK_ORDERS = 1_000_000, 100_000
DUE = 10_000
CENTRES = 100
SEED = "5eed" * 8
NOW = datetime(2027, 3, 17, 7, 0, tzinfo=UTC)  # ten in the morning in Moscow, a Wednesday
LATER = datetime(2027, 6, 1, tzinfo=UTC)
IDLE_RUNS = 300
DAYS_RUNS = 2_000
MAX_PLANNING, MAX_MEMORY, MAX_IDLE, MAX_DAYS = 5.0, 200.0, 3.0, 1 / 20


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process found: seconds, megabytes of growth, messages made, and the two medians of an idle sweep."""

    planning: float
    memory: float
    messages: int
    reminders: int
    idle: float
    bare: float


class BenchClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Return the moment of the bench."""
        return NOW


def sample() -> tuple[Order, Invoice]:
    """Return the order that is copied: invoiced five working days ago, not paid."""
    line = OrderLine(
        SEED, "Соколова Любовь Андреевна", "+79339333333", f"sokolova.{SEED}@pochta.example", "osno", "osno-6", "base",
        "Бухгалтерский учёт при ОСНО", "Базовый", 2_450_000, date(2027, 6, 21), date(2027, 7, 20),
        questionnaire="approved",
    )  # fmt: skip
    payer = Payer(PayerKind.ORGANISATION, "ООО «Ромашка»", "5039002841", "503901001", "127018, г. Москва")
    orderer = Orderer("Белова Ирина Петровна", "+79161234567", f"belova.{SEED}@romashka.example")
    order = Order(SEED, f"0001-{SEED}", "0001", SEED, payer, orderer, (line,), NOW - timedelta(days=7), 1)
    invoice = Invoice(
        SEED, SEED, "0001", SEED, date(2027, 3, 10), 2_450_000, payer.inn, payer.name, ((SEED, 2_450_000),), version=0
    )
    return order, invoice


def copies(table: Any, count: int, **columns: str) -> str:
    """Return the statement that copies a table's one row; the seed in its texts becomes the copy's number."""
    chosen = []
    for column in table.columns:
        if column.name in columns:
            chosen.append(columns[column.name])
        elif isinstance(column.type, (Text, String)) or column.type.__class__.__name__ == "Json":
            chosen.append(f"replace({column.name}, '{SEED}', printf('%032x', n.n))")
        else:
            chosen.append(column.name)
    names = ", ".join(column.name for column in table.columns)
    numbers = f"WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})"  # noqa: S608
    return f"INSERT INTO {table.name} ({names}) {numbers} SELECT {', '.join(chosen)} FROM n, {table.name}"  # noqa: S608


def fill(connection: Connection, count: int, due: int) -> None:
    """Copy the order: all open and invoiced, `due` of them to be looked at now, evenly spread, the rest later."""
    every = count // due
    centre = f"printf('%04d', 1 + n.n / {every} % {CENTRES})"
    later = "(SELECT value FROM bench_later)"
    watch = {"look_at": f"CASE WHEN n.n % {every} = 0 THEN look_at ELSE {later} END"}
    for table, columns in (
        (orders, {"centre": centre, "placed_by": "1000 + n.n"}),
        (order_lines, {"centre": centre}),
        (invoices, {"centre": centre, "number_key": "CAST(n.n AS TEXT)"}),
        (order_watch, watch),
    ):
        connection.execute(text(copies(table, count, **columns)))
    for table, key in ((invoices, "id"), (order_lines, "id"), (order_watch, "order_id"), (orders, "id")):
        connection.execute(text(f"DELETE FROM {table.name} WHERE {key} = '{SEED}'"))  # noqa: S608
    connection.execute(text("DROP TABLE bench_later"))
    connection.execute(text("ANALYZE"))


async def build(url: str, count: int, due: int) -> None:
    """Make the database."""
    database = await Database.open(url)
    try:
        await database.migrate()
        for number in range(1, CENTRES + 1):
            await database.save_centre(Centre(f"{number:04d}", "СЦ «Пример»", f"centre{number}@primer.example"))
        order, invoice = sample()
        uow = database.uow(BenchClock())
        uow.add_order(replace(order, number="0001-0001"))
        uow.save_invoice(invoice)
        await uow.commit()
        seeded = f"UPDATE orders SET number = '0001-{SEED}'"  # noqa: S608 - a constant
        await database.write(lambda c: c.execute(text(seeded)).close())
        uow = database.uow(BenchClock())
        uow.look_at(SEED, LATER, force=True)
        await uow.commit()
        keep = "CREATE TABLE bench_later AS SELECT look_at AS value FROM order_watch"
        await database.write(lambda c: c.execute(text(keep)).close())
        uow = database.uow(BenchClock())
        uow.look_at(SEED, NOW - timedelta(minutes=1), force=True)
        await uow.commit()
        await database.write(lambda c: fill(c, count, due))
    finally:
        await database.close()


async def measure(url: str) -> Measured:
    """Plan what is due, then sweep with nothing due, beside the bare query."""
    database = await Database.open(url)
    try:
        keeper = ReminderKeeper(
            lambda: database.uow(BenchClock()), database.outbox, BenchClock(), "Europe/Moscow", DEFAULT_POLICY
        )
        before = _peak()
        begun = time.perf_counter()
        await keeper()
        planning, memory = time.perf_counter() - begun, _peak() - before
        messages = await _count(database, "outbox")
        made = await _count(database, "reminders")
        idle, bare = await _idle(database, keeper, url.partition(":///")[2])
        assert await _count(database, "reminders") == made, "an idle sweep made reminders"
        return Measured(planning, memory, messages, made, idle, bare)
    finally:
        await database.close()


async def _idle(database: Database, keeper: ReminderKeeper, path: str) -> tuple[float, float]:
    sweeps, queries = [], []
    query = (
        "SELECT order_id FROM order_watch WHERE look_at IS NOT NULL AND look_at <= ? ORDER BY look_at, order_id LIMIT ?"
    )
    kept = await database.run(lambda c: c.execute(text("SELECT min(look_at) FROM order_watch")).scalar())
    given = (kept - 1 if isinstance(kept, int) else "0", AT_ONCE)  # before all that is kept, as the database keeps it
    async with aiosqlite.connect(path) as bare:
        for _ in range(IDLE_RUNS):
            begun = time.perf_counter()
            await keeper()
            sweeps.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            async with bare.execute(query, given) as cursor:
                assert not await cursor.fetchall()
            queries.append(time.perf_counter() - begun)
    return median(sweeps), median(queries)


async def _count(database: Database, table: str) -> int:
    query = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - constants of this file
    return int(await database.run(lambda c: c.execute(query).scalar()) or 0)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def working_days() -> tuple[float, float, int]:
    """Return the seconds of ten working days here and by the library's call, a term, and how many differ."""
    calendar = holidays.country_holidays("RU", years=range(2026, 2029))
    days = [date(2026, 1, 1) + timedelta(days=at % 700) for at in range(DAYS_RUNS)]

    def seconds(term: Callable[[date], date]) -> tuple[float, list[date]]:
        for day in days:
            term(day)  # calendars are made once a year's first day is asked for
        begun = time.perf_counter()
        found = [term(day) for day in days]
        return (time.perf_counter() - begun) / len(days), found

    ours, mine = seconds(lambda day: add_working_days(day, 10))
    library, theirs = seconds(lambda day: calendar.get_nth_working_day(day, 10))
    return ours, library, sum(a != b for a, b in zip(mine, theirs, strict=True))


def main() -> int:
    """Run the bench; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.reminders", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer orders, within 40 s")
    parser.add_argument("--measure", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        found = asyncio.run(measure(options.measure))
        print(json.dumps([getattr(found, name) for name in found.__slots__]))
        return 0
    count, due = QUICK_ORDERS if options.quick else ORDERS, DUE
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}"
        asyncio.run(build(url, count, due))
        command = [sys.executable, "-m", "bench.reminders", "--measure", url]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return report(count, due, Measured(*json.loads(told)))


def report(count: int, due: int, found: Measured) -> int:
    """Print the table and the last line; return 1 where something is not reached."""
    ours, library, differ = working_days()
    idle, terms = found.idle / found.bare, ours / library
    rows = [
        (f"planning {due} orders due of {count}", f"{found.planning:.2f} s", f"<= {MAX_PLANNING:.0f} s"),
        ("  messages and reminders made", f"{found.messages}, {found.reminders}", ""),
        ("  memory it takes", f"{found.memory:.0f} MB", f"<= {MAX_MEMORY:.0f} MB"),
        ("idle sweep", f"{found.idle * 1e6:.0f} us", ""),
        ("  the bare indexed query", f"{found.bare * 1e6:.0f} us", f"x{idle:.2f}, <= x{MAX_IDLE:.0f}"),
        ("ten working days", f"{ours * 1e6:.2f} us", ""),
        ("  the library's call", f"{library * 1e6:.1f} us", f"x{terms:.4f}, <= x{MAX_DAYS}"),
        ("  answers that differ", str(differ), "0"),
    ]
    for name, value, aim in rows:
        print(f"{name:<42}{value:>16}  {aim}")
    print(
        f"ratio reminders planning_s={found.planning:.2f} memory_mb={found.memory:.0f} idle={idle:.2f} "
        f"working_days={terms:.4f} differ={differ}"
    )
    reached = found.planning <= MAX_PLANNING and found.memory <= MAX_MEMORY and idle <= MAX_IDLE and terms <= MAX_DAYS
    return 0 if reached and not differ else 1


if __name__ == "__main__":
    sys.exit(main())
