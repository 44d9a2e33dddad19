"""What guards the pages: headers, the visit's cookie, the seal on forms against foreign sites (CSRF)."""

import hashlib
import hmac
from typing import Literal

from aiohttp import web

from school import tokens
from web.site import SITE, PageSettings

Kind = Literal["visit", "staff"]
SEAL = "csrf"
SEAL_HEADER = "X-CSRF"
_LONGEST_COOKIE = 100
_TELEGRAM = "https://web.telegram.org https://*.telegram.org"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
)


class Forged(web.HTTPForbidden):
    """The form was not sent from our own page, or the page is too old."""


def cookie_name(settings: PageSettings, kind: Kind = "visit") -> str:
    """Return the cookie's name: by HTTPS with the prefix that keeps it to this host."""
    return f"__Host-{kind}" if settings.secure else kind


def set_cookie(response: web.StreamResponse, settings: PageSettings, secret: str, kind: Kind = "visit") -> None:
    """Give the browser the secret until it is closed; scripts do not see it. `secret` is one of `new_cookie`."""
    response.headers.add("Set-Cookie", "; ".join([f"{cookie_name(settings, kind)}={secret}", *_scope(settings, kind)]))


def drop_cookie(response: web.StreamResponse, settings: PageSettings, kind: Kind = "visit") -> None:
    """Take the cookie back: a browser drops it only by the scope that it was set with."""
    parts = [f"{cookie_name(settings, kind)}=", "Max-Age=0", *_scope(settings, kind)]
    response.headers.add("Set-Cookie", "; ".join(parts))


def _scope(settings: PageSettings, kind: Kind) -> list[str]:
    """Return the attributes of a cookie.

    A Mini App in Telegram's web client stands in a frame of another site, so the visit's cookie goes there too, in
    the jar of that site alone; the seal on forms guards it. The staff's does not. The header is put together here
    because http.cookies knows Partitioned (CHIPS) only from Python 3.14.
    """
    if not settings.secure:
        return ["Path=/", "HttpOnly", "SameSite=Lax"]
    site = ["SameSite=None", "Partitioned"] if kind == "visit" else ["SameSite=Lax"]
    return ["Path=/", "Secure", "HttpOnly", *site]


def cookie_secret(request: web.Request, kind: Kind = "visit") -> str:
    """Return the secret that the browser sent, "" for none and for what was never ours."""
    found = request.cookies.get(cookie_name(request.app[SITE].settings, kind), "")
    return found if found.isascii() and len(found) <= _LONGEST_COOKIE else ""


def new_cookie() -> str:
    """Make a secret for a browser."""
    return tokens.new_secret()


def seal(settings: PageSettings, secret: str) -> str:
    """Return the mark that our forms carry: it is made of the cookie, which foreign sites do not know."""
    return hmac.new(settings.secret, f"csrf:{secret}".encode(), hashlib.sha256).hexdigest()


def check_origin(request: web.Request) -> None:
    """Raise `Forged` for a form that the browser says comes from another site.

    Under `no-referrer` browsers send "Origin: null" with forms of our own, so null is no proof of either.
    """
    settings = request.app[SITE].settings
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forged
    origin = request.headers.get("Origin")
    if origin not in (None, "null", settings.origin, f"{request.scheme}://{request.host}"):
        raise Forged


def check_seal(request: web.Request, given: str, kind: Kind = "visit") -> None:
    """Raise `Forged` unless the form carries the seal of the cookie that came with it."""
    secret = cookie_secret(request, kind)
    settings = request.app[SITE].settings
    if not secret or not hmac.compare_digest(seal(settings, secret).encode(), given.encode("utf-8", "replace")):
        raise Forged


def guard(response: web.StreamResponse, settings: PageSettings, *, framed: bool) -> None:
    """Set the headers of every page; `framed` pages may stand inside Telegram's web client."""
    headers = response.headers
    frames = _TELEGRAM if framed else "'none'"
    headers.setdefault("Content-Security-Policy", _POLICY.format(frames=frames))
    headers.setdefault("Cache-Control", "no-store")
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if not framed:
        headers["X-Frame-Options"] = "DENY"
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
