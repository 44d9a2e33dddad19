"""Addresses on their way to a server: senders read, hosts in the ascii form, letters of injection refused."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr

from mail.errors import ComposeError

_FORBIDDEN = re.compile(r"[\s\x00-\x1f\x7f<>,;:\"()\[\]\\]")


@dataclass(frozen=True, slots=True)
class WireAddress:
    """A mailbox as SMTP takes it: `host` is ascii, `local` may be Cyrillic and then needs SMTPUTF8."""

    local: str
    host: str
    title: str = ""

    @property
    def spec(self) -> str:
        """The bare address."""
        return f"{self.local}@{self.host}"

    @property
    def needs_utf8(self) -> bool:
        """Whether the server has to offer SMTPUTF8."""
        return not self.local.isascii()

    @property
    def header(self) -> Address:
        """The address as a header's value."""
        return Address(display_name=self.title, username=self.local, domain=self.host)


def wire_address(text: str) -> WireAddress:
    """Read a bare address. Raises `ComposeError` for anything that is not one mailbox."""
    local, at, host = text.strip(" ").rpartition("@")
    if not at or not local or not host or _FORBIDDEN.search(local) or _FORBIDDEN.search(host):
        raise ComposeError("the address is not one mailbox")
    return WireAddress(local, ascii_host(host))


def read_sender(text: str) -> WireAddress:
    """Read «Школа <bot@school.ru>» or a bare address. Raises `ComposeError`."""
    if re.search(r"[\r\n\x00]", text):
        raise ComposeError("the sender holds a line break")
    title, spec = parseaddr(text)
    found = wire_address(spec)
    return WireAddress(found.local, found.host, title)


def ascii_host(host: str) -> str:
    """Return a host in the ascii form: «почта.рф» becomes «xn--80a1acny.xn--p1ai». Raises `ComposeError`."""
    if host.isascii():
        return host.lower()
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise ComposeError("the host of the address cannot be written in ascii") from error
