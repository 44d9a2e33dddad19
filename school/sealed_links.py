"""Secrets of links in messages that were given up: only their hashes are kept, and a retry makes the links anew."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from school.notices import Channel
from school.tokens import digest

MARK = "sha256:"
# A secret in a letter's data stands under this name and is made into a link when it is sent. In a chat's data the same
# name stands for what a button carries, which opens nothing to anybody but the staff of the order.
_SECRET, _CODE = "secret", "code"
# The addresses of `bot.page_links`, of the sign-in of staff and of Telegram's deep links, in data that hold them whole.
_LINK = re.compile(r"(/(?:q|me|from|in)/|[?&]start=(?:q|o|staff)_)([\w-]{24})(?![\w-])", re.ASCII)
_SEALED = re.compile(f"{MARK}([0-9a-f]{{64}}|$)")


def sealed(channel: Channel, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data with the hash in place of each secret that a link has or is to have; a code is forgotten."""
    return {key: _seal(value, key if channel == "mail" else "") for key, value in data.items()}


def _seal(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _seal(one, key and name) for name, one in value.items()}
    if isinstance(value, list):
        return [_seal(one, key) for one in value]
    if not isinstance(value, str) or value.startswith(MARK):
        return value
    if key == _CODE:
        return MARK
    if key == _SECRET:
        return f"{MARK}{digest(value)}"
    return _LINK.sub(lambda found: f"{found[1]}{MARK}{digest(found[2])}", value)


async def unsealed(data: Mapping[str, Any], renew: Callable[[str], Awaitable[str]]) -> dict[str, Any]:
    """Return the data with a secret in place of each hash: what `renew` makes of it, once for each.

    `renew` gets "" for what cannot be made anew.
    """
    made: dict[str, str] = {}
    for sha256 in _hashes(data):
        if sha256 not in made:
            made[sha256] = await renew(sha256)
    opened: dict[str, Any] = _open(dict(data), made)
    return opened


def _hashes(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        return [sha256 for one in (value.values() if isinstance(value, dict) else value) for sha256 in _hashes(one)]
    return _SEALED.findall(value) if isinstance(value, str) else []


def _open(value: Any, made: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _open(one, made) for key, one in value.items()}
    if isinstance(value, list):
        return [_open(one, made) for one in value]
    return _SEALED.sub(lambda found: made[found[1]], value) if isinstance(value, str) else value
