"""Whether an order's letters to students leave at once or wait, and for whom (docs/decisions, orders of strangers).

Whoever places an order types addresses of others. So nothing is written to these before somebody answers for the order:
an account, staff, or a mailbox that has shown that it is its owner's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from school import letter_caps, tokens
from school.letter_caps import CAPS, Caps, Letters
from school.order import HeldWhy, Order
from school.ports import Token, UnitOfWork

CONFIRM = "confirm"
CONFIRM_LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Placer:
    """Who places an order: an account, else a mailbox; `proved`: it has answered a letter of ours.

    `told`: the order's orderer gets a letter of it that counts; `caps` hold for all that is written.
    """

    account: int = 0
    mailbox: str = ""
    proved: bool = False
    told: bool = False
    caps: Caps = CAPS

    @property
    def key(self) -> str:
        """Whose letters these are counted as."""
        return letter_caps.by_account(self.account) if self.account else letter_caps.by_mailbox(self.mailbox)


@dataclass(frozen=True, slots=True)
class Judged:
    """Why the students' letters wait ("" where they do not), and whether the orderer may be written to."""

    held: HeldWhy
    told: bool


async def judge(uow: UnitOfWork, order: Order, placer: Placer, now: datetime) -> Judged:
    """Decide and count the letters that leave now; staff are trusted and not counted."""
    if order.filled_in_by_staff:
        return Judged("", told=True)
    caps = placer.caps
    known = bool(placer.account) or placer.proved or await uow.knows_mailbox(letter_caps.hash_of(placer.mailbox))
    if not known:
        letters = Letters(placer.key, order.centre, [order.orderer.email] if placer.told else [], stranger=True)
        told = await take(uow, letters, caps, now)
        return Judged("stranger" if told else "cap", told)
    if placer.proved:
        uow.know_mailbox(letter_caps.hash_of(placer.mailbox), now)
    own = [order.orderer.email] if placer.told else []
    if await take(uow, Letters(placer.key, order.centre, [*own, *(line.email for line in order.lines)]), caps, now):
        return Judged("", told=True)
    return Judged("cap", told=await take(uow, Letters(placer.key, order.centre, own), caps, now))


async def take(uow: UnitOfWork, letters: Letters, caps: Caps, now: datetime) -> bool:
    """Count the letters; False, and nothing counted, where that would go over a cap.

    A cap that another unit of work fills meanwhile makes a `Conflict`: the input runs again.
    """
    if not letters.to:
        return True
    whole, each = letter_caps.shared(letters, caps, now), letter_caps.recipients(letters, now)
    amount = len(letters.to)
    counts = await uow.counts([*(bucket for bucket, _ in whole), *each])
    if any(counts[bucket.key] + amount > most for bucket, most in whole):
        return False
    if any(counts[bucket.key] + more > caps.mailbox for bucket, more in each.items()):
        return False
    for bucket, most in whole:
        uow.count(bucket, amount, most)
    uow.count_each([bucket for bucket, more in each.items() for _ in range(more)])
    return True


def confirm_data(uow: UnitOfWork, order: Order, mailbox: str, now: datetime) -> dict[str, Any]:
    """Stage a link that confirms the order; return what the letter that alone holds it says: `held` and `confirm`.

    An order that waits for something else, or for nothing, gets no link.
    """
    if not order.held or order.held_why != "stranger":
        return {"held": order.held_why if order.held else ""}
    secret = tokens.new_secret()
    about = {"mailbox": letter_caps.hash_of(mailbox)}
    uow.save_token(Token(tokens.digest(secret), CONFIRM, order.id, now + CONFIRM_LASTS, about))
    return {"held": order.held_why, "confirm": {"secret": secret}}
