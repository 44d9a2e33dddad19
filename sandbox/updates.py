"""The updates of a bot: kept until confirmed, given by long polling or brought to a webhook in their order."""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

Json = dict[str, Any]

FIRST_RETRY = 0.1
LONGEST_RETRY = 5.0
KEPT = 100_000
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
_ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
_TAKEN = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"

encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class ApiError(Exception):
    """A refusal in Telegram's words: HTTP code, description, and the `parameters` of the answer."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class Signal:
    """Wakes all who wait; a wait costs one future and no polling."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        """Wake everyone who waits now."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def wait(self, timeout: float) -> bool:
        """Wait for `fire` at most `timeout` seconds; tell whether it came."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(timeout):
                await waiter
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True


class UpdateQueue:
    """The unconfirmed updates, already in JSON; `first` is the id of the first one."""

    def __init__(self, first: int) -> None:
        self.next_id = first
        self.url = ""
        self.answer: Callable[[str, Json], Awaitable[None]] | None = None
        self._secret = ""
        self._allowed: list[str] = []
        self._pending: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._signal = Signal()
        self._turn = 0
        self._closed = False
        self._task: asyncio.Task[None] | None = None
        self._error: Json = {}

    def push(self, kind: str, payload: Json) -> None:
        """Add an update, unless the bot has asked for other kinds only."""
        if self._allowed and kind not in self._allowed:
            return
        # Written down at once: a later edit must not change what has already been told.
        self._pending.append((self.next_id, f'{{"update_id":{self.next_id},"{kind}":{encode(payload)}}}'))
        self.next_id += 1
        self._signal.fire()

    async def poll(self, offset: int, limit: int, timeout: float, allowed: list[str] | None) -> list[str]:
        """Return updates in JSON, waiting up to `timeout` seconds; raise `ApiError` 409 on a conflict.

        As with Telegram, the newer of two polls stays and the older one is refused.
        """
        if self.url:
            raise ApiError(409, _ACTIVE)
        if allowed is not None:
            self._allowed = allowed
        self._turn += 1
        turn = self._turn
        self._signal.fire()
        self._forget(offset)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while not self._pending:
            left = deadline - loop.time()
            if left <= 0 or self._closed:
                return []
            await self._signal.wait(left)
            if self.url:
                raise ApiError(409, "Conflict: terminated by setWebhook request")
            if turn != self._turn:
                raise ApiError(409, _TAKEN)
        return [body for _, body in islice(self._pending, limit)]

    def _forget(self, offset: int) -> None:
        if offset < 0:
            offset = self.next_id + offset
        elif offset == 0:
            return
        while self._pending and self._pending[0][0] < offset:
            self._pending.popleft()

    async def set_webhook(self, url: str, secret: str, allowed: list[str] | None, *, drop: bool) -> None:
        """Bring updates to `url` from now on, or stop bringing them when it is empty."""
        await self._stop_delivery()
        if allowed is not None:
            self._allowed = allowed
        if drop:
            self._pending.clear()
        self.url, self._secret, self._error = url, secret, {}
        self._signal.fire()
        if url:
            self._task = asyncio.create_task(self._deliver())

    def info(self) -> Json:
        """Return Telegram's WebhookInfo."""
        told: Json = {"url": self.url, "has_custom_certificate": False, "pending_update_count": len(self._pending)}
        if self.url:
            told["max_connections"] = 40
        if self._allowed:
            told["allowed_updates"] = self._allowed
        return {**told, **self._error}

    async def close(self) -> None:
        """Let the polls go and stop the delivery."""
        self._closed = True
        self._signal.fire()
        await self._stop_delivery()

    async def _stop_delivery(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _deliver(self) -> None:
        delay = FIRST_RETRY
        async with ClientSession(timeout=ClientTimeout(total=60)) as session:
            while True:
                while not self._pending:
                    await self._signal.wait(3600)
                number, body = self._pending[0]
                error = await self._bring(session, body)
                if error:
                    self._error = {"last_error_date": int(time.time()), "last_error_message": error}
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, LONGEST_RETRY)
                    continue
                delay = FIRST_RETRY
                if self._pending and self._pending[0][0] == number:
                    self._pending.popleft()

    async def _bring(self, session: ClientSession, body: str) -> str:
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[SECRET_HEADER] = self._secret
        try:
            async with session.post(self.url, data=body.encode(), headers=headers) as response:
                if not 200 <= response.status < 300:
                    return f"Wrong response from the webhook: {response.status} {response.reason}"
                if response.content_type == "application/json":
                    await self._reply(await response.read())
        except (ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"
        return ""

    async def _reply(self, raw: bytes) -> None:
        """Make the call a webhook has answered with; Telegram tells nobody whether it went well."""
        try:
            call = json.loads(raw)
        except ValueError:
            return
        if self.answer and isinstance(call, dict) and isinstance(call.get("method"), str):
            with contextlib.suppress(ApiError):
                await self.answer(call.pop("method"), call)
