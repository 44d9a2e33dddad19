"""Letters in by IMAP: a supervisor that keeps one session alive and hands over each letter once."""

import asyncio
import contextlib
import logging
import random
import traceback

from mail.errors import ProbeFailed
from mail.imap_session import Session
from mail.imap_settings import ImapSettings, ImapTimes, Listener, RawLetter, ReceiverState, SeenBefore, Take
from mail.imap_sweep import Sweep
from mail.imap_wire import SessionLost

__all__ = ["ImapSettings", "ImapTimes", "RawLetter", "Receiver", "ReceiverState", "probe"]

log = logging.getLogger(__name__)

CANCEL_LIMIT = 5.0  # seconds that a cancelled task may still take


class Receiver:
    """Receives letters from `start` to `stop`, over as many sessions as that takes.

    `take` commits the letter before it returns; if it raises, the letter stays unseen and is tried again later.
    `seen_before` tells which UIDs are stored already. `listener` hears every change of state and must not block.
    """

    def __init__(
        self, settings: ImapSettings, take: Take, seen_before: SeenBefore, listener: Listener | None = None
    ) -> None:
        self._settings = settings
        self._sweep = Sweep(settings, take, seen_before)
        self._listener = listener
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._backoff = settings.times.backoff_first
        self._state = ReceiverState(connected=False, code="starting")

    @property
    def state(self) -> ReceiverState:
        """How it stands now."""
        return self._state

    async def start(self) -> None:
        """Begin to receive; returns at once, whether the server can be reached is told to the listener."""
        if self._task is None:
            self._stop.clear()
            self._task = asyncio.create_task(self._run(), name="imap-receiver")

    async def stop(self, seconds: float) -> None:
        """Finish the letter in hand within `seconds`, then hang up."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stop.set()
        _, pending = await asyncio.wait({task}, timeout=seconds)
        if pending:
            task.cancel()
            await asyncio.wait({task}, timeout=CANCEL_LIMIT)
        self._tell(ReceiverState(connected=False, code="stopped"))

    async def _run(self) -> None:
        while not self._stop.is_set():
            began = asyncio.get_running_loop().time()
            try:
                await self._serve()
                continue
            except SessionLost as lost:
                state = ReceiverState(connected=False, code=lost.code, detail=lost.detail)
            except Exception as defect:  # noqa: BLE001 - a bot that reads no letters any more is the worst of faults
                state = ReceiverState(connected=False, code="defect", detail=_where(defect))
            if self._stop.is_set():
                break
            pause = self._pause(state, asyncio.get_running_loop().time() - began)
            log.warning("imap: %s %s; again in %.1f s", state.code, state.detail, pause)
            self._tell(state)
            await self._rest(pause)

    async def _serve(self) -> None:
        """Hold one session as long as it lasts. Raises `SessionLost`."""
        session = await Session.open(self._settings)
        try:
            await self._sweep.begin(session)
            log.info("imap: connected")
            self._tell(ReceiverState(connected=True))
            while not self._stop.is_set():
                await self._sweep.run(session, self._stop)
                if not session.has_news:
                    await session.wait(self._sweep.pause(), self._stop)
                # However often the server announces letters, it is asked no more often than this.
                await self._rest(self._settings.times.settle)
            await session.close()
        finally:
            session.abort()

    def _pause(self, state: ReceiverState, lasted: float) -> float:
        """Return the seconds until the next session: longer with each short one; a refused login is retried slowly."""
        times = self._settings.times
        if lasted > times.backoff_max:
            self._backoff = times.backoff_first
        pause = times.login_retry if state.code == "login" else self._backoff
        self._backoff = min(self._backoff * 2, times.backoff_max)
        return pause * random.uniform(0.5, 1.0)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)

    def _tell(self, state: ReceiverState) -> None:
        if state == self._state:
            return
        self._state = state
        if self._listener is None:
            return
        try:
            self._listener(state)
        except Exception as defect:  # noqa: BLE001 - what is only told must not end what is done
            log.error("the listener of the receiver failed: %s", _where(defect))


def _where(defect: Exception) -> str:
    """Return kind and place of an error; its text may quote a letter."""
    last = traceback.extract_tb(defect.__traceback__)[-1]
    return f"{type(defect).__name__} in {last.name}, line {last.lineno}"


async def probe(settings: ImapSettings) -> None:
    """Connect, log in and open the mailbox once. Raises `ProbeFailed` with the codes of `ReceiverState`."""
    try:
        session = await Session.open(settings)
        try:
            await session.select(settings.mailbox)
            await session.close()
        finally:
            session.abort()
    except SessionLost as lost:
        raise ProbeFailed(lost.code, lost.detail) from None
