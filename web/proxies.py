"""Whose request it is: the other end of the connection, or what a configured proxy says of it, never a guess."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

WIDE = 20
"""How many people at once an address of the own network may stand for, where it may be a proxy that nobody named."""

Networks = tuple[IPv4Network | IPv6Network, ...]
Address = IPv4Address | IPv6Address


def parse_networks(texts: Sequence[str]) -> Networks:
    """Read addresses and networks such as "10.0.0.0/8". ValueError for anything else."""
    return tuple(ip_network(text, strict=False) for text in texts)


def is_trusted(address: str, trusted: Networks) -> bool:
    """Tell whether the address is one of these networks'."""
    found = _address(address)
    return found is not None and _is_trusted(found, trusted)


def is_own(address: str) -> bool:
    """Tell whether the address is of this machine or of a network without a way from the Internet."""
    return is_trusted(address, _OWN)


def client_address(remote: str | None, forwarded: Sequence[str], trusted: Networks) -> str:
    """Return the client's address: the nearest one that is no trusted proxy.

    `forwarded` are the X-Forwarded-For headers in their order. They are read from the right, and only as far as every
    hop is trusted: what stands left of a stranger is the stranger's own word.
    """
    hops = [hop.strip() for header in forwarded for hop in header.split(",")]
    found = _address(remote or "")
    while found is not None and hops and _is_trusted(found, trusted):
        before = _address(hops.pop())
        if before is None:
            break
        found = before
    return str(found) if found is not None else "unknown"


def unnamed_proxy(remote: str | None, trusted: Networks, *, forwards: bool) -> Literal["", "own", "outside"]:
    """Tell whether a request that `forwards` another's address comes from where no proxy is trusted.

    "own": the sender is of this machine or its network, so it is a proxy that nobody named. "outside": it may be a
    proxy, or anybody who forges the header.
    """
    if not forwards or remote is None or is_trusted(remote, trusted):
        return ""
    return "own" if is_own(remote) else "outside"


def network_of(address: str) -> str:
    """Return what limits count: an address of IPv4, of IPv6 the /64, which one subscriber has whole."""
    found = _address(address)
    if not isinstance(found, IPv6Address):
        return address
    return str(ip_network((found, 64), strict=False))


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found


def _is_trusted(address: Address, trusted: Networks) -> bool:
    return any(address.version == network.version and address in network for network in trusted)


_OWN = parse_networks(
    ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1", "fc00::/7", "fe80::/10")
)
