"""Clients who play the whole order form through the sandbox's control API, and how long each answer took."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import words
from bench.control import Control

CENTRE = "0123"
LONG_POLL = "5"  # seconds
PATIENCE = 30.0  # seconds that an answer may take before the bench gives up
_INN_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)

Act = tuple[str, str]
Said = dict[str, Any]


class NoAnswerError(Exception):
    """The bot did not answer as it should; the message holds the end of the chat."""


def inn(number: int) -> str:
    """Return an organisation's ИНН with a right check digit: another payer is no repeated order."""
    digits = f"{503900000 + number % 100_000:09d}"
    control = sum(int(d) * w for d, w in zip(digits, _INN_WEIGHTS, strict=True)) % 11 % 10
    return f"{digits}{control}"


def order_acts(number: int) -> tuple[Act, ...]:
    """Return what a client of the school does from the link to the sent order."""
    return (
        ("send", f"{words.OPENING} sc_{CENTRE}"),
        ("press", "Даю согласие"),
        ("press", "Юридическое лицо"),
        ("send", "ООО «Ромашка»"),
        ("send", inn(number)),
        ("send", "503901001"),
        ("send", "127018, г. Москва, Сущёвский Вал, дом 18, 11 этаж"),
        ("send", "Белова Ирина Петровна"),
        ("send", "8 (916) 123-45-67"),
        ("send", "belova.i@yandex.ru"),
        ("press", "Понятно"),
        ("send", "Соколова Любовь Андреевна"),
        ("send", "8 933 933-33-33"),
        ("send", "sokolova.l@yandex.ru"),
        ("press", "1"),
        ("press", "–"),
        ("press", "Базовый"),
        ("press", "Дальше"),
        ("press", "Подтверждаю"),
        ("press", "Отправить"),
    )


REPLACING = ("Дальше", "Отправить")


def echo_acts(number: int) -> tuple[Act, ...]:
    """Return the same for the echo bot: the buttons are those after which it makes the calls of the real one."""
    return tuple(
        (how, what if how == "send" else words.REPLACE if what in REPLACING else words.ASK_NEXT)
        for how, what in order_acts(number)
    )


UPDATES = len(order_acts(0))


class Client:
    """One person in a chat, at the least cost to the sandbox: one request to act, and a long poll for the answer."""

    def __init__(self, control: Control, person_id: int) -> None:
        self._control = control
        self._path = f"/people/{person_id}"
        self._messages: dict[int, Said] = {}

    async def act(self, how: str, what: str, answered: Callable[[Said], bool]) -> float:
        """Do one thing and return the seconds until the whole answer is seen. Raises `NoAnswerError`."""
        body = {"text": what} if how == "send" else self._button(what)
        begun = time.perf_counter()
        done = await self._control.post(f"{self._path}/{how}", body)
        revision = done["revision"]
        while time.perf_counter() - begun < PATIENCE:
            chat = await self._control.get(f"{self._path}/chat", after=str(revision), wait=LONG_POLL, changed="1")
            revision = chat["revision"]
            self._messages |= {m["message_id"]: m for m in chat["messages"]}
            if any(m["from"] == "bot" and answered(m) for m in chat["messages"]):
                return time.perf_counter() - begun
        raise NoAnswerError(f"no answer to «{what}»; the chat ends with:\n{self._tail()}")

    def _button(self, label: str) -> Said:
        for message_id in sorted(self._messages, reverse=True):
            buttons = [b for row in self._messages[message_id]["buttons"] for b in row if "data" in b]
            fitting = [b for b in buttons if b["text"] == label] or [b for b in buttons if label in b["text"]]
            if fitting:
                return {"message_id": message_id, "data": fitting[0]["data"]}
        raise NoAnswerError(f"no button «{label}»; the chat ends with:\n{self._tail()}")

    def _tail(self) -> str:
        last = [self._messages[message_id] for message_id in sorted(self._messages)[-4:]]
        return "\n".join(f"  {m['from']}: {m['text']} {m['buttons']}" for m in last)


@dataclass
class Tally:
    """What was played against one bot: seconds in all, and seconds of each answer."""

    seconds: float = 0.0
    orders: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def updates_a_second(self) -> float:
        """Answered updates a second."""
        return len(self.latencies) / self.seconds

    @property
    def orders_a_second(self) -> float:
        """Whole forms a second."""
        return self.orders / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency, in seconds, that this share of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _asks(message: Said) -> bool:
    return bool(message["buttons"])


def _accepts(message: Said) -> bool:
    return words.LAST_WORDS in message["text"]


async def play(
    control: Control, acts: Callable[[int], Sequence[Act]], numbers: Iterator[int], clients: int, orders: int, to: Tally
) -> None:
    """Let the clients play so many orders in all, each by a new person; add what was seen to the tally."""
    ready = itertools.islice(numbers, orders)
    people = iter([(n, await control.person()) for n in ready])

    async def client() -> None:
        for number, person in people:
            hand, script = Client(control, person), acts(number)
            for how, what in script[:-1]:
                to.latencies.append(await hand.act(how, what, _asks))
            to.latencies.append(await hand.act(*script[-1], _accepts))

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    to.seconds += time.perf_counter() - begun
    to.orders += orders
