"""A received letter: bytes in, a `Letter` out. Pure and slow (milliseconds a megabyte): call it off the loop."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from mail.authenticity import Dmarc, dmarc
from mail.automatic import Automatic, Said, automatic
from mail.bounces import Bounce, find_bounce
from mail.parse_addresses import Address, normal_address, read_mailbox, read_sender, recipients
from mail.parse_body import own_words
from mail.parse_content import Content, FilePart, gather
from mail.parse_headers import Headers, message_id, message_ids, read_date
from mail.parse_parts import Part, Reader
from mail.reply_token import find_reference, find_token

__all__ = ["MAX_LETTER", "Address", "FilePart", "Letter", "parse"]

MAX_LETTER = 50 * 1024 * 1024  # bytes; the big providers take 25 to 35 MB
_HEAD_OF_BIG = 256 * 1024  # bytes read of a letter that is too big
_MAX_REFERENCES = 100
_MAX_SUBJECT = 1000


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says.

    `text`: the writer's own words, without quotes and signatures; `whole_text`: all of the text; `forwarded`: the texts
    of letters enclosed. `date`: aware, UTC. Message-IDs keep their brackets. `faults`: codes of what was wrong:
    `no_sender`, `many_senders`, `group_sender`, `strange_sender`, `name_is_address`, `bad_date`, `charset`,
    `broken_mime`, `no_end_boundary`, `too_many_parts`, `too_many_files`, `text_cut`, `encrypted`, `signed_opaque`,
    `partial`, `winmail`, `only_quote` (no own words: `text` is then what stood above the quote, or all of it).
    `too_big`: over `MAX_LETTER`; only its head was read, without files.
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Address | None
    reply_to: Address | None
    recipients: tuple[str, ...]
    subject: str
    date: datetime | None
    text: str
    whole_text: str
    forwarded: tuple[str, ...]
    files: tuple[FilePart, ...]
    automatic: Automatic | None
    bounce: Bounce | None
    dmarc: Dmarc
    token: str | None
    faults: tuple[str, ...]
    too_big: bool


def parse(raw: bytes, *, authserv_id: str | None, own_addresses: frozenset[str], own_hops: int | None = None) -> Letter:
    """Read a letter. Never raises, whatever the bytes; what is wrong with it is told in `faults`.

    `authserv_id` names the receiving server whose DMARC result counts, `own_hops` says below how many of its lines
    (see `mail.authenticity`); `own_addresses` are those we write from.
    """
    too_big = len(raw) > MAX_LETTER
    reader = Reader()
    tree = reader.read(raw[:_HEAD_OF_BIG] if too_big else raw)
    content = gather(tree, with_files=not too_big)
    sender, sender_faults = read_sender(tree.headers)
    own = frozenset(normal_address(address).casefold() for address in own_addresses)
    bounce = find_bounce(tree, sender, content.text, own)
    words = own_words(content.text)
    date = read_date(tree.headers.first("date"))
    found = recipients(tree.headers)
    subject = tree.headers.words("subject")[:_MAX_SUBJECT]
    answered = message_ids(tree.headers.all("in-reply-to"))[:_MAX_REFERENCES]
    references = message_ids(tree.headers.all("references"))[-_MAX_REFERENCES:]
    faults = [*sender_faults, *reader.faults, *content.faults]
    faults += ["bad_date"] * (date is None) + ["only_quote"] * (not words.found and bool(words.text))
    return Letter(
        message_id=message_id(tree.headers.first("message-id")),
        in_reply_to=answered,
        references=references,
        sender=sender,
        reply_to=_reply_to(tree.headers),
        recipients=found,
        subject=subject,
        date=date,
        text=words.text,
        whole_text=content.text,
        forwarded=content.forwarded,
        files=content.files,
        automatic=automatic(
            tree.headers, sender, own, bounced=bounce is not None, said=_said(tree, words.text, content)
        ),
        bounce=bounce,
        dmarc=dmarc(tree.headers, authserv_id, sender.host if sender else None, own_hops),
        token=_token(found, (*references, *answered), subject, own),
        faults=tuple(dict.fromkeys(faults)),
        too_big=too_big,
    )


def _said(tree: Part, words: str, content: Content) -> Said:
    """What tells a machine without headers of its own: its words, and an invitation that is no attached file."""
    calendars = (part for part in tree.walk() if part.media == "text/calendar" and part.disposition != "attachment")
    method = next((part.headers.parameter("content-type", "method") for part in calendars), "")
    return Said(words, any(not file.decoration for file in content.files), method.upper()[:20])


def _reply_to(headers: Headers) -> Address | None:
    values = headers.all("reply-to")
    return read_mailbox(values[0])[0] if len(values) == 1 else None


def _token(found: tuple[str, ...], referred: tuple[str, ...], subject: str, own: Set[str]) -> str | None:
    """The token for whichever of our addresses it came to; two different ones make it unclear, so None."""
    by_address = {token for base in own if (token := find_token(found, "", base)) is not None}
    if by_address:
        return by_address.pop() if len(by_address) == 1 else None
    return find_reference(referred) or find_token((), subject, "")
