"""Files that come in pieces over a line that breaks: kept in memory until they are whole, and then checked as any.

In memory, since a half of a diploma is nobody's document yet and must not lie on a disk unencrypted; in the vault it
would be a file and a disk's flush for every piece, and one more thing to sweep. The caps are small enough for memory.
A restart forgets the halves: the page then begins the file anew and says so.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from school.errors import NotFound, SchoolError
from school.ports import Clock
from school.uploads import MAX_UPLOAD, UploadRefused

PIECE = 256 * 1024
"""Bytes of one piece: a few seconds over a slow mobile line."""

KEPT = timedelta(minutes=15)
MOST_BYTES = 100 * 1024 * 1024
"""Announced bytes of all files that are coming."""


class Crowded(SchoolError):
    """Too many files are being uploaded at once."""

    code = "crowded"


class WrongOffset(SchoolError):
    """The piece does not continue what is there; `offset` is where it goes on."""

    code = "wrong_offset"


@dataclass(slots=True)
class Coming:
    """A file that is coming: of one visit, for one document of one student's place; `size` in bytes as announced."""

    id: str
    visit: str
    line: str
    document: str
    name: str
    size: int
    touched: datetime
    content: bytearray = field(default_factory=bytearray)

    @property
    def whole(self) -> bool:
        """Whether all of it is there."""
        return len(self.content) == self.size


class Pieces:
    """The files that are coming."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: dict[str, Coming] = {}

    def begin(self, visit: str, line: str, document: str, name: str, size: int) -> Coming:
        """Begin a file, or go on with the same one of this visit; another one that the visit had begun is forgotten.

        Raises `UploadRefused`, `Crowded`.
        """
        if size > MAX_UPLOAD:
            raise UploadRefused("too_big")
        if size <= 0:
            raise UploadRefused("empty")
        self._forget()
        same = (visit, line, document, name, size)
        for one in self._all.values():
            if (one.visit, one.line, one.document, one.name, one.size) == same:
                one.touched = self._clock.now()
                return one
        for one in [one for one in self._all.values() if one.visit == visit]:
            self.drop(one)
        if sum(one.size for one in self._all.values()) + size > MOST_BYTES:
            raise Crowded
        made = Coming(uuid4().hex, visit, line, document, name, size, self._clock.now())
        self._all[made.id] = made
        return made

    def find(self, upload_id: str, visit: str, line: str) -> Coming:
        """Return a file that is coming. Raises `NotFound` for another visit's, another student's or a forgotten one."""
        self._forget()
        found = self._all.get(upload_id)
        if found is None or found.visit != visit or found.line != line:
            raise NotFound
        return found

    def add(self, coming: Coming, offset: int, piece: bytes) -> None:
        """Put a piece behind what is there. Raises `WrongOffset`; a piece that came before is passed over."""
        there = len(coming.content)
        if offset > there or offset < 0:
            raise WrongOffset(offset=there)
        fresh = piece[there - offset :]
        if there + len(fresh) > coming.size:
            raise WrongOffset(offset=there)
        coming.content += fresh
        coming.touched = self._clock.now()

    def drop(self, coming: Coming) -> None:
        """Forget a file: it is whole and kept, or refused."""
        self._all.pop(coming.id, None)

    def _forget(self) -> None:
        before = self._clock.now() - KEPT
        for one in [one for one in self._all.values() if one.touched < before]:
            del self._all[one.id]
