"""What came of one attempt to send a letter; the deliverer turns it into the outbox's outcome."""

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server took the letter under this Message-ID, angle brackets included."""

    message_id: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Not sent now, may be sent later.

    `permanent` says that waiting alone does not help: the operator has to mend something (a password, a certificate).
    `after` is in seconds; None leaves the pause to the deliverer. `server` says that no letter can be sent now.
    """

    error: str
    permanent: bool = False
    after: int | None = None
    server: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Never to be sent again as it stands: the letter was refused for good, or, where `recipient`, its address."""

    error: str
    recipient: bool = False


SendResult = Delivered | TryLater | Refused


def without_addresses(text: str) -> str:
    """Return a server's answer fit for a log: one line of 300 characters at most, addresses replaced by «…»."""
    return _ADDRESS.sub("…", " ".join(text.split()))[:300]
