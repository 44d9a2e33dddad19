"""Telegram: the token holds and the server answers."""

from bot.cli.checks.line import Line
from bot.cli.telegram import TelegramDown, bot_username
from bot.config import Settings


async def check_telegram(settings: Settings) -> list[Line]:
    """Ask who the bot is."""
    try:
        return [Line("ok", "Telegram", f"бот @{await bot_username(settings.telegram)} отвечает")]
    except TelegramDown as error:
        return [Line("bad", "Telegram", str(error))]
