"""One look into the mailbox: what is new is taken, what was taken is marked and moved."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from mail.imap_answers import NotGiven
from mail.imap_connection import Refused
from mail.imap_session import Mailbox, Session, TooLarge
from mail.imap_settings import ImapSettings, RawLetter, SeenBefore, Take
from mail.imap_wire import SessionLost

log = logging.getLogger(__name__)

T = TypeVar("T")

PAGE = 100  # UIDs in one command
LOOK_BACK = 1000  # UIDs below the next one among which the store's own are looked for at the start


@dataclass(frozen=True, slots=True)
class _Failure:
    times: int
    again_at: float  # of the loop's clock


class Sweep:
    """Knows what of the mailbox is done; outlives the sessions.

    A letter is new when it is unseen, or when it came since the receiver first met this mailbox and a person
    has read it before the receiver did. Letters read before that time are left alone.
    """

    def __init__(self, settings: ImapSettings, take: Take, seen_before: SeenBefore) -> None:
        self._settings = settings
        self._take = take
        self._seen_before = seen_before
        self._uidvalidity: int | None = None
        self._since = 1  # of what is below, only unseen letters are new
        self._failures: dict[int, _Failure] = {}
        self._unmarked: set[int] = set()  # taken, but the session was lost before they were marked and moved
        self._moves = False

    async def begin(self, session: Session) -> None:
        """Open the mailbox; after a change of UIDVALIDITY all its UIDs are new."""
        mailbox = await session.select(self._settings.mailbox)
        if mailbox.uidvalidity != self._uidvalidity:
            self._failures.clear()
            self._unmarked.clear()
            self._since = await self._first_of_ours(session, mailbox)
            self._uidvalidity = mailbox.uidvalidity
        self._moves = await self._can_move(session)

    async def run(self, session: Session, stop: asyncio.Event) -> None:
        """Take what is new, in the order of UIDs; between two letters `stop` is obeyed."""
        await session.look()
        unseen = await session.search("UNDELETED UNSEEN")
        # «n:*» gives the last letter even where its UID is below n.
        late = [uid for uid in await session.search(f"UNDELETED UID {self._since}:*") if uid >= self._since]
        # What is in hand stays so even if a person reads it meanwhile.
        uids = sorted({*unseen, *late, *self._failures, *self._unmarked})
        for start in range(0, len(uids), PAGE):
            await self._page(session, uids[start : start + PAGE], stop)
            if stop.is_set():
                return
        if uids:
            self._since = max(self._since, uids[-1] + 1)

    def pause(self) -> float:
        """Return the seconds until a letter that failed is to be tried again, or until the next poll."""
        now = asyncio.get_running_loop().time()
        due = min((failure.again_at - now for failure in self._failures.values()), default=self._settings.times.poll)
        return max(0.0, min(due, self._settings.times.poll, self._settings.times.idle_renew))

    async def _first_of_ours(self, session: Session, mailbox: Mailbox) -> int:
        following = mailbox.uidnext
        if following is None:
            following = max(await session.search("ALL"), default=0) + 1
        known = await self._known(list(range(max(1, following - LOOK_BACK), following)), mailbox.uidvalidity)
        return min(known, default=following)

    async def _can_move(self, session: Session) -> bool:
        if self._settings.handled is None:
            return False
        if not session.can_move:
            log.warning("the server can move no letters: those taken stay seen in place")
            return False
        try:
            await session.ensure(self._settings.handled)
        except Refused as refusal:
            log.warning("imap.handled cannot be created, letters taken stay in place: %s", refusal)
            return False
        return True

    async def _page(self, session: Session, uids: list[int], stop: asyncio.Event) -> None:
        assert self._uidvalidity is not None
        done = await self._known(uids, self._uidvalidity)
        for uid in done:
            self._failures.pop(uid, None)  # committed, though it looked otherwise
        now = asyncio.get_running_loop().time()
        new = [uid for uid in uids if uid not in done and self._due(uid, now)]
        sizes = await session.sizes(new) if new else {}
        for uid in new:
            if stop.is_set():
                break
            if uid not in sizes:
                self._failures.pop(uid, None)  # gone
            elif await self._letter(session, uid, sizes[uid]):
                done.add(uid)
        await self._finish(session, sorted(done))

    async def _letter(self, session: Session, uid: int, size: int) -> bool:
        try:
            letter = await self._fetched(session, uid, size)
        except (Refused, NotGiven) as error:
            self._failed(uid, f"not given by the server, {type(error).__name__}")
            return False
        except SessionLost:
            # A letter on which the server stumbles every time must not keep back the others.
            self._failed(uid, "the session was lost over it", at_once=uid not in self._failures)
            raise
        try:
            await self._ask(self._take(letter))
        except Exception as defect:  # noqa: BLE001 - whatever it is, it must not keep back the other letters
            self._failed(uid, f"not taken, {type(defect).__name__}")
            return False
        self._failures.pop(uid, None)
        return True

    async def _fetched(self, session: Session, uid: int, size: int) -> RawLetter:
        assert self._uidvalidity is not None
        if size <= self._settings.max_bytes:
            try:
                return RawLetter(self._uidvalidity, uid, await session.letter(uid, size), size=size)
            except TooLarge:
                log.warning("letter %d is larger than its %d bytes announced", uid, size)
        return RawLetter(self._uidvalidity, uid, await session.headers(uid), truncated=True, size=size)

    async def _finish(self, session: Session, uids: list[int]) -> None:
        if not uids:
            return
        self._unmarked.update(uids)
        try:
            await session.mark(uids, "\\Seen")
            if self._moves and self._settings.handled is not None:
                await session.move(uids, self._settings.handled)
        except Refused as refusal:
            log.warning("%d letters taken could not be marked or moved: %s", len(uids), refusal)
        self._unmarked.difference_update(uids)

    async def _known(self, uids: list[int], uidvalidity: int) -> set[int]:
        if not uids:
            return set()
        try:
            return set(await self._ask(self._seen_before(uidvalidity, uids)))
        except Exception as defect:
            # The store is away: nothing is fetched until it is back.
            raise SessionLost("store", type(defect).__name__) from defect

    async def _ask(self, answer: Awaitable[T]) -> T:
        async with asyncio.timeout(self._settings.times.take):
            return await answer

    def _due(self, uid: int, now: float) -> bool:
        failure = self._failures.get(uid)
        return failure is None or failure.again_at <= now

    def _failed(self, uid: int, why: str, at_once: bool = False) -> None:
        before = self._failures.get(uid)
        times = before.times + 1 if before else 1
        t = self._settings.times
        pause = 0.0 if at_once else min(t.letter_retry * 2.0 ** min(times - 1, 20), t.letter_retry_max)
        self._failures[uid] = _Failure(times, asyncio.get_running_loop().time() + pause)
        log.warning("letter %d: %s, try %d; again in %.0f s", uid, why, times, pause)
