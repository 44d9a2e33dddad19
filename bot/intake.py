"""Intake: raw updates into the inbox, and only after that commit the offset moves or the webhook answers 200."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import aiohttp
from sqlalchemy.exc import OperationalError

from bot.faults import where
from bot.raw_updates import LARGEST_NUMBER, chat_key
from storage.inbox import InboxRow, InboxStore, NewUpdate

log = logging.getLogger(__name__)

POLL_SECONDS = 50
LONGEST_PAUSE = 30.0  # seconds
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
FIRST_PAUSE = 0.5  # seconds
# What drivers raise when the database is away, locked or full: no update is to blame.
_AWAY = (OperationalError, OSError, TimeoutError)


class Next(Protocol):
    """Who handles what was stored (see `bot.workers.Workers`)."""

    def take(self, rows: Sequence[InboxRow]) -> None:
        """Take rows in their order."""

    async def sweep(self) -> None:
        """Take pending rows that nobody handed on."""

    async def alert(self, row: InboxRow) -> None:
        """Tell the administrators that an update was set aside."""


class Intake:
    """Stores updates and hands on what waits to be handled."""

    def __init__(
        self,
        bot_id: int,
        inbox: InboxStore,
        workers: Next,
        heard: Callable[[], None] = lambda: None,
        refused: Callable[[object], None] = lambda _: None,
    ) -> None:
        self._bot_id = bot_id
        self._inbox = inbox
        self._workers = workers
        self._unsure = False
        self.heard = heard
        self.refused = refused

    async def take(self, updates: Sequence[Any]) -> None:
        """Store a batch, durable on return, and hand it on; one that cannot be stored is set aside.

        Raises what the database raises when it is away: nothing of the batch is then lost, it has to be brought again.
        """
        whole = [new for one in updates if (new := _new(one)) is not None]
        try:
            rows = await self._store(whole)
            for one in updates:
                if _new(one) is None:
                    await self._set_aside(_odd(one), "NoUpdate")
        except Exception:
            self._unsure = True  # it may be committed all the same: the answer was lost, and not the commit
            raise
        if self._unsure:
            await self._workers.sweep()
            self._unsure = False
        self.heard()
        if rows:
            self._workers.take(rows)

    async def _store(self, updates: Sequence[NewUpdate]) -> list[InboxRow]:
        try:
            return await self._inbox.store(self._bot_id, updates)
        except _AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one of them holds must not stop the others
            log.error("a batch of updates could not be stored, one by one now: %s", where(error))
        rows: list[InboxRow] = []
        for new in updates:
            try:
                rows += await self._inbox.store(self._bot_id, [new])
            except _AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - this one is kept as text for people to look at
                await self._set_aside(new, where(error))
        return rows

    async def _set_aside(self, new: NewUpdate, error: str) -> None:
        row = await self._inbox.store_aside(self._bot_id, new, error)
        if row is not None:
            log.error("update %s cannot be stored and was set aside: %s", new.update_id, error)
            await self._workers.alert(row)


def _new(raw: Any) -> NewUpdate | None:
    """Return the update as it is stored, None where it has no number that a database can hold."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > LARGEST_NUMBER:
        return None
    # Escaped to ASCII: half a surrogate pair or a NUL in a text is no text for a database, and would block all.
    return NewUpdate(number, chat_key(raw), json.dumps(raw))


def _odd(raw: Any) -> NewUpdate:
    """Return something without a number as an update whose number, below 0, is made of what it holds."""
    text = json.dumps(raw)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:7])
    return NewUpdate(-number - 1, 0, text)


class _Refused(Exception):
    """Telegram's no to getUpdates; `after` in seconds, 0 where Telegram does not say."""

    def __init__(self, code: object, after: float) -> None:
        self.code = code
        self.after = after


class Polling:
    """Long polling of its own: aiogram's confirms updates before they are handled."""

    def __init__(self, url: str, intake: Intake) -> None:
        self._url = url
        self._intake = intake
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to poll."""
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        offset: int | None = None
        pause = FIRST_PAUSE
        limit = aiohttp.ClientTimeout(total=POLL_SECONDS + 15)
        async with aiohttp.ClientSession(timeout=limit) as session:
            while True:
                try:
                    updates = await self._fetch(session, offset)
                    self._intake.heard()
                    if updates:
                        await self._intake.take(updates)
                        offset = _behind(updates, offset)
                except _Refused as refusal:
                    log.warning("getUpdates was refused with %s", refusal.code)
                    self._intake.refused(refusal.code)
                    await asyncio.sleep(refusal.after or pause)
                except Exception as error:  # noqa: BLE001 - a bot that does not listen any more is the worst of faults
                    # Not the error's text: it may hold the URL, and the URL holds the token.
                    log.warning("getting updates failed: %s; again in %.1f s", where(error), pause)
                    await asyncio.sleep(pause)
                else:
                    pause = FIRST_PAUSE
                    continue
                pause = min(LONGEST_PAUSE, pause * 2)

    async def _fetch(self, session: aiohttp.ClientSession, offset: int | None) -> list[dict[str, Any]]:
        body: dict[str, Any] = {"timeout": POLL_SECONDS, "limit": 100, "allowed_updates": list(ALLOWED)}
        if offset is not None:
            body["offset"] = offset
        async with session.post(self._url, json=body) as response:
            # A byte that is no UTF-8 costs its character: refused as a whole, the answer would come again for ever.
            answer = json.loads((await response.read()).decode("utf-8", "replace"))
        if answer.get("ok") is not True:
            parameters = answer.get("parameters") or {}
            raise _Refused(answer.get("error_code"), float(parameters.get("retry_after", 0)))
        result: list[dict[str, Any]] = answer["result"]
        return result

    async def stop(self) -> None:
        """Stop polling; what was fetched is in the inbox."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


def _behind(updates: Sequence[Any], offset: int | None) -> int | None:
    """Return the offset that confirms these updates, the old one where none of them has a number."""
    numbers = [one["update_id"] for one in updates if isinstance(one, dict) and isinstance(one.get("update_id"), int)]
    return max(numbers) + 1 if numbers else offset
