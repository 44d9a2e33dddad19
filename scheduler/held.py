"""Orders that wait for their orderers: one reminder after a day, with a fresh link, never a second one."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from school.errors import Conflict
from school.ports import Clock, CommittingUnitOfWork
from school.use_cases.confirm_order import NUDGE_AFTER, nudge_orderer

AT_ONCE = 200


class HeldKeeper:
    """Reminds orderers; `to_nudge` reads ids of the orders held since a moment."""

    def __init__(
        self,
        open_uow: Callable[[], CommittingUnitOfWork],
        to_nudge: Callable[[datetime, int], Awaitable[list[str]]],
        clock: Clock,
    ) -> None:
        self._open_uow = open_uow
        self._to_nudge = to_nudge
        self._clock = clock

    async def __call__(self) -> None:
        """Do what is due now."""
        for order_id in await self._to_nudge(self._clock.now() - NUDGE_AFTER, AT_ONCE):
            await self._nudge(order_id)

    async def _nudge(self, order_id: str) -> None:
        uow = self._open_uow()
        order = await uow.order(order_id)
        if order is None:
            return
        await nudge_orderer(uow, order, self._clock.now())
        try:
            await uow.commit()
        except Conflict:
            return  # it was confirmed at this very moment
