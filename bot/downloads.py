"""Files that people send: fetched from Telegram into memory, never beyond the limit."""

import logging

from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.types import Message
from aiohttp import ClientError

from school.uploads import MAX_UPLOAD, UploadRefused

log = logging.getLogger(__name__)

TRIES = 3
SECONDS = 60
CHUNK = 64 * 1024


class NotFetched(Exception):
    """Telegram has not given the file."""


def file_of(message: Message) -> tuple[str, str, int] | None:
    """Return the id, the name and the told size (bytes) of a message's photo or document, None without one."""
    if message.photo:
        largest = message.photo[-1]
        return largest.file_id, f"photo-{message.message_id}.jpg", largest.file_size or 0
    if message.document:
        found = message.document
        return found.file_id, found.file_name or "file", found.file_size or 0
    return None


class Downloads:
    """Fetches the file of a message."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def __call__(self, message: Message) -> bytes:
        """Return the file's bytes. Raises `UploadRefused` over `MAX_UPLOAD`, `NotFetched` when Telegram fails."""
        found = file_of(message)
        if found is None:
            raise NotFetched
        file_id, _, size = found
        if size > MAX_UPLOAD:
            raise UploadRefused("too_big")
        for _ in range(TRIES):
            try:
                return await self._fetch(file_id)
            except (TelegramAPIError, ClientDecodeError, ClientError, TimeoutError, OSError) as error:
                # Never the error itself: its text holds the address, and the address the token.
                log.warning("a file was not fetched: %s", type(error).__name__)
                if "file is too big" in str(error):
                    raise UploadRefused("too_big") from None
        raise NotFetched

    async def _fetch(self, file_id: str) -> bytes:
        file = await self._bot.get_file(file_id)
        url = self._bot.session.api.file_url(self._bot.token, file.file_path or "")
        content = bytearray()
        async for chunk in self._bot.session.stream_content(
            url, timeout=SECONDS, chunk_size=CHUNK, raise_for_status=True
        ):
            content += chunk
            if len(content) > MAX_UPLOAD:
                raise UploadRefused("too_big")
        return bytes(content)
