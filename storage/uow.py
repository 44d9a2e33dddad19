"""The unit of work over the database (see `school.ports.UnitOfWork`)."""

from collections.abc import Callable
from functools import partial

from storage import staging
from storage.outbox import OutboxRow
from storage.uow_audit import UowAudit
from storage.uow_billing import UowClosing, UowMoney
from storage.uow_limits import UowLimits
from storage.uow_mail import UowMail
from storage.uow_reads import UowReads
from storage.uow_school import UowSchool
from storage.uow_writes import UowWrites

Listener = Callable[[list[OutboxRow]], None]


class SqlUnitOfWork(UowReads, UowWrites, UowMail, UowMoney, UowClosing, UowAudit, UowSchool, UowLimits):
    """One input's reads and staged writes; the opener commits or rolls back."""

    async def commit(self) -> None:
        """Write all that is staged in one transaction; `Conflict` on a lost version or number, nothing kept then."""
        staged, notices = list(self._staged.values()), self._notices
        self.rollback()
        if not staged and not notices:
            return
        announce = self._database.on_commit
        now = self._clock.now()
        owner = self._database.owner
        rows = [staging.notice_values(notice, now, leased=announce is not None, owner=owner) for notice in notices]
        work = partial(staging.run, self._database.dialect, staged, rows)
        await self._database.write(work, None if announce is None or not rows else partial(_announce, announce))

    def rollback(self) -> None:
        """Drop what is staged."""
        self._staged = {}
        self._notices = []


def _announce(listener: Listener, rows: list[OutboxRow]) -> None:
    if rows:
        listener(rows)
