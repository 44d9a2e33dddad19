"""What stands before the HTTP servers: connections counted by address, slow requests cut, no Server header.

A slow client costs a connection for as long as it likes, and aiohttp waits for it an hour. A gate is put between each
connection and aiohttp's protocol; it knows from the requests and answers that pass it what the client owes just now.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from aiohttp import web
from aiohttp.http import StreamWriter
from multidict import CIMultiDict

from web.proxies import WIDE, Networks, is_own, is_trusted, network_of


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a client may take, and how many connections an address may hold.

    `headers`: from a request's first byte to its last header. `body`: for the body, and a second more for each `rate`
    bytes that came. `idle`: between requests. `stalled`: without taking a byte of an answer. `step`: between looks.
    """

    headers: float = 20
    body: float = 30
    rate: int = 4096
    idle: float = 75
    stalled: float = 60
    step: float = 5
    connections: int = 200


PATIENCE = Patience()


class Body(Protocol):
    """A request's body, of which only this is asked."""

    def is_eof(self) -> bool:
        """Tell whether it has come whole."""


class Gate(asyncio.Protocol):
    """One connection: `inner` is aiohttp's protocol, which hears nothing of a connection that is refused."""

    def __init__(self, gates: "Gates", inner: asyncio.Protocol) -> None:
        self.inner = inner
        self.network = ""
        self.trusted = False
        self._gates = gates
        self._transport: asyncio.Transport | None = None
        self._since = gates.time()
        self._coming = False
        self._body: Body | None = None
        self._received = 0
        self._stalled: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the connection in, or end it where its address has too many."""
        peer = transport.get_extra_info("peername")
        if not self._gates.let_in(self, peer[0] if isinstance(peer, tuple) else ""):
            cast("asyncio.Transport", transport).abort()
            return
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is no subclass of it
        self.inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Note when a request begins and how much of it came."""
        if self._body is None and not self._coming:
            self._coming, self._since = True, self._gates.time()
        self._received += len(data)
        if self._transport is not None:
            self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on that the client sends no more."""
        return self.inner.eof_received() if self._transport is not None else None

    def pause_writing(self) -> None:
        """Note since when the client takes nothing of the answer."""
        self._stalled = self._gates.time()
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        """Note that the client takes the answer again."""
        self._stalled = None
        self.inner.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        if self._transport is not None:
            self._gates.left(self)
            self._transport = None
            self.inner.connection_lost(error)

    def began(self, body: Body) -> None:
        """Note that a request's headers are whole: from now on its body is waited for."""
        self._body, self._since, self._received = body, self._gates.time(), 0

    def ended(self) -> None:
        """Note that the answer was sent: from now on the next request is waited for."""
        self._body, self._since, self._coming = None, self._gates.time(), False

    def look(self, patience: Patience) -> None:
        """Cut the connection where the client is too slow."""
        if self._transport is not None and self._is_late(self._transport, patience):
            self._transport.abort()

    def _is_late(self, transport: asyncio.Transport, patience: Patience) -> bool:
        now = self._gates.time()
        if self._stalled is not None:
            return now - self._stalled > patience.stalled
        waited = now - self._since
        if self._body is None:
            # A trusted proxy keeps connections for later; only it knows for how long.
            return waited > patience.headers if self._coming else waited > patience.idle and not self.trusted
        if self._body.is_eof():
            return False  # it is ours to work now
        if not transport.is_reading():
            self._since += patience.step  # we do not read: the client is not to blame
            return False
        return waited > patience.body + self._received / patience.rate


class _Writer(StreamWriter):
    """Writes an answer without the Server header, which names versions to strangers, and tells when it has gone."""

    def __init__(self, protocol: web.RequestHandler, loop: asyncio.AbstractEventLoop, ended: Callable[[], None]):
        super().__init__(protocol, loop, on_headers_sent=self._bare)
        self._ended = ended

    async def _bare(self, headers: CIMultiDict[str]) -> None:
        headers.popall("Server", None)

    async def write_eof(self, chunk: bytes = b"") -> None:
        await super().write_eof(chunk)
        self._ended()


@dataclass(slots=True)
class Gates:
    """The gates of one server: call it for each new connection, as a protocol factory.

    `trusted` proxies hold as many connections as they like. `time` is monotonic, in seconds.
    """

    server: web.Server
    trusted: Networks
    patience: Patience
    time: Callable[[], float]
    _open: dict[asyncio.Protocol, Gate] = field(default_factory=dict)
    _held: Counter[str] = field(default_factory=Counter)
    _make: Callable[..., web.BaseRequest] = field(init=False)

    def __post_init__(self) -> None:
        self._make = self.server.request_factory
        self.server.request_factory = self._request

    def __call__(self) -> Gate:
        """Make the gate of a connection."""
        return Gate(self, self.server())

    def let_in(self, gate: Gate, address: str) -> bool:
        """Count a connection of the address; False where it holds too many."""
        gate.network, gate.trusted = network_of(address), is_trusted(address, self.trusted)
        # An address of the own network may be a proxy that nobody has named: it speaks for many.
        most = self.patience.connections * (WIDE if is_own(address) else 1)
        if not gate.trusted and self._held[gate.network] >= most:
            return False
        self._held[gate.network] += 1
        self._open[gate.inner] = gate
        return True

    def left(self, gate: Gate) -> None:
        """Count a connection less."""
        del self._open[gate.inner]
        self._held[gate.network] -= 1
        if not self._held[gate.network]:
            del self._held[gate.network]

    async def watch(self) -> None:
        """Look at every connection again and again."""
        while True:
            await asyncio.sleep(self.patience.step)
            for gate in list(self._open.values()):
                gate.look(self.patience)

    def _request(self, message: Any, payload: Any, protocol: web.RequestHandler, _: Any, task: Any) -> web.BaseRequest:
        """Make a request as the server would, with a writer of ours; errors of parsing come by here too."""
        gate = self._open[protocol]
        gate.began(payload)
        writer = _Writer(protocol, asyncio.get_running_loop(), gate.ended)
        return self._make(message, payload, protocol, writer, task)
