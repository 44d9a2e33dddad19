"""The mail channel against a real SMTP server of the test's own, in the same loop."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mail import samples, smtp
from mail.channel import MailChannel
from mail.errors import ProbeFailed
from mail.letters import Links
from mail.results import Delivered, Refused, TryLater
from mail.smtp import SmtpSettings

NOW = datetime(2027, 4, 21, 9, 30, tzinfo=UTC)


class FixedClock:
    """A clock that stands."""

    def now(self) -> datetime:
        """Return the same moment always."""
        return NOW


@dataclass(frozen=True)
class Row:
    """An outbox row as the channel sees it."""

    id: str = "row1"
    kind: str = "order_to_centre"
    recipient: str = "centre@pochta.example"
    data: dict[str, Any] = field(default_factory=lambda: dict(samples.order()))


class Handler:
    """Takes letters, or answers as told; `drop` closes that many connections in the middle of a letter."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.rcpt_answer = ""
        self.data_answer = ""
        self.drop = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Accept or refuse a recipient."""
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take the letter, refuse it, or hang up."""
        if self.drop:
            self.drop -= 1
            _abort(server)
            return "250 never heard"
        if self.data_answer:
            return self.data_answer
        self.letters.append(envelope)
        return "250 taken"

    def message(self, number: int = -1) -> EmailMessage:
        """Return a taken letter, parsed."""
        content = self.letters[number].content
        assert isinstance(content, bytes)
        return message_from_bytes(content, policy=policy.default)


def _abort(protocol: SMTP) -> None:
    if isinstance(protocol.transport, asyncio.Transport):
        protocol.transport.abort()


class Server:
    """aiosmtpd in this loop; may be stopped and started again on the same port."""

    def __init__(self, **options: Any) -> None:
        self.handler = Handler()
        self.port = 0
        self.connections = 0
        self._options = options
        self._live: list[SMTP] = []
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, on the port of the last time if there was one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        assert self._server
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        """Cut every connection and go on listening."""
        for protocol in self._live:
            _abort(protocol)
        self._live.clear()

    def _protocol(self) -> SMTP:
        self.connections += 1
        protocol = SMTP(self.handler, hostname="test", loop=asyncio.get_running_loop(), **self._options)
        self._live.append(protocol)
        return protocol


@contextlib.asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Server]:
    """Run a server for the length of a block."""
    server = Server(**({"enable_SMTPUTF8": True} | options))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@contextlib.asynccontextmanager
async def channel_to(
    server: Server,
    settings: dict[str, str] | None = None,
    links: Callable[[], Links | None] = lambda: Links("shkola_primer_bot"),
    **changes: Any,
) -> AsyncIterator[MailChannel]:
    """Open a channel to the server for the length of a block."""
    defaults: dict[str, Any] = {"security": "none", "timeout": 5.0}
    way = SmtpSettings("127.0.0.1", server.port, **(defaults | changes))
    sender = "Школа <bot@shkola.example>"
    channel = MailChannel(way, sender, FixedClock(), samples.SETTINGS if settings is None else settings, links)
    try:
        yield channel
    finally:
        await channel.close()


async def test_delivered() -> None:
    """A letter arrives whole, with the attachment's Russian name, the clock's date and the row's Message-ID."""
    async with running() as server, channel_to(server) as channel:
        assert await channel.send(Row()) == Delivered("<row1@shkola.example>")
        message = server.handler.message()
        assert message["Message-ID"] == "<row1@shkola.example>"
        assert message["Date"].datetime == NOW
        assert str(message["Subject"]).startswith("Заявка № 0123-0042: ООО «Ромашка», ")
        assert [file.get_filename() for file in message.iter_attachments()] == ["Заявка 0123-0042.xlsx"]
        assert server.handler.letters[0].mail_from == "bot@shkola.example"
        assert server.handler.letters[0].rcpt_tos == ["centre@pochta.example"]


async def test_message_id_is_the_same_at_every_attempt() -> None:
    """A letter sent twice carries one Message-ID, another row's letter another."""
    async with running() as server, channel_to(server) as channel:
        for row in (Row(), Row(), Row(id="row2")):
            await channel.send(row)
        ids = [server.handler.message(number)["Message-ID"] for number in range(3)]
        assert ids == ["<row1@shkola.example>", "<row1@shkola.example>", "<row2@shkola.example>"]


async def test_connection_is_kept_open() -> None:
    """Letters one after another go over one connection, and at most `connections` are open at once."""
    async with running() as server, channel_to(server, connections=2) as channel:
        for number in range(5):
            await channel.send(Row(id=f"a{number}"))
        assert server.connections == 1
        results = await asyncio.gather(*(channel.send(Row(id=f"b{number}")) for number in range(12)))
        assert all(isinstance(result, Delivered) for result in results)
        assert len(server.handler.letters) == 17
        assert server.connections <= 2


@pytest.mark.parametrize("answer", ["451 busy centre@pochta.example", "421 closing", "450 greylisted"])
async def test_recipient_refused_for_now(answer: str) -> None:
    """A 4xx of the recipient means later, and the error names no address; the next letter goes through."""
    async with running() as server, channel_to(server) as channel:
        server.handler.rcpt_answer = answer
        result = await channel.send(Row())
        assert isinstance(result, TryLater)
        assert not result.permanent
        assert "@" not in result.error
        server.handler.rcpt_answer = ""
        assert isinstance(await channel.send(Row()), Delivered)


async def test_recipient_refused_for_good() -> None:
    """A 5xx of the recipient ends the letter, and the connection stays usable."""
    async with running() as server, channel_to(server) as channel:
        server.handler.rcpt_answer = "550 no such mailbox"
        assert await channel.send(Row()) == Refused("550 no such mailbox", recipient=True)
        server.handler.rcpt_answer = ""
        assert isinstance(await channel.send(Row()), Delivered)
        assert server.connections == 1


@pytest.mark.parametrize(("answer", "kind"), [("452 full", TryLater), ("554 looks like spam", Refused)])
async def test_content_refused(answer: str, kind: type) -> None:
    """After DATA a 4xx means later and a 5xx means never."""
    async with running() as server, channel_to(server) as channel:
        server.handler.data_answer = answer
        assert isinstance(await channel.send(Row()), kind)


async def test_down_then_up() -> None:
    """While the server is down letters wait; when it is back on its port they go, without a new channel."""
    async with running() as server, channel_to(server) as channel:
        assert isinstance(await channel.send(Row()), Delivered)
        await server.stop()
        result = await channel.send(Row(id="row2"))
        assert isinstance(result, TryLater)
        assert not result.permanent
        await server.start()
        assert isinstance(await channel.send(Row(id="row2")), Delivered)


async def test_dropped_connection_is_tried_once_more() -> None:
    """A connection lost in mid-letter is opened anew once, under the same Message-ID; lost twice means later."""
    async with running() as server, channel_to(server) as channel:
        server.handler.drop = 1
        assert await channel.send(Row()) == Delivered("<row1@shkola.example>")
        assert server.connections == 2
        server.handler.drop = 2
        assert isinstance(await channel.send(Row()), TryLater)


async def test_stale_connection_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that the server cut while it idled costs no letter, whether or not its end was heard."""
    monkeypatch.setattr(smtp, "STALE_AFTER", 0.0)
    async with running() as server, channel_to(server) as channel:
        await channel.send(Row())
        server.cut()
        assert isinstance(await channel.send(Row(id="row2")), Delivered)
        assert isinstance(await channel.send(Row(id="row3")), Delivered)
        assert server.connections == 2


async def test_silent_server_is_left_in_time() -> None:
    """A server that accepts and says nothing costs the timeout, not for ever."""
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    server = Server()
    server.port = silent.sockets[0].getsockname()[1]
    async with channel_to(server, timeout=0.2) as channel:
        assert isinstance(await channel.send(Row()), TryLater)
        with pytest.raises(ProbeFailed) as caught:
            await channel.probe()
        assert caught.value.code == "timeout"
    for writer in held:
        writer.close()
    silent.close()
    await silent.wait_closed()


async def test_cyrillic_addresses() -> None:
    """A .рф host travels in ascii, a Cyrillic local part by SMTPUTF8; without SMTPUTF8 the letter is refused."""
    async with running() as server, channel_to(server) as channel:
        assert isinstance(await channel.send(Row(recipient="info@почта.рф")), Delivered)
        assert isinstance(await channel.send(Row(recipient="соколова@почта.рф")), Delivered)
        tos = [letter.rcpt_tos for letter in server.handler.letters]
        assert tos == [["info@xn--80a1acny.xn--p1ai"], ["соколова@xn--80a1acny.xn--p1ai"]]
        assert str(server.handler.message()["Subject"]).startswith("Заявка № 0123-0042")
    async with running(enable_SMTPUTF8=False) as server, channel_to(server) as channel:
        assert isinstance(await channel.send(Row(recipient="соколова@почта.рф")), Refused)
        assert isinstance(await channel.send(Row()), Delivered)


async def test_waits_for_settings_and_for_the_name_of_the_bot() -> None:
    """A letter whose settings are absent waits an hour and names them; one without links waits for the bot's name."""
    invite = Row(kind="questionnaire_invite", data=samples.invite())
    async with running() as server:
        async with channel_to(server, settings={"school.support_phone": "8 800 555-01-02"}) as channel:
            result = await channel.send(invite)
            assert result == TryLater("waits for school.curator_email", permanent=True, after=3600)
            assert isinstance(await channel.send(Row()), Delivered)
        async with channel_to(server, links=lambda: None) as channel:
            assert isinstance(await channel.send(invite), TryLater)
        async with channel_to(server) as channel:
            assert isinstance(await channel.send(invite), Delivered)


async def test_poisoned_rows_are_refused(caplog: pytest.LogCaptureFixture) -> None:
    """A row of an unknown kind, with broken data or a hostile address is refused, and no log line holds an address."""
    caplog.set_level(logging.DEBUG, logger="mail.channel")
    hostile = "a@b.example\r\nRCPT TO:<c@d.example>"
    async with running() as server, channel_to(server) as channel:
        for row in (Row(kind="no_such"), Row(data={}), replace(Row(), recipient=hostile)):
            assert isinstance(await channel.send(row), Refused)
        await channel.send(Row())
        assert len(server.handler.letters) == 1
    assert caplog.records
    # The server in this test logs too, under the name "mail.log".
    ours = [record.getMessage() for record in caplog.records if record.name == "mail.channel"]
    assert len(ours) == 4
    assert not [line for line in ours if "@" in line or "example" in line]


def _login_checked(server: SMTP, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
    # handled=False lets aiosmtpd itself answer the client.
    return AuthResult(success=data == LoginPassword(b"bot", b"right"), handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_login() -> None:
    """The right password logs in; a wrong one is the operator's matter, for letters and for the probe."""
    options = {"authenticator": _login_checked, "auth_require_tls": False, "auth_required": True}
    async with running(**options) as server:
        async with channel_to(server, username="bot", password="right") as channel:
            await channel.probe()
            assert isinstance(await channel.send(Row()), Delivered)
        async with channel_to(server, username="bot", password="wrong") as channel:
            result = await channel.send(Row())
            assert isinstance(result, TryLater)
            assert result.permanent
            with pytest.raises(ProbeFailed) as caught:
                await channel.probe()
            assert caught.value.code == "login"


async def test_probe_says_unreachable() -> None:
    """A probe of a closed port says that the server cannot be reached."""
    async with running() as server:
        await server.stop()
        async with channel_to(server) as channel:
            with pytest.raises(ProbeFailed) as caught:
                await channel.probe()
            assert caught.value.code == "unreachable"
        await server.start()


def _certificate(directory: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = directory / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


async def test_starttls_checks_the_certificate(tmp_path: Path) -> None:
    """An unknown certificate stops the letter and is told as such; a trusted one lets it through."""
    path = _certificate(tmp_path)
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    offered.load_cert_chain(path)
    trusted = ssl.create_default_context(cafile=path)
    async with running(tls_context=offered, require_starttls=True) as server:
        async with channel_to(server, security="starttls") as channel:
            result = await channel.send(Row())
            assert isinstance(result, TryLater)
            assert result.permanent
            assert result.error.startswith("certificate")
            with pytest.raises(ProbeFailed) as caught:
                await channel.probe()
            assert caught.value.code == "certificate"
        async with channel_to(server, security="starttls", tls_context=trusted) as channel:
            assert isinstance(await channel.send(Row()), Delivered)


async def test_starttls_is_never_given_up() -> None:
    """A server without STARTTLS gets no letter in the clear when STARTTLS is asked for."""
    async with running() as server, channel_to(server, security="starttls") as channel:
        result = await channel.send(Row())
        assert isinstance(result, TryLater)
        assert result.permanent
        assert not server.handler.letters
