"""Who acts on money and when, who may, and the way back that every change leaves for a day (REGULATIONS P1)."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

from school.billing import Payment
from school.centre import Role
from school.dates_typed import check_past
from school.errors import BadAnswer, NotFound, SchoolError
from school.ports import Session, Token, UnitOfWork
from school.tokens import digest, new_secret
from school.use_cases.find import holds, manages, who

Confirm = Literal["centre", "school"]
Undone = Literal["payments", "settled", "dropped", "invoice"]
UNDO = "undo"
HOURS = 24
OLDEST = timedelta(days=366)
_ASIDE = "payment_not_ours"
_FOR_EVER = timedelta(days=36_500)


class NotYours(SchoolError):
    """Payments of this centre are confirmed by the school."""

    code = "school_confirms"


class TooLate(SchoolError):
    """A day has passed, or it has been taken back already."""

    code = "undo_late"


class ConfirmedBySchool(SchoolError):
    """The school has confirmed the payment, so the centre does not take it back."""

    code = "school_confirmed"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts, when (`now` in UTC), the school's zone, and whose word on a payment counts."""

    session: Session
    now: datetime
    zone: tzinfo
    confirm: Confirm = "centre"

    @property
    def actor(self) -> str:
        """The person as the audit names them."""
        return f"chat:{who(self.session)}"

    @property
    def today(self) -> date:
        """The date at the school."""
        return self.now.astimezone(self.zone).date()

    def leads(self, centre: str) -> bool:
        """Tell whether the person manages this centre or is an administrator."""
        return manages(self.session, centre) or holds(self.session, Role.ADMIN)

    def may_confirm(self, centre: str) -> bool:
        """Tell whether the person's word on a payment counts."""
        if self.confirm == "school":
            return holds(self.session, Role.CURATOR, Role.ADMIN)
        return self.leads(centre)

    def require_lead(self, centre: str) -> None:
        """Raise `NotFound` unless the person leads the centre."""
        if not self.leads(centre):
            raise NotFound

    def require_view(self, centre: str) -> None:
        """Raise `NotFound` unless the person may see the centre's payments."""
        if not (self.leads(centre) or self.may_confirm(centre)):
            raise NotFound

    def require_confirm(self, centre: str) -> None:
        """Raise `NotFound` for strangers, `NotYours` for managers where the school confirms."""
        self.require_view(centre)
        if not self.may_confirm(centre):
            raise NotYours

    def own_centres(self) -> tuple[str, ...]:
        """Return the centres that the person manages."""
        found = {member.centre for member in self.session.roles if member.role is Role.MANAGER and member.centre}
        return tuple(sorted(found))


def recent(day: date, text: str, today: date) -> date:
    """Return the day of an invoice or a payment. Problems: day_future, day_old."""
    check_past(day, text, date.min, today)
    if day < today - OLDEST:
        raise BadAnswer("day_old", text)
    return day


def offer(uow: UnitOfWork, desk: Desk, what: Undone, centre: str, data: dict[str, str]) -> str:
    """Stage the way back, open for 24 hours, and return its secret, for a button."""
    secret = new_secret()
    kept = {**data, "what": what}
    uow.save_token(Token(digest(secret), UNDO, centre, desk.now + timedelta(hours=HOURS), kept))
    return secret


def payment_text(payment: Payment) -> str:
    """Return the payment as JSON."""
    return json.dumps({**asdict(payment), "received_on": payment.received_on.isoformat()}, ensure_ascii=False)


def payment_of_text(text: str) -> Payment:
    """Return the payment of its JSON."""
    data = json.loads(text)
    return Payment(**{**data, "received_on": date.fromisoformat(data["received_on"])})


async def put_aside(uow: UnitOfWork, desk: Desk, payment: Payment) -> None:
    """Stage that this money is for no invoice of ours: the same statement, sent again, does not bring it back."""
    known = await uow.token(_aside_key(payment))
    marked = known or Token(_aside_key(payment), _ASIDE, payment.centre, desk.now + _FOR_EVER, {})
    uow.save_token(replace(marked, used_at=None, used_by=None))


async def bring_back(uow: UnitOfWork, desk: Desk, payment: Payment) -> None:
    """Stage that it is looked at again."""
    known = await uow.token(_aside_key(payment))
    if known is not None:
        uow.save_token(replace(known, used_at=desk.now, used_by=who(desk.session)))


async def is_aside(uow: UnitOfWork, payment: Payment) -> bool:
    """Tell whether a person has said of this money that it is for no invoice of ours."""
    known = await uow.token(_aside_key(payment))
    return known is not None and known.used_at is None


def _aside_key(payment: Payment) -> str:
    return digest(f"{_ASIDE}:{payment.centre}:{payment.dedupe}")
