"""A question to the Bot API without aiogram: who is the bot, and does the token hold."""

import asyncio
from urllib.parse import urlsplit

from bot.config import Telegram

_LIMIT = 10.0  # seconds


class TelegramDown(Exception):
    """The Bot API does not answer or refuses; the text is a Russian line without the token."""


async def bot_username(telegram: Telegram, seconds: float = _LIMIT) -> str:
    """Return the bot's name without «@». Raises `TelegramDown`."""
    import aiohttp

    host = urlsplit(telegram.api_server).netloc
    # The URL holds the token: no error of the client's own is ever shown.
    url = f"{telegram.api_server}/bot{telegram.token.get_secret_value()}/getMe"
    try:
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as client, client.get(url) as response:
            if response.status in (401, 404):
                raise TelegramDown("токен не подходит; получите новый у @BotFather и впишите в telegram.token")
            answer = await response.json(content_type=None)
    except TimeoutError:
        raise TelegramDown(f"{host} не отвечает; проверьте сеть и telegram.api_server") from None
    except aiohttp.ClientError:
        raise TelegramDown(f"до {host} не достучаться; проверьте сеть и telegram.api_server") from None
    except ValueError:
        raise TelegramDown(f"{host} отвечает не как Bot API; проверьте telegram.api_server") from None
    try:
        return str(answer["result"]["username"])
    except (KeyError, TypeError):
        raise TelegramDown(f"{host} отвечает не как Bot API; проверьте telegram.api_server") from None


async def start_link(telegram: Telegram, payload: str) -> str:
    """Word the way to open the bot with this payload: a link, or the command to send while Telegram is out of reach."""
    try:
        name = await bot_username(telegram, 5.0)
    except TelegramDown:
        return f"откройте бота и отправьте: /start {payload}"
    return f"https://t.me/{name}?start={payload}"
