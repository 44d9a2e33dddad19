"""A proxy that ends TLS before the pages, as nginx does: a certificate of its own, X-Forwarded-For and -Proto."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
_HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade")
_LONGEST = 64 * 1024 * 1024  # bytes of a request


@cache
def _certificate() -> tuple[bytes, bytes]:
    """Make the certificate of 127.0.0.1, signed by itself, and its key, both as PEM."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    day = timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - day)
        .not_valid_after(datetime.now(UTC) + day)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM), secret


@cache
def trust() -> ssl.SSLContext:
    """Return what makes a client believe the proxy's certificate, and no other."""
    return ssl.create_default_context(cadata=_certificate()[0].decode())


def certificate_file(folder: Path) -> Path:
    """Write the proxy's certificate for those who read whom to trust from a file."""
    file = folder / "proxy.pem"
    file.write_bytes(_certificate()[0])
    return file


def _served() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file = Path(folder, "both.pem")
        file.write_bytes(b"".join(_certificate()))
        context.load_cert_chain(file)
    return context


@dataclass(slots=True)
class Front:
    """A running proxy: `url` is what people open, `target` the port of the pages behind it, set before use."""

    url: str = ""
    target: int = 0
    _session: aiohttp.ClientSession | None = None

    async def pass_on(self, request: web.Request) -> web.Response:
        """Send the request to the pages with the headers of a proxy, and their answer back."""
        assert self._session is not None
        headers = request.headers.copy()
        for name in _HOP_BY_HOP:
            headers.popall(name, None)
        before = headers.popall("X-Forwarded-For", [])
        headers["X-Forwarded-For"] = ", ".join([*before, request.remote or ""])
        headers["X-Forwarded-Proto"] = "https"
        url = f"http://{HOST}:{self.target}{request.raw_path}"
        body = await request.read()
        async with self._session.request(
            request.method, url, headers=headers, data=BytesIO(body) if body else None, allow_redirects=False
        ) as answer:
            told = answer.headers.copy()
            for name in _HOP_BY_HOP:
                told.popall(name, None)
            return web.Response(status=answer.status, body=await answer.read(), headers=told)


@asynccontextmanager
async def fronting() -> AsyncIterator[Front]:
    """Run a proxy on a free port of this machine."""
    front = Front()
    app = web.Application(client_max_size=_LONGEST)
    app.router.add_route("*", "/{path:.*}", front.pass_on)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as session:
        front._session = session
        try:
            await web.TCPSite(runner, HOST, 0, ssl_context=_served()).start()
            front.url = f"https://{HOST}:{runner.addresses[0][1]}"
            yield front
        finally:
            await runner.cleanup()
