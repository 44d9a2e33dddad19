"""The gate of one connection, by a clock that is moved: what each stage of a request may cost."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from web.gate import Gate, Gates, Patience
from web.proxies import WIDE, parse_networks

PATIENCE = Patience(headers=20, body=30, rate=1000, idle=75, stalled=60, step=5, connections=2)


@dataclass
class Body:
    """A body that comes when the test says so."""

    whole: bool = False

    def is_eof(self) -> bool:
        """Tell whether it has come whole."""
        return self.whole


@dataclass
class Line(asyncio.Transport):
    """A transport that notes whether it was cut."""

    address: str = "203.0.113.7"
    cut: bool = False
    reading: bool = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return the other end's address."""
        return (self.address, 1) if name == "peername" else default

    def abort(self) -> None:
        """Note the cut."""
        self.cut = True

    def is_reading(self) -> bool:
        """Tell whether anybody reads."""
        return self.reading


class Server(web.Server):
    """A server whose protocols do nothing."""

    def __init__(self) -> None:
        """Hold nothing."""
        self.request_factory = lambda *_: None  # type: ignore[assignment]

    def __call__(self) -> Any:
        """Make a protocol."""
        return asyncio.Protocol()


@dataclass
class Scene:
    """Gates by a clock of the test."""

    now: float = 0.0
    gates: Gates = field(init=False)

    def __post_init__(self) -> None:
        self.gates = Gates(Server(), parse_networks(["10.0.0.1"]), PATIENCE, lambda: self.now)

    def connect(self, address: str = "203.0.113.7") -> tuple[Gate, Line]:
        """Let an address connect."""
        gate, line = self.gates(), Line(address)
        gate.connection_made(line)
        return gate, line

    def is_cut(self, gate: Gate, line: Line, after: float) -> bool:
        """Look after so many seconds."""
        self.now += after
        gate.look(PATIENCE)
        return line.cut


@pytest.mark.parametrize(("after", "cut"), [(75, False), (76, True)])
def test_connection_without_a_request(after: float, *, cut: bool) -> None:
    """A connection may be silent for so long."""
    scene = Scene()
    gate, line = scene.connect()
    assert scene.is_cut(gate, line, after) is cut


@pytest.mark.parametrize(("after", "cut"), [(20, False), (21, True)])
def test_headers(after: float, *, cut: bool) -> None:
    """Headers have their time from the first byte, whatever comes between."""
    scene = Scene()
    gate, line = scene.connect()
    scene.now += 70
    gate.data_received(b"GET")
    scene.now += after
    gate.data_received(b" /")
    assert scene.is_cut(gate, line, 0) is cut


@pytest.mark.parametrize(
    ("came", "after", "cut"), [(0, 30, False), (0, 31, True), (10_000, 40, False), (10_000, 41, True)]
)
def test_body(came: int, after: float, *, cut: bool) -> None:
    """A body has its time, and more the more of it comes."""
    scene = Scene()
    gate, line = scene.connect()
    gate.data_received(b"POST")
    gate.began(Body())
    gate.data_received(b"x" * came)
    assert scene.is_cut(gate, line, after) is cut


def test_time_of_ours_is_not_the_clients() -> None:
    """While we do not read, or work at a request that came whole, nothing is cut."""
    scene, body = Scene(), Body()
    gate, line = scene.connect()
    gate.data_received(b"POST")
    gate.began(body)
    line.reading = False
    for _ in range(100):
        assert not scene.is_cut(gate, line, PATIENCE.step)
    line.reading = True
    assert not scene.is_cut(gate, line, 29)
    body.whole = True
    assert not scene.is_cut(gate, line, 10_000)
    gate.ended()
    assert not scene.is_cut(gate, line, 75)
    assert scene.is_cut(gate, line, 1)


def test_answer_that_nobody_takes() -> None:
    """A client that takes nothing of the answer is cut; one that takes it slowly is not."""
    scene = Scene()
    gate, line = scene.connect()
    gate.began(Body(whole=True))
    for _ in range(5):
        gate.pause_writing()
        assert not scene.is_cut(gate, line, 60)
        gate.resume_writing()
    gate.pause_writing()
    assert scene.is_cut(gate, line, 61)


@pytest.mark.parametrize(
    ("addresses", "let_in"),
    [
        (["203.0.113.7"] * 3, [True, True, False]),
        (["203.0.113.7", "203.0.113.8", "203.0.113.9"], [True, True, True]),
        (["2001:db8::1", "2001:db8::2", "2001:db8::3"], [True, True, False]),
        (["10.0.0.1"] * (2 * WIDE + 9), [True] * (2 * WIDE + 9)),
        (["10.0.0.2"] * (2 * WIDE + 1), [True] * 2 * WIDE + [False]),
    ],
)
def test_connections_of_an_address(addresses: list[str], let_in: list[bool]) -> None:
    """An address holds its number, a /64 of IPv6 as one, a trusted proxy any, another of the own network many."""
    scene = Scene()
    assert [not scene.connect(address)[1].cut for address in addresses] == let_in


def test_ended_connection_makes_room_and_a_refused_one_does_not() -> None:
    """Only what was let in is counted, and forgotten when it ends."""
    scene = Scene()
    first, _ = scene.connect()
    scene.connect()
    refused, line = scene.connect()
    assert line.cut
    refused.connection_lost(None)
    assert scene.connect()[1].cut
    first.connection_lost(None)
    assert not scene.connect()[1].cut


def test_idle_connection_of_a_trusted_proxy_is_kept() -> None:
    """A proxy keeps connections for later; half of a request is cut for it too."""
    scene = Scene()
    gate, line = scene.connect("10.0.0.1")
    assert not scene.is_cut(gate, line, 10_000)
    gate.data_received(b"GET")
    assert scene.is_cut(gate, line, 21)
