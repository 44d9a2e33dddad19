"""The chat channel of the outbox: a row in, a Bot API call out, and what came of it."""

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import EditMessageText, LeaveChat, SendMediaGroup, SendMessage, TelegramMethod
from aiogram.types import Message
from sqlalchemy.exc import SQLAlchemyError

from bot import texts
from bot.faults import where
from bot.limits import Limits
from bot.outgoing_files import KINDS, OutgoingFiles
from bot.replies import Screen, message_params
from school.ports import Clock
from storage.outbox import Dead, OutboxRow, OutboxStore, Outcome, Retry, Sent

log = logging.getLogger(__name__)

RESULTS_KEPT = 20_000
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
MOST_ATTEMPTS = 60
HARMLESS = "message is not modified"
# What goes to nobody needs no sentence in its place.
NOBODY = ("chat not found", "PEER_ID_INVALID", "user not found", "group chat was deleted")
# A word to administrators that cannot be shown would make another one.
SILENT = frozenset({"alert"})
_AWAY = (SQLAlchemyError, OSError, TimeoutError)
# The person has deleted the question, or it is too old to change: what it was to say is said anew.
GONE = ("message to edit not found", "message can't be edited")


class ChatChannel:
    """Sends rows of the channel "chat"; `worded` turns a notice's kind and data into a screen.

    `instead` sends what a person who has stopped the bot would have read, and tells whether it could.
    """

    def __init__(
        self,
        bot: Bot,
        store: OutboxStore,
        clock: Clock,
        limits: Limits,
        worded: dict[str, Callable[[dict[str, Any]], Screen]],
        files: OutgoingFiles,
        instead: Callable[[OutboxRow], Awaitable[bool]],
    ) -> None:
        self._bot = bot
        self._store = store
        self._clock = clock
        self._limits = limits
        self._worded = worded
        self._files = files
        self._instead = instead
        self._message_ids: OrderedDict[str, int] = OrderedDict()

    async def send(self, row: OutboxRow) -> Outcome:
        """Send one row; never raises for what Telegram may answer."""
        chat_id = int(row.recipient)
        try:
            method = await self._method(row, chat_id)
        except _AWAY:
            raise
        except Exception as defect:  # noqa: BLE001 - what cannot be put into words now cannot be later either
            log.error("a %s cannot be rendered: %s", row.kind, where(defect))
            return await self._give_up(row, chat_id, where(defect))
        try:
            sent: object = await self._call(method, chat_id)
        except TelegramAPIError as error:
            return await self._refused(row, chat_id, error)
        except (ClientDecodeError, TimeoutError, OSError) as error:
            return self._later(row, type(error).__name__)
        message_id = sent.message_id if isinstance(sent, Message) else 0
        self._remember(row.id, message_id)
        return Sent(row.id, row.fence, {"message_id": message_id})

    async def _call(self, method: TelegramMethod[Any], chat_id: int) -> object:
        try:
            return await self._limited(method, chat_id)
        except TelegramMigrateToChat as moved:
            return await self._limited(method.model_copy(update={"chat_id": moved.migrate_to_chat_id}), chat_id)
        except TelegramBadRequest as error:
            if isinstance(method, EditMessageText) and any(words in error.message for words in GONE):
                anew = method.model_dump(exclude={"message_id"}, exclude_unset=True)
                return await self._limited(SendMessage(**anew), chat_id)
            raise

    async def _limited(self, method: TelegramMethod[Any], chat_id: int) -> object:
        count = len(method.media) if isinstance(method, SendMediaGroup) else 1
        for _ in range(count):
            if wait := self._limits.reserve(chat_id):
                await asyncio.sleep(wait)
        async with self._limits.places(count):
            return await self._bot(method)

    async def _method(self, row: OutboxRow, chat_id: int) -> TelegramMethod[Any]:
        if row.kind in KINDS:
            return await self._files.method(row.kind, row.data, chat_id)
        if row.kind != "reply":
            return await self._notice(row, chat_id)
        params: dict[str, Any] = {**row.data["params"], "chat_id": chat_id}
        if row.data["method"] == "leaveChat":
            return LeaveChat(chat_id=chat_id)
        if row.data["method"] == "sendMessage":
            return SendMessage(**params)
        if row.data["edit_of"] is not None:
            message_id = await self._message_id(row.data["edit_of"])
            if message_id is None:
                return SendMessage(**params)
            params["message_id"] = message_id
        return EditMessageText(**params)

    async def _notice(self, row: OutboxRow, chat_id: int) -> TelegramMethod[Any]:
        """Send the notice, or put it in the place of the message that its data name as `edit_of`."""
        params = message_params(self._worded[row.kind](row.data), chat_id)
        edited = row.data.get("edit_of")
        message_id = await self._message_id(edited) if edited else None
        return SendMessage(**params) if message_id is None else EditMessageText(**params, message_id=message_id)

    async def _message_id(self, row_id: str) -> int | None:
        known = self._message_ids.get(row_id)
        if known is None:
            result = await self._store.result(row_id)
            known = int(result["message_id"]) if result and result.get("message_id") else None
        return known

    def _remember(self, row_id: str, message_id: int) -> None:
        self._message_ids[row_id] = message_id
        if len(self._message_ids) > RESULTS_KEPT:
            self._message_ids.popitem(last=False)

    async def _refused(self, row: OutboxRow, chat_id: int, error: TelegramAPIError) -> Outcome:
        if isinstance(error, TelegramRetryAfter):
            self._limits.pause(chat_id, error.retry_after)
            return Retry(
                row.id, row.fence, self._clock.now() + timedelta(seconds=error.retry_after), "429", counts=False
            )
        if row.data.get("method") == "leaveChat" and isinstance(error, TelegramForbiddenError | TelegramBadRequest):
            return Sent(row.id, row.fence, {})  # the bot is out of the group already
        if isinstance(error, TelegramForbiddenError):
            await self._store.set_unreachable(chat_id, self._clock.now())
            if await self._instead(row):
                return Sent(row.id, row.fence, {})
            return Dead(row.id, row.fence, "403: the person has stopped the bot")
        if isinstance(error, TelegramBadRequest):
            if HARMLESS in error.message:
                return Sent(row.id, row.fence, {})
            # "Bad Request: can't parse entities: …": what follows the second colon quotes the message.
            why = ":".join(error.message.split(":")[:2])
            log.error("Telegram refused a %s: %s", row.kind, why)
            if any(words in error.message for words in NOBODY):
                return Dead(row.id, row.fence, why)
            return await self._give_up(row, chat_id, why)
        if isinstance(error, TelegramEntityTooLarge):
            return await self._give_up(row, chat_id, "413: too large")
        return self._later(row, type(error).__name__)

    async def _give_up(self, row: OutboxRow, chat_id: int, why: str) -> Outcome:
        """Say in the place of a message that can never be shown that there was one: nobody is met with silence."""
        if chat_id > 0 and row.kind not in SILENT:
            plain = SendMessage(chat_id=chat_id, text=texts.NOT_SHOWN)
            try:
                await self._limited(plain, chat_id)
            except (TelegramRetryAfter, TelegramNetworkError, TelegramServerError) as error:
                return self._later(row, type(error).__name__)
            except (ClientDecodeError, TimeoutError, OSError) as error:
                return self._later(row, type(error).__name__)
            except TelegramAPIError as error:
                log.error("not even a plain sentence was taken: %s", type(error).__name__)
        return Dead(row.id, row.fence, why, defect=row.kind not in SILENT)

    def _later(self, row: OutboxRow, why: str) -> Outcome:
        if row.attempts >= MOST_ATTEMPTS:
            return Dead(row.id, row.fence, why)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.attempts, 12))
        return Retry(row.id, row.fence, self._clock.now() + pause * random.uniform(0.8, 1), why, outage=True)
