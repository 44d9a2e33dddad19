"""How often one address or one link may ask: counted in windows, in memory, for one process."""

from collections import OrderedDict
from dataclasses import dataclass

from school.ports import Clock

MOST_KEYS = 50_000
LONGEST_KEY = 64


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in `seconds`."""

    most: int
    seconds: int


PAGES = Rate(300, 60)
"""Requests of one address: a family or an office behind one is many."""

POSTS = Rate(60, 60)
"""Forms sent by one address."""

PER_LINK = Rate(120, 60)
"""Requests to one link, whoever sends them."""

PIECES = Rate(400, 60)
"""Pieces of files sent by one address: 100 MB a minute; they count as nothing else."""

NEW_LINKS = Rate(5, 86_400)
"""Letters with a new link that strangers may cause to one student."""

SIGN_INS = Rate(10, 600)
"""Sign-in letters asked for by one address."""


class Limits:
    """Counts; the oldest keys are forgotten beyond `MOST_KEYS`, so that strangers cannot fill the memory.

    Of a key only `LONGEST_KEY` characters count: an address on the wire may be 8 KB long.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def wait(self, name: str, key: str, rate: Rate) -> int:
        """Count one request; return 0 when it may go on, else how many seconds to wait."""
        key = key[:LONGEST_KEY]
        now = int(self._clock.now().timestamp())
        window = now // rate.seconds
        began, count = self._counts.get((name, key), (window, 0))
        count = count + 1 if began == window else 1
        self._counts[name, key] = (window, count)
        self._counts.move_to_end((name, key))
        while len(self._counts) > MOST_KEYS:
            self._counts.popitem(last=False)
        return 0 if count <= rate.most else (window + 1) * rate.seconds - now
