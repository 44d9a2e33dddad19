"""A private Dovecot for the tests: IMAP and LMTP on ports of its own, an owner for every test."""

import contextlib
import grp
import imaplib
import itertools
import os
import pwd
import shutil
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PASSWORD = 'parol kirillitsey "no\\pe"'
OWNERS = 100

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
first_valid_gid = 1
auth_failure_delay = 0
mail_max_userip_connections = 100
mail_fsync = never
mail_location = maildir:{folder}/mail/%u
{internal}
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


@dataclass(frozen=True)
class Owner:
    """An owner of mailboxes, empty at first; `user` is the name to log in with and the address to write to."""

    server: "Dovecot"
    user: str

    def deliver(self, letters: Sequence[bytes]) -> None:
        """Hand letters over by LMTP on one connection, in order."""
        with smtplib.LMTP("127.0.0.1", self.server.lmtp) as client:
            for letter in letters:
                client.sendmail("sender@example.test", [self.user], letter)

    @contextlib.contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """Log in beside the receiver under test, as the owner's mail program would."""
        client = imaplib.IMAP4("127.0.0.1", self.server.imap)
        try:
            client.login(self.user, PASSWORD)
            yield client
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                client.logout()

    def uids(self, mailbox: str = "INBOX", criterion: str = "ALL") -> list[int]:
        """Return the UIDs of a mailbox, named as on the wire; none where it does not exist."""
        with self.client() as client:
            if client.select(f'"{mailbox}"', readonly=True)[0] != "OK":
                return []
            _, answer = client.uid("SEARCH", criterion)
            return [int(uid) for uid in answer[0].split()]

    def kick(self) -> None:
        """Close every connection of the owner, as an administrator would."""
        config = str(self.server.folder / "dovecot.conf")
        subprocess.run(["doveadm", "-c", config, "kick", self.user], check=False, capture_output=True)


@dataclass(frozen=True)
class Dovecot:
    """A running server on 127.0.0.1: ports of IMAP (plain and STARTTLS), IMAP over TLS and LMTP."""

    folder: Path
    imap: int
    imaps: int
    lmtp: int
    _free: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def owner(self) -> Owner:
        """Return an owner whom no other test knows."""
        return Owner(self, f"{next(self._free)}@example.test")

    def tls_context(self) -> ssl.SSLContext:
        """Return a context that trusts this server's own certificate for 127.0.0.1."""
        return ssl.create_default_context(cafile=str(self.folder / "cert.pem"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _internal_users() -> tuple[str, int, int]:
    """Return settings of the server's own users, and the owner of the letters."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return "", nobody.pw_uid, nobody.pw_gid
    me, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    users = f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}"
    return users, os.geteuid(), os.getegid()


def _prepare(folder: Path, server: Dovecot) -> None:
    internal, uid, gid = _internal_users()
    for name in ("run", "state", "mail", "home"):
        (folder / name).mkdir()
    for name in ("mail", "home"):
        os.chown(folder / name, uid, gid)
    folder.chmod(0o755)
    users = (f"{number}@example.test:{{PLAIN}}{PASSWORD}::::::\n" for number in range(OWNERS))
    (folder / "users").write_text("".join(users))
    _certify(folder)
    ports = {"imap": server.imap, "imaps": server.imaps, "lmtp": server.lmtp}
    config = _CONFIG.format(folder=folder, **ports, internal=internal, uid=uid, gid=gid)
    (folder / "dovecot.conf").write_text(config)


def _certify(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    form, no_secret = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(certificate.public_bytes(encoding))
    (folder / "key.pem").write_bytes(key.private_bytes(encoding, form, no_secret))


def _wait_until_up(server: Dovecot, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 15
    for port in (server.imap, server.lmtp):
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > until:
                log = server.folder / "log"
                pytest.fail(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")
            time.sleep(0.02)


@contextlib.contextmanager
def running() -> Iterator[Dovecot]:
    """Start the server; where it is not installed, fail if CI is set and skip otherwise."""
    program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None or not all(Path("/usr/lib/dovecot", name).exists() for name in ("imap", "lmtp")):
        reason = "Dovecot with IMAP and LMTP is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    server = Dovecot(folder, _free_port(), _free_port(), _free_port())
    try:
        _prepare(folder, server)
        process = subprocess.Popen([program, "-F", "-c", str(folder / "dovecot.conf")])
        try:
            _wait_until_up(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
