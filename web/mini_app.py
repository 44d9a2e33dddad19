"""What Telegram says of who opened a page as a Mini App: checked by the Bot API's rule before a word of it is believed.

Bot API, "Validating data received via the Mini App": every field but `hash`, `signature` too, sorted by key, one a
line as `key=value`, signed by HMAC-SHA256; its key is made of the bot's token.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

LONGEST = 8 * 1024
"""Bytes of init data at most: a person's names and a photo's address are about 1 KB."""

LASTS = timedelta(hours=1)
AHEAD = timedelta(minutes=1)
"""How far Telegram's clock may be ahead of ours."""

MOST_FIELDS = 40
LARGEST_ID = 2**52
"""Bot API: ids of people have at most 52 significant bits."""


class Untrusted(Exception):
    """The init data are forged, broken, too old, or name nobody."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Who opened the Mini App: the Telegram account, the data's hash (one for each opening), when it is too old."""

    account: int
    seen: str
    expires_at: datetime


def read_init_data(text: str, key: bytes, now: datetime) -> Opened:
    """Check the init data and return who opened the page; `key` as `web.site.PageSettings.init_data_key`.

    Raises `Untrusted`.
    """
    fields = _fields(text)
    given = fields.pop("hash", "")
    checked = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    made = hmac.new(key, checked.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made.encode(), given.encode("utf-8", "replace")):
        raise Untrusted
    signed_at = _moment(fields.get("auth_date", ""))
    if not now - LASTS <= signed_at <= now + AHEAD:
        raise Untrusted
    return Opened(_account(fields.get("user", "")), made, signed_at + LASTS)


def _fields(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Untrusted from None
    fields = dict(pairs)
    # A key given twice, or a value with a line break, could be read in two ways.
    if len(fields) != len(pairs) or any("\n" in name + value for name, value in pairs):
        raise Untrusted
    return fields


def _moment(text: str) -> datetime:
    if not (text.isascii() and text.isdecimal() and len(text) <= 11):
        raise Untrusted
    return datetime.fromtimestamp(int(text), UTC)


def _account(text: str) -> int:
    try:
        user = json.loads(text)
    except (ValueError, RecursionError):
        raise Untrusted from None
    found = user.get("id") if isinstance(user, dict) else None
    if type(found) is not int or not 0 < found < LARGEST_ID:
        raise Untrusted
    return found
