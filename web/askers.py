"""Who asks, as far as limits go: an address, or what a proxy that nobody named says of it."""

import logging

from aiohttp import web

from web.limits import Rate
from web.proxies import WIDE, client_address, network_of, unnamed_proxy
from web.site import SITE

log = logging.getLogger(__name__)

TOLD = web.AppKey("unnamed_proxies_told", set[str])
_WARNINGS = {
    "own": "requests from %s name another address in X-Forwarded-For, but web.trusted_proxies has no such proxy: "
    "if it is yours, add it there, else the limits tell visitors apart only roughly",
    "outside": "a request from an address not in %s names another address in X-Forwarded-For, which is not believed: "
    "if a proxy of yours has a public address, add it to web.trusted_proxies",
}


def wait(request: web.Request, name: str, rate: Rate) -> int:
    """Count a request of whoever asks; return how many seconds to wait, 0 for none.

    Behind a proxy of the own network that nobody named all visitors have one address. They are told apart by the last
    hop, which the proxy itself has written, and all together may do `WIDE` times as much: one who floods locks out
    nobody else, and one who forges the header gains no more than that.
    """
    site = request.app[SITE]
    trusted, remote = site.settings.trusted_proxies, request.remote
    hops = request.headers.getall("X-Forwarded-For", [])
    kind = unnamed_proxy(remote, trusted, forwards=bool(hops) or "Forwarded" in request.headers)
    _warn(request, kind)
    if kind != "own" or not hops:
        return site.limits.wait(name, network_of(client_address(remote, hops, trusted)), rate)
    last = hops[-1].rpartition(",")[2].strip()
    whole = site.limits.wait(f"{name}_in_all", network_of(remote or ""), Rate(rate.most * WIDE, rate.seconds))
    return max(whole, site.limits.wait(name, network_of(last), rate))


def _warn(request: web.Request, kind: str) -> None:
    """Tell the operator once of each kind."""
    told = request.app[TOLD]
    if kind and kind not in told:
        told.add(kind)
        log.warning(_WARNINGS[kind], request.remote if kind == "own" else "web.trusted_proxies")
