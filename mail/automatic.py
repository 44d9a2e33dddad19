"""What no person wrote just now: bounces, autoresponders, lists, bulk, our own letters, other bots (RFC 3834)."""

import re
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from mail.automatic_words import (
    ABSENCE,
    ANSWERS,
    AUTO_REPLY_BRACKETS,
    AUTO_REPLY_HEADER,
    AUTO_REPLY_SUBJECT,
    AUTO_REPLY_VALUES,
    DAEMON,
    GREETING,
    LONGEST_ABSENCE,
    RECEIPT_SUBJECT,
    SUPPRESSES,
)
from mail.parse_addresses import Address, normal_address, normal_host
from mail.parse_headers import Headers, message_id


class Kind(StrEnum):
    """Which kind of automaton wrote; the value is stored."""

    BOUNCE = "bounce"
    OWN = "own"
    AUTO_REPLY = "auto_reply"
    LIST = "list"
    BULK = "bulk"
    SECOND_BOT = "second_bot"


@dataclass(frozen=True, slots=True)
class Automatic:
    """The kind, and `why`: the header or the words that show it, for the log and the administrator."""

    kind: Kind
    why: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a letter says beside its headers: the writer's own words, whether files came, an invitation's method."""

    words: str = ""
    brings_files: bool = False
    calendar: str = ""


def automatic(
    headers: Headers, sender: Address | None, own: Set[str], *, bounced: bool, said: Said | None = None
) -> Automatic | None:
    """Tell what kind of automaton wrote, or None for a person. `own` are our addresses, `bounced`: it is a bounce."""
    if bounced:
        return Automatic(Kind.BOUNCE, "delivery report")
    said = said or Said()
    known = _own(headers, sender, own) or _auto_reply(headers, sender) or _calendar(said) or _list(headers)
    return known or _machine(headers) or _absence(said)


def _own(headers: Headers, sender: Address | None, own: Set[str]) -> Automatic | None:
    normal = {normal_address(address).casefold() for address in own}
    if sender and _without_tag(sender.address) in normal:
        return Automatic(Kind.OWN, "From")
    # People of the school have ids of its host too, so the host alone proves nothing; every letter of ours says both.
    host = (message_id(headers.first("message-id")) or "").strip("<>").rpartition("@")[2]
    hosts = {address.rpartition("@")[2] for address in normal}
    if host and normal_host(host) in hosts and _keyword(headers, "auto-submitted") == "auto-generated":
        return Automatic(Kind.OWN, "Message-ID")
    return None


def _calendar(said: Said) -> Automatic | None:
    """An invitation accepted, declined or sent is a calendar's letter (RFC 5546): it answers no question of ours."""
    return Automatic(Kind.AUTO_REPLY, f"calendar: {said.calendar}") if said.calendar else None


def _absence(said: Said) -> Automatic | None:
    """A text alone that is nothing but «Я в отпуске до 15 мая»: programs without headers of their own write it."""
    words = said.words.strip()
    if said.brings_files or not words or len(words) > LONGEST_ABSENCE or ANSWERS.search(words):
        return None
    greeting = GREETING.match(words)
    found = ABSENCE.match(words[greeting.end() if greeting else 0 :].lstrip())
    return Automatic(Kind.AUTO_REPLY, f"Text: {found[0][:60]}") if found else None


def _auto_reply(headers: Headers, sender: Address | None) -> Automatic | None:
    if _keyword(headers, "auto-submitted") == "auto-replied":
        return Automatic(Kind.AUTO_REPLY, "Auto-Submitted: auto-replied")
    for name, _ in headers.items:
        if AUTO_REPLY_HEADER.fullmatch(name) and headers.first(name).strip().lower() not in ("no", "false", "0"):
            return Automatic(Kind.AUTO_REPLY, name)
    for name, written in AUTO_REPLY_VALUES.items():
        if any(written.match(value) for value in headers.all(name)):
            return Automatic(Kind.AUTO_REPLY, name)
    if _keyword(headers, "precedence") in ("auto_reply", "auto-reply"):
        return Automatic(Kind.AUTO_REPLY, "Precedence: auto_reply")
    subject = headers.words("subject")
    if found := AUTO_REPLY_SUBJECT.match(subject) or AUTO_REPLY_BRACKETS.search(subject[:300]):
        return Automatic(Kind.AUTO_REPLY, f"Subject: {found[0].strip()}")
    if RECEIPT_SUBJECT.match(headers.words("subject")) or _is_report(headers):
        return Automatic(Kind.AUTO_REPLY, "receipt")
    returned = headers.first("return-path").strip(" <>").partition("@")[0]
    if headers.has("return-path") and (not returned or DAEMON.fullmatch(returned)):
        return Automatic(Kind.AUTO_REPLY, f"Return-Path: <{returned}>")
    if sender is not None and DAEMON.fullmatch(sender.address.partition("@")[0]):
        return Automatic(Kind.AUTO_REPLY, "From")
    return None


def _list(headers: Headers) -> Automatic | None:
    for name in ("list-id", "list-post", "mailing-list", "x-mailing-list"):
        if headers.first(name).strip():
            return Automatic(Kind.LIST, name)
    precedence = _keyword(headers, "precedence")
    if precedence == "list":
        return Automatic(Kind.LIST, "Precedence: list")
    if precedence in ("bulk", "junk"):
        return Automatic(Kind.BULK, f"Precedence: {precedence}")
    return Automatic(Kind.BULK, "list-unsubscribe") if headers.has("list-unsubscribe") else None


def _machine(headers: Headers) -> Automatic | None:
    submitted = _keyword(headers, "auto-submitted")
    if submitted and submitted != "no":
        return Automatic(Kind.SECOND_BOT, f"Auto-Submitted: {submitted[:40]}")
    if SUPPRESSES.search(headers.first("x-auto-response-suppress")):
        return Automatic(Kind.SECOND_BOT, "X-Auto-Response-Suppress")
    return None


def _keyword(headers: Headers, name: str) -> str:
    return re.split(r"[\s;(]", headers.first(name).strip().lower(), maxsplit=1)[0]


def _is_report(headers: Headers) -> bool:
    """Receipts and reports that are no bounces: read, delivered, complained of."""
    return headers.media() == "multipart/report"


def _without_tag(address: str) -> str:
    local, _, host = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{host}"
