"""An order that came as a filled form by mail: the same use case as chat's, for a person without an account (O3–O6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from school.centre import Centre
from school.draft import Answers, Consent, Draft
from school.mailroom import StoredLetter
from school.ports import Session, UnitOfWork
from school.use_cases.fill_form import ConsentText
from school.use_cases.hold_order import Placer
from school.use_cases.place_order import Placed, place_order

NOBODY = 0
"""The account of whoever has none: drafts and orders by mail carry it."""


@dataclass(frozen=True, slots=True)
class OrderLetter:
    """A letter with an order: the consent in its form, who sent it and what is proved of that."""

    stored: StoredLetter
    consent: ConsentText
    placer: Placer


async def order_by_mail(
    uow: UnitOfWork, centre: Centre, answers: Answers, letter: OrderLetter, now: datetime, *, repeat: bool
) -> Placed:
    """Place the order of a letter; one letter makes one order however often it is handled.

    The consent is kept with the address that gave it. Raises as `place_order`.
    """
    draft = Draft(
        id=f"mail{letter.stored.id:08d}",
        user_id=NOBODY,
        chat_id=NOBODY,
        form="order",
        centre=centre.number,
        discipline=None,
        answers=answers,
        cursor=None,
        question=None,
        state="active",
        touched_at=now,
    )
    session = Session(None, (), draft, centre, await uow.catalogue())
    placed = await place_order(uow, session, draft, now, letter.placer, repeat=repeat)
    if not placed.again:
        consent = letter.consent
        given = Consent(
            uuid4().hex,
            f"mail:{letter.stored.sender}",
            consent.document,
            consent.version,
            consent.sha256,
            "mail",
            given_at=now,
        )
        uow.save_consent(given)
    return placed
