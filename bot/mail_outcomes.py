"""What the mail channel answers, as outcomes of the outbox: backoff up to five days."""

from datetime import timedelta

from mail.channel import MailChannel
from mail.results import Delivered, Refused
from school.ports import Clock
from storage.outbox import Dead, OutboxRow, Outcome, Retry, Sent

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
# 30 s, 1 min … 4 h 16 min make 8.5 hours in ten tries; then every six hours until the fifth day.
MOST_ATTEMPTS = 29


class MailSender:
    """Sends rows of the channel "mail" through `MailChannel`."""

    def __init__(self, channel: MailChannel, clock: Clock) -> None:
        self._channel = channel
        self._clock = clock

    async def send(self, row: OutboxRow) -> Outcome:
        """Send one letter and say what came of it."""
        result = await self._channel.send(row)
        if isinstance(result, Delivered):
            return Sent(row.id, row.fence, {"message_id": result.message_id})
        if isinstance(result, Refused):
            return Dead(row.id, row.fence, result.error)
        if row.attempts >= MOST_ATTEMPTS and not result.permanent:
            return Dead(row.id, row.fence, result.error)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.attempts, 10))
        if result.after is not None:
            pause = timedelta(seconds=result.after)
        return Retry(row.id, row.fence, self._clock.now() + pause, result.error, counts=not result.permanent)
