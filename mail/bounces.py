"""Which addresses a letter did not reach, as servers report it: RFC 3464, then flufl.bounce, then words of our own."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message

from mail.bounce_words import (
    DELAYED,
    INTRODUCTIONS,
    MACHINE_SENDERS,
    MACHINE_SUBJECTS,
    MEANINGS,
    ORIGINAL,
    Reason,
)
from mail.parse_addresses import Address, addresses, normal_address
from mail.parse_headers import Headers, message_id, message_ids, read_headers, words
from mail.parse_parts import Part

_MAX_REPORT = 128 * 1024  # bytes of a report that are read
_MAX_RECIPIENTS = 200
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.#-])([45])\d\d(?=[\s-])")
_CODE_POINT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_ENCODED = re.compile(r"\+([0-9A-F]{2})")
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_ORIGINALS = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")


@dataclass(frozen=True, slots=True)
class BouncedRecipient:
    """An address and what became of the letter to it.

    `permanent`: a repeat will not arrive either; a full mailbox and an expired queue are not permanent.
    `delayed`: the server still tries. `status` is that of RFC 3463, where it was told.
    """

    address: str
    status: str | None
    permanent: bool
    delayed: bool
    diagnostic: str
    reason: Reason

    @property
    def refused(self) -> bool:
        """Whether this letter was refused (spam, policy, size) and the address may be right."""
        return self.reason in (Reason.REFUSED, Reason.TOO_BIG)

    @property
    def wrong_address(self) -> bool:
        """Whether the address itself is at fault: only then is it marked and corrected."""
        return self.permanent and not self.refused


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report of letters that did not arrive, and the Message-ID of the letter, with its brackets, if it is told."""

    recipients: tuple[BouncedRecipient, ...]
    original_message_id: str | None


def find_bounce(tree: Part, sender: Address | None, text: str, skip: frozenset[str] = frozenset()) -> Bounce | None:
    """Read a bounce, or None. `text` is the letter's whole text, `skip` our own addresses, folded.

    A letter of a person that tells of a bounce is none: without a delivery report, only servers are believed.
    """
    found = _from_reports(tree)
    unnamed = found is not None and not found and _failed_without_address(tree)
    if unnamed:
        found = _by_header(tree) or None
    if found is None:
        text = text[:_MAX_REPORT]
        subject = tree.headers.words("subject")
        if unnamed or _from_machine(tree.headers, sender):
            found = _by_flufl(tree, text) or _by_words(text, subject, skip)
        elif MACHINE_SUBJECTS.match(subject):
            found = _by_flufl(tree, text)  # some servers write under a name like a person's
    if not found:
        return None
    return Bounce(tuple(found[:_MAX_RECIPIENTS]), _original(tree, text))


def judge(status: str | None, diagnostic: str, action: str) -> tuple[bool, bool, Reason]:
    """From what a server says to (permanent, delayed, reason); `action` is RFC 3464's, `failed` or `delayed`."""
    if action == "delayed":
        return False, True, Reason.DELAYED
    reason = _reason(status, diagnostic)
    code = _REPLY_CODE.search(diagnostic)
    temporary = (status or "").startswith("4") or (not status and code is not None and code[1] == "4")
    return reason not in (Reason.MAILBOX_FULL, Reason.EXPIRED) and not temporary, False, reason


def _reason(status: str | None, diagnostic: str) -> Reason:
    said = next((reason for reason, pattern in MEANINGS.items() if pattern.search(diagnostic)), None)
    detail = (status or "").partition(".")[2]
    by_status = {
        "2.2": Reason.MAILBOX_FULL, "1.1": Reason.UNKNOWN_USER, "1.3": Reason.UNKNOWN_USER, "1.6": Reason.UNKNOWN_USER,
        "1.10": Reason.UNKNOWN_USER, "2.1": Reason.UNKNOWN_USER, "1.2": Reason.NO_DOMAIN, "4.4": Reason.NO_DOMAIN,
        "4.7": Reason.EXPIRED, "3.4": Reason.TOO_BIG, "2.3": Reason.TOO_BIG,
    }.get(detail)  # fmt: skip
    if by_status is not None:
        return by_status
    # Some say 5.7.1 of a user that is not there, so words count before the class of policy.
    if said is not None:
        return said
    return Reason.REFUSED if detail.startswith(("7.", "6.")) else Reason.OTHER


def _from_reports(tree: Part) -> list[BouncedRecipient] | None:
    """What the delivery reports say; None where there is no report, an empty list for reports of success."""
    blocks = [block for part in tree.walk() if _is_report(part, tree) for block in _blocks(part)]
    named = [block for block in blocks if block.has("final-recipient") or block.has("original-recipient")]
    if not named:
        return None
    found = [recipient for block in named if (recipient := _reported(block)) is not None]
    return list({recipient.address: recipient for recipient in found}.values())


def _failed_without_address(tree: Part) -> bool:
    """Tell whether a report says that something failed, and names nobody whom we could have written to."""
    blocks = (block for part in tree.walk() if _is_report(part, tree) for block in _blocks(part))
    return any(block.first("action").strip().lower().startswith(("failed", "delay")) for block in blocks)


def _by_header(tree: Part) -> list[BouncedRecipient]:
    """Who is named by X-Failed-Recipients (Exim, Gmail), judged by what the report says of the failure."""
    blocks = [block for part in tree.walk() if _is_report(part, tree) for block in _blocks(part)]
    failed = next((block for block in blocks if block.has("action")), None)
    status = _STATUS.search(failed.first("status")) if failed else None
    diagnostic = words(failed.first("diagnostic-code"))[:1000] if failed else ""
    action = "delayed" if failed and failed.first("action").strip().lower().startswith("delay") else "failed"
    judged = judge(status[0] if status else None, diagnostic, action)
    named = addresses(tree.headers.first("x-failed-recipients").split(","))
    return [
        BouncedRecipient(one, status[0] if status else None, judged[0], judged[1], diagnostic, judged[2])
        for one in named
    ]


def _is_report(part: Part, tree: Part) -> bool:
    if part.media in _REPORTS:
        return True
    return tree.media == "multipart/report" and part.raw(200).lstrip()[:14].lower() == b"reporting-mta:"


def _blocks(part: Part) -> Iterator[Headers]:
    for block in re.split(rb"\r?\n[ \t]*(?:\r?\n)+", part.content(_MAX_REPORT), maxsplit=2 * _MAX_RECIPIENTS):
        if block.strip():
            yield read_headers(block.strip(b"\r\n"))


def _reported(block: Headers) -> BouncedRecipient | None:
    action = block.first("action").strip().lower().split(" ")[0]
    status = _STATUS.search(block.first("status"))
    if action in ("delivered", "relayed", "expanded") or (not action and status and status[1] == "2"):
        return None
    # The original recipient is whom we wrote to; the final one is where it was forwarded.
    address = _reported_address(block.first("original-recipient")) or _reported_address(block.first("final-recipient"))
    if not address:
        return None
    diagnostic = words(block.first("diagnostic-code"))[:1000]
    inner = _STATUS.search(diagnostic)
    code = (status[0] if status else "") or (inner[0] if inner else "")
    if inner and code in ("5.0.0", "4.0.0"):
        code = inner[0]
    permanent, delayed, reason = judge(code or None, diagnostic, "delayed" if action.startswith("delay") else "failed")
    return BouncedRecipient(address, code or None, permanent, delayed, diagnostic, reason)


def _reported_address(value: str) -> str:
    kind, separator, rest = words(value).partition(";")
    text = (rest if separator else kind).strip()
    if kind.strip().lower() == "utf-8":  # RFC 6533: «\x{43F}» for a letter
        text = _CODE_POINT.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), text)
    found = addresses((text,))
    if not found and separator:
        found = addresses((_ENCODED.sub(lambda code: chr(int(code[1], 16)), text),))
    return found[0] if found else ""


def _from_machine(headers: Headers, sender: Address | None) -> bool:
    if headers.has("x-failed-recipients") or headers.media() == "multipart/report":
        return True
    if headers.has("return-path") and headers.first("return-path").strip() in ("<>", ""):
        return True
    local = sender.address.rpartition("@")[0] if sender else ""
    bare = words(headers.first("from")).strip(' <>"').partition("@")[0].split("<")[-1]
    return bool(MACHINE_SENDERS.fullmatch(local or bare))


def _by_flufl(tree: Part, text: str) -> list[BouncedRecipient]:
    from flufl.bounce import all_failures

    # It logs the tracebacks of what it trips over, and letters are nobody's business.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
    try:
        temporary, permanent = all_failures(_tame(tree))
    except (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError):
        return []  # unknown charsets, broken frames
    named = [
        (address, action)
        for names, action in ((temporary, "delayed"), (permanent, "failed"))
        for address in addresses(name.decode("utf-8", "replace") for name in sorted(names))
    ]
    return _told(named, text)


def _tame(tree: Part) -> Message:
    """The letter for flufl: with a sender and headers in ASCII; over others it trips before it looks at the text."""
    message = message_from_bytes(tree.source[:_MAX_REPORT])
    for name, value in message.raw_items():
        if not value.isascii():
            message.replace_header(name, value.encode("ascii", "replace").decode("ascii"))
    if "@" not in message.get("from", ""):
        del message["from"]
        message["from"] = "unknown@invalid"
    return message


def _by_words(text: str, subject: str, skip: frozenset[str]) -> list[BouncedRecipient]:
    begin = INTRODUCTIONS.search(text)
    if begin is None and not INTRODUCTIONS.search(subject):
        return []
    told = text[begin.start() if begin else 0 :]
    end = ORIGINAL.search(told)
    told = told[: end.start()] if end else told[:8000]
    action = "delayed" if DELAYED.search(f"{subject}\n{text[:4000]}") else "failed"
    found = [address for address in addresses(told.splitlines()) if address.casefold() not in skip]
    return _told([(address, action) for address in found if not _is_machine(address)], told)


def _is_machine(address: str) -> bool:
    return bool(MACHINE_SENDERS.fullmatch(address.rpartition("@")[0]))


def _told(named: list[tuple[str, str]], text: str) -> list[BouncedRecipient]:
    """Judge addresses that a plain text names, each by the words behind it; a lone one also by the words before."""
    end = ORIGINAL.search(text)
    head = " ".join(text[: min(end.start(), 4000) if end else 2000].split())
    found = []
    for address, action in named:
        diagnostic = _about(text, address)
        judged = _judged(address, diagnostic, action)
        if judged.reason is Reason.OTHER and len(named) == 1:
            judged = replace(_judged(address, head, action), diagnostic=diagnostic or head[:600])
        found.append(judged)
    return found


def _judged(address: str, diagnostic: str, action: str) -> BouncedRecipient:
    found = _STATUS.search(diagnostic)
    status = found[0] if found else None
    permanent, delayed, reason = judge(status, diagnostic, action)
    return BouncedRecipient(normal_address(address), status, permanent, delayed, diagnostic, reason)


def _about(text: str, address: str) -> str:
    """What the text says after the address, until it names another one: the diagnostic, on one line."""
    place = text.casefold().find(address.casefold())
    if place < 0:
        return " ".join(text[:600].split())
    after = text[place + len(address) : place + len(address) + 1200]
    other = re.search(r"\n\s*<?[^\s<>@]{1,64}@[^\s<>@:]+[>:]*\s*\n|\n-{3,}", after)
    return " ".join((after[: other.start()] if other else after).split())[:600].strip(" >:,;")


def _original(tree: Part, text: str) -> str | None:
    for part in tree.walk():
        if part is not tree and part.media in _ORIGINALS:
            inner = part.children[0].headers if part.children else read_headers(part.content(_MAX_REPORT))
            if found := message_id(inner.first("message-id")):
                return found
    told = re.findall(r"(?im)^[> ]*message-id:\s*(<[^<>\s]+>)", text)
    if told:
        return str(told[-1])
    return next(iter(message_ids((tree.headers.first("in-reply-to"),))), None)
