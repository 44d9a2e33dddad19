"""`/status` over HTTP through the sandbox beside /help, its query beside bare SQL and a plain look-up, and name search.

Foreign orders are asked for beside absent ones, in turns: a manager must not tell them apart by the time.

`python -m bench.status [--quick]`, at 10,000 and 1,000,000 students (quick: 5,000 and 20,000, SQLite only);
PostgreSQL too where its programs are installed. Last comes `ratio status …`, of the larger school on SQLite.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

import uvloop

from bench.control import Control
from bench.orders import Client
from bench.processes import free_port, listening, running
from bench.status_data import CENTRES, NOW, BenchClock, build, centre, inn, payers, student
from bench.status_lookups import bare, core, session
from bench.status_postgresql import new_database, server
from school.stats import Span, first_monday, make_stats
from school.status import Query, text_query
from school.use_cases.make_stats import HISTORY
from storage.database import Database

TOKEN = "4200042:bench-token-of-the-sandbox-0123456789"  # noqa: S105 - the sandbox's own
SIZES, QUICK_SIZES = (10_000, 1_000_000), (5_000, 20_000)
ANSWERS, QUICK_ANSWERS = 600, 100
LOOKUPS, WARM = 300, 60
PLAIN, ROWS = "  plain SQLAlchemy session", "  SQLAlchemy core, rows"
FOREIGN_NUMBER, ABSENT_NUMBER = "/status foreign number", "/status absent number"
FOREIGN_INN, ABSENT_INN = "query, foreign ИНН", "query, absent ИНН"
FIGURES = 2
MAX_QUERY, MAX_P99, MAX_NAME, MAX_GROWTH = 0.4, 2.0, 0.030, 2.0


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, sorted."""

    seconds: tuple[float, ...]

    def at(self, share: float) -> float:
        """Return the seconds that this share did not exceed."""
        return self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * share))]

    def __str__(self) -> str:
        return f"{self.at(0.5) * 1000:10.2f}{self.at(0.99) * 1000:10.2f}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one school on one database."""

    students: int
    database: str
    times: dict[str, Times]

    def ratio(self, one: str, other: str, share: float = 0.5) -> float:
        """Return how many times longer one takes than the other."""
        return self.times[one].at(share) / self.times[other].at(share)


async def timed(work: Callable[[int], Awaitable[Any]], count: int, warm: int = WARM) -> Times:
    """Time the work for the numbers from 0; the first ones warm it up."""
    taken = []
    for number in range(warm + count):
        begun = time.perf_counter()
        await work(number)
        taken.append(time.perf_counter() - begun)
    return Times(tuple(sorted(taken[warm:])))


def asked_inns(students: int) -> Callable[[int], str]:
    """Return how to choose the ИНН of a payer of the manager's centre, another one each time."""
    choice = random.Random(1)
    own = [payer for payer in range(payers(students)) if centre(payer) == centre(0)]
    chosen = [inn(choice.choice(own)) for _ in range(2000)]
    return lambda number: chosen[number % len(chosen)]


async def converse(
    url: str, students: int, answers: int, folder: Path, prepare: Callable[[int], Awaitable[None]]
) -> dict[str, Times]:
    """Let a manager ask /status and /help in turns, over HTTP, each after the answer to the one before."""
    port, asked = free_port(), asked_inns(students)
    address = f"http://127.0.0.1:{port}"
    serving = ("-m", "sandbox", "--token", TOKEN, "--port", str(port), "--no-limits")
    async with running("sandbox", folder, *serving) as sandbox, Control(address) as control:
        await listening(sandbox, port)
        person = await control.person()
        await prepare(person)
        config = folder / "bot.toml"
        config.write_text(
            f'[telegram]\ntoken = "{TOKEN}"\napi_server = "{address}"\nlimits = false\n[database]\nurl = "{url}"\n',
            "utf-8",
        )
        async with running("bot", folder, "-m", "bot", "run", "--config", str(config)) as bot:
            client = Client(control, person)
            ways: dict[str, tuple[Callable[[int], str], str]] = {
                "/status ИНН": (lambda n: f"/status {asked(n)}", "Почтовое отправление"),
                "/status фамилия": (lambda n: f"/status {student(n * 37).split()[0]}", "Почтовое отправление"),
                FOREIGN_NUMBER: (lambda n: f"/status {foreign(n)}", "Ничего не нашли"),
                ABSENT_NUMBER: (lambda n: f"/status {centre(1)}-{9_000_000 + n}", "Ничего не нашли"),
                "/help": (lambda _: "/help", "/report"),
            }
            taken: dict[str, list[float]] = {name: [] for name in ways}
            for number in range(WARM // 3 + answers):
                for name, (words, answer) in ways.items():
                    fits = _holds(answer) if "фамилия" not in name else _holds("")
                    taken[name].append(await client.act("send", words(number), fits))
            bot.check()
    return {name: Times(tuple(sorted(some[WARM // 3 :]))) for name, some in taken.items()}


def foreign(number: int) -> str:
    """Return the number of an order that is there, of the second centre."""
    return f"{centre(1)}-{10_000 + 1 + number * CENTRES}"


def figures_of(database: Database, of: str | None) -> Callable[[int], Awaitable[Any]]:
    """Return how to make the figures of a centre or of the school, as `/stats` does."""
    first = first_monday(NOW.date())
    span = Span(datetime.combine(first - HISTORY, clock(), UTC), first, NOW.date(), UTC)

    async def work(_: int) -> Any:
        tallies = await database.uow(BenchClock()).stage_tallies(of, span)
        return make_stats(tallies, NOW.date())

    return work


def _holds(words: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: words in message["text"]


async def look_up(url: str, students: int) -> dict[str, Times]:
    """Time the query's part alone, the bare SQL, the plain look-up and the name searches."""
    asked = asked_inns(students)
    database = await Database.open(url)
    own = (centre(0),)

    def find(query: Callable[[int], Query], centres: tuple[str, ...] | None = own) -> Callable[[int], Awaitable[Any]]:
        return lambda number: database.uow(BenchClock()).find_status(query(number), centres, 100)

    def slip(number: int) -> str:
        name = student(number * 37).split()[0]
        return name[:3] + name[4:]

    try:
        async with bare(url) as raw, session(url) as usual, core(url) as rows:
            times = {
                "query, ИНН": await timed(find(lambda n: Query("inn", asked(n))), LOOKUPS),
                FOREIGN_INN: await timed(find(lambda n: Query("inn", inn(n * CENTRES + 1))), LOOKUPS),
                ABSENT_INN: await timed(find(lambda n: Query("inn", inn(students + n * CENTRES + 1))), LOOKUPS),
                "  bare indexed SQL": await timed(lambda n: raw(own[0], asked(n)), LOOKUPS),
                PLAIN: await timed(lambda n: usual(own[0], asked(n)), LOOKUPS),
                ROWS: await timed(lambda n: rows(own[0], asked(n)), LOOKUPS),
            }
        names: dict[str, tuple[Callable[[int], Query], tuple[str, ...] | None]] = {
            "name: surname": (lambda n: text_query(student(n * 37).split()[0]), own),
            "name: surname, all centres": (lambda n: text_query(student(n * 37).split()[0]), None),
            "name: its beginning": (lambda n: text_query(student(n * 37)[:5]), own),
            "name: surname and first": (lambda n: text_query(" ".join(student(n * 37).split()[:2])), own),
            "name: with a slip": (lambda n: text_query(slip(n)), own),
            "name: absent": (lambda n: text_query(f"щъкцх{n}"), own),
        }
        times |= {name: await timed(find(query, centres), LOOKUPS // 2) for name, (query, centres) in names.items()}
        return times | {
            "/stats: one centre": await timed(figures_of(database, own[0]), FIGURES, warm=1),
            "/stats: the whole school": await timed(figures_of(database, None), FIGURES, warm=1),
        }
    finally:
        await database.close()


async def measure(url: str, students: int, answers: int, folder: Path) -> Measured:
    """Fill the database and measure."""
    times = await converse(url, students, answers, folder, lambda person: build(url, students, person))
    return Measured(students, url.partition("+")[0].removesuffix("ql"), times | await look_up(url, students))


def show(found: list[Measured]) -> None:
    """Print the table."""
    print(f"{'ms':28}" + "".join(f"{one.database + ' ' + f'{one.students:,}':>20}" for one in found))
    print(f"{'':28}" + f"{'p50':>10}{'p99':>10}" * len(found))
    for name in found[0].times:
        print(f"{name:28}" + "".join(str(one.times[name]) for one in found))


def names_of(one: Measured) -> float:
    """Return the slowest p99 of the name searches, seconds."""
    return max(times.at(0.99) for name, times in one.times.items() if name.startswith("name"))


def report(found: list[Measured]) -> int:
    """Print the table, what is reached and the last line; return 1 where something is not reached."""
    show(found)
    small, large = found[0], found[1]
    query, p99 = large.ratio("query, ИНН", PLAIN), large.ratio("/status ИНН", "/help", 0.99)
    name = names_of(large)
    growth = large.times["query, ИНН"].at(0.5) / small.times["query, ИНН"].at(0.5)
    for one in found:
        of = [f"x{one.ratio('query, ИНН', other):.2f}" for other in (PLAIN, ROWS, "  bare indexed SQL")]
        print(
            f"{one.database} {one.students:,}: query {of[0]} of a plain session (<= x{MAX_QUERY}), {of[1]} of rows, "
            f"{of[2]} of bare SQL; p99 of the answer x{one.ratio('/status ИНН', '/help', 0.99):.2f} of /help "
            f"(<= x{MAX_P99:.0f}); name search p99 {names_of(one) * 1000:.1f} ms (<= {MAX_NAME * 1000:.0f}); foreign "
            f"to absent x{one.ratio(FOREIGN_NUMBER, ABSENT_NUMBER):.2f}, x{one.ratio(FOREIGN_INN, ABSENT_INN):.2f}"
        )
    rows = large.ratio("query, ИНН", ROWS)
    told = large.ratio(FOREIGN_NUMBER, ABSENT_NUMBER)
    print(
        f"ratio status query={query:.2f} rows={rows:.2f} p99={p99:.2f} name_ms={name * 1000:.1f} growth={growth:.2f} "
        f"foreign={told:.2f}"
    )
    return 0 if query <= MAX_QUERY and p99 <= MAX_P99 and name <= MAX_NAME and growth <= MAX_GROWTH else 1


async def bench(*, quick: bool) -> int:
    """Measure every school on every database there is."""
    sizes, answers = (QUICK_SIZES, QUICK_ANSWERS) if quick else (SIZES, ANSWERS)
    found = []
    with tempfile.TemporaryDirectory(prefix="status-bench-") as name:
        for students in sizes:
            folder = Path(name) / str(students)
            folder.mkdir()
            found.append(await measure(f"sqlite+aiosqlite:///{folder}/bot.db", students, answers, folder))
        if not quick:
            with server() as address:
                for students in sizes if address else ():
                    url = await new_database(str(address), f"status_{students}")
                    found.append(await measure(url, students, answers, Path(name)))
    return report(found)


def main() -> int:
    """Run the bench; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench.status", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller schools on SQLite, within 40 s")
    return int(uvloop.run(bench(quick=parser.parse_args().quick)))


if __name__ == "__main__":
    sys.exit(main())
