"""Whether DMARC passed, as our own receiving server states it (RFC 8601), and nobody else.

The server named by `imap.authserv_id` writes `Authentication-Results` above the headers of the sender. A copy further
down, under a similar name, or in an ARC set proves nothing. A server must also delete foreign headers that bear its own
name (RFC 8601, section 5): what a sender puts as the very first header of a letter is out of our sight otherwise.
"""

import re
from collections.abc import Iterator
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


def dmarc(headers: Headers, authserv_id: str | None, sender_host: str | None) -> Dmarc:
    """Tell what our server states of the sender's domain; `pass` only for the very domain of the one sender.

    `absent` where there is no such statement or no `authserv_id`, `fail` also where two statements contradict.
    """
    if not authserv_id:
        return "absent"
    results = [_result(text, sender_host) for value in _ours(headers, authserv_id) for text in _dmarc_results(value)]
    stated = [result for result in results if result != "absent"]
    if not stated:
        return "absent"
    return "pass" if len(stated) == len(results) and set(stated) == {"pass"} else "fail"


def _ours(headers: Headers, authserv_id: str) -> Iterator[list[str]]:
    """The statements of our server in its topmost run: until the sender's headers, or the hop before the outer one."""
    wanted = authserv_id.strip().lower()
    values = {name: iter(headers.all(name)) for name in ("received", "authentication-results")}
    crossed = False  # whether the hop where the letter came in from outside was passed
    for name, _ in headers.items:
        if name == "received":
            if crossed:
                return
            crossed = _from_outside(next(values[name]))
        elif name == "authentication-results":
            pieces = _pieces(next(values[name])[:_MAX_VALUE])
            if pieces and (pieces[0].split() or [""])[0].strip('"').lower() == wanted:
                crossed = True
                yield pieces[1:]
        elif name not in _TRACE and not name.startswith(_TRACE_PREFIXES):
            return


def _from_outside(received: str) -> bool:
    """Whether the hop came from another house.

    The name after «from» is what the other side says of itself and counts for nothing; its address and the protocol are
    what our server saw.
    """
    if not received.lower().startswith("from ") or _INNER_PROTOCOL.search(received):
        return False
    seen = _SEEN_ADDRESS.findall(_BY.split(received, maxsplit=1)[0])
    return not seen or not all(_is_private(address) for address in seen)


def _is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
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
