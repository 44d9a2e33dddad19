"""Letters whose code ran out are left to a person; once a day administrators are told how many letters nobody took."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from school.centre import Role
from school.errors import Conflict
from school.ports import Clock, CommittingUnitOfWork
from school.use_cases.file_letter import leave_unconfirmed
from school.use_cases.tell import tell_role

OPENS = time(9)


class AsideTeller:
    """Tells of the letters left to a person, from nine in the morning on, of those of the day before."""

    def __init__(self, open_uow: Callable[[], CommittingUnitOfWork], clock: Clock, timezone: str) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._zone = ZoneInfo(timezone)

    async def __call__(self) -> None:
        """Tell, unless it is early, nothing new has come, or it was told today."""
        uow = self._open_uow()
        if await leave_unconfirmed(uow, self._clock.now()):
            try:
                await uow.commit()
            except Conflict:
                return  # one of them was just confirmed; the next tick looks again
        local = self._clock.now().astimezone(self._zone)
        if local.time() < OPENS:
            return
        opened = datetime.combine(local.date(), OPENS, self._zone)
        uow = self._open_uow()
        _, count = await uow.letters_aside(1, 0)
        if not count:
            return
        newest, _ = await uow.letters_aside(1, count - 1)
        if not newest or newest[0].received_at <= opened - timedelta(days=1):
            return
        await tell_role(uow, Role.ADMIN, "letters_aside", {"count": count}, f"letters_aside:{local.date()}")
        try:
            await uow.commit()
        except Conflict:
            return  # the next tick tells it
