"""What the receiver of letters is told, what it hands over and what it says of itself."""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

Security = Literal["tls", "starttls", "none"]

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ImapTimes:
    """Every limit and pause, in seconds.

    A silent server is noticed after `poll` + `answer` and met again after `backoff_first`: within a minute.
    """

    answer: float = 15.0  # a first login alone can take seconds
    poll: float = 40.0  # a look into the mailbox where nothing was announced, within IDLE too
    idle_renew: float = 540.0  # routers forget a silent connection, servers close one after half an hour
    settle: float = 0.2  # after an announcement: letters seldom come alone
    backoff_first: float = 1.0
    backoff_max: float = 30.0
    login_retry: float = 300.0  # providers lock a mailbox that is tried too often
    letter_retry: float = 60.0  # doubled with every failure of the same letter
    letter_retry_max: float = 3600.0
    take: float = 60.0


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """The way to the mailbox; letters taken are moved to `handled`, or stay seen in place where it is None.

    `max_bytes` is the largest letter that is fetched whole. `tls_context` replaces the system's trusted roots.
    """

    host: str
    port: int
    security: Security
    username: str
    password: str = field(repr=False)
    mailbox: str = "INBOX"
    handled: str | None = None
    max_bytes: int = 30 * MEGABYTE
    times: ImapTimes = ImapTimes()
    tls_context: ssl.SSLContext | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RawLetter:
    """A letter as it lies in the mailbox; `truncated` says that `content` is the header block alone.

    `size` is the letter's full size in bytes as the server tells it.
    """

    uidvalidity: int
    uid: int
    content: bytes = field(repr=False)
    truncated: bool = False
    size: int = 0


@dataclass(frozen=True, slots=True)
class ReceiverState:
    """Whether the mailbox is open; if not, `code` says why and `detail` is the server's own answer.

    Codes: unreachable, timeout, certificate, tls, starttls, login, mailbox, refused, bye, closed, garbled, store,
    defect; stopped and starting are no faults.
    """

    connected: bool
    code: str = ""
    detail: str = ""


Take = Callable[[RawLetter], Awaitable[None]]
SeenBefore = Callable[[int, list[int]], Awaitable[set[int]]]
Listener = Callable[[ReceiverState], None]
