"""From the mailbox to the store: a letter is kept raw and committed before anybody is told that it came."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from mail.envelope import Envelope, read_envelope
from mail.imap_settings import RawLetter
from school.mailroom import StoredLetter
from school.ports import Clock, Vault
from school.ports_mail import MailInbox, RawFacts

log = logging.getLogger(__name__)


class LetterIntake:
    """Takes raw letters from IMAP, from the demo's mailbox or from tests, and hands the new ones on."""

    def __init__(self, inbox: MailInbox, vault: Vault, clock: Clock, hand_on: Callable[[StoredLetter], None]) -> None:
        self._inbox = inbox
        self._vault = vault
        self._clock = clock
        self._hand_on = hand_on

    async def take(self, raw: RawLetter) -> None:
        """Keep a letter; one known already, by its place or by what it is, is let go. Raises what the store raises."""
        head = await asyncio.to_thread(read_envelope, raw.content)
        raw_id = uuid4().hex
        await self._vault.put(raw_id, raw.content)
        stored = await self._inbox.take(_facts(raw, raw_id, head, self._clock.now()))
        if stored is None:
            await self._vault.delete(raw_id)
            return
        if raw.truncated:
            await self._inbox.set_aside(stored.id, "too_big")
            log.warning("a letter of %s bytes is too big and was set aside", raw.size)
            return
        self._hand_on(stored)


def _facts(raw: RawLetter, raw_id: str, head: Envelope, now: datetime) -> RawFacts:
    # What the way of a letter adds at its top differs between two deliveries of one letter; the rest does not.
    fingerprint = hashlib.sha256(head.body or raw.content).hexdigest()
    # «Согласна» of two students is one body: without an id, who wrote it and when tell the letters apart.
    place = hashlib.sha256(f"{head.sender}\0{head.date}\0{head.subject}\0{fingerprint}".encode()).hexdigest()
    return RawFacts(
        raw.uidvalidity,
        raw.uid,
        raw_id,
        head.message_id or f"none:{place}",
        fingerprint,
        head.sender,
        head.subject[:200],
        now,
    )
