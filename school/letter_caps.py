"""How many letters an order may cause in a day (UTC), by whom they are counted, and what the counters are called.

Whoever counts as known (an account, a mailbox that confirmed before) and strangers have counters of their own: a flood
of strangers does not hold back anybody who is known. A counter's name holds hashes only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from school.mailboxes import mailbox_key
from school.ports_limits import Bucket
from school.tokens import digest


@dataclass(frozen=True, slots=True)
class Caps:
    """The most letters a day: caused by one orderer, by orders of one centre, to one mailbox, and by all orders."""

    orderer: int = 400
    centre: int = 3000
    mailbox: int = 20
    total: int = 20_000


CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters to `to` that an order causes: `orderer` is `by_account` or `by_mailbox`, `centre` the order's number."""

    orderer: str
    centre: str
    to: Sequence[str]
    stranger: bool = False


def hash_of(mailbox: str) -> str:
    """Return the hash that a mailbox is known by, the same for all its spellings."""
    return digest(f"mailbox:{mailbox_key(mailbox)}")


def by_account(account: int) -> str:
    """Return whose letters an account's are."""
    return digest(f"account:{account}")


def by_mailbox(mailbox: str) -> str:
    """Return whose letters those of somebody without an account are."""
    return hash_of(mailbox)


def shared(letters: Letters, caps: Caps, now: datetime) -> list[tuple[Bucket, int]]:
    """Return the counters that all these letters go into, each with its cap, always in one order of locks."""
    whose = "strangers" if letters.stranger else "known"
    found = [
        (f"all:{whose}", caps.total),
        (f"centre:{letters.centre}:{whose}", caps.centre),
        (f"orderer:{letters.orderer}", caps.orderer),
    ]
    return [(Bucket(key, _day(now)), most) for key, most in found]


def recipients(letters: Letters, now: datetime) -> dict[Bucket, int]:
    """Return how many of the letters go to each mailbox, by its counter, always in one order."""
    keys = Counter(f"to:{hash_of(address)}" for address in letters.to)
    return {Bucket(key, _day(now)): keys[key] for key in sorted(keys)}


def _day(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
