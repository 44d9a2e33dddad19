"""Whether DMARC passed, as our own receiving server states it (RFC 8601), and nobody else.

The server named by `imap.authserv_id` writes `Authentication-Results` above the headers of the sender. A copy further
down, under a similar name, or in an ARC set proves nothing. What stands right below the newest `Received` of a foreign
hop may be the sender's first header, so a pass there proves nothing either, unless `imap.own_hops` says that the
operator's servers write below so many lines of their own: they have to delete foreign headers that bear their name
then (RFC 8601, section 5). A denial counts there too: nobody forges one against themselves.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from mail.parse_addresses import normal_host
from mail.parse_headers import Headers

Dmarc = Literal["pass", "fail", "absent"]

# Headers that servers put on top; anything else was written by the sender, and so was all below it.
_TRACE = {
    "received", "return-path", "delivered-to", "envelope-to", "received-spf", "authentication-results",
    "authentication-results-original", "dkim-filter", "dmarc-filter", "status",
}  # fmt: skip
_TRACE_PREFIXES = ("x-", "arc-")
_SEEN_ADDRESS = re.compile(r"[(\[](?:IPv6:)?([0-9a-f]*[.:][0-9a-f.:]+)[)\]]", re.IGNORECASE)
_BY = re.compile(r"\sby\s", re.IGNORECASE)
_INNER_PROTOCOL = re.compile(r"\bwith\s+(?:LMTPS?A?|local)\b", re.IGNORECASE)
_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_HEADER_FROM = re.compile(r"(?:^|\s)header\s*\.\s*from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_MAX_VALUE = 8192  # characters


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word counts, and how many `Received` lines that server puts above it (None: inner hops alone)."""

    authserv_id: str | None
    own_hops: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One header of our server: its results, how many `Received` stand above it, whether a pass of it counts."""

    pieces: list[str]
    hops: int
    trusted: bool


def dmarc(headers: Headers, authserv_id: str | None, sender_host: str | None, own_hops: int | None = None) -> Dmarc:
    """Tell what our server states of the sender's domain; `pass` only for the very domain of the one sender.

    `own_hops` is how many `Received` lines our servers put above their statement, None where they put none above it
    but those of inner hops. `absent` where there is no such statement or no `authserv_id`, `fail` also where two
    statements contradict.
    """
    if not authserv_id:
        return "absent"
    found = [
        (_result(text, sender_host), one.trusted)
        for one in statements(headers, authserv_id, own_hops)
        for text in _dmarc_results(one.pieces)
    ]
    results = [result for result, _ in found]
    stated = [result for result in results if result != "absent"]
    if not stated:
        return "absent"
    if len(stated) != len(results) or set(stated) != {"pass"}:
        return "fail"
    return "pass" if any(trusted for _, trusted in found) else "absent"


def statements(headers: Headers, authserv_id: str, own_hops: int | None = None) -> Iterator[Statement]:
    """Yield the statements of our server in its topmost run: until the sender's headers, or the outer hop's end."""
    wanted = authserv_id.strip().lower()
    values = {name: iter(headers.all(name)) for name in ("received", "authentication-results")}
    hops, certain, ended = 0, True, False  # `certain`: only inner hops so far; `ended`: the next hop is foreign
    for name, _ in headers.items:
        if name == "received":
            if ended:
                return
            hops += 1
            received = next(values[name])
            if own_hops is None:
                certain = certain and not _from_outside(received, _is_loopback)
                ended = _from_outside(received, _is_private)
            elif hops > own_hops:
                return
        elif name == "authentication-results":
            pieces = _pieces(next(values[name])[:_MAX_VALUE])
            if pieces and (pieces[0].split() or [""])[0].strip('"').lower() == wanted:
                ended = ended or own_hops is None
                yield Statement(pieces[1:], hops, certain)
        elif name not in _TRACE and not name.startswith(_TRACE_PREFIXES):
            return


def _from_outside(received: str, inner: Callable[[str], bool]) -> bool:
    """Whether the hop came from another house; `inner` tells the addresses of our own.

    The name after «from» is what the other side says of itself and counts for nothing; its address and the protocol are
    what our server saw.
    """
    if not received.lower().startswith("from "):
        return False
    other, *ours = _BY.split(received, maxsplit=1)
    if ours and _INNER_PROTOCOL.search(ours[0]):
        return False
    seen = _SEEN_ADDRESS.findall(other)
    return not seen or not all(inner(address) for address in seen)


def _is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


def _is_loopback(address: str) -> bool:
    """Tell this very host: behind a proxy or NAT a stranger is seen under a private address of another one."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _pieces(value: str) -> list[str]:
    """The value cut at its semicolons, without comments; what is quoted is one word, so that none can smuggle."""
    return [piece.strip() for piece in _plain(value).split(";")]


def _plain(value: str) -> str:
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif quoted:
            quoted = char != '"'
            out.append("_" if char in "; =" else char)
        elif char == '"' and not depth:
            quoted = True
            out.append(char)
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            out.append(char)
    return "".join(out)


def _dmarc_results(pieces: list[str]) -> list[str]:
    return [piece for piece in pieces if _DMARC.match(piece)]


def _result(piece: str, sender_host: str | None) -> Dmarc:
    found = _DMARC.match(piece)
    said = found[1].lower() if found else ""
    if said == "fail":
        return "fail"
    if said != "pass":
        return "absent"
    of = _HEADER_FROM.search(piece)
    host = normal_host(of[1].rpartition("@")[2]) if of else ""
    return "pass" if sender_host and host == normal_host(sender_host) else "fail"
