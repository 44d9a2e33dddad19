"""The questionnaire's page over HTTP, shown and sent, beside a bare aiohttp handler of the same bytes.

`python -m bench.page [--quick]`. Each server is a process of its own; their rounds alternate. Every visitor comes from
an address of their own through a trusted proxy, so that the limits count them one by one. A save is a form of the whole
questionnaire: checked, compared with the stored one, and committed where it differs.
"""

import argparse
import asyncio
import contextlib
import itertools
import math
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import aiohttp
import uvloop

from bench.page_visitors import FormChangedError, Visitor, seed
from bench.processes import DiedError, Running, finish, free_port, listening, running

TOKEN = "4200042:bench-token-of-the-sandbox-0123456789"  # noqa: S105 - the sandbox's own
CLIENTS = 16
VISITORS = 200

Ask = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Size:
    """How much is asked: pages and forms of each round."""

    pages: int
    forms: int
    rounds: int


FULL = Size(pages=3000, forms=1200, rounds=4)
QUICK = Size(pages=1200, forms=500, rounds=2)


@dataclass
class Tally:
    """How long each request took, seconds, and how long the rounds took in all."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency, ms, that this share of requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000


async def play(ask: Ask, count: int, tally: Tally) -> None:
    """Let the clients ask so many times in all, one after another each."""
    numbers = itertools.count()

    async def client() -> None:
        while (number := next(numbers)) < count:
            begun = perf_counter()
            await ask(number)
            tally.latencies.append(perf_counter() - begun)

    begun = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client())
    tally.seconds += perf_counter() - begun


def write_config(folder: Path, api_server: str, port: int) -> Path:
    """Write the configuration of the bot with its pages, behind a proxy on this machine."""
    config = folder / "page.toml"
    config.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\napi_server = "{api_server}"\nlimits = false\n'
        f'[database]\nurl = "sqlite+aiosqlite:///{folder}/bot.db"\n'
        f'[documents]\npath = "{folder}/documents"\n'
        f'[web]\nport = {port}\npublic_url = "http://127.0.0.1:{port}"\ntrusted_proxies = ["127.0.0.1"]\n'
        f"health_port = {free_port()}\n"
        '[school]\nsupport_phone = "8 800 000-00-00"\ncurator_email = "kurator@example.ru"\n',
        "utf-8",
    )
    return config


@dataclass
class Stage:
    """The pages with their visitors, let in already, and the address of the floor."""

    visitors: list[Visitor]
    floor: str
    http: aiohttp.ClientSession
    bot: Running
    size: int


@contextlib.asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Seed a database, start the sandbox, the bot on it and the bare handler, let the visitors in."""
    sandbox_port, port, floor_port = free_port(), free_port(), free_port()
    config = write_config(folder, f"http://127.0.0.1:{sandbox_port}", port)
    await finish("-m", "bot", "catalog", "load", "catalog.example.toml", "--config", str(config))
    secrets = await seed(f"sqlite+aiosqlite:///{folder}/bot.db", VISITORS)
    served = ("--token", TOKEN, "--port", str(sandbox_port), "--no-limits", "--smtp-port", str(free_port()))
    jar = aiohttp.DummyCookieJar()
    async with contextlib.AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(running("sandbox", folder, "-m", "sandbox", *served))
        await listening(sandbox, sandbox_port)
        bot = await stack.enter_async_context(running("bot", folder, "-m", "bot", "run", "--config", str(config)))
        await listening(bot, port)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0))
        )
        base = f"http://127.0.0.1:{port}"
        visitors = [Visitor(http, base, secret, number) for number, secret in enumerate(secrets)]
        sizes = [await visitor.come_in() for visitor in visitors]
        arguments = ("-m", "bench.bare_page", "--port", str(floor_port), "--size", str(sizes[0]))
        floor = await stack.enter_async_context(running("bare", folder, *arguments))
        await listening(floor, floor_port)
        yield Stage(visitors, f"http://127.0.0.1:{floor_port}/", http, bot, sizes[0])


def asks(scene: Stage) -> dict[str, Ask]:
    """Return what is asked of both servers."""

    async def show(number: int) -> None:
        await scene.visitors[number % VISITORS].show()

    async def send(number: int) -> None:
        await scene.visitors[number % VISITORS].send(number)

    async def bare_show(_: int) -> None:
        async with scene.http.get(scene.floor) as answer:
            await answer.read()

    async def bare_send(number: int) -> None:
        form = scene.visitors[number % VISITORS].form(number)
        async with scene.http.post(scene.floor, data=form, allow_redirects=False) as answer:
            await answer.read()

    return {"page": show, "page bare": bare_show, "form": send, "form bare": bare_send}


async def bench(size: Size) -> None:
    """Measure, print the table and the ratios."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with tempfile.TemporaryDirectory(prefix="school-bench-") as name:
        async with stage(Path(name)) as scene:
            ways = asks(scene)
            tallies = {way: Tally() for way in ways}
            for _ in range(size.rounds):
                for way, ask in ways.items():
                    await play(ask, size.pages if way.startswith("page") else size.forms, tallies[way])
            memory, weight = scene.bot.memory(), scene.size
    show(tallies, memory, weight)


def show(tallies: dict[str, Tally], memory: float, weight: int) -> None:
    """Print the table and the line of ratios."""
    print(
        f"{CLIENTS} clients, {VISITORS} questionnaires, the page is {weight / 1024:.1f} KiB, bot peak {memory:.0f} MiB"
    )
    print(f"{'':12}{'requests/s':>12}{'p50, ms':>10}{'p99, ms':>10}")
    for way, tally in tallies.items():
        print(f"{way:12}{tally.rate:>12.0f}{tally.percentile(0.5):>10.1f}{tally.percentile(0.99):>10.1f}")
    page, form = (tallies[way].rate / tallies[f"{way} bare"].rate for way in ("page", "form"))
    print(f"ratio page page={page:.2f} form={form:.2f}")


def main() -> int:
    """Read the arguments and run; 1 when something did not answer."""
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="end within 40 s")
    given = parser.parse_args()
    try:
        uvloop.run(bench(QUICK if given.quick else FULL))
    except (DiedError, FormChangedError) as failed:
        print(failed, file=sys.stderr)
        return 1
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM
    return 0


if __name__ == "__main__":
    sys.exit(main())
