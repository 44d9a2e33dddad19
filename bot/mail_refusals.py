"""A recipient whom a mail server refuses for good while we send: the same as a report that comes back later."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from mail.bounce_words import Reason
from mail.bounces import judge
from school.errors import Conflict
from school.ports import Clock, CommittingUnitOfWork
from school.use_cases.note_bounce import Undelivered, note_bounce
from storage.outbox import OutboxRow

_STATUS = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
# Of replies to RCPT without words that are known: no such mailbox, not here, not a name (RFC 5321, 4.2.3).
_NO_MAILBOX = ("550 ", "551 ", "553 ")
_MOST_RERUNS = 20


class Refusals:
    """Notes refused recipients, each in a unit of work of its own."""

    def __init__(self, open_uow: Callable[[], CommittingUnitOfWork], clock: Clock, timezone: str) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._zone = ZoneInfo(timezone)

    async def note(self, row: OutboxRow, error: str) -> None:
        """Note what the server said of the letter's recipient. Raises what the store raises: the row is tried again."""
        wrong, why = _judged(error)
        now = self._clock.now()
        found = Undelivered(row.recipient, wrong, why, error)
        for rerun in range(_MOST_RERUNS):
            uow = self._open_uow()
            about = await uow.topic_of_letters([row.id])
            await note_bounce(uow, found, about, now, now.astimezone(self._zone).date())
            try:
                await uow.commit()
            except Conflict:
                if rerun == _MOST_RERUNS - 1:
                    raise
                continue
            return


def _judged(error: str) -> tuple[bool, str]:
    """Tell whether the address itself is at fault, and the code of why; spam and policy say nothing of an address."""
    status = _STATUS.search(error)
    permanent, _, reason = judge(status[0] if status else None, error, "failed")
    if reason is Reason.OTHER:
        return error.startswith(_NO_MAILBOX) or not error[:1].isdigit(), reason.value
    return permanent and reason not in (Reason.REFUSED, Reason.TOO_BIG), reason.value
