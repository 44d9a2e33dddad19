"""The bot's updates: kept until confirmed, handed out by long polling or pushed to a webhook in their order."""

import asyncio
import contextlib
import json
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.call import JSON, Refusal

# A webhook that failed is tried again after these seconds, doubled each time up to the last.
_RETRY_FIRST, _RETRY_LAST = 0.2, 5.0
_WEBHOOK_TIMEOUT = aiohttp.ClientTimeout(total=60)
# Bot API, `getUpdates`: all kinds but these are sent unless they are asked for.
_ONLY_IF_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Bell:
    """Wakes everybody who waits for a change; a waiter never misses a ring after it has looked."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait now."""
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Wait for a ring; return whether it rang before the seconds ran out."""
        if seconds <= 0:
            return False
        event = self._event
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True


@dataclass
class Webhook:
    """Where the updates are pushed and how it goes."""

    url: str
    secret: str
    max_connections: int
    failed_at: int = 0
    failure: str = ""


class Updates:
    """The queue of the updates; their ids grow by one from a random number, as Telegram's do."""

    def __init__(self, answer: Callable[[str, JSON], Awaitable[Any]]) -> None:
        self.webhook: Webhook | None = None
        self.allowed: list[str] = []
        self._answer = answer
        self._next = random.randrange(100_000_000, 900_000_000)
        self._queue: deque[tuple[int, bytes]] = deque()
        self._bell = Bell()
        self._poll = 0
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._queue)

    def push(self, kind: str, payload: JSON) -> None:
        """Queue an update of a kind the bot asked for."""
        if kind not in self.allowed if self.allowed else kind in _ONLY_IF_ASKED:
            return
        body = json.dumps({"update_id": self._next, kind: payload}, ensure_ascii=False, separators=(",", ":"))
        self._queue.append((self._next, body.encode()))
        self._next += 1
        self._bell.ring()

    def forget(self) -> None:
        """Drop all that is queued (`drop_pending_updates`)."""
        self._queue.clear()

    async def poll(self, offset: int, limit: int, timeout: float) -> Sequence[bytes]:
        """Return up to `limit` updates from `offset` as JSON, waiting up to `timeout` seconds for the first.

        Raise 409 when a webhook is set, or when another poll begins while this one waits.
        """
        self._refuse_webhook()
        self._confirm(offset)
        self._poll += 1
        mine = self._poll
        self._bell.ring()
        end = time.monotonic() + timeout
        while not self._queue and not self._closed:
            rang = await self._bell.wait(end - time.monotonic())
            self._refuse_webhook()
            if mine != self._poll:
                words = "terminated by other getUpdates request; make sure that only one bot instance is running"
                raise Refusal(409, f"Conflict: {words}")
            if not rang:
                break
        return [body for _, body in list(self._queue)[:limit]] if self._queue else []

    def _refuse_webhook(self) -> None:
        if self.webhook is not None:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: {words}")

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        while offset > 0 and self._queue and self._queue[0][0] < offset:
            self._queue.popleft()

    async def set_webhook(self, webhook: Webhook | None) -> None:
        """Push to another address from now on, or to none."""
        await self._stop_task()
        self.webhook = webhook
        self._bell.ring()
        if webhook is not None:
            self._task = asyncio.create_task(self._deliver(webhook), name="sandbox webhook")

    async def _deliver(self, webhook: Webhook) -> None:
        delay = _RETRY_FIRST
        async with aiohttp.ClientSession(timeout=_WEBHOOK_TIMEOUT) as session:
            while True:
                if not self._queue:
                    await self._bell.wait(3600)
                    continue
                first = self._queue[0]
                if await self._post(session, webhook, first[1]):
                    delay = _RETRY_FIRST
                    if self._queue and self._queue[0] is first:
                        self._queue.popleft()
                else:
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, _RETRY_LAST)

    async def _post(self, session: aiohttp.ClientSession, webhook: Webhook, body: bytes) -> bool:
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        try:
            async with session.post(webhook.url, data=body, headers=headers) as response:
                if response.ok:
                    await self._take_answer(response)
                    return True
                webhook.failure = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            webhook.failure = "Connection timed out" if isinstance(error, TimeoutError) else "Connection refused"
        webhook.failed_at = int(time.time())
        return False

    async def _take_answer(self, response: aiohttp.ClientResponse) -> None:
        if response.content_type != "application/json":
            return
        # A method in the answer to a webhook is called, and its result is told to nobody (Bot API, "Making requests").
        with contextlib.suppress(ValueError, Refusal):
            answer = await response.json()
            if isinstance(answer, dict) and isinstance(answer.get("method"), str):
                await self._answer(answer.pop("method"), answer)

    async def close(self) -> None:
        """End all polls at once and stop the webhook."""
        self._closed = True
        self._bell.ring()
        await self._stop_task()

    async def _stop_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            self._task = None
