"""An order that a manager leads: whose digest its lines go to today, and which unopened ones come over to the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from school.centre import StaffMember
from school.digest_readers import came_over, days_of_change, is_unread, readers
from school.facts import Reminder
from school.order import Order
from school.reminders import Due, Plan, Planned
from school.use_cases.own_order import owner_of, substitute_of
from school.working_hours import Hours, opening


@dataclass(frozen=True, slots=True)
class Led:
    """The order, the managers of its centre, and its lines in digests so far; `zone` is the school's, `now` in UTC."""

    order: Order
    staff: Sequence[StaffMember]
    told: Sequence[Reminder]
    now: datetime
    zone: tzinfo

    def chats(self) -> frozenset[str]:
        """Return the chats whose digest gets the order's lines now."""
        accounts = readers(self._places(), self._seen(), self._moments(), self.now, self.zone)
        return frozenset(str(member.chat_id) for member in self.staff if member.user_id in accounts)

    def next_ones(self) -> tuple[str, ...]:
        """Return who gets the lines now because the digest with them lies unopened: their names, each once."""
        accounts = came_over(self._places(), self._seen(), self._moments(), self.now, self.zone)
        return tuple(sorted({member.name for member in self.staff if member.user_id in accounts}))

    def known(self, planned: Planned) -> Planned:
        """Return what counts as told: without the lines that lie unopened, at the moment they come over to the next."""
        places, seen = self._places(), self._seen()
        if not came_over(places, seen, self._moments(), self.now, self.zone):
            return planned
        last = seen.get(places[0]) if places[0] is not None else None
        return planned - {(one.subject, one.kind, one.due_on) for one in self.told if is_unread(one.planned_at, last)}

    def moved(self, made: Plan, planned: Planned, hours: Hours, centre_zone: tzinfo) -> Plan:
        """Return the plan with lines that come over kept as told today, looked at again when the next one may come."""
        today = self.now.astimezone(centre_zone).date()
        due = tuple(
            replace(one, reminder=replace(one.reminder, due_on=today)) if _key(one) in planned else one
            for one in made.due
        )
        fresh = [self.now] if any(one.reminder.audience == "manager" for one in due) else []
        days = days_of_change(self._places(), self._seen(), [*self._moments(), *fresh], self.zone)
        looks = [at for day in days if (at := opening(day, hours, centre_zone)) > self.now]
        return Plan(due, min(filter(None, (made.next_look, *looks)), default=None))

    def _places(self) -> tuple[int | None, int | None]:
        owner, substitute = owner_of(self.order), substitute_of(self.order)
        return (owner.user_id if owner else None, substitute.user_id if substitute else None)

    def _seen(self) -> dict[int, datetime]:
        return {member.user_id: member.seen_at or member.since for member in self.staff}

    def _moments(self) -> list[datetime]:
        return [one.planned_at for one in self.told]


def _key(due: Due) -> tuple[str, str, object]:
    return (due.reminder.subject, due.reminder.kind, due.reminder.due_on)
