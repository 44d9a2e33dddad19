"""What the mail channel answers, as outcomes of the outbox: backoff up to five days; and turns of recipient domains."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from weakref import WeakValueDictionary

from mail.channel import MailChannel
from mail.results import Delivered, Refused
from school.ports import Clock
from storage.outbox import Dead, OutboxRow, Outcome, Retry, Sent

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
# 30 s, 1 min … 4 h 16 min make 8.5 hours in ten tries; then every six hours until the fifth day.
MOST_ATTEMPTS = 29
# Letters on their way to one domain at a time: big providers greylist whoever comes with more.
AT_ONCE_TO_A_DOMAIN = 2


class DomainTurns:
    """Lets at most `AT_ONCE_TO_A_DOMAIN` letters go to one domain at a time, so that a slow one holds up no other."""

    def __init__(self) -> None:
        # A domain is remembered for as long as a letter to it waits or is being sent.
        self._domains: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def turn(self, recipient: str) -> AsyncIterator[None]:
        """Wait for the turn of a recipient's domain and hold it for the length of the block."""
        domain = recipient.rpartition("@")[2].rstrip(" .").lower()
        places = self._domains.get(domain)
        if places is None:
            places = self._domains[domain] = asyncio.Semaphore(AT_ONCE_TO_A_DOMAIN)
        async with places:
            yield


class MailSender:
    """Sends rows of the channel "mail" through `MailChannel`; `refused` is told of recipients refused for good."""

    def __init__(
        self,
        channel: MailChannel,
        clock: Clock,
        refused: Callable[[OutboxRow, str], Awaitable[None]] | None = None,
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._refused = refused

    async def send(self, row: OutboxRow) -> Outcome:
        """Send one letter and say what came of it."""
        result = await self._channel.send(row)
        if isinstance(result, Delivered):
            return Sent(row.id, row.fence, {"message_id": result.message_id})
        if isinstance(result, Refused):
            if result.recipient and self._refused is not None:
                await self._refused(row, result.error)
            return Dead(row.id, row.fence, result.error, defect=not result.recipient)
        if row.attempts >= MOST_ATTEMPTS and not result.permanent:
            return Dead(row.id, row.fence, result.error)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.attempts, 10))
        if result.after is not None:
            pause = timedelta(seconds=result.after)
        counts, outage = not result.permanent, result.server
        return Retry(row.id, row.fence, self._clock.now() + pause, result.error, counts=counts, outage=outage)
