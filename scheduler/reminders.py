"""Reminders by the clock: what has become due is told once, in the recipient's working hours (P1, A1, C1–C3).

A tick looks only at orders whose moment has come. It reads them in batches, gathers what each recipient is to be told
over all of them, commits the messages with their reminders, and only then says when to look at each order again: a
stop anywhere makes the next tick look anew, and what was committed is not told twice.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from school.centre import Centre, Role, StaffMember
from school.errors import Conflict
from school.facts import OrderFacts
from school.ports import Clock, CommittingUnitOfWork, UnitOfWork
from school.reminders import Due, Plan, Planned, Policy, plan
from school.terms import provisional
from school.use_cases import remind
from school.use_cases.hand_over import Led
from school.use_cases.own_order import owner_of
from school.use_cases.remind import Box
from school.use_cases.tell import tell_role
from school.working_hours import next_opening

T = TypeVar("T")

BATCH = 500
# Orders of one tick: what is left is the next tick's, a minute later.
AT_ONCE = 20_000
BOXES_AT_ONCE = 200
TRIES = 3
# How far ahead a year without a decreed calendar is told of: the longest term of the regulations and its steps.
AHEAD = timedelta(days=45)


class Known(Protocol):
    """What is known of messages and accounts: the outbox's part."""

    async def told(self, dedupes: Sequence[str]) -> set[str]:
        """Return which of these messages were made already."""

    async def reachable(self, user_ids: Collection[int]) -> set[int]:
        """Return which of these accounts have written to the bot and have not stopped it."""


@dataclass(slots=True)
class _Batch:
    """Orders read together: the unit that read them, and when to look at each again."""

    uow: CommittingUnitOfWork
    looks: dict[str, datetime | None]


@dataclass(slots=True)
class _Round:
    """One tick: what is found, for whom, and which orders are to be looked at again as they are."""

    now: datetime
    batches: list[_Batch] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)
    centres: dict[str, Centre] = field(default_factory=dict)
    staff: dict[str, Sequence[StaffMember]] = field(default_factory=dict)
    led: dict[str, Led] = field(default_factory=dict)
    unfinished: set[str] = field(default_factory=set)
    later: dict[str, datetime] = field(default_factory=dict)


class ReminderKeeper:
    """Plans what is due; an idle tick is one indexed query."""

    def __init__(
        self,
        open_uow: Callable[[], CommittingUnitOfWork],
        known: Known,
        clock: Clock,
        timezone: str,
        policy: Policy,
    ) -> None:
        self._open_uow = open_uow
        self._known = known
        self._clock = clock
        self._zone = ZoneInfo(timezone)
        self._policy = policy
        self._years_told: set[int] = set()

    async def __call__(self) -> None:
        """Do what is due now."""
        now = self._clock.now()
        await self._tell_of_years({now.astimezone(self._zone).year, (now.astimezone(self._zone) + AHEAD).year})
        found = await self._open_uow().orders_to_look(now, AT_ONCE)
        if not found:
            return
        turn = _Round(now)
        for ids in _batched(found, BATCH):
            await self._look(turn, ids)
        await self._tell(turn)
        for batch in turn.batches:
            looks = [(key, self._next(turn, key, at)) for key, at in batch.looks.items() if key not in turn.unfinished]
            batch.uow.set_looks(looks)
            await batch.uow.commit()

    async def _look(self, turn: _Round, ids: Sequence[str]) -> None:
        """Read a batch and put what is due of it into the recipients' boxes."""
        uow = self._open_uow()
        batch = _Batch(uow, dict.fromkeys(ids))
        turn.batches.append(batch)
        facts, planned = await uow.facts(ids), await uow.planned(ids)
        await self._find_led(turn, uow, facts)
        due: list[tuple[OrderFacts, tuple[Due, ...]]] = []
        for one in facts:
            centre = await self._centre(turn, uow, one.order.centre)
            made = self._plan(turn, one, planned, self._zone_of(centre))
            batch.looks[one.order.id] = made.next_look
            if made.due:
                due.append((one, made.due))
        await self._sort(turn, uow, due)

    def _plan(self, turn: _Round, facts: OrderFacts, planned: Planned, centre_zone: ZoneInfo) -> Plan:
        led = turn.led.get(facts.order.id)
        if led is None:
            return plan(facts, self._policy, planned, turn.now, self._zone, centre_zone)
        made = plan(facts, self._policy, led.known(planned), turn.now, self._zone, centre_zone)
        return led.moved(made, planned, self._policy.hours_of("manager"), centre_zone)

    async def _find_led(self, turn: _Round, uow: UnitOfWork, facts: Sequence[OrderFacts]) -> None:
        """Find the orders that somebody leads: their lines are not everybody's."""
        orders = [one.order for one in facts if owner_of(one.order) is not None]
        told = await uow.digests_of([order.id for order in orders]) if orders else {}
        for order in orders:
            staff = await self._staff(turn, uow, order.centre)
            turn.led[order.id] = Led(order, staff, told.get(order.id, ()), turn.now, self._zone)

    async def _staff(self, turn: _Round, uow: UnitOfWork, number: str) -> Sequence[StaffMember]:
        if number not in turn.staff:
            turn.staff[number] = await uow.centre_staff(number)
        return turn.staff[number]

    async def _sort(self, turn: _Round, uow: UnitOfWork, due: Sequence[tuple[OrderFacts, tuple[Due, ...]]]) -> None:
        accounts = {account for facts, of in due for account in remind.accounts_of(facts.order, of)}
        reachable: set[int] = set()
        for some in _batched(sorted(accounts), BATCH):
            reachable |= await self._known.reachable(some)
        years = set()
        for facts, of in due:
            for one in of:
                centre = turn.centres[facts.order.centre]
                box = await self._box(turn, uow, centre, facts, one, reachable)
                box.add(one, facts.order)
                led = turn.led.get(facts.order.id) if one.reminder.audience == "manager" else None
                if led is not None:
                    box.readers[facts.order.id] = led.chats()
                    box.came_over[facts.order.id] = led.next_ones()
                if one.data["provisional"]:
                    years.add(date.fromisoformat(one.data["until"] or one.data["due_on"]).year)
        await self._tell_of_years(years)

    async def _box(
        self, turn: _Round, uow: UnitOfWork, centre: Centre, facts: OrderFacts, due: Due, reachable: Collection[int]
    ) -> Box:
        whose, today = due.reminder.audience, turn.now.astimezone(self._zone).date()
        if whose in ("client", "student"):
            address, mail = remind.person_of(facts.order, due, reachable)
            key = ":".join(address).lower()
            if key not in turn.boxes:
                turn.boxes[key] = Box("person", today, (address,), mail, centre)
            return turn.boxes[key]
        key = f"manager {centre.number}" if whose == "manager" else "admin"
        if key not in turn.boxes:
            if whose == "manager":
                there = turn.now.astimezone(self._zone_of(centre)).date()
                managers = remind.managers_of(await self._staff(turn, uow, centre.number), centre)
                turn.boxes[key] = Box("manager", there, managers, centre.email, centre)
            else:
                turn.boxes[key] = Box("admin", today, await remind.admins_of(uow), "", centre)
        return turn.boxes[key]

    async def _tell(self, turn: _Round) -> None:
        """Commit the messages; whoever was written to today has the rest in the next working day's message."""
        told: set[str] = set()
        dedupes = [key for box in turn.boxes.values() for key in box.dedupes()]
        for some in _batched(dedupes, BATCH):
            told |= await self._known.told(some)
        free = []
        for box in turn.boxes.values():
            if told.isdisjoint(box.dedupes()):
                free.append(box)
            else:
                self._put_off(turn, box)
        for boxes in _batched(free, BOXES_AT_ONCE):
            await self._commit(turn, boxes)

    async def _commit(self, turn: _Round, boxes: Sequence[Box], tries: int = TRIES) -> None:
        """Commit boxes together, after a lost race one by one; what loses every time is looked at anew."""
        uow = self._open_uow()
        try:
            for box in boxes:
                await remind.stage(uow, box, turn.now)
            await uow.commit()
        except Conflict:
            if len(boxes) > 1:
                for box in boxes:
                    await self._commit(turn, (box,))
            elif tries > 1:
                await self._commit(turn, boxes, tries - 1)
            else:
                turn.unfinished |= boxes[0].orders.keys()

    def _put_off(self, turn: _Round, box: Box) -> None:
        hours = self._policy.hours_of(box.whose)
        zone = self._zone_of(box.centre) if box.whose == "manager" else self._zone
        tomorrow = datetime.combine(box.day + timedelta(days=1), hours.opens, zone).astimezone(UTC)
        at = next_opening(tomorrow, hours, zone)
        for order_id in box.orders:
            turn.later[order_id] = min(at, turn.later.get(order_id, at))

    def _next(self, turn: _Round, order_id: str, look: datetime | None) -> datetime | None:
        later = turn.later.get(order_id)
        return min(filter(None, (look, later)), default=None)

    async def _centre(self, turn: _Round, uow: UnitOfWork, number: str) -> Centre:
        if number not in turn.centres:
            turn.centres[number] = await uow.centre(number) or Centre(number, "", "")
        return turn.centres[number]

    def _zone_of(self, centre: Centre) -> ZoneInfo:
        return _zone(centre.settings.get("timezone", ""), self._zone)

    async def _tell_of_years(self, years: Iterable[int]) -> None:
        """Tell administrators, once a year, that its days off are not known: the terms are reckoned without them."""
        for year in sorted(set(years) - self._years_told):
            if provisional(year):
                uow = self._open_uow()
                await tell_role(uow, Role.ADMIN, "calendar_unknown", {"year": year}, f"calendar:{year}", bulk=True)
                await uow.commit()
            self._years_told.add(year)


def _batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


@lru_cache(256)
def _zone(name: str, default: ZoneInfo) -> ZoneInfo:
    """Return a centre's zone; one that is not set, or set wrong, is the school's."""
    try:
        return ZoneInfo(name) if name else default
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return default


class StillDue:
    """Asked before a reminder goes out: what of it still stands. It reads the facts of this very moment."""

    def __init__(self, open_uow: Callable[[], UnitOfWork], clock: Clock, timezone: str) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._zone = ZoneInfo(timezone)

    async def __call__(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """Return the message's data without what is done, None where nothing is left to tell."""
        today = self._clock.now().astimezone(self._zone).date()
        return await remind.still(self._open_uow(), data, self._zone, today)
