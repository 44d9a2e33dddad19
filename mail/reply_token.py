"""The reply token: what ties an answer to the letter it answers.

It is in the plus-address of Reply-To and in References, where clients carry it back even when a server cuts
plus-addresses or writes a Message-ID anew. A subject carries it only where the mailbox's own name leaves no room for a
plus-address: people read subjects. Servers and clients change the case, so the alphabet has one case only.
"""

import re
from collections.abc import Iterable

from school.tokens import REPLY_LENGTH

_LENGTH = REPLY_LENGTH
_TOKEN = re.compile(rf"[a-z2-7]{{{_LENGTH}}}")
_MARK = re.compile(rf"\[\s*#\s*((?:[a-z2-7]\s{{0,3}}){{{_LENGTH}}})\]", re.IGNORECASE | re.ASCII)
_REFERENCE = re.compile(rf"r\.([a-z2-7]{{{_LENGTH}}})@")
_QUOTED = re.compile(rf"(?:\+|<)r\.([a-z2-7]{{{_LENGTH}}})@", re.IGNORECASE)
_LONGEST_LOCAL = 64  # RFC 5321, 4.5.3.1.1


def reply_address(base: str, token: str) -> str:
    """Return «shkola+r.<token>@example.ru». Raises `ValueError` if `base` is too long or no address."""
    local, at, host = base.rpartition("@")
    made = f"{local}+r.{token}"
    if not at or not local or not host or len(made.encode()) > _LONGEST_LOCAL:
        raise ValueError("the address for replies takes no token")
    return f"{made}@{host}"


def subject_mark(token: str) -> str:
    """Return the mark for the end of a subject: «[#<token>]»."""
    return f"[#{token}]"


def reference(base: str, token: str) -> str:
    """Return the id that an answer refers to: «<r.token@example.ru>»."""
    return f"<r.{token}@{base.rpartition('@')[2]}>"


def find_reference(message_ids: Iterable[str]) -> str | None:
    """Find the token among the ids that a letter refers to; the newest one counts, as ids stand in their order."""
    found = [match[1] for one in message_ids if (match := _REFERENCE.match(one.strip(" <>").casefold()))]
    return found[-1] if found else None


def find_quoted(text: str) -> str | None:
    """Find the token of the one letter that a text gives back: in its address, its references or its subject."""
    found = {token.lower() for token in _QUOTED.findall(text)}
    found |= {re.sub(r"\s", "", mark).lower() for mark in _MARK.findall(text)}
    return found.pop() if len(found) == 1 else None


def find_token(recipients: Iterable[str], subject: str, base: str) -> str | None:
    """Find the token, among the recipients first; None also where two different ones make it unclear."""
    local, _, host = base.casefold().rpartition("@")
    start, end = f"{local}+r.", f"@{host}"
    found = {
        address[len(start) : -len(end)]
        for address in (recipient.strip(" <>").casefold() for recipient in recipients)
        if address.startswith(start) and address.endswith(end)
    }
    tokens = {token for token in found if _TOKEN.fullmatch(token)}
    if not tokens:
        tokens = {re.sub(r"\s", "", mark).lower() for mark in _MARK.findall(subject)}
    return tokens.pop() if len(tokens) == 1 else None
