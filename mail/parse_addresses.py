"""Who wrote and to whom: one mailbox or none, never a guess between two."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mail.parse_headers import Headers, words

# What is never closed is matched too, without its end: looked for again from every mark within it, it costs a square.
_QUOTED = re.compile(r'"(?P<inside>(?:\\.|[^"\\])*+)(?P<end>"?)', re.DOTALL)
_COMMENT = re.compile(r"\((?P<inside>(?:\\.|[^()\\])*+)(?P<end>\)?)", re.DOTALL)
_ANGLE = re.compile(r"([^<>]*)<\s*([^<>\s]*)\s*>\s*")
_LOCAL = re.compile(r"[^\s\x00-\x1f\x7f\"<>()\[\],;:\\@]{1,64}")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?)(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?){0,20}\.?")
_ANY = re.compile(r"[^\s\x00-\x1f\x7f\"<>()\[\],;:\\@]{1,64}@[\w.-]{1,253}")
_RECIPIENT_HEADERS = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc", "resent-to",
)  # fmt: skip
_MAX_RECIPIENTS = 200
_MAX_LIST = 16 * 1024  # characters of one list of addresses


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: `address` with its host in lower case (Unicode, as forms keep it), `name` as shown, maybe empty."""

    address: str
    name: str = ""

    @property
    def host(self) -> str:
        """The domain."""
        return self.address.rpartition("@")[2]


def normal_host(host: str) -> str:
    """The host in lower case and in letters: «xn--80a1acny.xn--p1ai» becomes «почта.рф»."""
    lower = host.strip().rstrip(".").lower()
    if "xn--" not in lower:
        return lower
    import idna

    try:
        return idna.decode(lower)
    except (idna.IDNAError, UnicodeError, IndexError):
        return lower


def normal_address(address: str) -> str:
    """The address with its host as `normal_host`; the local part keeps its case, as servers may tell it apart."""
    local, _, host = address.strip(" <>").rpartition("@")
    return f"{local}@{normal_host(host)}"


def read_mailbox(value: str) -> tuple[Address | None, str | None]:
    """Read a header that names one person: the mailbox, and a fault's code.

    A group, several addresses, or a second address beside the first give None; a name that is made to look like another
    address is dropped, with a fault.
    """
    names: list[str] = []
    comments: list[str] = []

    def keep(found: re.Match[str]) -> str:
        names.append(re.sub(r"\\(.)", r"\1", found["inside"]))
        return f"\x01{len(names) - 1}\x01"

    def aside(found: re.Match[str]) -> str:
        comments.append(found["inside"])
        return " "

    plain = _replaced(_COMMENT, aside, _replaced(_QUOTED, keep, value[:4096])).strip()
    if not plain:
        return None, "no_sender"
    if plain.count("@") != 1 or plain.count("<") > 1 or ":" in plain or ";" in plain:
        return None, "group_sender" if ":" in plain else "many_senders" if "@" in plain else "strange_sender"
    angle = _ANGLE.fullmatch(plain)
    address = angle[2] if angle else plain
    if not _valid(address):
        return None, "strange_sender"
    shown = angle[1] if angle else " ".join(comments)
    name = words(re.sub(r"\x01(\d+)\x01", lambda found: names[int(found[1])], shown))[:200]
    normal = normal_address(address)
    imitated = _ANY.search(name)
    if imitated and normal_address(imitated[0]).casefold() != normal.casefold():
        return Address(normal), "name_is_address"
    return Address(normal, name), None


def read_sender(headers: Headers) -> tuple[Address | None, tuple[str, ...]]:
    """Read From: exactly one header with exactly one mailbox, or None with the codes why."""
    values = headers.all("from")
    if len(values) != 1:
        return None, ("many_senders" if values else "no_sender",)
    found, fault = read_mailbox(values[0])
    return found, (fault,) if fault else ()


def recipients(headers: Headers) -> tuple[str, ...]:
    """Every address the letter came to or says it goes to, each once, those of our own server first."""
    return addresses(value for name in _RECIPIENT_HEADERS for value in headers.all(name))[:_MAX_RECIPIENTS]


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """All addresses in these lists; what stands in quoted names is none."""
    found = (
        normal_address(address)
        for value in values
        for address in _ANY.findall(_replaced(_QUOTED, lambda _: " ", value[:_MAX_LIST]))
        if _valid(address)
    )
    return tuple(dict.fromkeys(found))


def _replaced(pattern: re.Pattern[str], by: Callable[[re.Match[str]], str], text: str) -> str:
    """Replace what the pattern finds closed; what is never closed stays as it is written."""
    return pattern.sub(lambda found: by(found) if found["end"] else found[0], text)


def _valid(address: str) -> bool:
    local, _, host = address.rpartition("@")
    return bool(_LOCAL.fullmatch(local)) and "=?" not in local and len(host) <= 253 and bool(_HOST.fullmatch(host))
