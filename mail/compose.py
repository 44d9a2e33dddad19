"""From an outbox row to bytes on the wire: an `EmailMessage` with a deterministic Message-ID."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from mail.addresses import WireAddress, read_sender, wire_address
from mail.errors import ComposeError
from mail.letters import LETTERS, Attachment, Links, client_links, confirm_link, with_links
from mail.reply_token import reference, reply_address, subject_mark
from mail.templating import render
from mail.wire import serialise

REPLY_BASE = "mail.reply_base"
"""The setting that holds the address where answers are read; absent where no letters come in."""

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,200}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes to whom and when: `id` is the outbox row's, `sender` may carry a name, `date` is aware."""

    id: str
    sender: str
    recipient: str
    date: datetime
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """A letter ready for the wire."""

    message_id: str
    sender: WireAddress
    recipient: WireAddress
    payload: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether the server has to offer SMTPUTF8."""
        return self.sender.needs_utf8 or self.recipient.needs_utf8


def compose(
    kind: str, data: Mapping[str, Any], envelope: Envelope, settings: Mapping[str, str], links: Links | None = None
) -> EmailMessage:
    """Make the letter of this kind. Raises `ComposeError` for an unknown kind, data that do not fit, bad addresses."""
    letter = LETTERS.get(kind)
    if letter is None:
        raise ComposeError(f"there is no letter {kind}")
    try:
        values = letter.context(with_links(data, links) if letter.needs_links else data, settings)
        token, base = data.get("reply"), settings.get(REPLY_BASE)
        more = {
            "answerable": bool(token and base),
            "client_links": client_links(data, links),
            "confirm_link": confirm_link(data, links),
        }
        rendered = render(kind, {**values, **more})
        message = _headed(rendered.subject, envelope)
        if data.get("in_reply_to"):
            message["In-Reply-To"] = str(data["in_reply_to"])
            message["References"] = str(data["in_reply_to"])
        if token and base:
            _made_answerable(message, base, str(token))
        if letter.unsubscribe:
            _made_refusable(message)
        files = letter.attachments(data, settings)
    except (KeyError, TypeError, ValueError) as error:
        # The text of these errors holds what a person typed, so only their type is told.
        raise ComposeError(f"the data do not fit {kind}: {type(error).__name__}") from error
    message.set_content(rendered.text, cte="base64")
    message.add_alternative(rendered.html, subtype="html", cte="base64")
    for file in files:
        _attach(message, file)
    return message


def _made_answerable(message: EmailMessage, base: str, token: str) -> None:
    """Let an answer come back with the token, in its address and in what it refers to."""
    known = message["References"]
    del message["Reply-To"], message["References"]
    message["References"] = f"{known} {reference(base, token)}" if known else reference(base, token)
    try:
        message["Reply-To"] = reply_address(base, token)
    except ValueError:
        # The mailbox's own name is too long for a plus-address: the subject is what is left.
        subject = f"{message['Subject']} {subject_mark(token)}"
        del message["Subject"]
        message["Reply-To"], message["Subject"] = base, subject


def _made_refusable(message: EmailMessage) -> None:
    """Say where to write that no more reminders are wanted: the same people read it who read the answers."""
    address = str(message["Reply-To"] or message["From"].addresses[0].addr_spec)
    message["List-Unsubscribe"] = f"<mailto:{quote(address, safe='@+.-_')}?subject={quote('Не напоминайте')}>"


def build(
    kind: str, data: Mapping[str, Any], envelope: Envelope, settings: Mapping[str, str], links: Links | None = None
) -> Built:
    """Compose and serialise; takes milliseconds, so call it off the loop. Raises as `compose`."""
    message = compose(kind, data, envelope, settings, links)
    sender, recipient = read_sender(envelope.sender), wire_address(envelope.recipient)
    payload = serialise(message, utf8=sender.needs_utf8 or recipient.needs_utf8)
    return Built(str(message["Message-ID"]), sender, recipient, payload)


def message_id(row_id: str, sender: WireAddress) -> str:
    """Return `<row@host>`, the same for every attempt, so that repeats are known. Raises `ComposeError`."""
    if not _SAFE_ID.fullmatch(row_id):
        raise ComposeError("the id of the letter holds a strange character")
    return f"<{row_id}@{sender.host}>"


def _headed(subject: str, envelope: Envelope) -> EmailMessage:
    sender = read_sender(envelope.sender)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender.header
    message["To"] = wire_address(envelope.recipient).header
    if envelope.reply_to:
        message["Reply-To"] = read_sender(envelope.reply_to).header
    message["Subject"] = subject
    message["Date"] = format_datetime(envelope.date)
    message["Message-ID"] = message_id(envelope.id, sender)
    # RFC 3834: nobody's autoresponder answers, and ours answers none of these.
    message["Auto-Submitted"] = "auto-generated"
    return message


def _attach(message: EmailMessage, file: Attachment) -> None:
    maintype, _, subtype = file.media.partition("/")
    message.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.name)
