"""Orders a second over HTTP against the sandbox, everything durable, beside a bare echo bot of the same calls.

`python -m bench.conversation [--quick]`. Each bot has a sandbox and a process of its own; their rounds alternate.
"""

import argparse
import asyncio
import contextlib
import itertools
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench import startup
from bench.control import Control
from bench.orders import CENTRE, UPDATES, Act, NoAnswerError, Tally, echo_acts, order_acts, play
from bench.processes import DiedError, Running, finish, free_port, listening, running

TOKEN = "4200042:bench-token-of-the-sandbox-0123456789"  # noqa: S105 - the sandbox's own
CLIENTS = 16
PATIENCE = 60.0  # seconds that the letters of a round may take
LETTERS = 2  # of each order: to the centre and to its student
METHODS = ("sendMessage", "editMessageText", "answerCallbackQuery")


@dataclass(frozen=True)
class Size:
    """How much is played: orders of the warm-up and of each round."""

    warm_up: int
    orders: int
    rounds: int


FULL = Size(warm_up=32, orders=160, rounds=4)
QUICK = Size(warm_up=16, orders=16, rounds=2)


@dataclass
class Side:
    """One bot with its sandbox, and what was measured of it."""

    name: str
    acts: Callable[[int], Sequence[Act]]
    control: Control
    server: Running
    bot: Running
    letters: int
    tally: Tally = field(default_factory=Tally)
    bot_cpu: float = 0.0
    server_cpu: float = 0.0
    calls: dict[str, int] = field(default_factory=dict)
    mail_seconds: float = 0.0

    async def play(self, numbers: Iterator[int], orders: int, to: Tally) -> None:
        """Play orders into the tally. Raises `NoAnswerError` that holds the end of the bot's log."""
        try:
            await play(self.control, self.acts, numbers, CLIENTS, orders, to)
        except NoAnswerError as error:
            raise NoAnswerError(f"{error}\nthe log of {self.name} ends with:\n{self.bot.tail()}") from error

    async def round(self, numbers: Iterator[int], orders: int) -> None:
        """Play one round and wait for what follows it, so that nothing of it is done in the other bot's round."""
        calls, bot, server = await self.control.calls(), self.bot.cpu(), self.server.cpu()
        letters = await self.control.letters() + self.letters * orders
        await self.play(numbers, orders, self.tally)
        self.mail_seconds += await self.letters_come(letters)
        for method, count in (await self._last_calls()).items():
            self.calls[method] = self.calls.get(method, 0) + count - calls.get(method, 0)
        self.bot_cpu += self.bot.cpu() - bot
        self.server_cpu += self.server.cpu() - server

    async def letters_come(self, wanted: int) -> float:
        """Wait until so many letters have come and return the seconds. Raises `NoAnswerError`."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        while (count := await self.control.letters()) < wanted:
            if clock() - begun > PATIENCE:
                raise NoAnswerError(f"{count} letters of {wanted} have come\n{self.bot.tail()}")
            await asyncio.sleep(0.02)
        return clock() - begun

    async def _last_calls(self) -> dict[str, int]:
        # The answers to the last buttons come after the words that the clients wait for.
        before: dict[str, int] = {}
        while (calls := await self.control.calls()) != before:
            before = calls
            await asyncio.sleep(0.1)
        return calls


def write_config(folder: Path, name: str, api_server: str, smtp_port: int) -> Path:
    """Write the configuration of the real bot; the two that are written share the database."""
    config = folder / f"{name}.toml"
    config.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\napi_server = "{api_server}"\nlimits = false\n'
        f'[database]\nurl = "sqlite+aiosqlite:///{folder}/bot.db"\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {smtp_port}\nsecurity = "none"\nsender = "shkola@example.ru"\n'
        '[school]\nsupport_phone = "8 800 000-00-00"\ncurator_email = "kurator@example.ru"\n',
        "utf-8",
    )
    return config


async def load_data(config: Path) -> None:
    """Make the database with the catalogue and the centre."""
    bot = ("-m", "bot")
    await finish(*bot, "catalog", "load", "catalog.example.toml", "--config", str(config))
    about = ("--name", "СЦ Пример", "--email", "centre@example.ru")
    await finish(*bot, "centre", "add", CENTRE, *about, "--config", str(config))


@contextlib.asynccontextmanager
async def side(name: str, folder: Path) -> AsyncIterator[Side]:
    """Start a sandbox and the bot of this name, "ours" or "echo", on it."""
    port, smtp_port = free_port(), free_port()
    address = f"http://127.0.0.1:{port}"
    served = ("--token", TOKEN, "--port", str(port), "--no-limits", "--smtp-port", str(smtp_port))
    async with running(f"sandbox-{name}", folder, "-m", "sandbox", *served) as server:
        await listening(server, port)
        if name == "ours":
            arguments = ["-m", "bot", "run", "--config", str(write_config(folder, name, address, smtp_port))]
        else:
            arguments = ["-m", "bench.echo_bot", "--token", TOKEN, "--api-server", address]
        async with running(name, folder, *arguments) as bot, Control(address) as control:
            ours = name == "ours"
            yield Side(name, order_acts if ours else echo_acts, control, server, bot, LETTERS if ours else 0)


async def converse(ours: Side, echo: Side, size: Size) -> dict[str, float]:
    """Warm both bots up and play their rounds in turns; return the peak memory, MiB, of each process."""
    numbers = itertools.count(1)
    await asyncio.gather(*(one.play(numbers, size.warm_up, Tally()) for one in (ours, echo)))
    await ours.letters_come(LETTERS * size.warm_up)
    for _ in range(size.rounds):
        for one in (ours, echo):
            await one.round(numbers, size.orders)
    memory = {f"bot {one.name}": one.bot.memory() for one in (ours, echo)}
    return memory | {f"sandbox {one.name}": one.server.memory() for one in (ours, echo)}


def show(ours: Side, echo: Side, memory: dict[str, float]) -> None:
    """Print the table of the conversation."""
    print(f"{ours.tally.orders} orders of {UPDATES} updates each, {CLIENTS} clients")
    print(f"{'':26}{'ours':>12}{'echo':>12}{'ratio':>8}")
    updates = len(ours.tally.latencies)
    rows: list[tuple[str, float, float]] = [
        ("updates/s", ours.tally.updates_a_second, echo.tally.updates_a_second),
        ("orders/s", ours.tally.orders_a_second, echo.tally.orders_a_second),
        ("p50, ms", ours.tally.percentile(0.5) * 1000, echo.tally.percentile(0.5) * 1000),
        ("p99, ms", ours.tally.percentile(0.99) * 1000, echo.tally.percentile(0.99) * 1000),
        ("bot CPU, ms/update", ours.bot_cpu / updates * 1000, echo.bot_cpu / updates * 1000),
        ("sandbox CPU, ms/update", ours.server_cpu / updates * 1000, echo.server_cpu / updates * 1000),
        ("bot peak, MiB", memory["bot ours"], memory["bot echo"]),
        ("sandbox peak, MiB", memory["sandbox ours"], memory["sandbox echo"]),
        *(
            (f"{m}/order", ours.calls.get(m, 0) / ours.tally.orders, echo.calls.get(m, 0) / echo.tally.orders)
            for m in METHODS
        ),
    ]
    for words, mine, floor in rows:
        print(f"{words:26}{mine:>12.2f}{floor:>12.2f}{mine / floor if floor else 0:>8.2f}")
    print(f"letters came {ours.mail_seconds * 1000:.0f} ms after the last order, all rounds together")


async def bench(size: Size) -> None:
    """Measure, print the table and the ratios; SIGTERM stops the processes as Ctrl+C does."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with tempfile.TemporaryDirectory(prefix="school-bench-") as name:
        folder = Path(name)
        # The echo bot starts while the data are loaded: that spares seconds, and it is idle later.
        async with side("echo", folder) as echo:
            async with startup.Answerer() as answerer:
                config = write_config(folder, "startup", f"http://127.0.0.1:{answerer.port}", 25)
                await load_data(config)
                run = ("-m", "bot", "run", "--config", str(config))
                start, floor = await startup.measure(answerer, folder, 3, *run)
            async with side("ours", folder) as ours:
                memory = await converse(ours, echo, size)
    show(ours, echo, memory)
    print(f"start to first getUpdates {start:.2f} s, import aiogram {floor:.2f} s (medians of 3)")
    speed = ours.tally.updates_a_second / echo.tally.updates_a_second
    tail = ours.tally.percentile(0.99) / echo.tally.percentile(0.99)
    print(f"ratio conversation updates={speed:.2f} p99={tail:.1f} startup={start / floor:.2f}")


def main() -> int:
    """Read the arguments and run; 1 when something did not answer."""
    parser = argparse.ArgumentParser(prog="python -m bench.conversation", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="end within 40 s")
    given = parser.parse_args()
    try:
        uvloop.run(bench(QUICK if given.quick else FULL))
    except (DiedError, NoAnswerError) as failed:
        print(failed, file=sys.stderr)
        return 1
    except asyncio.CancelledError:
        return 128 + signal.SIGTERM
    return 0


if __name__ == "__main__":
    sys.exit(main())
