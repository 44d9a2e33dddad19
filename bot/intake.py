"""Intake: raw updates into the inbox, and only after that commit the offset moves or the webhook answers 200."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp

from bot.dispatch import chat_key
from bot.faults import where
from storage.inbox import InboxRow, InboxStore, NewUpdate

log = logging.getLogger(__name__)

POLL_SECONDS = 50
LONGEST_PAUSE = 30.0  # seconds
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
FIRST_PAUSE = 0.5  # seconds


class Intake:
    """Stores updates and hands the new ones on."""

    def __init__(
        self,
        bot_id: int,
        inbox: InboxStore,
        hand_on: Callable[[Sequence[InboxRow]], None],
        heard: Callable[[], None] = lambda: None,
        refused: Callable[[object], None] = lambda _: None,
    ) -> None:
        self._bot_id = bot_id
        self._inbox = inbox
        self._hand_on = hand_on
        self.heard = heard
        self.refused = refused

    async def take(self, updates: Sequence[dict[str, Any]]) -> None:
        """Store a batch, durable on return, and hand on what was not there yet."""
        # Escaped to ASCII: half a surrogate pair or a NUL in a text is no text for a database, and would block all.
        new = [NewUpdate(u["update_id"], chat_key(u), json.dumps(u)) for u in updates]
        rows = await self._inbox.store(self._bot_id, new)
        self.heard()
        if rows:
            self._hand_on(rows)


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
                        offset = max(u["update_id"] for u in updates) + 1
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
            answer = await response.json(content_type=None)
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
