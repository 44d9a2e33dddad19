"""Drafts left alone: one nudge in working hours, then they expire."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from school.draft import Draft
from school.errors import Conflict
from school.notices import Notice
from school.ports import Clock, CommittingUnitOfWork
from school.terms import is_working_day

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class DraftPolicy:
    """When a draft is nudged and when it expires; working hours in the school's zone."""

    nudge_after: timedelta = timedelta(hours=3)
    expire_after: timedelta = timedelta(days=14)
    opens: time = time(9)
    closes: time = time(18)


Stale = Callable[[datetime, int], Awaitable[list[Draft]]]


class DraftKeeper:
    """Nudges and expires drafts; `to_nudge` and `to_expire` read the candidates."""

    def __init__(
        self,
        open_uow: Callable[[], CommittingUnitOfWork],
        to_nudge: Stale,
        to_expire: Stale,
        clock: Clock,
        timezone: str,
        policy: DraftPolicy,
    ) -> None:
        self._open_uow = open_uow
        self._to_nudge = to_nudge
        self._to_expire = to_expire
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._policy = policy

    async def __call__(self) -> None:
        """Do what is due now."""
        now = self._clock.now()
        for draft in await self._to_expire(now - self._policy.expire_after, AT_ONCE):
            await self._change(replace(draft, state="expired", answers={}, touched_at=now), "draft_expired")
        if self._working_hours(now):
            for draft in await self._to_nudge(now - self._policy.nudge_after, AT_ONCE):
                await self._change(replace(draft, nudged_at=now), "draft_nudge")

    def _working_hours(self, now: datetime) -> bool:
        local = now.astimezone(self._zone)
        return is_working_day(local.date()) and self._policy.opens <= local.time() < self._policy.closes

    async def _change(self, draft: Draft, kind: str) -> None:
        uow = self._open_uow()
        uow.save_draft(draft)
        # A draft of the page alone has no chat to write to.
        if draft.form == "order" and draft.chat_id:
            data = {"draft": draft.id}
            uow.add_notice(Notice(uuid4().hex, kind, "chat", str(draft.chat_id), data, f"{kind}:{draft.id}", bulk=True))
        try:
            await uow.commit()
        except Conflict:
            return  # the person came back at this very moment
